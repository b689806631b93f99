"""Many start, stop and carry runs about the same at once: one at a time, each in its turn, none forgotten."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.clock import FakeClock
from tests.jobs.house import OLGA, House, open_house
from workflows.answers import Recorded
from workflows.commands import CancelRun, StartRun

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STARTS, THREADS = 24, 4
#: What tells that a run has begun, and that it is over.
_BEGUN, _OVER = ("run:step:waited",), ("run:run:done", "run:run:cancelled")


@pytest.fixture
def clock() -> FakeClock:
    """Return the time of all threads."""
    return FakeClock()


@pytest.fixture
def house(home: Path, database_url: str, clock: FakeClock) -> Iterator[House]:
    """Return a node on a database of each kind."""
    opened = open_house(home, database_url, clock=clock)
    yield opened
    opened.close()


def start(house: House, playbook: str, n: int) -> str:
    """Start a run about the one subject there is; return its id, or nothing where it was refused."""
    command = StartRun(actor=OLGA, key=f"{playbook} {n}", playbook=playbook, inputs={"to": "jo"})
    reply = house.foundation.engine.handle(command)
    return reply.run.id if isinstance(reply, Recorded) and reply.run else ""


def all_at_once(*acts: Any) -> list[Any]:
    """Do them in threads and return what came of each."""
    with ThreadPoolExecutor(THREADS) as pool:
        return [each.result(120) for each in [pool.submit(*act) for act in acts]]


def carried(house: House, clock: FakeClock) -> None:
    """Let workers carry what is due, then let time go by, until nothing is left to come."""
    for _ in range(STARTS * 4):
        all_at_once(*[(_work, house)] * THREADS)
        if not house.count("run WHERE state NOT IN ('done', 'cancelled')"):
            return
        clock.pass_by(seconds=61)


def _work(house: House) -> None:
    while house.core.advance():
        pass


def states(house: House, playbook: str) -> list[str]:
    """Return the states of all its runs."""
    rows = house.rows("state FROM run WHERE playbook = :playbook", playbook=playbook)
    return [row[0] for row in rows]


def beginnings(house: House) -> list[tuple[str, str]]:
    """Return what began and what was over, in the order it was put on the record."""
    named = ", ".join(f"'{event}'" for event in (*_BEGUN, *_OVER))
    rows = house.rows(f"event, chain FROM audit_event WHERE event IN ({named}) ORDER BY ts, n")
    return [(row[0], row[1]) for row in rows]


def test_queued_runs_come_one_at_a_time(house: House, clock: FakeClock) -> None:
    """Started by many at once, and some stopped while they wait: nobody begins before the one before is over."""
    started = all_at_once(*[(start, house, "in-turn", n) for n in range(STARTS)])
    assert all(started)
    waiting = [row[0] for row in house.rows("id FROM run WHERE step = ''")]
    assert len(waiting) == STARTS - 1
    stops = [CancelRun(actor=OLGA, run_id=each) for each in waiting[::3]]
    carry = (carried, house, clock)
    all_at_once(carry, *[(house.foundation.engine.handle, stop) for stop in stops])
    carried(house, clock)
    assert set(states(house, "in-turn")) <= {"done", "cancelled"}
    assert states(house, "in-turn").count("done") >= STARTS - len(stops)
    _assert_one_at_a_time(house)


def _assert_one_at_a_time(house: House) -> None:
    """A run that has begun is over before another begins."""
    going: set[str] = set()
    for event, chain in beginnings(house):
        if event in _OVER:
            going.discard(chain)
            continue
        assert not going, f"{chain} began beside {going}"
        going.add(chain)


def test_of_many_restarts_the_last_is_left(house: House) -> None:
    """Each takes the place of those before it, or is over itself: one is open at the end."""
    started = all_at_once(*[(start, house, "anew", n) for n in range(STARTS)])
    assert all(started)
    assert sorted(states(house, "anew")) == ["cancelled"] * (STARTS - 1) + ["waiting"]


def test_starts_and_stops_about_the_same_never_wait_for_each_other(
    house: House, clock: FakeClock
) -> None:
    """Whoever stops one holds what a start wants, and the other way round: none of them is turned away."""
    ids = [start(house, "in-turn", n) for n in range(STARTS)]
    stops = [(house.foundation.engine.handle, CancelRun(actor=OLGA, run_id=each)) for each in ids]
    starts = [(start, house, "in-turn", STARTS + n) for n in range(STARTS)]
    mixed = [act for pair in zip(stops, starts, strict=True) for act in pair]
    replies = all_at_once(*mixed)
    assert all(isinstance(reply, Recorded) or reply for reply in replies)
    carried(house, clock)
    assert states(house, "in-turn").count("cancelled") == STARTS
    assert states(house, "in-turn").count("done") == STARTS
