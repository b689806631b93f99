"""What waits for a person, most pressing first: money, deadline and age together, and urgent before all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflows import policy
from workflows.run import DraftState, RunState

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from workflows.company import Company
    from workflows.run import Draft, Run

#: Minor units that weigh as much as one hour nearer to the deadline.
_HOUR_OF_MONEY = 100_000


def waits_for(person_id: str, run: Run, company: Company, now: datetime) -> bool:
    """Whether this person can do something about the run's draft now: sign it, or say what happened.

    What happened can be said by whoever signed it too; signing again, or one's own wish, can not be done.
    """
    draft = run.draft
    if draft is None or person_id not in {p.id for p in policy.signers(draft, company, now)}:
        return False
    if run.state is RunState.UNCERTAIN:
        return True
    signs = person_id not in draft.signers and not _barred(person_id, run, draft, company)
    return draft.state is DraftState.OPEN and signs


def _barred(person_id: str, run: Run, draft: Draft, company: Company) -> bool:
    own = person_id in {run.started_by.id, draft.current.author.id}
    return own and draft.risk in policy.NEVER_OWN and not company.solo


def queue_of(person_id: str, runs: Iterable[Run], company: Company, now: datetime) -> list[Run]:
    """Return the runs that wait for this person, most pressing first."""
    mine = [run for run in runs if waits_for(person_id, run, company, now)]
    return sorted(mine, key=lambda run: _pressing(run, now))


def _pressing(run: Run, now: datetime) -> tuple[float, str]:
    draft = run.draft
    if draft is None:
        return (0.0, run.id)
    hours_left = (draft.expires_at - now).total_seconds() / 3600
    hours_old = (now - draft.opened_at).total_seconds() / 3600
    money = draft.amount.minor / _HOUR_OF_MONEY if draft.amount else 0.0
    return (hours_left - money - hours_old / 4, run.id)
