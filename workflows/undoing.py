"""What people do once a draft was decided: hold back, undo, resolve, write again, cancel. One function per row."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from workflows import policy, steps, tasks
from workflows.drafts import bytes_of, end, may_decide, paused
from workflows.errors import NotOpen, TooLateToUndo
from workflows.events import Event
from workflows.lessons import learning
from workflows.playbook import DraftStep
from workflows.run import (
    AT_REST,
    Actor,
    Authorship,
    Draft,
    DraftState,
    Ending,
    Outcome,
    Revision,
    RunState,
)
from workflows.text import Untrusted
from workflows.trust import reviewing
from workflows.weighing import open_again

if TYPE_CHECKING:
    from workflows.commands import CancelRun, Resolve
    from workflows.ports import JsonObject
    from workflows.run import Compensation, Run
    from workflows.turn import Turn

#: What a draft that undoes another has of it.
_SAME = (
    *("run_id", "step", "rule", "amount", "evidence", "confidence", "context"),
    *("customer", "address", "zone", "country", "region", "known"),
)


def hold_back(turn: Turn) -> None:
    """Open the draft again before it left: the same text as a new revision, which nobody has signed."""
    may_decide(turn)
    open_again(turn)
    turn.redrafted(undone_at=turn.at)
    turn.record(
        Event.DRAFT_UNDONE,
        head={**bytes_of(turn.draft), "left": False},
    )
    turn.sentence = "Held back. Nothing was sent; the draft is open again."


def compensate(turn: Turn) -> None:
    """Open a draft of the compensating action; it is signed like any other."""
    may_decide(turn)
    done, undoing = turn.draft, turn.draft.compensation
    if undoing is None or undoing.action not in turn.facts.actions:
        raise TooLateToUndo(hint=" Nothing undoes it automatically; sort it out by hand.")
    if not turn.run.state.ended:
        raise TooLateToUndo(
            hint=f" The run is at the step {turn.run.step}; undo it when that is over."
        )
    turn.record(Event.DRAFT_UNDONE, head={"revision": done.revision, "left": True})
    # Undone once: its card offers it no more.
    turn.redrafted(compensation=None, undone_at=turn.at)
    learning.unlearn(turn)
    steps.await_signature(turn, _undoing(turn, done, undoing))


def _undoing(turn: Turn, done: Draft, undoing: Compensation) -> Draft:
    """Return the draft that undoes another: whom and what it is about is the same, all else begins anew."""
    author = Actor(kind="agent", id="playbook")
    door = turn.facts.company.door
    same = {name: getattr(done, name) for name in _SAME}
    return Draft(
        **same,
        id=turn.facts.ids[1],
        state=DraftState.OPEN,
        action=undoing.action,
        title=undoing.title,
        risk=turn.facts.actions[undoing.action].risk,
        needs=policy.needs(done.rule, done.amount),
        revisions=(Revision(n=1, payload=undoing.payload, author=author, at=turn.at),),
        author=Authorship(
            agent="playbook",
            model="none",
            prompt_version="",
            label="Undoes what was carried out",
        ),
        why=Untrusted(f"Undoes what left {done.leaves_at:%Y-%m-%d %H:%M} UTC."),
        opened_at=turn.at,
        remind_at=done.rule.within.half(turn.at, door),
        expires_at=done.rule.within.after(turn.at, door),
        undoes=done.id,
    )


def resolve(turn: Turn) -> None:
    """Take a person's word for what happened; `no` sends the same bytes again under the same key."""
    command = cast("Resolve", turn.command)
    may_decide(turn)
    if not command.happened and (switch := turn.held_by):
        raise paused(turn.facts, switch)
    turn.record(
        Event.DRAFT_RESOLVED,
        head={"revision": turn.draft.revision, "happened": command.happened},
    )
    if not command.happened:
        turn.redrafted(state=DraftState.EXECUTING, outcome=None)
        turn.work()
        return
    who = turn.facts.company.name_of(command.actor.id)
    confirmed = Outcome(status="done", message=f"confirmed by {who}")
    turn.redrafted(
        state=DraftState.EXECUTED,
        outcome=confirmed,
        ending=Ending(by=command.actor, at=turn.at, reason="confirmed"),
    )
    learning.learn(turn)
    reviewing.begin(turn)
    steps.advance(turn)


