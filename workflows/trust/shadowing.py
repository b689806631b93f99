"""Drafts nobody is shown while people do the work as always; then both are kept side by side. Nothing ever leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from workflows import drafts, steps
from workflows.answers import FieldErrors
from workflows.events import Event
from workflows.run import TIMER, DraftState, Ending, RunState, Silent
from workflows.trust.comparing import compared

if TYPE_CHECKING:
    from workflows.commands import RecordSent
    from workflows.ports import JsonObject
    from workflows.turn import Turn


def show(turn: Turn) -> None:
    """Let the form open in which people say what they sent."""
    drafts.may_decide(turn)
    drafts.show(turn, "record")


def record(turn: Turn) -> None:
    """Keep what a person sent beside the draft; the run goes on as if the step were done, and so it is, by them.

    Where nothing was needed it ends, as after a rejection.
    """
    command, silent = cast("RecordSent", turn.command), cast("Silent", turn.draft.silent)
    drafts.may_decide(turn)
    payload = turn.draft.current.payload
    if not command.needed:
        _close(turn, silent, "nothing was needed")
        turn.become(state=RunState.CANCELLED, due_at=None, why="nothing was needed")
        return
    sent: JsonObject = {name: command.sent.get(name) for name in silent.fields}
    if wrong := _wrong(turn, sent):
        turn.answer = FieldErrors(errors=wrong)
        return
    types = {field.name: field.type for field in turn.facts.actions[turn.draft.action].fields}
    likeness = tuple(compared(name, types[name], payload.get(name), sent[name]) for name in sent)
    _close(turn, silent.model_copy(update={"sent": sent, "likeness": likeness}), "recorded")
    steps.advance(turn)


def _wrong(turn: Turn, sent: JsonObject) -> dict[str, str]:
    """Return what could not have been sent, by field. One left empty was sent empty, unless all of them are."""
    given = {name: value for name, value in sent.items() if value not in {None, ""}}
    if sent and not given:
        first, *_ = sent
        missing = (
            "is missing, and so is the rest: say what you sent, or tick that nothing was needed"
        )
        return {first: missing}
    whole = {**turn.draft.current.payload, **sent}
    problems = steps.problems_of(turn, turn.draft.action, whole)
    return {name: problem for name, problem in problems.items() if name in given}


def _close(turn: Turn, silent: Silent, reason: str) -> None:
    ending = Ending(by=turn.command.actor, at=turn.at, reason=reason)
    turn.redrafted(state=DraftState.KEPT, silent=silent, ending=ending)
    likeness: JsonObject = {each.name: each.percent for each in silent.likeness}
    turn.record(
        Event.DRAFT_COMPARED,
        head={
            **drafts.bytes_of(turn.draft),
            "needed": silent.sent is not None,
            "same": silent.agrees,
            "likeness": likeness,
        },
        body={"sent": silent.sent},
    )
    turn.sentence = "Recorded. Thank you; both stand side by side on the card now."


def unrecorded(turn: Turn) -> None:
    """Close it without a word: nobody said what they sent."""
    ending = Ending(by=TIMER, at=turn.at, reason="not recorded")
    turn.redrafted(state=DraftState.KEPT, ending=ending)
    turn.become(state=RunState.CANCELLED, due_at=None, why="nobody recorded what was sent")
    turn.record(Event.DRAFT_UNRECORDED, actor=TIMER, head=drafts.bytes_of(turn.draft))
