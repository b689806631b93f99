"""A signed draft that was held: looked at once more, then it leaves, waits, or does not leave at all."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, cast

from workflows import customers, drafts, limits, signing, steps, weighing
from workflows.events import Event
from workflows.expressions import Condition
from workflows.playbook import DoStep, DraftStep
from workflows.run import TIMER, DraftState, Ending, RunState
from workflows.trust import alone

if TYPE_CHECKING:
    from datetime import datetime

    from workflows.commands import Due
    from workflows.run import Outcome
    from workflows.turn import Turn

#: How long a held effect waits when it can't be checked or is paused, before it is looked at again.
LOOK_AGAIN = timedelta(seconds=30)
#: A signed draft that was kept from leaving expires this long after its deadline: people signed it for then.
LATE = timedelta(minutes=10)
#: So often it is tried to carry something out that is known not to have happened; then it has failed.
TRIES = 5


def leave(turn: Turn) -> None:
    """It may leave, or be tried again: look at switches and facts once more, then let the workers carry it out."""
    command, draft = cast("Due", turn.command), turn.draft
    if draft.leaves_at and turn.at < draft.leaves_at and not customers.is_silent(turn, draft):
        _hold_on(turn, draft.leaves_at)
    elif switch := turn.held_by:
        hold_still(turn, f"{switch[0]} is paused; it leaves once that is resumed")
    elif turn.at > max(draft.expires_at, draft.leaves_at or turn.at) + LATE:
        reason = "it was signed and could not leave in time"
        ending = Ending(by=TIMER, at=turn.at, reason=reason)
        drafts.end(turn, DraftState.EXPIRED, ending, Event.DRAFT_EXPIRED)
        steps.instead(turn, "failed", reason)
    elif command.problem:
        _wait_a_little(turn, f"the facts could not be checked again: {command.problem}")
    elif not _still_true(turn, command):
        reason = "its reason is gone: the record has changed since it was drafted"
        ending = Ending(by=TIMER, at=turn.at, reason=reason)
        drafts.end(turn, DraftState.WITHDRAWN, ending, Event.DRAFT_WITHDRAWN)
    elif customers.is_silent(turn, draft):
        withdraw_silent(turn)
    elif (day := customers.reachable_from(turn, draft, turn.at)) > turn.at:
        _wait_for_day(turn, day)
    elif not weighing.signed_enough(turn, needed := limits.needs(turn, draft)):
        weighing.ask_others(turn, needed)
    elif why := alone.lost(turn, draft):
        weighing.ask_people(turn, why)
    else:
        signing.let_go(turn, TIMER)


def try_again(turn: Turn, outcome: Outcome, after: float) -> None:
    """Hold what was tried in vain: in `after` seconds, by the customer's day, everything is looked at once more."""
    leaves = customers.reachable_from(turn, turn.draft, turn.at + timedelta(seconds=after))
    stay(turn)
    turn.redrafted(outcome=outcome, tries=turn.draft.tries + 1, leaves_at=leaves)
    turn.become(due_at=leaves, attempts=0, why=outcome.message)
    turn.record(Event.RUN_POSTPONED, head={"after": after}, body={"why": outcome.message})


def stay(turn: Turn) -> None:
    """Hold again what was to leave and has not. Its signatures count on, and its key is the same."""
    turn.redrafted(state=DraftState.HOLDING)
    turn.become(state=RunState.HOLDING)


def hold_still(turn: Turn, why: str) -> None:
    """Wait until something is resumed: no timer looks again."""
    turn.become(due_at=None, attempts=0, why=why)
    turn.record(Event.RUN_POSTPONED, actor=TIMER, body={"why": why})


def withdraw_silent(turn: Turn) -> None:
    """Take back what would reach somebody who wants no more messages."""
    ending = Ending(by=TIMER, at=turn.at, reason=customers.NO_MORE)
    drafts.end(turn, DraftState.WITHDRAWN, ending, Event.DRAFT_WITHDRAWN)


def _wait_for_day(turn: Turn, day: datetime) -> None:
    turn.redrafted(leaves_at=day)
    turn.become(due_at=day, why=signing.NIGHT)
    turn.record(Event.RUN_POSTPONED, actor=TIMER, body={"why": signing.NIGHT})


def _hold_on(turn: Turn, until: datetime) -> None:
    """Hold it to the end: it was woken for something else, which is over."""
    turn.record(Event.RUN_POSTPONED, actor=TIMER, body={"why": turn.run.why})
    turn.become(due_at=until)


def _wait_a_little(turn: Turn, why: str) -> None:
    turn.become(due_at=turn.at + LOOK_AGAIN, why=why)
    turn.record(Event.RUN_POSTPONED, actor=TIMER, body={"why": why})


def _still_true(turn: Turn, command: Due) -> bool:
    step = turn.playbook.step(turn.draft.step)
    condition = step.still if isinstance(step, DraftStep | DoStep) else ""
    if not condition or turn.draft.undoes:
        return True
    return Condition(condition).holds(steps.values(turn.run, command.fresh))
