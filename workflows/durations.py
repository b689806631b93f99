"""Durations as people write them: on any clock (`60 seconds`, `3 days`), or in working time (`4 work hours`)."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BeforeValidator, WithJsonSchema

from workflows.action import Record

if TYPE_CHECKING:
    from datetime import datetime

    from workflows.worktime import WorkTime

_UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800}
#: Below this many seconds people count seconds.
_SHORT = 120
#: At most five digits: a longer one would end after the calendar does.
_DURATION = re.compile(r"([0-9]{1,5}) (second|minute|hour|day|week)s?")
_WORKING = re.compile(r"([0-9]{1,3}) work(?:ing)? (minute|hour|day)s?")


def seconds(text: str) -> float:
    """Return the seconds of `60 seconds`, `4 hours`, `3 days`. Raises `ValueError` for anything else."""
    match = _DURATION.fullmatch(text.strip())
    if not match:
        msg = f"{text!r} is not a duration, like 60 seconds, 4 hours or 3 days"
        raise ValueError(msg)
    return float(int(match[1]) * _UNITS[match[2]])


def words(duration: float) -> str:
    """Return `duration` seconds as a person says it: `4 hours`, `60 s`."""
    if duration < _SHORT:
        return f"{duration:g} s"
    for unit, length in (("day", 86400), ("hour", 3600)):
        if duration >= length and duration % length == 0:
            count = int(duration // length)
            return f"{count} {unit}" + ("s" if count > 1 else "")
    return f"{duration / 60:g} minutes"


class Span(Record):
    """How long somebody has. In working time the clock stands still while the door is shut."""

    count: float
    unit: Literal["seconds", "work seconds", "work days"] = "seconds"

    def after(self, at: datetime, door: WorkTime) -> datetime:
        """Return when it is over for somebody who begins at `at`."""
        match self.unit:
            case "seconds":
                return at + timedelta(seconds=self.count)
            case "work seconds":
                return door.add(at, self.count)
            case "work days":
                return door.add_days(at, int(self.count))

    def half(self, at: datetime, door: WorkTime) -> datetime:
        """Return when half of it is over."""
        end = self.after(at, door)
        if self.unit == "seconds":
            return at + (end - at) / 2
        return door.add(at, door.between(at, end) / 2)

    @property
    def words(self) -> str:
        """As a person says it: `4 hours`, `4 work hours`, `2 work days`."""
        if self.unit == "work days":
            return f"{self.count:g} work day" + ("s" if self.count > 1 else "")
        if self.unit == "seconds":
            return words(self.count)
        # Never in days: a working day is shorter than one on the clock.
        hours, minutes = self.count / 3600, self.count / 60
        number, unit = (hours, "hour") if hours.is_integer() else (minutes, "minute")
        return f"{number:g} work {unit}" + ("s" if number > 1 else "")


def _seconds(value: object) -> object:
    return seconds(value) if isinstance(value, str) else value


#: `60 seconds`, `4 hours`, `3 days`; kept in seconds.
Duration = Annotated[
    float,
    BeforeValidator(_seconds),
    WithJsonSchema({"type": ["string", "number"], "examples": ["60 seconds", "4 hours", "3 days"]}),
]


def span(text: str) -> Span:
    """Return `4 hours`, `4 work hours` or `2 work days` as a span. Raises `ValueError` for anything else."""
    match = _WORKING.fullmatch(text.strip())
    if match is None:
        return Span(count=seconds(text))
    if match[2] == "day":
        return Span(count=int(match[1]), unit="work days")
    return Span(count=int(match[1]) * _UNITS[match[2]], unit="work seconds")


def _spanned(value: object) -> object:
    if isinstance(value, str):
        return span(value)
    # A plain number is what older rows hold: seconds on any clock.
    return {"count": value} if isinstance(value, int | float) else value


#: `4 hours`, `4 work hours`, `2 work days`.
Within = Annotated[
    Span,
    BeforeValidator(_spanned),
    WithJsonSchema(
        {"type": ["string", "number"], "examples": ["4 work hours", "2 work days", "3 days"]}
    ),
]
