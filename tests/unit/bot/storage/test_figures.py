"""The numbers a monitoring system reads are the ones the rows say."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import insert, select

from bot.storage.figures import AGES, figures
from bot.storage.ledger import SqlLedger
from bot.storage.tables import audit_checkpoint, audit_event, audit_leaf, message
from bot.storage.timetable import Timetable, Timing
from tests.fakes.clock import MONDAY
from tests.unit.bot.storage import records
from workflows.ports import Post
from workflows.run import DraftState, RunState

if TYPE_CHECKING:
    from datetime import datetime

    from bot.storage.database import Database
    from bot.storage.figures import Figures
    from bot.storage.store import SqlStore

DAY = "2026-11-23"


def _read(database: Database, at: datetime = MONDAY) -> Figures:
    return figures(database, at, DAY)


def _add(store: SqlStore, n: int, state: RunState, draft_state: DraftState, minutes: int) -> None:
    """Write a run whose draft was opened so many minutes ago."""
    opened = MONDAY - timedelta(minutes=minutes)
    run = records.run(f"r-{n}", state=state, due_at=None)
    draft = records.draft(f"d-{n}", f"r-{n}", state=draft_state, opened_at=opened)
    with store.transaction() as tx:
        tx.add(run)
        tx.save(run.model_copy(update={"draft": draft}), expected_fence=0)


def test_an_empty_workspace_is_all_noughts(database: Database) -> None:
    """Every state is there from the first scrape on, so that no graph begins in the middle."""
    read = _read(database)
    assert read.runs == dict.fromkeys([state.value for state in RunState], 0)
    assert read.waits.count == read.uncertain == read.outbox_failed == read.unsequenced == 0
    assert read.waits.oldest == read.outbox_lag == read.due_lag == 0.0
    assert read.cost_micros == {}
    assert read.checkpoint_at is None


def test_runs_and_drafts_are_counted_by_state_and_age(store: SqlStore, database: Database) -> None:
    """Three open drafts of 1, 30 and 90 minutes, and one whose outcome nobody knows."""
    for n, minutes in enumerate((1, 30, 90)):
        _add(store, n, RunState.WAITING, DraftState.OPEN, minutes)
    _add(store, 3, RunState.UNCERTAIN, DraftState.UNCERTAIN, 5)
    read = _read(database)
    assert (read.runs["waiting"], read.runs["uncertain"], read.runs["done"]) == (3, 1, 0)
    assert read.uncertain == 1
    assert read.waits.count == 3
    assert [read.waits.within[age] for age in AGES[:4]] == [1, 1, 2, 3]
    assert read.waits.oldest == 90 * 60
    assert read.waits.total == 121 * 60


def test_an_age_of_exactly_a_bound_is_within_it(store: SqlStore, database: Database) -> None:
    """Bounds are inclusive, as Prometheus counts them."""
    _add(store, 1, RunState.WAITING, DraftState.OPEN, 5)
    assert _read(database).waits.within[300] == 1
    later = _read(database, MONDAY + timedelta(microseconds=1))
    assert later.waits.within[300] == 0


def test_lags_are_those_of_the_oldest_that_is_due(store: SqlStore, database: Database) -> None:
    """What is due later, or leased to somebody, is not late."""
    with store.transaction() as tx:
        tx.add(records.run("r-1", due_at=MONDAY - timedelta(seconds=42)))
        tx.add(records.run("r-2", due_at=MONDAY + timedelta(seconds=60)))
        tx.post([Post(subject="tell:1", channel="C1")], MONDAY - timedelta(seconds=7))
        tx.post([Post(subject="tell:2", channel="C1")], MONDAY + timedelta(seconds=7))
    read = _read(database)
    assert read.due_lag == 42.0
    assert read.outbox_lag == 7.0


def test_messages_slack_refuses_are_counted(store: SqlStore, database: Database) -> None:
    """A message that waits for somebody to mend something is neither late nor forgotten."""
    with store.transaction() as tx:
        tx.post([Post(subject=f"tell:{n}", channel="C1") for n in range(3)], MONDAY)
    with database.write() as connection:
        refused = message.update().where(message.c.subject != "tell:2")
        connection.execute(refused.values(due_at=None, problem="channel_not_found"))
    read = _read(database, MONDAY + timedelta(seconds=1))
    assert read.outbox_failed == 2
    assert read.outbox_lag == 1.0


def test_models_cost_what_the_ledger_says_of_today(store: SqlStore, database: Database) -> None:
    """Yesterday's calls are not today's, and each playbook has its own."""
    ledger = SqlLedger(store, daily_micros=1000)
    assert ledger.reserve("follow-up", 80)
    assert ledger.reserve("follow-up", 20)
    assert ledger.reserve("kpi", 5)
    assert _read(database).cost_micros == {"follow-up": 100, "kpi": 5}
    assert figures(database, MONDAY, "2026-11-24").cost_micros == {}


def test_missed_schedules_are_counted_from_the_log(store: SqlStore, database: Database) -> None:
    """A fire that was skipped stays counted."""
    timetable = Timetable(store)
    timing = Timing(id="kpi", playbook="kpi", cron="0 8 * * 1", tz="UTC", next_at=MONDAY)
    timetable.upsert_schedule(timing)
    timetable.miss(timing, "2026-11-16T08:00", next_at=MONDAY, at=MONDAY, why="too late")
    assert _read(database).missed_schedules == 1


def test_entries_without_a_leaf_are_counted(store: SqlStore, database: Database) -> None:
    """A sequencer that stands still shows before anybody verifies."""
    records.written(store)
    with database.read() as connection:
        ids = list(connection.execute(select(audit_event.c.id).order_by(audit_event.c.n)).scalars())
    assert _read(database).unsequenced == len(ids) > 3
    leaves = [
        {"ws": database.ws, "leaf_index": at, "event_id": each} for at, each in enumerate(ids[:-2])
    ]
    with database.write() as connection:
        connection.execute(insert(audit_leaf), leaves)
    assert _read(database).unsequenced == 2


def test_the_newest_checkpoint_tells_its_time(database: Database) -> None:
    """The newest is the one of the largest tree."""
    row = {"ws": database.ws, "root": b"r" * 32, "peaks": b"", "note": "n"}
    earlier = MONDAY - timedelta(minutes=5)
    with database.write() as connection:
        connection.execute(insert(audit_checkpoint), {**row, "size": 4, "at": earlier})
        connection.execute(insert(audit_checkpoint), {**row, "size": 9, "at": MONDAY})
    assert _read(database).checkpoint_at == MONDAY