def redraft(turn: Turn) -> None:
    """Let the agent write again; it is told why the last one was not taken.

    Not from the card of an older draft: once the run has gone on, another draft took its place.
    """
    may_decide(turn)
    run, step = turn.run, turn.playbook.step(turn.draft.step)
    over = run.state in {RunState.CANCELLED, RunState.FAILED} and run.step == turn.draft.step
    if step is None or turn.draft.undoes or not over:
        raise NotOpen(state=turn.draft.state, wanted="drafted again")
    agent = (f"agent:{step.agent}",) if isinstance(step, DraftStep) else ()
    if switch := turn.facts.pause(f"playbook:{run.playbook}", *agent):
        raise paused(turn.facts, switch)
    if turn.playbook.mode != "parallel":
        turn.facts.refuse_beside(run.subject)
    turn.sentence = "Drafting again; the new card appears here."
    turn.record(Event.RUN_WOKEN, body={"why": "drafted again"})
    steps.enter(turn, step)


def retry(turn: Turn) -> None:
    """Enter the step again at which the run could not go on. What was drafted there is drafted again from its card."""
    policy.may_start(turn.command.actor, turn.facts.company)
    run, step = turn.run, turn.playbook.step(turn.run.step)
    if step is None or is_on_card(run):
        raise NotOpen(state="decided on its card", wanted="tried again from here")
    if switch := turn.facts.pause(f"playbook:{run.playbook}"):
        raise paused(turn.facts, switch)
    if turn.playbook.mode != "parallel":
        turn.facts.refuse_beside(run.subject)
    # One that failed in vain keeps nobody from starting another: that one counts by now.
    turn.facts.refuse_again(turn.playbook, run.subject)
    turn.record(Event.RUN_WOKEN, body={"why": "tried again"})
    turn.sentence = "Trying again."
    steps.enter(turn, step)


def is_on_card(run: Run) -> bool:
    """Whether what could not go on is drafted again from its card; not where an exception led back to its step."""
    draft = run.draft
    if draft is None or draft.step != run.step:
        return False
    led_back = draft.ending.led_to if draft.ending else run.exceptions
    return bool(draft.undoes) or not led_back


def cancel(turn: Turn) -> None:
    """Stop the run. A draft that has not left is withdrawn; one that is leaving can't be stopped."""
    command = cast("CancelRun", turn.command)
    policy.may_take_part(command.actor, turn.facts.company)
    draft = turn.run.draft
    if draft and draft.state is DraftState.EXECUTING:
        raise TooLateToUndo(hint=" It is being carried out, and may have happened.")
    who = turn.facts.company.name_of(command.actor.id)
    ending = Ending(by=command.actor, at=turn.at, reason="the run was cancelled")
    stop(turn, ending, f"stopped by {who}")
    turn.sentence = "Cancelled. Nothing of it leaves any more."


def stop(turn: Turn, ending: Ending, why: str, head: JsonObject | None = None) -> None:
    """Stop the run: its draft is withdrawn, its task dropped, and it is said where it lives."""
    draft = turn.run.draft
    turn.become(state=RunState.CANCELLED, due_at=None, why=why)
    turn.record(Event.RUN_CANCELLED, head=head, body={"why": why})
    if draft and draft.state in AT_REST:
        end(turn, DraftState.WITHDRAWN, ending, Event.DRAFT_WITHDRAWN)
    tasks.drop(turn, ending)
    turn.post(f"run:{turn.run.id}")
