"""A lease is renewed while its work is in hand, never after, and not for ever."""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.jobs.renewal import Renewal
from tests.fakes.clock import MONDAY, FakeClock
from tests.unit.bot.storage.records import run
from workflows.errors import NotRecorded

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from workflows.run import Run

#: Seconds of a lease by the test's clock; the thread looks every hundredth of a second.
LEASE = 0.12
THIRD = LEASE / 3


@dataclass
class Leased:
    """A claim of so long."""

    run: Run
    until: datetime = MONDAY + timedelta(seconds=LEASE)


class Row:
    """The run's row: answers as it is told, and writes down until when it is held."""

    def __init__(self, *answers: str | Exception) -> None:
        self.held: list[tuple[str, int, datetime]] = []
        self._answers = list(answers)

    def renew(self, run_id: str, fence: int, until: datetime) -> bool:
        self.held.append((run_id, fence, until))
        answer = self._answers.pop(0) if self._answers else "held"
        if isinstance(answer, Exception):
            raise answer
        return answer == "held"


def _wait(ready: Callable[[], object]) -> None:
    until = time.monotonic() + 5
    while not ready():
        assert time.monotonic() < until
        time.sleep(0.002)


def _some_looks() -> None:
    """Let the thread look a few times: nothing that was to happen is still to come."""
    time.sleep(5 * LEASE / 12)


def _renewal(row: Row, clock: FakeClock, most: float = 600.0) -> Renewal:
    return Renewal(renew=row.renew, clock=clock, lease=LEASE, most=most)


def test_a_lease_is_renewed_whenever_a_third_of_it_has_passed() -> None:
    """Not before, so that quick work costs nothing."""
    clock, row = FakeClock(), Row()
    with _renewal(row, clock).holding(Leased(run("r-1", fence=3))):
        _some_looks()
        assert row.held == []
        for n in (1, 2, 3):
            clock.pass_by(seconds=THIRD + 0.001)
            _wait(lambda n=n: len(row.held) == n)
    whole = timedelta(seconds=LEASE)
    assert row.held[0] == ("r-1", 3, MONDAY + timedelta(seconds=THIRD + 0.001) + whole)
    assert row.held[-1][2] == clock.now() + whole


def test_nothing_is_renewed_once_the_work_is_over() -> None:
    """Its result has given the run another due time, which must stay."""
    clock, row = FakeClock(), Row()
    renewal = _renewal(row, clock)
    with renewal.holding(Leased(run())):
        pass
    clock.pass_by(seconds=LEASE)
    with renewal.holding(Leased(run("r-2"), until=clock.now() + timedelta(seconds=LEASE))):
        clock.pass_by(seconds=2 * THIRD)
        _wait(lambda: row.held)
    assert {run_id for run_id, _, _ in row.held} == {"r-2"}


def test_leaving_waits_for_a_renewal_that_is_under_way() -> None:
    """Otherwise it could be written after the result."""
    clock, asked, answer, left = FakeClock(), threading.Event(), threading.Event(), []

    def renew(_run_id: str, _fence: int, _until: datetime) -> bool:
        asked.set()
        return answer.wait(5)

    def work() -> None:
        with Renewal(renew=renew, clock=clock, lease=LEASE).holding(Leased(run())):
            clock.pass_by(seconds=2 * THIRD)
            asked.wait(5)
        left.append(True)

    worker = threading.Thread(target=work)
    worker.start()
    assert asked.wait(5)
    _some_looks()
    assert left == []
    answer.set()
    worker.join(5)
    assert left == [True]


def test_a_run_that_went_to_somebody_else_is_let_go() -> None:
    """The fence has moved on; asking again would change nothing."""
    clock, row = FakeClock(), Row("lost")
    with _renewal(row, clock).holding(Leased(run())):
        clock.pass_by(seconds=2 * THIRD)
        _wait(lambda: row.held)
        clock.pass_by(seconds=LEASE)
        _some_looks()
    assert len(row.held) == 1


def test_work_that_hangs_is_held_no_longer_than_the_longest_time() -> None:
    """Then its lease runs out, and somebody else may try."""
    clock, row = FakeClock(), Row()
    with _renewal(row, clock, most=LEASE).holding(Leased(run())):
        clock.pass_by(seconds=2 * THIRD)
        _wait(lambda: row.held)
        clock.pass_by(seconds=LEASE)
        _some_looks()
    assert len(row.held) == 1


def test_a_database_that_does_not_answer_is_asked_again() -> None:
    """One missed renewal is no reason to give the run away, and a bug is none to give up the others."""
    clock, row = FakeClock(), Row(NotRecorded(), ValueError("a bug"), "held")
    with _renewal(row, clock).holding(Leased(run())):
        clock.pass_by(seconds=2 * THIRD)
        _wait(lambda: len(row.held) == 3)


def test_one_thread_holds_all_and_ends_when_nothing_is_held() -> None:
    """A waiting process has no thread for it at all."""
    clock, row = FakeClock(), Row()
    renewal = _renewal(row, clock)
    _wait(lambda: _threads() == 0)
    with ExitStack() as held:
        for n in range(20):
            held.enter_context(renewal.holding(Leased(run(f"r-{n}"))))
        assert _threads() == 1
    _wait(lambda: _threads() == 0)
    with renewal.holding(Leased(run())):
        assert _threads() == 1
    _wait(lambda: _threads() == 0)


def _threads() -> int:
    return sum(thread.name == "leases" for thread in threading.enumerate())
