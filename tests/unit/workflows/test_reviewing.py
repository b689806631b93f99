"""What went by itself is looked at afterwards; late, its playbook goes back to where people sign."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.workflows.builders import ANA, BEN, CEM, CORRECTION, press
from tests.unit.workflows.presses import pressed, refused
from tests.unit.workflows.trusting import footing, free, now, trusted
from workflows.answers import Recorded, Refused, Show
from workflows.commands import Executed, Judge, OpenWrong, Resolve, ReviewDue
from workflows.errors import AlreadyDecided, NotAllowed, NotOpen, Stale
from workflows.events import Event
from workflows.run import TIMER, Outcome

if TYPE_CHECKING:
    from datetime import datetime

    from tests.unit.workflows.builders import House
    from workflows.run import Review, Run

DONE = Outcome(status="done", receipt="<1@mail>")


def gone(rule: str = "audit later", outcome: Outcome = DONE, **more: Any) -> tuple[House, Run]:
    """Return a company in which a letter went by itself."""
    book = free(rule, **more)
    built = trusted(book)
    started = built.drafted(book)
    built.wake(started)
    built.report(started, Executed(outcome=outcome, compensation=CORRECTION))
    return built, started


def review(built: House, started: Run) -> Review:
    """Return what is to be looked at."""
    found = now(built, started).review
    assert found
    return found


def timer(built: House, started: Run, at: datetime | None = None) -> Any:
    """Let the time come at which it is asked for."""
    built.clock.at = at or review(built, started).next_at or built.clock.at
    draft = now(built, started)
    due = ReviewDue(actor=TIMER, draft_id=draft.id, revision=draft.revision)
    return built.engine.handle(due)


def test_what_goes_by_audit_later_is_put_on_the_list() -> None:
    """Until two working days later, unless the step says otherwise."""
    built, started = gone()
    found = review(built, started)
    assert (found.verdict, found.next_at is not None) == ("", True)
    assert found.due_at.isoformat().startswith("2026-11-25T")
    assert built.now(started).state == "done"
    entry = next(e for e in built.store.entries if e.event is Event.REVIEW_OPENED)
    assert entry.head["until"] == found.due_at.isoformat()


def test_what_people_signed_or_goes_alone_is_on_no_list() -> None:
    """The list is for what the rule says is looked at."""
    built, started = gone("alone")
    assert now(built, started).review is None
    book = free("audit later")
    built = trusted(book, "assist")
    signed = built.left(built.drafted(book), DONE)
    assert signed.draft
    assert signed.draft.review is None


def test_what_was_in_doubt_is_on_the_list_once_it_is_known() -> None:
    """It happened, as a person says; it still went by itself."""
    built, started = gone(outcome=Outcome(status="unknown", message="no answer"))
    assert now(built, started).review is None
    pressed(built, Resolve, started, ANA, happened=True)
    assert review(built, started).verdict == ""


def test_it_is_reminded_of_once_and_then_late() -> None:
    """Late, the playbook is back at assist in the same moment, said in its channel and on the record."""
    built, started = gone()
    half = review(built, started).next_at
    assert isinstance(timer(built, started), Recorded)
    assert review(built, started).next_at == review(built, started).due_at
    assert built.store.entries[-1].event is Event.REVIEW_REMINDED
    assert isinstance(timer(built, started, half), Refused)
    assert built.store.rows.footings["follow-up"].stage == "autonomous"
    assert isinstance(timer(built, started), Recorded)
    row = built.store.rows.footings["follow-up"]
    assert (row.stage, row.by) == ("assist", "")
    assert row.why == f"nobody looked in time at what went by itself in run {started.id}"
    events = [entry.event for entry in built.store.entries[-2:]]
    assert events == [Event.REVIEW_OVERDUE, Event.PLAYBOOK_DEMOTED]
    said = [p for (name, _), p in built.store.rows.posts.items() if name.startswith("stage:")]
    assert [post.channel for post in said] == ["C-SALES"]
    draft = now(built, started)
    assert (f"look:{draft.id}", "C-SALES") in built.store.rows.posts


def test_it_is_asked_for_again_every_working_day() -> None:
    """And a playbook promoted meanwhile goes back again: it was not looked at."""
    built, started = gone()
    timer(built, started)
    timer(built, started)
    first = review(built, started).next_at
    with built.store.transaction() as tx:
        tx.place(footing(free("audit later")))
    timer(built, started)
    assert built.store.rows.footings["follow-up"].stage == "assist"
    second = review(built, started).next_at
    assert first
    assert second
    assert (second - first).days == 1
    timer(built, started)
    assert built.store.entries[-1].event is Event.REVIEW_OVERDUE


def test_a_playbook_that_is_gone_has_nothing_to_lose() -> None:
    """The overdue review is on the record all the same."""
    built, started = gone()
    timer(built, started)
    built.store.rows.actives.clear()
    assert isinstance(timer(built, started), Recorded)
    assert built.store.entries[-1].event is Event.REVIEW_OVERDUE


def test_a_timer_too_early_or_for_nothing_changes_nothing() -> None:
    """Several nodes may look; the row decides."""
    built, started = gone()
    answer = timer(built, started, built.clock.now())
    assert isinstance(answer, Refused)
    assert isinstance(answer.error, Stale)
    alone, other = gone("alone")
    assert isinstance(timer(alone, other, alone.clock.now()), Refused)


def test_right_and_wrong_are_kept_with_who_said_so() -> None:
    """By those who could have signed it; nobody is asked again."""
    built, started = gone()
    pressed(built, Judge, started, ANA, right=True)
    found = review(built, started)
    assert (found.verdict, found.by, found.next_at) == ("right", "U-ANA", None)
    assert isinstance(timer(built, started), Refused)
    said = refused(built, AlreadyDecided, Judge, started, BEN, right=False)
    assert "found right by Ana" in said


def test_what_was_wrong_says_why_and_offers_undo() -> None:
    """It counts as an error; its card still undoes it."""
    built, started = gone()
    shown = built.engine.handle(press(OpenWrong, built.now(started), ANA))
    assert isinstance(shown, Show)
    answer = built.engine.handle(
        press(Judge, built.now(started), ANA, right=False, reason="It was for Jim")
    )
    assert isinstance(answer, Recorded)
    assert answer.sentence.endswith("Undo is on its card.")
    found = review(built, started)
    assert (found.verdict, found.reason) == ("wrong", "It was for Jim")
    entry = built.store.entries[-1]
    assert (entry.event, entry.head["right"]) == (Event.REVIEW_JUDGED, False)
    assert entry.body["reason"] == "It was for Jim"


@pytest.mark.parametrize("kind", [Judge, OpenWrong])
def test_others_do_not_judge(kind: Any) -> None:
    """Finance could not have signed a letter of sales."""
    built, started = gone()
    more: dict[str, Any] = {"right": True} if kind is Judge else {}
    assert "Ana, Ben can" in refused(built, NotAllowed, kind, started, CEM, **more)


def test_what_is_on_no_list_is_not_judged() -> None:
    """A button from elsewhere does nothing."""
    built, started = gone("alone")
    refused(built, NotOpen, Judge, started, ANA, right=True)


def test_what_can_not_be_undone_says_nothing_of_undo() -> None:
    """The sentence promises only what the card has."""
    book = free("audit later")
    built = trusted(book)
    started = built.drafted(book)
    built.wake(started)
    built.report(started, Executed(outcome=DONE))
    answer = built.engine.handle(press(Judge, built.now(started), ANA, right=False))
    assert isinstance(answer, Recorded)
    assert "Undo" not in answer.sentence
