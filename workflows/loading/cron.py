"""What is wrong with a cron line, in words. Only named weekdays are read: people count them from 0 or from 1."""

from __future__ import annotations

import re

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
#: Name, lowest, highest, names, in the order of a line.
_FIELDS = (
    ("minute", 0, 59, ()),
    ("hour", 0, 23, ()),
    ("day of the month", 1, 31, ()),
    ("month", 1, 12, _MONTHS),
    ("weekday", 0, 6, _DAYS),
)
_PART = re.compile(r"(\*|[a-z0-9]+)(?:-([a-z0-9]+))?(?:/(\d{1,2}))?")


def cron_problem(line: str) -> tuple[str, str]:
    """Return what is wrong with a cron line and how to write it; two empty texts when it is fine."""
    parts = line.lower().split()
    if len(parts) != len(_FIELDS):
        return (
            f"a cron line has five fields, and this has {len(parts)}",
            "Write minute, hour, day of the month, month, weekday: 0 8 * * mon.",
        )
    if re.search(r"\d", parts[4].split("/")[0]):
        return "the weekday must be a name", "Write mon, mon-fri or * instead of a number."
    if parts[2] != "*" and parts[4] != "*":
        return (
            "a day of the month and a weekday together are read in two ways",
            "Write * for one of the two.",
        )
    for part, field in zip(parts, _FIELDS, strict=True):
        if problem := _field_problem(part, *field):
            return problem, ""
    return "", ""


def _field_problem(text: str, name: str, low: int, high: int, names: tuple[str, ...]) -> str:
    for item in text.split(","):
        match = _PART.fullmatch(item)
        ends = [_number(end, low, names) for end in match.groups()[:2] if end] if match else [None]
        numbers = [end for end in ends if end is not None]
        if len(numbers) != len(ends) or any(not low <= number <= high for number in numbers):
            allowed = f"from {names[0]} to {names[-1]}" if names else f"from {low} to {high}"
            return f"{item!r} is no {name}; it goes {allowed}"
        if numbers != sorted(numbers):
            return f"{item!r} ends before it begins"
        if match and match[3] == "0":
            return f"{item!r} steps by nothing"
    return ""


def _number(text: str, low: int, names: tuple[str, ...]) -> int | None:
    if text == "*":
        return low
    if text in names:
        return names.index(text) + low
    return int(text) if text.isdigit() and len(text) <= 2 else None  # noqa: PLR2004 -- 59 is the largest
