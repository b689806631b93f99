"""Runs about the same: one waits until the one before it is over, or takes its place. One function per row."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, cast

from workflows import steps, undoing
from workflows.errors import StillLeaving, UnderWay
from workflows.events import Event
from workflows.run import DraftState, Ending, RunState
from workflows.urgent import paging

if TYPE_CHECKING:
    from workflows.commands import MakeWay
    from workflows.turn import Other, Turn

#: Whoever ends wakes the next one. How long that one waits before it looks for itself, should nobody have.
LOOK = timedelta(hours=1)
_WHY = "waits until another about the same is over"


def begin(turn: Turn) -> None:
    """Begin with the first step, or wait behind another about the same."""
    if turn.playbook.mode == "queued" and turn.facts.open_others:
        queue(turn)
    else:
        steps.begin(turn)


def queue(turn: Turn) -> None:
    """Wait until the ones before are over; they may themselves be waiting."""
    first = turn.facts.open_others[0]
    turn.become(state=RunState.WAITING, due_at=turn.at + LOOK, why=_WHY)
    turn.record(Event.RUN_QUEUED, head={"behind": first.id})
    turn.post(f"run:{turn.run.id}")
    since = first.created_at.astimezone(turn.facts.company.tz)
    turn.sentence = (
        f"Another about the same was started on {since:%d %b %H:%M}; this begins once that is over."
    )


def begin_in_turn(turn: Turn) -> None:
    """Begin, if nothing about the same is open that came before; else wait on."""
    if switch := turn.facts.pause(f"playbook:{turn.run.playbook}"):
        turn.become(due_at=None, why=f"{switch[0]} is paused; it begins once that is resumed")
    elif any(_comes_before(other, turn) for other in turn.facts.open_others):
        turn.become(due_at=turn.at + LOOK, why=_WHY)
    else:
        steps.begin(turn)


def _comes_before(other: Other, turn: Turn) -> bool:
    return other.begun or (other.created_at, other.id) < (turn.run.created_at, turn.run.id)


def make_way(turn: Turn) -> None:
    """Stop, since a newer run takes this one's place. What is leaving can't be stopped."""
    command, draft = cast("MakeWay", turn.command), turn.run.draft
    if paging.is_open(turn.run):
        since = turn.run.created_at.astimezone(turn.facts.company.tz)
        raise UnderWay(subject=turn.run.subject.raw, since=f"{since:%d %b %H:%M}", run=turn.run.id)
    if draft and draft.state is DraftState.EXECUTING:
        raise still_leaving(turn)
    why = "a newer one about the same took its place"
    ending = Ending(by=command.actor, at=turn.at, reason=why)
    undoing.stop(turn, ending, why, {"for": command.for_run})


def still_leaving(turn: Turn) -> StillLeaving:
    """Return the refusal of a start that would take the place of what can't be stopped."""
    return StillLeaving(subject=turn.run.subject.raw, run=turn.run.id)
