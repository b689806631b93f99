"""One reading for every process: one asks at a time, an older look takes nobody's place, a hint is not lost."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.storage.outbox import OutboxRows
from bot.storage.readings import GAP, LEASE, PAUSE, Readings
from bot.storage.store import SqlStore
from tests.fakes.clock import MONDAY, FakeClock
from tests.fakes.ids import FakeIds
from workflows.basis.reading import Account, Members, Reading
from workflows.playbook import Playbook
from workflows.ports import Post

if TYPE_CHECKING:
    from bot.storage.database import Database

SECOND = timedelta(seconds=1)


def read(at_seconds: float = 0, *, away: str = "") -> Reading:
    """Return a reading of so many seconds after nine."""
    at = MONDAY + timedelta(seconds=at_seconds)
    group = Members(at=at, people=("U-ANA",))
    account = Account(id="U-ANA", away=away, back_at=at if away else None)
    return Reading(at=at, accounts=(account,), groups_at=at, groups={"@sales": group})


def test_a_reading_comes_back_as_it_was_kept(store: SqlStore) -> None:
    """In the transaction that decides, and for whoever looks."""
    readings = Readings(store)
    assert readings.newest() is None
    assert readings.keep(read(away="on vacation"), None)
    assert readings.newest() == read(away="on vacation")
    with store.transaction() as tx:
        assert tx.reading() == read(away="on vacation")


def test_another_process_sees_the_newest_reading(store: SqlStore, database: Database) -> None:
    """Also one that has read an older one before."""
    other = Readings(
        SqlStore(
            database,
            wake=lambda *_: None,
            clock=FakeClock(),
            ids=FakeIds(),
            load=Playbook.model_validate_json,
        )
    )
    Readings(store).keep(read(), None)
    assert other.newest() == read()
    Readings(store).keep(read(60), None)
    assert other.newest() == read(60)


def test_an_older_look_that_took_longer_changes_nothing(store: SqlStore) -> None:
    """Two nodes asked at nearly the same time."""
    readings = Readings(store)
    assert readings.keep(read(10), None)
    assert not readings.keep(read(5, away="away"), None)
    assert not readings.keep(read(10, away="away"), None)
    assert readings.newest() == read(10)


def test_one_process_asks_at_a_time(store: SqlStore) -> None:
    """The others find that it is not due; if the first one dies, another takes its place."""
    one, two = Readings(store), Readings(store)
    claimed = one.claim(MONDAY)
    assert claimed == MONDAY + LEASE
    assert two.claim(MONDAY + LEASE - SECOND) is None
    assert two.claim(MONDAY + LEASE)


def test_after_a_reading_it_is_due_again_in_a_while(store: SqlStore) -> None:
    """Long before what was read is too old to go by."""
    readings = Readings(store)
    readings.keep(read(), readings.claim(MONDAY))
    assert readings.claim(MONDAY + PAUSE - SECOND) is None
    assert readings.claim(MONDAY + PAUSE)


def test_a_hint_makes_it_due_soon_and_not_at_once(store: SqlStore) -> None:
    """A hundred people who change their status at nine cost a few looks and not a hundred."""
    readings = Readings(store)
    readings.hint(MONDAY)  # before anything was read it is due anyway
    readings.keep(read(), readings.claim(MONDAY))
    readings.hint(MONDAY + SECOND)
    readings.hint(MONDAY + 2 * SECOND)
    assert readings.claim(MONDAY + GAP - SECOND) is None
    assert readings.claim(MONDAY + GAP)


def test_a_hint_while_slack_is_asked_is_not_lost(store: SqlStore) -> None:
    """What is being read may be what was before."""
    readings = Readings(store)
    readings.keep(read(), readings.claim(MONDAY))
    at = MONDAY + PAUSE
    claimed = readings.claim(at)
    readings.hint(at + SECOND)
    readings.keep(read(PAUSE.total_seconds()), claimed)
    assert readings.claim(at + 2 * SECOND)


def test_a_hint_long_after_the_last_reading_is_followed_at_once(store: SqlStore) -> None:
    """Also when the clock was set back since."""
    readings = Readings(store)
    readings.keep(read(60), readings.claim(MONDAY))
    readings.hint(MONDAY)
    assert readings.claim(MONDAY)


def test_a_clock_that_was_set_back_stops_nothing(store: SqlStore) -> None:
    """What was read in a future that has not come is no newer, and it is not waited for."""
    readings = Readings(store)
    readings.keep(read(7200), readings.claim(MONDAY + timedelta(hours=2)))
    claimed = readings.claim(MONDAY)
    assert claimed
    assert readings.keep(read(away="away"), claimed)
    assert readings.newest() == read(away="away")
    assert readings.claim(MONDAY + SECOND) is None


def test_home_is_drawn_again_when_somebody_has_gone_or_come(store: SqlStore) -> None:
    """And not each time that nothing has changed."""
    rows, readings = OutboxRows(store), Readings(store)
    with store.transaction() as tx:
        tx.post([Post(subject="home:U-ANA", channel="U-ANA")], MONDAY)

    def wanted() -> int:
        return rows.messages_of("home:U-ANA")[0].wanted

    readings.keep(read(), None)
    before = wanted()
    readings.keep(read(60), None)
    assert wanted() == before
    readings.keep(read(120, away="away"), None)
    assert wanted() == before + 1
