"""What is seen outside while a run waits: what it listens for, and that the customer has replied."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, cast

from workflows import drafts, policy, steps, tasks
from workflows.errors import NotOpen
from workflows.events import Event
from workflows.limits import Ask
from workflows.playbook import WaitStep
from workflows.run import AT_REST, DraftState, Ending, RunState
from workflows.urgent import paging

if TYPE_CHECKING:
    from pydantic import JsonValue

    from workflows.commands import Signal
    from workflows.exceptions import Taken
    from workflows.run import Draft
    from workflows.turn import Turn

#: The signal that the customer has replied.
REPLIED: Literal["replied"] = "replied"
#: States in which an action can't be stopped, unless its last try is known to have failed.
_AWAY = frozenset({DraftState.EXECUTING, DraftState.UNCERTAIN})


def signalled(turn: Turn) -> None:
    """Take in what was seen: a wait for it is over, or the customer has replied to whatever the run is doing."""
    command = cast("Signal", turn.command)
    if command.actor.kind == "user":
        policy.may_take_part(command.actor, turn.facts.company)
    step = turn.playbook.step(turn.run.step)
    at_rest = turn.run.state is RunState.WAITING and not paging.is_open(turn.run)
    if at_rest and isinstance(step, WaitStep) and step.signal == command.name:
        _heard(turn, step)
        return
    found = _reply(turn, command.value) if command.name == REPLIED and turn.run.step else None
    if found is None:
        raise NotOpen(state="not waiting for that", wanted="woken by it")
    _record(turn)
    _replied(turn, found)


def _heard(turn: Turn, step: WaitStep) -> None:
    command = cast("Signal", turn.command)
    _record(turn)
    turn.become(results={**turn.run.results, step.wait: command.value})
    if not steps.instead(turn, "emergency", command.name, command.value, "signal"):
        steps.advance(turn)


def _record(turn: Turn) -> None:
    command = cast("Signal", turn.command)
    turn.record(Event.RUN_WOKEN, head={"signal": command.name}, body={"value": command.value})


def _reply(turn: Turn, said: JsonValue) -> Taken | None:
    """Return the exception for a reply here; what it says may be an emergency."""
    usual = steps.applying(turn, REPLIED)
    return usual and (steps.applying(turn, "emergency", said) or usual)


def _replied(turn: Turn, found: Taken) -> None:
    """Leave what the run is doing: its draft is withdrawn, its task dropped. What is leaving is left to leave."""
    draft, urgent = turn.run.draft, turn.run.urgent
    if urgent and urgent.state != "over":
        turn.become(replied=True, heard=cast("Signal", turn.command).value)
        turn.sentence = "Noted. It may be an emergency, so somebody is asked or has it already."
        return
    if draft and draft.state in _AWAY and not _is_here(turn, draft):
        turn.become(replied=True, heard=cast("Signal", turn.command).value)
        turn.sentence = (
            "It is leaving already and can't be stopped; the reply is taken up right after."
        )
        return
    turn.sentence = "Noted. Nothing that was prepared before the reply leaves."
    _leave(turn, found)


def taken_up(turn: Turn) -> bool:
    """Take up the reply that came while this was leaving, which has not left; False where there was none."""
    found = _reply(turn, turn.run.heard) if turn.run.replied else None
    if found is None:
        return False
    turn.become(replied=False, heard=None)
    _leave(turn, found)
    return True


def _leave(turn: Turn, found: Taken) -> None:
    """End what the run is doing, and go on where the reply leads."""
    draft = turn.run.draft
    ending = Ending(by=turn.command.actor, at=turn.at, reason=steps.REPLIED)
    if draft and draft.state in {*AT_REST, DraftState.EXECUTING}:
        drafts.end(turn, DraftState.WITHDRAWN, ending, Event.DRAFT_WITHDRAWN)
    tasks.drop(turn, ending)
    if found.path.on == REPLIED:
        steps.take(turn, found, steps.REPLIED)
    else:
        steps.take(turn, found, "the reply", "reply")


def _is_here(turn: Turn, draft: Draft) -> bool:
    """Whether it waits to be tried again: it is known not to have left, and nobody has begun to send it since."""
    if draft.state is not DraftState.EXECUTING:
        return False
    return turn.told(Ask(kind="failed", work=draft.key)).count > 0
