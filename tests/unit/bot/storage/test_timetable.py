"""A schedule fires once for each local wall time, however many nodes and restarts there are."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.storage.audit_search import Filters, search
from bot.storage.timetable import Timetable, Timing
from tests.fakes.clock import MONDAY

if TYPE_CHECKING:
    from bot.storage.store import SqlStore

NEXT = MONDAY + timedelta(days=7)
KPI = Timing(
    id="kpi", playbook="weekly-kpi-report", cron="0 8 * * mon", tz="Europe/Lisbon", next_at=MONDAY
)


@pytest.fixture
def timetable(store: SqlStore) -> Timetable:
    """Return a timetable with one schedule, due now."""
    made = Timetable(store)
    made.upsert_schedule(KPI)
    return made


def test_a_schedule_is_due_when_its_time_has_come(timetable: Timetable) -> None:
    """Not a microsecond before."""
    assert timetable.due_schedules(MONDAY - timedelta(microseconds=1)) == []
    assert timetable.due_schedules(MONDAY) == [KPI]


def test_one_wall_time_fires_once(timetable: Timetable) -> None:
    """The hour that comes twice in autumn, too."""
    assert timetable.fire(KPI, "2026-10-25T01:30", next_at=MONDAY, at=MONDAY)
    assert not timetable.fire(KPI, "2026-10-25T01:30", next_at=NEXT, at=MONDAY)
    assert timetable.due_schedules(MONDAY) == []
    assert timetable.schedules()[0].next_at == NEXT


def test_of_many_nodes_one_fires(timetable: Timetable) -> None:
    """They all try at the same moment."""
    barrier = threading.Barrier(4)
    won: list[bool] = []

    def node() -> None:
        barrier.wait(10)
        won.append(timetable.fire(KPI, "2026-11-23T08:00", next_at=NEXT, at=MONDAY))

    threads = [threading.Thread(target=node) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(won) == [False, False, False, True]


def test_a_restart_keeps_the_fire_that_was_missed_meanwhile(timetable: Timetable) -> None:
    """Writing the same schedule again does not move it to next week."""
    timetable.upsert_schedule(KPI.model_copy(update={"next_at": NEXT}))
    assert timetable.due_schedules(MONDAY) == [KPI]


def test_a_changed_schedule_is_due_by_its_new_times(timetable: Timetable) -> None:
    """Its old next fire counts no more."""
    changed = KPI.model_copy(update={"cron": "0 9 * * mon", "next_at": NEXT})
    timetable.upsert_schedule(changed)
    assert timetable.schedules() == [changed]


def test_a_retired_schedule_never_fires_until_it_is_kept_again(timetable: Timetable) -> None:
    """A playbook that was taken away stops; brought back it starts from now on."""
    timetable.retire(["another"])
    assert timetable.due_schedules(NEXT + timedelta(days=99)) == []
    timetable.upsert_schedule(KPI.model_copy(update={"next_at": NEXT}))
    assert timetable.schedules()[0].next_at == NEXT
    timetable.retire(["kpi"])
    assert timetable.schedules()[0].next_at == NEXT


def test_fires_and_misses_are_on_the_record(store: SqlStore, timetable: Timetable) -> None:
    """A schedule never stops silently."""
    timetable.fire(KPI, "2026-11-16T08:00", next_at=MONDAY, at=MONDAY)
    timetable.fire(KPI, "2026-11-16T08:00", next_at=MONDAY, at=MONDAY)
    timetable.miss(KPI, "2026-11-23T08:00", next_at=NEXT, at=MONDAY, why="too late")
    found = search(store.database, Filters())
    assert [(each.event, each.chain, each.head["local"]) for each in found] == [
        ("timer:schedule:fired", "playbook:weekly-kpi-report", "2026-11-16T08:00"),
        ("timer:schedule:missed", "playbook:weekly-kpi-report", "2026-11-23T08:00"),
    ]
