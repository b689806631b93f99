"""What waits for a person, most pressing first: money, deadline and age together, and urgent before all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflows import policy
from workflows.run import Actor, DraftState, RunState

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from workflows.company import Company
    from workflows.run import Run

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
    signs = person_id not in draft.signers and not policy.is_barred(
        run, draft, Actor.user(person_id), company
    )
    return draft.state is DraftState.OPEN and signs


def team_of(person_id: str, company: Company) -> frozenset[str]:
    """Return the ids of those who share a role or a group with somebody; for an admin, of everybody."""
    person = company.person(person_id)
    if person is None:
        return frozenset()
    if company.is_admin(person_id):
        return frozenset(each.id for each in company.people)
    names = {*person.roles, *(name for name, ids in company.groups.items() if person_id in ids)}
    return frozenset(each.id for name in names for each in company.members(name)) | {person_id}


def team_queue(
    person_id: str, runs: Iterable[Run], company: Company, now: datetime
) -> list[tuple[Run, tuple[str, ...]]]:
    """Return what waits for others of somebody's team and not for them, each with whom it waits for."""
    theirs = [run for run in runs if not waits_for(person_id, run, company, now)]
    return waiting_for(team_of(person_id, company) - {person_id}, theirs, company, now)


def waiting_for(
    people: Collection[str], runs: Iterable[Run], company: Company, now: datetime
) -> list[tuple[Run, tuple[str, ...]]]:
    """Return the runs that wait for one of these people, most pressing first, with the names it waits for."""
    found: list[tuple[Run, tuple[str, ...]]] = []
    for run in runs:
        able = policy.signers(run.draft, company, now) if run.draft else ()
        asked = [one for one in able if waits_for(one.id, run, company, now)]
        if any(one.id in people for one in asked):
            found.append((run, tuple(one.name for one in asked)))
    return sorted(found, key=lambda pair: _pressing(pair[0], now))


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
