"""The state machine. `decide` looks a command up in a table one can read aloud, and returns what follows.

Same run, same command, same facts: same decision. Nothing here reads a clock, draws an id or does anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflows import (
    drafts,
    leaving,
    once,
    own_playbooks,
    policy,
    privacy,
    results,
    revising,
    signals,
    signing,
    steps,
    tasks,
    undoing,
    waking,
)
from workflows.answers import FieldErrors
from workflows.asks import asking
from workflows.commands import (
    Acknowledge,
    Answer,
    Approve,
    CancelRun,
    Claim,
    Command,
    Confirm,
    Due,
    Edit,
    Judge,
    MakeWay,
    OnDraft,
    OnTask,
    OnUrgent,
    OpenChange,
    OpenEdit,
    OpenRecord,
    OpenReject,
    OpenSign,
    OpenWrong,
    Reassign,
    RecordSent,
    Redraft,
    Reject,
    RequestChange,
    Resolve,
    Retry,
    ReviewDue,
    Signal,
    Snooze,
    StandDown,
    StartRun,
    StepDone,
    TakeOver,
    Undo,
)
from workflows.errors import (
    ConditionFailed,
    NotOpen,
    Refusal,
    Stale,
    TooLateToUndo,
)
from workflows.events import Event
from workflows.expressions import Condition, ExpressionError, Template
from workflows.run import AT_REST, SYSTEM, DraftState, Ending, Run, RunState
from workflows.text import Untrusted, digest
from workflows.trust import reviewing, shadowing
from workflows.turn import Decision, Facts, Finish, Turn
from workflows.urgent import answering, paging

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic import JsonValue

    from workflows.playbook import Playbook
    from workflows.ports import JsonObject

#: What may be asked of a draft, by the state it is in. What is not here is refused with the state's own sentence.
ON_DRAFT: dict[tuple[type[Command], DraftState], Callable[[Turn], None]] = {
    # An open draft is signed, edited or rejected by those the policy names.
    (OpenSign, DraftState.OPEN): signing.show_sign,
    (Approve, DraftState.OPEN): signing.sign,
    (OpenEdit, DraftState.OPEN): drafts.show_edit,
    (Edit, DraftState.OPEN): revising.edit,
    (OpenReject, DraftState.OPEN): drafts.show_reject,
    (Reject, DraftState.OPEN): drafts.reject,
    # Somebody looks at it in peace, or does it themselves.
    (Claim, DraftState.OPEN): drafts.claim,
    (TakeOver, DraftState.OPEN): tasks.take_over,
    # The agent writes it again, as somebody wishes; until it is back it can only be ended.
    (OpenChange, DraftState.OPEN): drafts.show_change,
    (RequestChange, DraftState.OPEN): revising.ask,
    (OpenReject, DraftState.REWRITING): drafts.show_reject,
    (Reject, DraftState.REWRITING): drafts.reject,
    (TakeOver, DraftState.REWRITING): tasks.take_over,
    # Signed and held: it can still be held back; then it is open again and its signatures count no more.
    (Undo, DraftState.HOLDING): undoing.hold_back,
    # After it left, undoing is a new draft of the compensating action.
    (Undo, DraftState.EXECUTED): undoing.compensate,
    # Nobody knows whether it happened: a person says.
    (Resolve, DraftState.UNCERTAIN): undoing.resolve,
    # Drafted silently: people say what they sent instead, and nothing else can be done with it.
    (OpenRecord, DraftState.SHADOW): shadowing.show,
    (RecordSent, DraftState.SHADOW): shadowing.record,
    # It went by itself: those who could have signed it look at it, until a deadline.
    (OpenWrong, DraftState.EXECUTED): reviewing.show,
    (Judge, DraftState.EXECUTED): reviewing.judge,
    (ReviewDue, DraftState.EXECUTED): reviewing.due,
    # What came to nothing can be written again.
    (Redraft, DraftState.REJECTED): undoing.redraft,
    (Redraft, DraftState.EXPIRED): undoing.redraft,
    (Redraft, DraftState.WITHDRAWN): undoing.redraft,
    (Redraft, DraftState.FAILED): undoing.redraft,
}

#: What may be asked of a run, by the state it is in.
ON_RUN: dict[tuple[type[Command], RunState], Callable[[Turn], None]] = {
    # The one outstanding work step reports.
    (StepDone, RunState.WORKING): results.step_done,
    # Time has come: a wait is over, a draft expired, an ask is late, a held effect leaves.
    (Due, RunState.WAITING): waking.due,
    (Due, RunState.HOLDING): leaving.leave,
    # Something was seen outside. A customer who has replied is heard whatever the run is doing.
    (Signal, RunState.WORKING): signals.signalled,
    (Signal, RunState.WAITING): signals.signalled,
    (Signal, RunState.HOLDING): signals.signalled,
    (Signal, RunState.UNCERTAIN): signals.signalled,
    # Whoever has the work closes it, hands it over or puts it off.
    (Answer, RunState.WAITING): tasks.answer,
    (Reassign, RunState.WAITING): tasks.hand_over,
    (Snooze, RunState.WAITING): tasks.put_off,
    # Whoever was asked says whether it is an emergency; whoever was paged has it.
    (Confirm, RunState.WAITING): answering.confirm,
    (StandDown, RunState.WAITING): answering.stand_down,
    (Acknowledge, RunState.WAITING): answering.acknowledge,
    # What could not go on is tried again from the step it stands at.
    (Retry, RunState.FAILED): undoing.retry,
    # A person stops it. What is being carried out right now can't be stopped.
    (CancelRun, RunState.WORKING): undoing.cancel,
    (CancelRun, RunState.WAITING): undoing.cancel,
    (CancelRun, RunState.HOLDING): undoing.cancel,
    # A newer run about the same takes its place, under the same rule.
    (MakeWay, RunState.WORKING): once.make_way,
    (MakeWay, RunState.WAITING): once.make_way,
    (MakeWay, RunState.HOLDING): once.make_way,
}

#: Worker and timer commands: nobody reads their refusal, a late one is simply dropped.
_REPORTS = (StepDone, Due)


def decide(run: Run | None, playbook: Playbook, command: Command, facts: Facts) -> Decision:
    """Return what follows from `command`. Raises a `Refusal` when it may not be done."""
    if isinstance(command, StartRun):
        return _start(playbook, command, facts)
    if run is None:
        raise Stale
    turn = Turn(run, playbook, command, facts)
    rule = _rule(turn, run)
    try:
        rule(turn)
    except ExpressionError as error:
        _park(turn, error)
    paging.end_with_run(turn)
    _renumber(turn, run)
    return _decision(turn, run)


def _decision(turn: Turn, before: Run | None) -> Decision:
    asking.settle(turn, before)
    redraw = (*_touched(turn), *asking.touched(turn, before))
    return turn.decision(redraw, asking.asks(turn))


def _park(turn: Turn, error: ExpressionError) -> None:
    """Keep what was decided so far (an effect may have happened), and let a person see the mistake."""
    draft = turn.run.draft
    reason = f"what comes next can't be worked out: {error.sentence}"
    ending = Ending(by=SYSTEM, at=turn.at, reason=reason)
    if draft and draft.state in AT_REST:
        drafts.end(turn, DraftState.WITHDRAWN, ending, Event.DRAFT_WITHDRAWN)
    tasks.drop(turn, ending)
    if isinstance(turn.command, StepDone) and turn.finish is None:
        outcome: JsonObject = {"problem": error.sentence}
        turn.finish = Finish(seq=turn.command.seq, state="failed", outcome=outcome)
    steps.park(turn, error.sentence)
    turn.sentence = error.sentence


def _renumber(turn: Turn, before: Run) -> None:
    """Begin a new wait under a new number: who was sent to end the old one comes too late."""
    run = turn.run
    waits = run.state in {RunState.WAITING, RunState.HOLDING} and run.seq == before.seq
    if waits and (run.state, run.step, run.due_at) != (before.state, before.step, before.due_at):
        turn.become(seq=run.seq + 1)


def _rule(turn: Turn, run: Run) -> Callable[[Turn], None]:
    command = turn.command
    if isinstance(command, OnDraft):
        drafts.known(turn, command)
        rule = ON_DRAFT.get((type(command), turn.draft.state))
        if rule is None:
            raise _no_row(turn, command)
        return rule
    if isinstance(command, _REPORTS) and (command.seq, command.fence) != (run.seq, run.fence):
        raise Stale
    rule = ON_RUN.get((type(command), run.state))
    if rule is None:
        raise _late(turn, run)
    return rule


def _late(turn: Turn, run: Run) -> Refusal:
    if isinstance(turn.command, _REPORTS):
        return Stale()
    if isinstance(turn.command, OnTask):
        return tasks.closed(turn)
    if isinstance(turn.command, OnUrgent):
        return answering.decided(turn)
    if isinstance(turn.command, MakeWay):
        return once.still_leaving(turn)
    if run.draft and run.draft.ending:
        return drafts.decided(turn)
    return NotOpen(state=f"{run.state} ({run.why})" if run.why else run.state, wanted="changed")


def _no_row(turn: Turn, command: OnDraft) -> Refusal:
    if isinstance(command, ReviewDue):
        return Stale()
    if isinstance(command, Undo) and turn.draft.state in {DraftState.EXECUTING, DraftState.SIGNED}:
        return TooLateToUndo(
            hint=" It is being carried out, and may have happened; the card says what comes of it."
        )
    return drafts.decided(turn)


def _touched(turn: Turn) -> tuple[str, ...]:
    """Name every message that shows something of this run: its cards and tasks, people's Home."""
    subjects = [f"run:{turn.run.id}", "home"]
    if turn.run.urgent:
        subjects.append(f"urgent:{turn.run.id}")
    for run in (*turn.replaced, turn.run):
        if run.draft:
            about = run.draft.id
            subjects += [f"{kind}:{about}" for kind in ("draft", "remind", "escalate", "look")]
        if run.task:
            subjects += [f"task:{run.task.id}", f"nudge:{run.task.id}"]
    return tuple(dict.fromkeys(subjects))


