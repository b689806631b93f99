"""What the ways of choosing a version have in common: who may, what would be active, where and how it is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflows.errors import NotAllowed, Unusable
from workflows.policy import may_take_part
from workflows.versions.changes import is_wider
from workflows.versions.version import Active, choosers, compared, owners

if TYPE_CHECKING:
    from pydantic import JsonValue

    from workflows.company import Company, Person
    from workflows.playbook import Playbook
    from workflows.run import Actor
    from workflows.turn import Facts
    from workflows.versions.changes import Change
    from workflows.versions.version import Known


CHOOSING = "Choosing a playbook's version"


def places(now: Playbook | None, company: Company) -> tuple[str, ...]:
    """Return where a proposal is shown: the channel the playbook lives in, else its owners' direct messages."""
    if now and now.channel:
        return (company.channel(now.channel),)
    return tuple(person.id for person in owners(now, company))


def usable(known: Known) -> Playbook:
    """Return the version that would be active. Raises `Unusable`."""
    if known.then is None:
        raise Unusable
    return known.then


def allowed(actor: Actor, known: Known, then: Playbook, facts: Facts) -> tuple[Change, ...]:
    """Return what would be different. Raises `NotAllowed` for somebody who may not make it so."""
    found = compared(known.now, then)
    able = choosers(known.now, facts.company, found)
    action = "Giving a playbook wider powers" if is_wider(found) else CHOOSING
    refuse_unless_in(able, actor, facts.company, action=action)
    return found


def refuse_unless_in(
    able: tuple[Person, ...], actor: Actor, company: Company, *, action: str
) -> None:
    """Raise `Refusal` for somebody who is not among these people; `action` begins the sentence."""
    may_take_part(actor, company)
    if actor.id in {person.id for person in able}:
        return
    raise NotAllowed(
        action=action,
        needed=" or ".join(person.name for person in able),
        next_step="ask them.",
    )


def chosen(actor: Actor, playbook: str, version: str, known: Known, facts: Facts) -> Active:
    """Return the row of a version that somebody has chosen."""
    return Active(
        playbook=playbook,
        version=version,
        before=known.version,
        by=actor.id,
        filed=known.filed,
        at=facts.at,
    )


def listed(found: tuple[Change, ...]) -> JsonValue:
    """Return changes as they stand on the record."""
    return [f"{change.kind}: {change.words}" for change in found]
