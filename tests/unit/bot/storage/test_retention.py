"""Texts go when they were kept long enough, by themselves; what is under way or moved money stays."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from pydantic import ValidationError
from sqlalchemy import text

from bot.storage.audit_search import Filters, search
from bot.storage.audit_verify import verify
from bot.storage.copies import ERASED
from bot.storage.erasing import Eraser
from bot.storage.queue import Queue
from bot.storage.retention import PAUSE, Expiry, Retention
from tests.fakes.clock import MONDAY
from tests.unit.bot.storage.personal import letter_to
from tests.unit.bot.storage.records import entry, run
from workflows.events import Event
from workflows.run import RunState

if TYPE_CHECKING:
    from bot.storage.store import SqlStore
    from tests.fakes.clock import FakeClock


@pytest.fixture
def expiry(store: SqlStore, clock: FakeClock) -> Expiry:
    """Return what erases after 180 days, and what moved money after 400."""
    eraser = Eraser(store.database, clock, store.ids)
    return Expiry(eraser, store.database, clock, Retention(money_days=400))


def _subject(store: SqlStore, run_id: str) -> str:
    found = Queue(store).run(run_id)
    assert found
    return found.subject.raw


def test_a_run_is_erased_once_it_was_kept_long_enough(
    store: SqlStore, clock: FakeClock, expiry: Expiry
) -> None:
    """A day early nothing happens; then its texts go, the system says so, and the log verifies."""
    about = letter_to(store, "zephyrine")
    clock.pass_by(days=180)
    expiry.tick()
    assert _subject(store, about.id) == "Zephyrine Quillfeather"
    clock.pass_by(days=1)
    expiry.tick()
    assert _subject(store, about.id) == ERASED
    (told,) = search(store.database, Filters(event="redacted"))
    assert (told.actor, told.event) == ("system:sayso", Event.PAYLOAD_EXPIRED)
    assert told.head["ground"] == "retention"
    assert told.body is not None
    assert told.body["reason"] == "kept for 180 days"
    assert verify(store.database).ok


def test_the_time_counts_from_the_last_thing_that_happened(
    store: SqlStore, clock: FakeClock, expiry: Expiry
) -> None:
    """A run that ended long after it began is kept as long as any."""
    about = letter_to(store, "zephyrine")
    clock.pass_by(days=100)
    with store.transaction() as tx:
        tx.append([entry(chain=f"run:{about.id}")], clock.now())
    clock.pass_by(days=100)
    expiry.tick()
    assert _subject(store, about.id) == "Zephyrine Quillfeather"


def test_what_is_under_way_stays(store: SqlStore, clock: FakeClock, expiry: Expiry) -> None:
    """However old: its entries too, since people still have to decide on it."""
    live = run(store.ids.new(), state=RunState.WAITING)
    with store.transaction() as tx:
        tx.add(live)
        tx.append([entry(chain=f"run:{live.id}", body={"why": "waits"})], MONDAY)
    clock.pass_by(days=900)
    expiry.tick()
    (kept,) = search(store.database, Filters(run=live.id))
    assert kept.body == {"why": "waits"}


def test_what_moved_money_stays_for_years(
    store: SqlStore, clock: FakeClock, expiry: Expiry
) -> None:
    """A refund's texts are a receipt; they go when their own time is over."""
    about = letter_to(store, "zephyrine")
    with store.transaction() as tx:
        changed = tx.connection.execute(
            text('UPDATE draft SET data = replace(data, \'"risk":"customer"\', \'"risk":"money"\')')
        )
        assert changed.rowcount == 1
    clock.pass_by(days=399)
    expiry.tick()
    assert _subject(store, about.id) == "Zephyrine Quillfeather"
    clock.pass_by(days=2)
    expiry.tick()
    assert _subject(store, about.id) == ERASED


def test_bodies_of_no_run_go_too(store: SqlStore, clock: FakeClock, expiry: Expiry) -> None:
    """A refused start, and a late press on a run that was erased before."""
    about = letter_to(store, "zephyrine")
    clock.pass_by(days=181)
    expiry.tick()
    refused = [
        entry(Event.PRESS_REFUSED, chain, body={"sentence": "no"})
        for chain in (f"run:{about.id}", "ws:local")
    ]
    with store.transaction() as tx:
        tx.append(refused, clock.now())
    clock.pass_by(days=181)
    expiry.tick()
    kept = search(store.database, Filters(event="refused"))
    assert [each.body for each in kept] == [None, None]
    assert verify(store.database).ok


def test_what_says_that_texts_were_erased_is_never_erased(
    store: SqlStore, clock: FakeClock, expiry: Expiry
) -> None:
    """The ground of an erasure is there as long as its entry."""
    letter_to(store, "zephyrine")
    for _ in range(4):
        clock.pass_by(days=400)
        expiry.tick()
    (told,) = search(store.database, Filters(event="redacted"))
    assert told.body is not None


def test_many_old_runs_go_in_small_steps(store: SqlStore, clock: FakeClock, expiry: Expiry) -> None:
    """Each tick takes some, so that nobody who presses waits long; then it rests for a day."""
    runs = [letter_to(store, f"person{n:02d}") for n in range(25)]
    clock.pass_by(days=181)
    left: list[int] = []
    for _ in range(4):
        expiry.tick()
        left.append(sum(_subject(store, each.id) != ERASED for each in runs))
    assert left == [5, 0, 0, 0]
    assert len(search(store.database, Filters(event="redacted"))) == 2
    late = letter_to(store, "zephyrine")
    expiry.tick()
    assert _subject(store, late.id) == "Zephyrine Quillfeather"
    clock.pass_by(seconds=PAUSE.total_seconds())
    expiry.tick()
    assert _subject(store, late.id) == ERASED


@pytest.mark.parametrize("days", [0, -1])
def test_nothing_is_kept_for_no_time_at_all(days: int) -> None:
    """A slip in the settings must not erase everything at once."""
    with pytest.raises(ValidationError):
        Retention(bodies_days=days)


def test_days_are_days(store: SqlStore, clock: FakeClock, expiry: Expiry) -> None:
    """To the microsecond: what happened exactly 180 days ago is kept."""
    about = letter_to(store, "zephyrine")
    assert expiry.step(MONDAY + timedelta(days=180)).is_empty
    assert not expiry.step(MONDAY + timedelta(days=180, microseconds=1)).is_empty
    assert _subject(store, about.id) == ERASED
    del clock
