"""Who may look at what: the right a surface needs, and whether somebody may see one run. Decided before it is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflows import policy, privacy, rights
from workflows.answers import Refused
from workflows.errors import NotAllowed, Refusal, UnknownPlaybook
from workflows.run import Actor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from blocks.history import Logged
    from handlers.desk import Desk
    from workflows.rights import Right
    from workflows.run import Run


def stranger(desk: Desk, person: str) -> Refused | None:
    """Return the refusal for somebody who is no current staff of this company, guests included, or None."""
    try:
        policy.may_take_part(Actor.user(person), desk.directory.company())
    except Refusal as refusal:
        return Refused(error=refusal)
    return None


def without(desk: Desk, person: str, right: Right) -> Refused | None:
    """Return the refusal for somebody who has not this right, or None."""
    company, actor = desk.directory.company(), Actor.user(person)
    try:
        policy.may_take_part(actor, company)
        rights.refuse_without(company, right, policy.known(actor, company))
    except Refusal as refusal:
        return Refused(error=refusal)
    return None


def unseen(desk: Desk, person: str, run: Run | None) -> Refused | None:
    """Return the refusal for somebody who may not look at this run, or None. No run is nobody's secret."""
    if refused := stranger(desk, person):
        return refused
    if run is None or may_see(desk, person, run):
        return None
    if _is_private(desk, run):
        return Refused(
            error=NotAllowed(
                action="Looking at this",
                needed="somebody it concerns, since it is about employees",
                next_step="ask whoever owns the playbook.",
            )
        )
    return without(desk, person, "see")


def may_see(desk: Desk, person: str, run: Run) -> bool:
    """Whether somebody may look at this run."""
    company, now = desk.directory.company(), desk.clock.now()
    try:
        book = desk.reading.playbook(run.version)
    except UnknownPlaybook:
        return company.is_admin(person)  # nobody can tell what it is about
    return privacy.may_see(run, book, desk.actions, company, person, now)


def _is_private(desk: Desk, run: Run) -> bool:
    try:
        return privacy.is_private(desk.reading.playbook(run.version), desk.actions)
    except UnknownPlaybook:
        return True


def of_the_log(desk: Desk, person: str, found: Sequence[Logged]) -> list[Logged]:
    """Return the entries somebody may read: all but those of runs that are about employees and not theirs."""
    chains = {one.entry.chain for one in found}
    hidden = {chain for chain in chains if _is_hidden(desk, person, chain)}
    return [one for one in found if one.entry.chain not in hidden]


def _is_hidden(desk: Desk, person: str, chain: str) -> bool:
    kind, _, name = chain.partition(":")
    run = desk.reading.run(name) if kind == "run" else None
    return run is not None and _is_private(desk, run) and not may_see(desk, person, run)
