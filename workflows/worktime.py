"""Working time: when a company or a person is at work, and how long until then. Durations run while the door is open.

Instants go in and come out; opening hours are wall times in a zone, so a night with a change of clocks is as long as
it is. Nothing here reads a clock.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import TYPE_CHECKING, Annotated, cast
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, field_validator

from workflows.action import Record

if TYPE_CHECKING:
    from collections.abc import Iterator

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
#: Days in a row without an open door after which nobody waits for one any more.
PATIENCE = 400
TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_DAY = timedelta(days=1)
MIDNIGHT = "24:00"


class Hours(Record):
    """When the door is open on some days of the week: `mon-fri`, `08:00` to `18:00`. A night shift closes next day."""

    days: str = "mon-fri"
    open: str = "08:00"
    close: str = "18:00"

    @field_validator("days")
    @classmethod
    def _known_days(cls, days: str) -> str:
        weekdays(days)
        return days

    @field_validator("open", "close")
    @classmethod
    def _known_time(cls, written: str) -> str:
        if written != MIDNIGHT and not TIME.fullmatch(written):
            msg = f"{written!r} is not a time, like 08:00"
            raise ValueError(msg)
        return written

    def on(self, day: date, zone: ZoneInfo) -> tuple[datetime, datetime] | None:
        """Return from when until when the door is open that day, as instants; None when it stays shut."""
        if day.weekday() not in weekdays(self.days):
            return None
        begin, end = _instant(day, self.open, zone), _instant(day, self.close, zone)
        return (begin, end) if end > begin else (begin, _instant(day + _DAY, self.close, zone))


def weekdays(written: str) -> frozenset[int]:
    """Return the days `mon-thu, sat` names; Monday is 0. Raises `ValueError` for anything else."""
    found: set[int] = set()
    for part in written.lower().split(","):
        first, dash, last = (each.strip() for each in part.partition("-"))
        if first not in DAYS or (dash and last not in DAYS):
            msg = f"{written!r} names no days of the week, like mon-fri or mon-thu, sat"
            raise ValueError(msg)
        begin, end = DAYS.index(first), DAYS.index(last or first)
        found |= {(begin + n) % 7 for n in range((end - begin) % 7 + 1)}
    return frozenset(found)


def day_of(at: datetime, zone: tzinfo) -> datetime:
    """Return when the day began that `at` is in, as days go in `zone`."""
    return datetime.combine(at.astimezone(zone).date(), time(), zone)


def monday(at: datetime, zone: tzinfo) -> datetime:
    """Return when the week began that `at` is in, as days go in `zone`."""
    today = at.astimezone(zone).date()
    return datetime.combine(today - timedelta(days=today.weekday()), time(), zone)


def _instant(day: date, written: str, zone: ZoneInfo) -> datetime:
    if written == MIDNIGHT:
        day, written = day + _DAY, "00:00"
    local = datetime.combine(day, time.fromisoformat(written), zone)
    # There and back: a wall time that the clocks skip is the one they jump to.
    return local.astimezone(UTC)


def _listed(value: object) -> object:
    return cast("object", value) if isinstance(value, list | tuple) else (value,)


#: One row of hours, or several: a lunch break, a short Friday.
Rows = Annotated[tuple[Hours, ...], BeforeValidator(_listed)]


class WorkTime(Record):
    """The opening hours of somebody, in their zone. Without any row the door is always open."""

    zone: str = "UTC"
    hours: Rows = (Hours(),)
    #: Days on which the door stays shut: holidays, closed weeks.
    closed: frozenset[date] = frozenset()

    def is_open(self, at: datetime) -> bool:
        """Whether this is working time."""
        return self.opens(at) == at

    def opens(self, at: datetime) -> datetime:
        """Return when working time goes on: `at` itself while the door is open."""
        begin, _ = next(self._spans(at), (at, at))
        return max(begin, at)

    def add(self, at: datetime, seconds: float) -> datetime:
        """Return when so many seconds of working time are over. With none to come they pass as on any clock."""
        left = timedelta(seconds=seconds)
        if not left:
            return at
        for begin, end in self._spans(at):
            if left <= end - begin:
                return begin + left
            left -= end - begin
        return at + timedelta(seconds=seconds)

    def add_days(self, at: datetime, days: int) -> datetime:
        """Return the same time of day so many working days later; while the door is shut, when it opens next."""
        start = self.opens(at)
        zone = ZoneInfo(self.zone)
        local = start.astimezone(zone)
        day = local.date()
        for _ in range(days):
            day = self._following(day)
        return self.opens(datetime.combine(day, local.time(), zone).astimezone(UTC))

    def closes(self, day: date) -> datetime:
        """Return when the door shuts on that day; on one it stays shut, when that day is over."""
        found = self._on(day, ZoneInfo(self.zone))
        return (
            max(end for _, end in found) if found else _instant(day, MIDNIGHT, ZoneInfo(self.zone))
        )

    def between(self, start: datetime, end: datetime) -> float:
        """Return the seconds of working time from `start` to `end`; 0 when `end` is not later."""
        total = timedelta()
        for begin, until in self._spans(start):
            if begin >= end:
                break
            total += min(until, end) - begin
        return total.total_seconds()

    def _following(self, day: date) -> date:
        zone = ZoneInfo(self.zone)
        for n in range(1, PATIENCE):
            later = day + timedelta(days=n)
            if self._on(later, zone):
                return later
        return day + _DAY

    def _spans(self, at: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Yield the stretches of working time from `at` on, in order and apart from each other."""
        if not self.hours:
            yield at, at + timedelta(days=PATIENCE)
            return
        zone = ZoneInfo(self.zone)
        day, reached, shut = at.astimezone(zone).date() - _DAY, at, 0
        while shut < PATIENCE:
            found = sorted(self._on(day, zone))
            shut = 0 if found else shut + 1
            for begin, end in found:
                if end > reached:
                    yield max(begin, reached), end
                    reached = end
            day += _DAY

    def _on(self, day: date, zone: ZoneInfo) -> list[tuple[datetime, datetime]]:
        if day in self.closed:
            return []
        return [span for row in self.hours if (span := row.on(day, zone))]
