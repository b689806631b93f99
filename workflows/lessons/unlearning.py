"""Switching an example off, on again, or having it forgotten: by an owner of its playbook or an admin.

Where its playbook does something by itself, an example waits until it is taken in on purpose, by the press that
switches it on: it changes the prompt the stage was earned with. What was undone teaches no more, whoever learnt it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflows.answers import Recorded
from workflows.errors import NotAllowed, UnknownExample
from workflows.events import Entry, Event
from workflows.run import OPERATOR, SYSTEM
from workflows.shelf import LookedUp
from workflows.trust.stages import waits
from workflows.versions.version import owners

if TYPE_CHECKING:
    from datetime import datetime

    from workflows.commands import SwitchExample
    from workflows.company import Company
    from workflows.lessons.examples import Example
    from workflows.playbook import Playbook
    from workflows.ports import Tx
    from workflows.run import Actor

_SAID = {
    "on": "Agents are shown this edit again.",
    "off": "Agents are not shown this edit any more, until it is switched on again.",
    "removed": "This edit is forgotten: no agent is shown it again. The draft it was made on stays on the record.",
}


def switch(tx: Tx, command: SwitchExample, company: Company, at: datetime) -> Recorded:
    """Switch an example. Raises `NotAllowed`, and `UnknownExample` for one that is not there or was removed."""
    tx.choose_alone()
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
    taken_in = command.to == "on" and _take_in(tx, example)
    if example.state == command.to and not taken_in:
        return Recorded(sentence=_SAID[command.to])
    put(tx, example, command.to, command.actor, at)
    other = [example.playbook] if taken_in else []
    if command.to != "on":
        other = _standing_on(tx, example)
    return Recorded(sentence=f"{_SAID[command.to]}{_anew(other)}")


def take_back(tx: Tx, command: SwitchExample, at: datetime) -> None:
    """Switch off what a draft taught in the transaction that undoes it; most taught nothing."""
    if tx.example(command.example_id) is None:
        return
    tx.choose_alone()
    example = tx.example(command.example_id)
    if example and example.state == "on":
        put(tx, example, "off", command.actor, at, why="undone")


def put(tx: Tx, example: Example, to: str, actor: Actor, at: datetime, *, why: str = "") -> None:
    """Write how an example is from now on, with its entry. One that is only taken in stays as it was."""
    if example.state != to:
        by = "" if actor == SYSTEM else actor.id
        changed = {"state": to, "changed_by": by, "changed_at": at}
        tx.teach(example.model_copy(update=changed))
    tx.append(
        [
            Entry(
                event=Event.EXAMPLE_SWITCHED,
                chain=f"playbook:{example.playbook}",
                actor=actor,
                object=f"draft:{example.id}",
                head={"to": to, "agent": example.agent, **({"why": why} if why else {})},
            )
        ],
        at,
    )
    tx.redraw(["home"], at)


def may_switch(person: str, book: Playbook | None, company: Company) -> bool:
    """Whether somebody may decide what is learnt from a playbook's edits; without the playbook admins alone."""
    owning = owners(book, company) if book else ()
    return company.is_admin(person) or person in {each.id for each in owning}


def _take_in(tx: Tx, example: Example) -> bool:
    """Let its playbook's agents be shown an example that waits; whether it did."""
    footing = tx.footing(example.playbook)
    if footing is None or not waits(example, footing):
        return False
    tx.place(footing.model_copy(update={"examples": (*footing.examples, example.id)}))
    return True


def _standing_on(tx: Tx, example: Example) -> list[str]:
    """Return the playbooks that do something by themselves and are shown this example."""
    footings = [each for each in tx.footings() if each.is_alone and example.id in each.examples]
    return [each.playbook for each in footings] if example.state == "on" else []


def _anew(playbooks: list[str]) -> str:
    """Say what it costs: what was earned with one prompt is not earned with another."""
    if not playbooks:
        return ""
    named = " and ".join(playbooks)
    return (
        f" That is another prompt than {named} was promoted with: people sign what it writes until its owner"
        " promotes it again."
    )
