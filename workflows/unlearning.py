"""Switching an example off, on again, or having it forgotten: by an owner of its playbook or an admin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflows.answers import Recorded
from workflows.errors import NotAllowed, UnknownExample
from workflows.events import Entry, Event
from workflows.run import OPERATOR
from workflows.shelf import LookedUp
from workflows.versions import owners

if TYPE_CHECKING:
    from datetime import datetime

    from workflows.commands import SwitchExample
    from workflows.company import Company
    from workflows.playbook import Playbook
    from workflows.ports import Tx

_SAID = {
    "on": "Agents are shown this edit again.",
    "off": "Agents are not shown this edit any more, until it is switched on again.",
    "removed": "This edit is forgotten: no agent is shown it again. The draft it was made on stays on the record.",
}


def switch(tx: Tx, command: SwitchExample, company: Company, at: datetime) -> Recorded:
    """Switch an example. Raises `NotAllowed`, and `UnknownExample` for one that is not there or was removed."""
    example = tx.example(command.example_id)
    if example is None or example.state == "removed":
        raise UnknownExample
    if command.actor != OPERATOR:
        book = LookedUp(tx).get(example.playbook)
        if not may_switch(command.actor.id, book, company):
            raise NotAllowed(
                action="Deciding what agents learn from",
                needed="the owner of the playbook or an admin",
                next_step="ask one of them.",
            )
    if example.state == command.to:
        return Recorded(sentence=_SAID[command.to])
    changed = {"state": command.to, "changed_by": command.actor.id, "changed_at": at}
    tx.teach(example.model_copy(update=changed))
    tx.append(
        [
            Entry(
                event=Event.EXAMPLE_SWITCHED,
                chain=f"playbook:{example.playbook}",
                actor=command.actor,
                object=f"draft:{example.id}",
                head={"to": command.to, "agent": example.agent},
            )
        ],
        at,
    )
    tx.redraw(["home"], at)
    return Recorded(sentence=_SAID[command.to])


def may_switch(person: str, book: Playbook | None, company: Company) -> bool:
    """Whether somebody may decide what is learnt from a playbook's edits; without the playbook admins alone."""
    owning = owners(book, company) if book else ()
    return company.is_admin(person) or person in {each.id for each in owning}
