"""What went by itself and is to be looked at, as each database finds it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.jobs.reviewing import Reviewing
from bot.storage.reviews import Reviews
from bot.storage.store import SqlStore
from tests.fakes.clock import MONDAY, FakeClock
from tests.unit.bot.storage.records import draft, run
from workflows.answers import Recorded
from workflows.commands import ReviewDue
from workflows.run import TIMER, DraftState, Review, RunState

if TYPE_CHECKING:
    from datetime import datetime

    from workflows.answers import Answer
    from workflows.commands import Command
    from workflows.ports import Store


@pytest.fixture
def kept(store: Store) -> SqlStore:
    """Return a real store; the one in memory has no list of its own."""
    if not isinstance(store, SqlStore):
        pytest.skip("the list is the database's")
    return store


def _gone(store: Store, name: str, next_at: datetime | None) -> None:
    review = Review(due_at=MONDAY + timedelta(days=2), next_at=next_at)
    made = draft(id=f"d-{name}", run_id=f"r-{name}", state=DraftState.EXECUTED, review=review)
    with store.transaction() as tx:
        tx.add(run(id=f"r-{name}", state=RunState.DONE, due_at=None, draft=made))


def test_what_is_to_be_looked_at_is_listed_until_somebody_has(kept: SqlStore) -> None:
    """The longest due first; what is not due yet waits, and what was looked at is gone."""
    _gone(kept, "later", MONDAY + timedelta(hours=2))
    _gone(kept, "due", MONDAY)
    _gone(kept, "done", None)
    found = Reviews(kept)
    assert found.due(MONDAY) == [("d-due", 1)]
    assert [each.id for each in found.waiting()] == ["r-due", "r-later"]
    assert all(each.draft and each.draft.review for each in found.waiting())


class Door:
    """Writes down what it is asked."""

    def __init__(self) -> None:
        self.asked: list[Command] = []

    def handle(self, command: Command, deadline: float | None = None) -> Answer:
        assert deadline is None
        self.asked.append(command)
        return Recorded()


def test_each_that_is_due_is_asked_for(kept: SqlStore) -> None:
    """By the timer, about the revision that left."""
    _gone(kept, "due", MONDAY)
    door = Door()
    Reviewing(Reviews(kept), door, FakeClock()).tick()
    assert door.asked == [ReviewDue(actor=TIMER, draft_id="d-due", revision=1)]
