"""Clocks change, days are skipped and machines sleep: every planned local time fires once, at the intended hour."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, available_timezones

import pytest

from bot.jobs.schedule import Schedules, latest_time, next_time
from bot.storage.timetable import Timetable, Timing
from tests.chaos.house import open_house, write_company
from tests.fakes.clock import FakeClock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.chaos.house import House

FIRST, YEARS = 2026, 5
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
#: In the middle of the usual changes, on both sides of midnight, and the hour of the weekly report.
LINES = ("30 0 * * *", "30 1 * * *", "30 2 * * *", "30 23 * * *", "0 8 * * *")


def _zones() -> list[str]:
    """Return every zone of a place, old aliases included: more than 400."""
    return sorted(name for name in available_timezones() if "/" in name)


def _edges(zone: ZoneInfo) -> Iterator[datetime]:
    """Yield each moment within the years at which the zone's clocks change, to the hour."""
    at, end = datetime(FIRST, 1, 1, tzinfo=UTC), datetime(FIRST + YEARS, 1, 1, tzinfo=UTC)
    while at < end:
        after = at + DAY
        if at.astimezone(zone).utcoffset() != after.astimezone(zone).utcoffset():
            yield at
        at = after


def _fires(cron: str, zone: str, begin: datetime, end: datetime) -> list[datetime]:
    """Return when a schedule fires within a span, as the program asks: the next one after the last."""
    fires: list[datetime] = []
    at = next_time(cron, zone, begin)
    while at < end:
        fires.append(at)
        at = next_time(cron, zone, at)
    return fires


def test_at_every_change_of_clocks_each_day_fires_once_at_its_hour() -> None:
    """Four hundred zones, five years, every change: one fire a day, at the written time or just after a gap."""
    edges = 0
    for name in _zones():
        zone = ZoneInfo(name)
        for edge in _edges(zone):
            edges += 1
            cron = LINES[edges % len(LINES)]
            _judge(cron, name, edge - 2 * DAY, edge + 3 * DAY)
    assert len(_zones()) >= 400
    assert edges >= 1000


def _judge(cron: str, name: str, begin: datetime, end: datetime) -> None:
    """Each day's wall time fires once: when the clocks show it first, or by as much later as they skip it."""
    zone, (minute, hour) = ZoneInfo(name), (int(word) for word in cron.split()[:2])
    keys: set[str] = set()
    meant: list[datetime] = []
    for at in _fires(cron, name, begin, end):
        local = at.astimezone(zone)
        shown = local.replace(tzinfo=None)
        late = (shown - shown.replace(hour=hour, minute=minute)) % DAY
        written = shown - late
        moved = written.replace(tzinfo=zone).astimezone(UTC).astimezone(zone)
        assert late == timedelta(0) or late <= 2 * HOUR, (cron, name, local)
        assert local.fold == 0, (cron, name, local)
        assert moved == local, (cron, name, local)
        keys.add(f"{local:%Y-%m-%dT%H:%M}")
        meant.append(written)
    assert len(keys) == len(meant)
    assert all(b - a == DAY for a, b in pairwise(meant)), (cron, name, meant)


def test_a_leap_day_fires_on_leap_days_only() -> None:
    """The 29th of February comes in 2028 and 2032, and on no other day in between."""
    begin, end = datetime(2026, 1, 1, tzinfo=UTC), datetime(2033, 1, 1, tzinfo=UTC)
    fires = _fires("0 8 29 feb *", "Europe/Lisbon", begin, end)
    assert [f"{at:%Y-%m-%d %H}" for at in fires] == ["2028-02-29 08", "2032-02-29 08"]


@pytest.mark.parametrize(
    "cron", ["* * * * *", "*/5 8-17 * * mon-fri", "0 8 * * mon", "0 8 29 feb *"]
)
@pytest.mark.parametrize("off", [1, 59, 3_600, 86_400, 5 * 86_400, 400 * 86_400])
def test_after_a_sleep_the_newest_missed_time_is_found_quickly(cron: str, off: int) -> None:
    """However long the program was off, it finds the last planned time, and not by walking through all of them."""
    planned = next_time(cron, "America/New_York", datetime(2028, 2, 26, 11, 30, tzinfo=UTC))
    now = planned + timedelta(seconds=off)
    timing = Timing(id="t", playbook="t", cron=cron, tz="America/New_York", next_at=planned)
    began = time.monotonic()
    latest = latest_time(timing, now)
    assert planned <= latest <= now < next_time(cron, "America/New_York", latest)
    assert time.monotonic() - began < 0.5