def _start(playbook: Playbook, command: StartRun, facts: Facts) -> Decision:
    if command.actor.kind == "user":
        # What is to be done after an incident, anybody here may write down.
        may = policy.may_take_part if own_playbooks.is_own(playbook.playbook) else policy.may_start
        may(command.actor, facts.company)
    switch = facts.pause(f"playbook:{playbook.playbook}")
    if switch and not own_playbooks.is_own(playbook.playbook):
        raise drafts.paused(facts, switch)
    problems = input_problems(playbook, _asked(playbook, command))
    if problems:
        return Decision(run=None, answer=FieldErrors(errors=problems))
    inputs = _inputs(playbook, command)
    known = {"inputs": inputs}
    for condition in playbook.conditions:
        if not Condition(condition).holds(known):
            raise ConditionFailed(condition=condition)
    new = _new_run(playbook, command, facts, inputs)
    facts.refuse_again(playbook, new.subject)
    if playbook.mode == "single":
        facts.refuse_beside(new.subject)
    turn = Turn(new, playbook, command, facts)
    turn.record(
        Event.RUN_STARTED,
        head={
            "playbook": playbook.playbook,
            "version": playbook.version,
            "trigger": command.trigger,
            **_replaced(playbook, facts),
        },
        body={"inputs": inputs, "subject": turn.run.subject.raw},
    )
    if not steps.instead(turn, "emergency", "the inputs", inputs, "start"):
        once.begin(turn)
    return _decision(turn, None)


