"""What left by rule is looked at afterwards, by those who could have signed it, until a deadline in working time."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from workflows import drafts, policy
from workflows.commands import Demote
from workflows.durations import Span
from workflows.errors import AlreadyDecided, NotAllowed, NotOpen, Stale
from workflows.events import Event
from workflows.run import TIMER, Review

if TYPE_CHECKING:
    from datetime import datetime

    from workflows.commands import Judge
    from workflows.ports import JsonObject
    from workflows.turn import Turn

#: How long after its deadline it is asked for again, and again.
AGAIN = Span(count=1, unit="work days")


def begin(turn: Turn) -> None:
    """Put what was just carried out on the list, where its rule says so and no person signed it."""
    draft, door = turn.draft, turn.facts.company.door
    if not draft.ruled or draft.rule.kind != "audit later":
        return
    due = draft.rule.review.after(turn.at, door)
    remind = draft.rule.review.half(turn.at, door)
    turn.redrafted(review=Review(due_at=due, next_at=remind))
    turn.record(Event.REVIEW_OPENED, head={"until": due.isoformat()})


def due(turn: Turn) -> None:
    """Remind once; then, and every working day after, the playbook goes back to where people sign."""
    review = turn.draft.review
    if review is None or review.next_at is None or turn.at < review.next_at:
        raise Stale
    head: JsonObject = {"revision": turn.draft.revision}
    turn.post(f"look:{turn.draft.id}")
    if turn.at < review.due_at:
        _next(turn, review, review.due_at)
        turn.record(Event.REVIEW_REMINDED, actor=TIMER, head=head)
        return
    _next(turn, review, AGAIN.after(turn.at, turn.facts.company.door))
    turn.record(Event.REVIEW_OVERDUE, actor=TIMER, head=head)
    turn.demotes.append(
        Demote(
            actor=TIMER,
            playbook=turn.run.playbook,
            to="assist",
            # No words of the draft: they would outlive it here.
            why=f"nobody looked in time at what went by itself in run {turn.run.id}",
        )
    )


def _next(turn: Turn, review: Review, at: datetime) -> None:
    turn.redrafted(review=review.model_copy(update={"next_at": at}))


def show(turn: Turn) -> None:
    """Let the form open in which somebody says what was wrong."""
    _refuse(turn)
    drafts.show(turn, "wrong")


def judge(turn: Turn) -> None:
    """Take a person's word for whether it was right. What was wrong can be undone from its card, where anything can."""
    command, review = cast("Judge", turn.command), _refuse(turn)
    said = review.model_copy(
        update={
            "next_at": None,
            "verdict": "right" if command.right else "wrong",
            "reason": "" if command.right else command.reason,
            "by": command.actor.id,
            "at": turn.at,
        }
    )
    turn.redrafted(review=said)
    turn.record(
        Event.REVIEW_JUDGED,
        head={**drafts.bytes_of(turn.draft), "right": command.right},
        body={"reason": said.reason},
    )
    turn.sentence = "Noted: it was right." if command.right else _wrong(turn)


def _wrong(turn: Turn) -> str:
    undo = " Undo is on its card." if turn.draft.compensation else ""
    return f"Noted: it was wrong, and counts as an error of the playbook.{undo}"


def _refuse(turn: Turn) -> Review:
    """Return the review that waits. Raises for somebody who could not have signed it, and for what was looked at."""
    draft, company, review = turn.draft, turn.facts.company, turn.draft.review
    able = policy.signers(draft, company, turn.at)
    if policy.known(turn.command.actor, company) not in able:
        names = [each.name for each in able]
        raise NotAllowed(
            action="Looking at what went by itself",
            needed=draft.needs.words,
            next_step=f"{', '.join(names) or 'nobody'} can.",
        )
    if review is None:
        raise NotOpen(state="not to be looked at", wanted="judged")
    if review.verdict:
        when = (review.at or turn.at).astimezone(company.tz)
        raise AlreadyDecided(
            state=f"found {review.verdict}", who=company.name_of(review.by), when=f"{when:%H:%M}"
        )
    return review