class Hall:
    """Schedules on a real database, with a clock one can move."""

    def __init__(self, home: Path, cron: str, zone: str, at: datetime) -> None:
        write_company(home)
        written = home / "playbooks" / "note-key.yml"
        trigger = f'trigger:\n  schedule: {{cron: "{cron}", zone: {zone}}}\n'
        written.write_text(written.read_text().replace("inputs:", f"{trigger}inputs:"))
        self.home, self.clock = home, FakeClock(at)
        self.open()

    def open(self) -> None:
        """Start, or start again."""
        house: House = open_house(self.home, self.clock)
        self.foundation = house.foundation
        self.schedules = Schedules(
            engine=self.foundation.engine,
            store=self.foundation.store,
            timetable=Timetable(self.foundation.store),
            shelf=self.foundation.shelf,
            directory=self.foundation.folder,
            clock=self.clock,
        )
        self.schedules.keep()

    def until(self, end: datetime, step: timedelta = timedelta(minutes=10)) -> None:
        """Tick twice every few minutes up to a moment."""
        while self.clock.at < end:
            self.clock.at += step
            self.schedules.tick()
            self.schedules.tick()

    def started(self) -> list[str]:
        """Return the local times of the runs there are, oldest first."""
        runs = self.foundation.lookup.runs()
        return sorted(run.trigger.removeprefix("schedule:") for run in runs)


#: Zones, and a local day on which their clocks change.
CHANGES = [
    ("Europe/Madrid", date(2027, 3, 28)),
    ("Europe/Madrid", date(2026, 10, 25)),
    ("America/New_York", date(2027, 3, 14)),
    ("America/New_York", date(2026, 11, 1)),
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("Pacific/Chatham", date(2027, 4, 4)),
]


@pytest.mark.parametrize("cron", ["30 1 * * *", "30 2 * * *"])
@pytest.mark.parametrize(("zone", "day"), CHANGES)
def test_over_a_change_of_clocks_one_run_starts_each_day(
    tmp_path: Path, cron: str, zone: str, day: date
) -> None:
    """On the real timetable, ticking all the while: from noon to noon, three nights, three runs."""
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo(zone)) - DAY
    hall = Hall(tmp_path / "company", cron, zone, noon.astimezone(UTC))
    hall.until((noon + 3 * DAY).astimezone(UTC), timedelta(minutes=30))
    days = [each[:10] for each in hall.started()]
    assert days == [f"{day + n * DAY}" for n in range(3)]


def test_a_clock_that_jumps_back_and_forth_fires_nothing_twice(tmp_path: Path) -> None:
    """The machine's clock is set back an hour after the fire, then forward: the day's run stays the only one."""
    hall = Hall(tmp_path / "company", "0 8 * * *", "UTC", datetime(2026, 11, 23, 7, 55, tzinfo=UTC))
    hall.until(datetime(2026, 11, 23, 8, 5, tzinfo=UTC))
    for back in (timedelta(hours=1), timedelta(days=1), timedelta(minutes=6)):
        hall.clock.at -= back
        hall.schedules.tick()
        hall.open()
        hall.schedules.tick()
        hall.clock.at += back
        hall.schedules.tick()
    assert hall.started() == ["2026-11-23T08:00"]


def test_a_machine_that_slept_over_the_hour_runs_once_and_says_so(tmp_path: Path) -> None:
    """Three mornings missed are made up for by one run, of the newest of them; a day too old by none."""
    hall = Hall(tmp_path / "company", "0 8 * * *", "UTC", datetime(2026, 11, 23, 7, 0, tzinfo=UTC))
    hall.clock.at += timedelta(days=2, hours=4)
    hall.open()
    hall.schedules.tick()
    hall.schedules.tick()
    assert hall.started() == ["2026-11-25T08:00"]
    hall.clock.at = datetime(2026, 11, 26, 23, 0, tzinfo=UTC)
    hall.schedules.tick()
    assert hall.started() == ["2026-11-25T08:00"]
    with hall.foundation.database.read() as connection:
        said = connection.exec_driver_sql("select body from message where subject like 'tell:%'")
        bodies = [str(row[0]) for row in said]
    assert any("2026-11-25T08:00" in body and "running now" in body for body in bodies)
    assert any("2026-11-26T08:00" in body and "skipped" in body for body in bodies)
