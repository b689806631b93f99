"""Events are kept before they are acknowledged, each once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.storage.inbox import Inbox
from tests.fakes.clock import MONDAY, FakeClock
from workflows.ports import Kept

if TYPE_CHECKING:
    from bot.storage.store import SqlStore


@pytest.fixture
def inbox(store: SqlStore) -> Inbox:
    """Return an empty inbox."""
    return Inbox(store)


def test_an_event_is_taken_once(inbox: Inbox) -> None:
    """Slack sends some twice."""
    assert inbox.store_event("Ev1", {"type": "app_mention", "text": "a\x00b"})
    assert not inbox.store_event("Ev1", {"type": "app_mention"})
    (kept,) = inbox.unhandled()
    assert kept.body == {"type": "app_mention", "text": "a\ufffdb"}


def test_what_a_crash_left_behind_is_found_oldest_first(inbox: Inbox, clock: FakeClock) -> None:
    """Only what nobody dealt with."""
    for name in ("Ev1", "Ev2", "Ev3"):
        clock.pass_by(seconds=1)
        inbox.store_event(name, {})
    inbox.handled("Ev2")
    assert [each.event_id for each in inbox.unhandled()] == ["Ev1", "Ev3"]
    assert [each.event_id for each in inbox.unhandled(limit=1)] == ["Ev1"]


def test_after_seven_days_answers_and_events_are_forgotten(
    store: SqlStore, inbox: Inbox, clock: FakeClock
) -> None:
    """Except events nobody dealt with."""
    for name in ("Ev1", "Ev2"):
        inbox.store_event(name, {})
    inbox.handled("Ev1")
    with store.transaction() as tx:
        tx.remember("old", Kept(kind="recorded"), MONDAY)
        tx.remember("new", Kept(kind="recorded"), MONDAY + timedelta(days=8))
    clock.pass_by(days=8)
    assert inbox.forget(clock.now() - timedelta(days=7)) == 2
    with store.transaction() as tx:
        assert tx.seen("old") is None
        assert tx.seen("new") is not None
    assert [each.event_id for each in inbox.unhandled()] == ["Ev2"]
