"""The log is sealed once a minute, or as soon as a thousand entries wait; nothing about it stops the clock."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.jobs.sequencing import AT_ONCE, Sequencer
from tests.fakes.clock import MONDAY, FakeClock
from workflows.errors import NotRecorded, WorkflowError

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Made:
    size: int
    at: datetime
    note: str = "note"
    more: bool = False


class Stuck(WorkflowError):
    """Nothing is sealed: {why}."""


class Log:
    """Entries as they wait; sealing takes at most five thousand."""

    def __init__(self) -> None:
        self.size, self.open = 0, 0
        self.made: list[Made] = []
        self.looks = 0
        self.problem: WorkflowError | None = None

    def newest(self) -> Made | None:
        return self.made[-1] if self.made else None

    def waiting(self, few: int) -> int:
        return min(few, self.open)

    def seal(self, at: datetime) -> Made | None:
        self.looks += 1
        if self.problem:
            raise self.problem
        taken = min(self.open, 5000)
        if not taken:
            return None
        self.open -= taken
        self.size += taken
        self.made.append(Made(size=self.size, at=at, more=taken == 5000))
        return self.made[-1]


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def seen() -> list[int]:
    return []


@pytest.fixture
def sequencer(log: Log, clock: FakeClock, seen: list[int]) -> Sequencer:
    return Sequencer(log, clock, lambda sealed: seen.append(sealed.size))


def test_a_few_entries_are_sealed_once_a_minute(
    log: Log, clock: FakeClock, sequencer: Sequencer, seen: list[int]
) -> None:
    """However often the clock ticks; no checkpoint when nothing happened."""
    for second in range(181):
        clock.at = MONDAY + timedelta(seconds=second)
        log.open += second in {1, 5, 130}
        sequencer.tick()
    assert [(made.size, (made.at - MONDAY).seconds) for made in log.made] == [(2, 60), (3, 180)]
    assert seen == [2, 3]


def test_a_thousand_entries_are_sealed_at_once(
    log: Log, clock: FakeClock, sequencer: Sequencer
) -> None:
    """A busy log has a checkpoint sooner."""
    sequencer.tick()
    clock.pass_by(seconds=1)
    log.open = 999
    sequencer.tick()
    assert log.made == []
    log.open = 1000
    sequencer.tick()
    assert [made.size for made in log.made] == [1000]


def test_a_backlog_is_sealed_in_a_few_batches_a_tick(
    log: Log, clock: FakeClock, sequencer: Sequencer
) -> None:
    """Other ticks have their turn in between."""
    log.open = 42_000
    sequencer.tick()
    assert log.size == AT_ONCE * 5000
    for _ in range(3):
        clock.pass_by(seconds=1)
        sequencer.tick()
    assert log.size == 42_000


def test_what_another_process_has_just_sealed_is_left_to_it(
    log: Log, clock: FakeClock, seen: list[int]
) -> None:
    """Two processes make one checkpoint a minute."""
    log.open = 1
    Sequencer(log, clock, seen.append).tick()
    log.open = 1
    clock.pass_by(seconds=30)
    other = Sequencer(log, clock, lambda _sealed: None)
    other.tick()
    assert len(log.made) == 1
    clock.pass_by(seconds=60)
    other.tick()
    assert len(log.made) == 2


def test_a_clock_that_was_set_back_stops_nothing(
    log: Log, clock: FakeClock, sequencer: Sequencer
) -> None:
    """An hour back is not an hour without checkpoints."""
    log.open = 1
    sequencer.tick()
    clock.pass_by(hours=-1)
    log.open = 1
    sequencer.tick()
    assert len(log.made) == 2


def test_the_newest_checkpoint_is_handed_on_after_a_start(log: Log, clock: FakeClock) -> None:
    """The witness may not have been reached before the program stopped."""
    log.made.append(Made(size=7, at=MONDAY))
    seen: list[int] = []
    Sequencer(log, clock, lambda sealed: seen.append(sealed.size)).tick()
    assert seen == [7]


def test_a_problem_is_told_once_and_ends_by_itself(
    log: Log, clock: FakeClock, sequencer: Sequencer, caplog: pytest.LogCaptureFixture
) -> None:
    """The clock that ticks this drives other things too: nothing is raised."""
    caplog.set_level(logging.WARNING)
    log.open, log.problem = 1, Stuck(why="another key")
    for _ in range(3):
        clock.pass_by(seconds=60)
        sequencer.tick()
    assert sequencer.problem == "Nothing is sealed: another key."
    assert [record.message for record in caplog.records] == [sequencer.problem]
    log.problem = None
    clock.pass_by(seconds=60)
    sequencer.tick()
    assert (sequencer.problem, log.size) == ("", 1)


def test_a_busy_database_is_tried_again_without_noise(
    log: Log, clock: FakeClock, sequencer: Sequencer, caplog: pytest.LogCaptureFixture
) -> None:
    """Everybody else tells of that."""
    log.open, log.problem = 1, NotRecorded()
    sequencer.tick()
    assert sequencer.problem
    assert not caplog.records
    log.problem = None
    clock.pass_by(seconds=60)
    sequencer.tick()
    assert log.size == 1
