"""Durations as people write them."""

from __future__ import annotations

import re

_UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800}
#: Below this many seconds people count seconds.
_SHORT = 120
#: At most five digits: a longer one would end after the calendar does.
_DURATION = re.compile(r"([0-9]{1,5}) (second|minute|hour|day|week)s?")


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
