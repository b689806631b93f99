"""The database's clock is what counts; a machine's own only runs on between two readings."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

import pytest

from bot.storage.clock import DatabaseClock
from tests.fakes.clock import MONDAY, FakeClock
from workflows.errors import NotRecorded

if TYPE_CHECKING:
    from datetime import datetime

HOUR = timedelta(hours=1)
#: No database is asked in these tests.
NONE = cast("Any", None)


class World:
    """Two clocks and a stopwatch. The machine's goes wrong; `slow` is how long an answer takes, there and back."""

    def __init__(self, skew: timedelta = timedelta(0)) -> None:
        self.machine, self.database = FakeClock(MONDAY + skew), FakeClock(MONDAY)
        self.stopwatch, self.asked = 0.0, 0
        self.slow: list[float] = []
        self.down = False

    def pass_by(self, seconds: float) -> None:
        self.machine.pass_by(seconds=seconds)
        self.database.pass_by(seconds=seconds)
        self.stopwatch += seconds

    def reading(self, _database: object) -> datetime:
        self.asked += 1
        if self.down:
            raise NotRecorded
        there, back = self.slow.pop(0) if self.slow else 0.0, 0.0
        self.pass_by(there)
        found = self.database.now()
        self.pass_by(back)
        return found

    def clock(self) -> DatabaseClock:
        return DatabaseClock(
            NONE, machine=self.machine, seconds=lambda: self.stopwatch, reading=self.reading
        )


@pytest.mark.parametrize("skew", [-HOUR, timedelta(0), HOUR])
def test_a_machine_with_a_wrong_clock_reads_the_right_time(skew: timedelta) -> None:
    """So that a lease of a minute is a minute on every node."""
    world = World(skew)
    clock = world.clock()
    assert clock.now() == world.database.now()
    world.pass_by(30)
    assert clock.now() == world.database.now()
    assert clock.ahead == -skew


def test_it_is_measured_once_a_minute() -> None:
    """However often it is ticked, and never by asking for the time."""
    world = World()
    clock = world.clock()
    asked = world.asked
    for _ in range(59):
        world.pass_by(1)
        clock.tick()
        clock.now()
    assert world.asked == asked
    world.pass_by(1)
    clock.tick()
    assert world.asked == 2 * asked


def test_a_clock_that_runs_too_fast_is_brought_back_each_minute() -> None:
    """Both directions alike."""
    world = World()
    clock = world.clock()
    for _ in range(3):
        world.machine.pass_by(seconds=0.5)
        world.pass_by(60)
        clock.tick()
        assert clock.now() == world.database.now()


def test_somebody_who_sets_the_machines_clock_is_noticed_at_the_next_tick() -> None:
    """Nobody waits a minute for it: a lease would be over at once, or never."""
    world = World()
    clock = world.clock()
    world.machine.at -= HOUR
    world.pass_by(1)
    clock.tick()
    assert clock.now() == world.database.now()


def test_the_quickest_answer_is_believed() -> None:
    """A slow one may have been slow on either way."""
    world = World(HOUR)
    world.slow = [4.0, 0.0, 2.0]
    clock = world.clock()
    assert clock.ahead == -HOUR


def test_what_is_within_the_error_of_a_reading_changes_nothing() -> None:
    """Time does not jitter to and fro with the network."""
    world = World(HOUR)
    clock = world.clock()
    world.slow = [0.2, 0.2, 0.2]
    world.pass_by(60)
    clock.tick()
    assert clock.ahead == -HOUR


def test_a_database_that_does_not_answer_leaves_the_last_reading() -> None:
    """And it is asked again at the next tick."""
    world = World(HOUR)
    clock = world.clock()
    world.down = True
    world.pass_by(60)
    clock.tick()
    assert clock.now() == world.database.now()
    world.down = False
    world.machine.pass_by(seconds=5)
    world.pass_by(1)
    clock.tick()
    assert clock.now() == world.database.now()


def test_without_a_first_reading_there_is_no_clock() -> None:
    """A program that starts without its database would not know the time."""
    world = World()
    world.down = True
    with pytest.raises(NotRecorded):
        world.clock()