def _replaced(playbook: Playbook, facts: Facts) -> JsonObject:
    """Return whose place the new run takes: the engine stops them in the same transaction."""
    older: list[JsonValue] = [other.id for other in facts.open_others]
    return {"replaces": older} if playbook.mode == "restart" and older else {}


def once_of(playbook: Playbook, command: StartRun) -> str:
    """Return the hash of what tells which runs are about the same as this one would be; empty where nobody asks."""
    if playbook.mode == "parallel" and not playbook.once_per:
        return ""
    if input_problems(playbook, _asked(playbook, command)):
        return ""
    inputs = _inputs(playbook, command)
    return digest(Template(playbook.once_per or playbook.subject).render({"inputs": inputs}))


def _inputs(playbook: Playbook, command: StartRun) -> JsonObject:
    return {**_asked(playbook, command), **playbook.fixed}


def _asked(playbook: Playbook, command: StartRun) -> JsonObject:
    defaults = {f.name: f.default for f in playbook.inputs if f.default is not None}
    return {**defaults, **command.inputs}


def input_problems(playbook: Playbook, inputs: JsonObject) -> dict[str, str]:
    """Return what is wrong with a form's values, by field; unknown fields are wrong."""
    known = {field.name: field for field in playbook.inputs}
    wrong = {name: "is not an input of this playbook" for name in inputs if name not in known}
    for name, field in known.items():
        if problem := field.problem(inputs.get(name)):
            wrong[name] = problem
    return wrong


def _new_run(playbook: Playbook, command: StartRun, facts: Facts, inputs: JsonObject) -> Run:
    subject = Template(playbook.subject).render({"inputs": inputs})
    channel = facts.company.channel(playbook.channel)
    place = steps.place_of(command.place, playbook, channel)
    return Run(
        id=facts.ids[0],
        ws=facts.company.ws,
        playbook=playbook.playbook,
        version=playbook.version,
        step="",
        seq=0,
        state=RunState.WORKING,
        subject=Untrusted(subject),
        once=once_of(playbook, command),
        inputs=inputs,
        started_by=command.actor,
        trigger=command.trigger,
        created_at=facts.at,
        place=None
        if privacy.is_kept_from(facts.company, facts.actions, playbook, place)
        else place,
    )
