"""The entry of a press that was refused: it changes nothing and is on the record all the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflows.commands import OnCustomer, OnProposal, OnWork, Promote
from workflows.companywide import named
from workflows.errors import UnknownScope
from workflows.events import Entry, Event
from workflows.trust.offering import offers

if TYPE_CHECKING:
    from workflows.commands import Command
    from workflows.errors import Refusal
    from workflows.ports import Tx
    from workflows.run import Run

#: What a command is about, by the field that names it.
_ABOUT = {
    "draft_id": "draft",
    "example_id": "draft",
    "task_id": "task",
    "run_id": "run",
    "proposal_id": "proposal",
    "scope": "switch",
    "playbook": "playbook",
}


def refused(ws: str, run: Run | None, command: Command, refusal: Refusal) -> Entry:
    """Return the entry: on the run's chain where it is about one, else on the workspace's."""
    return Entry(
        event=Event.PRESS_REFUSED,
        chain=f"run:{run.id}" if run else f"ws:{ws}",
        actor=command.actor,
        object=_about(command, refusal),
        head={"reason": refusal.code, "command": type(command).__name__},
        body={"sentence": refusal.sentence, "command": command.model_dump(mode="json")},
    )


def _about(command: Command, refusal: Refusal) -> str:
    if isinstance(refusal, UnknownScope):
        return "switch:unknown"  # what was typed may be anything; it stands in the body, which can be erased
    if isinstance(command, OnCustomer):
        return named(command)
    if isinstance(command, OnWork):
        return command.entry
    return next(
        f"{kind}:{getattr(command, name)}"
        for name, kind in _ABOUT.items()
        if hasattr(command, name)
    )


def outdated(tx: Tx, command: Command) -> list[str]:
    """Return the subjects whose cards may show what is so no more, when a press on them is refused."""
    if isinstance(command, OnProposal):
        return [f"proposal:{command.proposal_id}"]
    return offers(tx, command) if isinstance(command, Promote) else []
