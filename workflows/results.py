"""What comes back of a step: read, drafted, carried out, or not. One function per row of the table."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

from workflows import (
    drafts,
    leaving,
    revising,
    signals,
    steps,
)
from workflows.commands import Drafted, Executed, Failed, Held, Later, Read
from workflows.errors import Stale
from workflows.events import Event
from workflows.lessons import learning
from workflows.playbook import DraftStep, ReadStep
from workflows.run import SYSTEM, DraftState, Ending, RunState
from workflows.trust import reviewing
from workflows.turn import Finish

if TYPE_CHECKING:
    from collections.abc import Callable

    from workflows.commands import StepDone
    from workflows.ports import JsonObject, StepState
    from workflows.run import Outcome
    from workflows.turn import Turn


def step_done(turn: Turn) -> None:
    """Take the result of the one outstanding work step. Raises `Stale` for one that nobody waits for."""
    result = cast("StepDone", turn.command).result
    if not isinstance(result, (_awaited(turn), Failed, Later, Held)):
        raise Stale
    if isinstance(result, Drafted):
        turn.learnt = result.learnt
    if turn.run.draft and turn.run.draft.state is DraftState.REWRITING:
        revising.came_back(turn, cast("Drafted | Failed | Later | Held", result))
        return
    _RESULT[type(result)](turn, result)


def _awaited(turn: Turn) -> type:
    """Return the kind of result the run is at: nothing is executed that is not about to leave."""
    if turn.run.draft and turn.run.draft.state is DraftState.EXECUTING:
        return Executed
    return Drafted if isinstance(turn.playbook.step(turn.run.step), DraftStep) else Read


def _finish(turn: Turn, state: StepState, outcome: JsonObject) -> None:
    """Say what became of the work step."""
    turn.finish = Finish(seq=turn.run.seq, state=state, outcome=outcome)


def _read(turn: Turn, result: Read) -> None:
    run = turn.run
    _finish(turn, "done", {"source": result.source})
    turn.become(
        results={**run.results, run.step: result.value},
        sources={**run.sources, run.step: result.source},
    )
    turn.record(
        Event.STEP_WRITTEN if result.author else Event.STEP_READ,
        head={"source": result.source, "context": result.context},
        body={"value": result.value},
    )
    if result.author is None and steps.instead(
        turn, "emergency", result.source, result.value, "read"
    ):
        return
    after_reading(turn)


def after_reading(turn: Turn) -> None:
    """Go on from what was read, unless something required is missing in it."""
    run, step = turn.run, cast("ReadStep", turn.playbook.step(turn.run.step))
    value, source = run.results.get(run.step), run.sources.get(run.step, "")
    if missing := steps.missing_fields(step, value):
        lacks = f"{source} has no {', '.join(missing)}"
        if not steps.instead(turn, "no-data", lacks):
            steps.stop(turn, f"{lacks}; fill it in and start again.")
        return
    steps.advance(turn)


def _drafted(turn: Turn, result: Drafted) -> None:
    step = cast("DraftStep", turn.playbook.step(turn.run.step))
    payload, problems = steps.payload_of(turn, step, result)
    if problems:
        words = steps.problem_words(problems)
        turn.record(
            Event.DRAFT_REFUSED, head={"context": result.context}, body={"fields": result.fields}
        )
        _failed(turn, Failed(problem=f"{step.agent} wrote something that can't be used: {words}."))
        return
    _finish(turn, "done", {"context": result.context})
    steps.open_draft(turn, step, payload, result)


def _executed(turn: Turn, result: Executed) -> None:
    _OUTCOME[result.outcome.status](turn, result)


def _carried_out(turn: Turn, result: Executed) -> None:
    _finish(turn, "done", result.outcome.model_dump(mode="json"))
    turn.redrafted(
        state=DraftState.EXECUTED,
        outcome=result.outcome,
        compensation=result.compensation,
        leaves_at=turn.at,
    )
    _record_outcome(turn, Event.DRAFT_EXECUTED, result.outcome)
    learning.learn(turn)
    reviewing.begin(turn)
    steps.advance(turn)


def _refused_outside(turn: Turn, result: Executed) -> None:
    outcome = result.outcome
    _finish(turn, "failed", outcome.model_dump(mode="json"))
    ending = Ending(by=SYSTEM, at=turn.at, reason=outcome.message)
    turn.redrafted(state=DraftState.FAILED, outcome=outcome, ending=ending)
    _record_outcome(turn, Event.DRAFT_FAILED, outcome)
    if not steps.instead(turn, "failed", outcome.message):
        turn.become(state=RunState.FAILED, due_at=None, why=outcome.message)
        turn.record(Event.RUN_FAILED, actor=SYSTEM, body={"why": outcome.message})


def _not_now(turn: Turn, result: Executed) -> None:
    """Known not to have happened it goes the way of all that is signed; else only its key keeps it from twice."""
    outcome, tries = result.outcome, turn.draft.tries + 1
    if not result.stayed:
        _later(turn, Later(problem=outcome.message, after=_back_off(turn.run.attempts), begun=True))
        return
    _finish(turn, "failed", outcome.model_dump(mode="json"))
    if signals.taken_up(turn):
        return
    if tries >= leaving.TRIES:
        last = f"It was tried {tries} times in vain. The last time: {outcome.message}"
        _failed(turn, Failed(problem=last))
    else:
        leaving.try_again(turn, outcome, after=_back_off(tries))


def _in_doubt(turn: Turn, result: Executed) -> None:
    outcome = result.outcome
    _finish(turn, "uncertain", outcome.model_dump(mode="json"))
    turn.redrafted(state=DraftState.UNCERTAIN, outcome=outcome)
    turn.become(state=RunState.UNCERTAIN, due_at=None, why=outcome.message)
    _record_outcome(turn, Event.DRAFT_UNCERTAIN, outcome)


_OUTCOME: dict[str, Callable[[Turn, Executed], None]] = {
    "done": _carried_out,
    "rejected": _refused_outside,
    "retryable": _not_now,
    "unknown": _in_doubt,
}


def _record_outcome(turn: Turn, event: Event, outcome: Outcome) -> None:
    draft = turn.draft
    turn.record(
        event,
        head={
            **drafts.bytes_of(draft),
            "outcome": outcome.status,
            "receipt": outcome.receipt,
        },
        body={"message": outcome.message, "facts": outcome.facts},
    )


def _failed(turn: Turn, result: Failed) -> None:
    _finish(turn, "failed", {"problem": result.problem})
    draft = turn.run.draft
    if draft and draft.state is DraftState.EXECUTING:
        ending = Ending(by=SYSTEM, at=turn.at, reason=result.problem)
        turn.redrafted(state=DraftState.FAILED, ending=ending)
    if not steps.instead(turn, "failed", result.problem):
        end = steps.stop if result.absent and _was_named(turn) else steps.park
        end(turn, result.problem)


def _was_named(turn: Turn) -> bool:
    """Whether it is what somebody named when they started it: a slip of theirs, and no fault of the playbook."""
    return turn.run.started_by.kind == "user" and not turn.run.results


def _later(turn: Turn, result: Later) -> None:
    """Do the same step, under the same key, in a while. What may have happened stays an intent without an outcome."""
    if not result.begun:
        _finish(turn, "failed", {"problem": result.problem})
    turn.become(due_at=turn.at + timedelta(seconds=result.after), why=result.problem)
    turn.record(Event.RUN_POSTPONED, head={"after": result.after}, body={"why": result.problem})


def _held(turn: Turn, result: Held) -> None:
    """Paused before it was begun: no timer looks again, resuming does, unless it has been resumed since."""
    if not result.begun:
        _finish(turn, "failed", {"problem": result.problem})
    if result.stayed:
        if signals.taken_up(turn):
            return
        leaving.stay(turn)
    leaving.hold_still(turn, result.problem)
    if result.scope not in {scope for scope, _ in turn.facts.paused}:
        turn.become(due_at=turn.at)


def _back_off(tries: int) -> float:
    return min(30.0 * 2**tries, 3600.0)


#: By kind of result; each takes its own kind.
_RESULT: dict[type, Callable[[Turn, Any], None]] = {
    Read: _read,
    Drafted: _drafted,
    Executed: _executed,
    Failed: _failed,
    Later: _later,
    Held: _held,
}
