"""What time brings: a turn that has come, a reminder, a draft that is late, a wait that is over."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from workflows import customers, drafts, leaving, limits, once, policy, steps, tasks
from workflows.events import Event
from workflows.playbook import WaitStep
from workflows.run import TIMER, DraftState, Ending
from workflows.trust import shadowing
from workflows.urgent import paging

if TYPE_CHECKING:
    from workflows.run import Draft, Task
    from workflows.turn import Turn


def due(turn: Turn) -> None:
    """Wake a waiting run: its turn has come, the draft expires, the wait is over, or an ask is overdue."""
    draft, step = turn.run.draft, turn.playbook.step(turn.run.step)
    turn.record(Event.RUN_WOKEN, actor=TIMER, body={"why": turn.run.why})
    urgent = turn.run.urgent
    if urgent and urgent.is_open:
        paging.due(turn, urgent)
    elif urgent and urgent.state == "taken":
        tasks.due(turn, cast("Task", turn.run.task))
    elif not turn.run.step:
        once.begin_in_turn(turn)
    elif draft and draft.state is DraftState.SHADOW:
        shadowing.unrecorded(turn)
    elif draft and draft.state is DraftState.OPEN:
        _remind_or_expire(turn, draft)
    elif isinstance(step, WaitStep):
        turn.become(results={**turn.run.results, step.wait: None})
        steps.advance(turn)
    elif turn.run.task and turn.run.task.state == "open":
        tasks.due(turn, turn.run.task)
    else:
        turn.become(due_at=None)


def _remind_or_expire(turn: Turn, draft: Draft) -> None:
    """At half time remind once; when it is late pass it on once; then it expires. Silence never approves."""
    if customers.is_silent(turn, draft):
        leaving.withdraw_silent(turn)
    elif turn.at < draft.remind_at:
        turn.become(due_at=draft.remind_at)  # woken for something else, which is over
    elif turn.at < draft.expires_at:
        _remind(turn, draft)
    elif draft.escalated_at is None and policy.can_pass_on(
        draft, turn.facts.company, policy.level_of(draft, turn.playbook.level), turn.at
    ):
        _escalate(turn, draft)
    else:
        _expire(turn, draft)


def _remind(turn: Turn, draft: Draft) -> None:
    turn.become(due_at=draft.expires_at)
    if draft.escalated_at:
        return  # who was reminded and passed over is not reminded again
    turn.record(Event.DRAFT_REMINDED, actor=TIMER, head={"revision": draft.revision})
    turn.post(f"remind:{draft.id}")


def _escalate(turn: Turn, draft: Draft) -> None:
    """Let somebody else sign as well, for as long again; those who could sign still can."""
    needs = limits.needs(turn, draft.model_copy(update={"escalated_at": turn.at}))
    until = draft.rule.within.after(turn.at, turn.facts.company.door)
    turn.redrafted(needs=needs, escalated_at=turn.at, expires_at=until)
    turn.become(due_at=until, why=f"waits for a signature: {needs.words}")
    turn.record(
        Event.DRAFT_ESCALATED,
        actor=TIMER,
        head={"revision": draft.revision, "to": [*draft.rule.escalate]},
    )
    turn.post(f"escalate:{draft.id}")


def _expire(turn: Turn, draft: Draft) -> None:
    """Silence never approves: nothing was sent, and the owner is told."""
    ending = Ending(by=TIMER, at=turn.at, reason=f"nobody signed in time ({draft.needs.words})")
    drafts.end(turn, DraftState.EXPIRED, ending, Event.DRAFT_EXPIRED)
    steps.instead(turn, "late", f"nobody signed in time: {draft.title.raw}")
