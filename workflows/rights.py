"""Rights of people beside signing what a playbook names them for: who starts, sees, signs, reads the log, sets.

A right that company.yml does not name is everybody's who works here, as it is without the block; to set things is
the owner's and the admins'. The owner has every right always, so that nobody locks themselves out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from workflows.action import Names, Record
from workflows.errors import NotAllowed

if TYPE_CHECKING:
    from workflows.company import Company, Person

Right = Literal["start", "see", "sign", "audit", "settings"]
RIGHTS: tuple[Right, ...] = ("start", "see", "sign", "audit", "settings")

#: What needs a right, as the refusal says it.
_ACTIONS: dict[Right, str] = {
    "start": "Starting a playbook",
    "see": "Looking at what is not yours",
    "sign": "Signing",
    "audit": "Looking into the audit log",
    "settings": "Changing settings",
}


class Rights(Record):
    """Who has each right: roles, groups or people. What is left out is as it is without this block."""

    #: Who may start playbooks. Schedules, signals and other playbooks start them all the same.
    start: Names | None = None
    #: Who may look at runs, procedures and lists of others. What waits for somebody, and what they began, they see.
    see: Names | None = None
    #: Who may sign at all; a playbook's `by` chooses among them.
    sign: Names | None = None
    #: Who may look into the audit log.
    audit: Names | None = None
    #: Who may pause, resume, write to a customer again and look at what is wrong, instead of the role `admin`.
    settings: Names | None = None


def has(company: Company, right: Right, person: Person) -> bool:
    """Whether a person has a right."""
    if not company.works_here(person):
        return False
    named: tuple[str, ...] | None = getattr(company.rights, right)
    if person.id == company.owner:
        return True
    if named is None:
        return right != "settings" or "admin" in person.roles
    return any(person.id == other.id for name in named for other in company.members(name))


def holders(company: Company, right: Right) -> tuple[Person, ...]:
    """Return everybody who has a right."""
    return tuple(person for person in company.people if has(company, right, person))


def refuse_without(company: Company, right: Right, person: Person) -> None:
    """Raise `NotAllowed`, saying who may, unless this person has the right."""
    if has(company, right, person):
        return
    named: tuple[str, ...] | None = getattr(company.rights, right)
    raise NotAllowed(
        action=_ACTIONS[right],
        needed=f"the owner or one of {' or '.join(named)}" if named else "the owner",
        next_step=f"{', '.join(other.name for other in holders(company, right))} can.",
    )
