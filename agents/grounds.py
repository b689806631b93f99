"""What a text may rest on: the numbers and the whole values of what the agent was shown."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, cast

from agents import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import JsonValue

    from agents.roster import Agent
    from workflows.ports import DraftRequest

_NUMBER = re.compile(r"\d[\d.,]*\d|\d")
#: Spaces and apostrophes that only group thousands.
_GROUPING = re.compile(r"(?<=\d)[\u00a0\u2009\u202f'\u2019](?=\d{3})")
_POINT = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")
_COMMA = re.compile(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d+,\d{1,2}")
_PLAIN = re.compile(r"-?\d{1,18}(?:\.\d{1,9})?")
_DIGITS = re.compile(r"\d+")
_DATE = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")


@dataclass(frozen=True, kw_only=True)
class Grounds:
    """The numbers that occur, and the values that are a whole field: an address in prose is no field."""

    numbers: frozenset[Decimal]
    values: frozenset[str]

    def support(self, token: str) -> bool:
        """Whether a number as written in a text is one of these; of a date or version every part must be."""
        meant = readings(token)
        return bool(meant & self.numbers) if meant else _parts(token) <= self.numbers


def grounds(request: DraftRequest, agent: Agent) -> Grounds:
    """Return what a draft for this request may rest on."""
    records = shown.records(request, agent)
    leaves = [*_leaves(records), *_leaves(request.fixed)]
    facts = [fact.fact.raw for fact in request.facts]
    words = [*map(str, leaves), *facts, request.today, request.company]
    found = {
        number
        for text in words
        for token in tokens(text)
        for number in readings(token) | _parts(token)
    }
    found |= _days(words, request.today) | set(_scaled(cast("JsonValue", records)))
    values = {text.strip() for text in [*map(str, leaves), *(fact.url for fact in request.facts)]}
    return Grounds(numbers=frozenset(found), values=frozenset(values | {request.company}) - {""})


def tokens(text: str) -> list[str]:
    """Return the numbers in a text as they stand there, without signs: `2,480.00`."""
    return _NUMBER.findall(_GROUPING.sub("", text))


def readings(token: str) -> set[Decimal]:
    """Return what a number can mean, with a decimal point or a decimal comma; nothing for a date."""
    found: set[Decimal] = set()
    if _POINT.fullmatch(token):
        found.add(Decimal(token.replace(",", "")))
    if _COMMA.fullmatch(token):
        found.add(Decimal(token.replace(".", "").replace(",", ".")))
    return found


def _parts(token: str) -> set[Decimal]:
    whole = readings(token)
    return set() if whole else {Decimal(part) for part in _DIGITS.findall(token)}


def _leaves(value: JsonValue) -> Iterator[str | int | float]:
    if isinstance(value, dict):
        for part in value.values():
            yield from _leaves(part)
    elif isinstance(value, list):
        for part in value:
            yield from _leaves(part)
    elif value is not None and not isinstance(value, bool):
        yield value


def _days(words: list[str], today: str) -> set[Decimal]:
    """Return how many days the dates on record are away, so that "eleven days ago" may be said in figures."""
    now = _day(today)
    days = [_day(found) for text in words for found in _DATE.findall(text)]
    return {Decimal(abs((now - day).days)) for day in days if now and day}


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _scaled(value: JsonValue) -> Iterator[Decimal]:
    """Yield amounts of minor units in whole units, and ratios in per cent, where a record names its unit."""
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for part in parts:
        yield from _scaled(part)
    if not isinstance(value, dict):
        return
    unit = "money" if "minor" in value else value.get("unit")
    if unit not in {"money", "ratio"}:
        return
    numbers = [Decimal(text) for text in map(str, value.values()) if _PLAIN.fullmatch(text)]
    for number in numbers:
        yield abs(number) / 100 if unit == "money" else abs(number) * 100
        if unit == "ratio":
            yield round(abs(number) * 100, 1)
