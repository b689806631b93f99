"""What a template may insert: fields of one record, on one line each, and words derived from them."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from agents import shown
from workflows.action import Money, money

if TYPE_CHECKING:
    from pydantic import JsonValue

    from agents.roster import Agent
    from workflows.ports import DraftRequest

#: Characters. A slot holds a name or a number; a longer text is prose and would take over the letter.
LONGEST = 200
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)

#: The time of day after a date.
_TIME = re.compile(r"[T ]\d{2}:\d{2}.*")

Slots = dict[str, str | int]


def slots(request: DraftRequest, agent: Agent) -> Slots:
    """Return what can be inserted, by name; empty values are left out.

    A date `sent_on` also gives `sent_on_in_words`, `days_since_sent_on` and `days_since_sent_on_in_words`; an
    amount `total` also gives `total_in_words`, with its currency.
    """
    plain = {**_plain(request.fixed), **_plain(shown.record(request, agent))}
    plain = {"currency": request.currency, **plain, "company": request.company}
    derived: Slots = {}
    for name, text in plain.items():
        derived |= _date_words(name, text, request.today)
        derived |= _amount_words(name, text, plain["currency"])
    return {**derived, **plain}


def _plain(values: dict[str, JsonValue]) -> dict[str, str]:
    lines = {name: _line(value) for name, value in values.items()}
    return {name: line for name, line in lines.items() if line}


def _line(value: JsonValue) -> str:
    """Write a scalar on one line: a record can fill a slot, it can't add a paragraph to a letter."""
    if value is None or isinstance(value, (bool, dict, list)):
        return ""
    return " ".join(str(value).split())[:LONGEST]


def _date_words(name: str, text: str, today: str) -> Slots:
    try:
        day, now = date.fromisoformat(_TIME.sub("", text)), date.fromisoformat(today)
    except ValueError:
        return {}
    days = (now - day).days
    return {
        f"{name}_in_words": f"{day.day} {_MONTHS[day.month - 1]} {day.year}",
        f"days_since_{name}": days,
        f"days_since_{name}_in_words": f"{days} day{'' if days == 1 else 's'}",
    }


def _amount_words(name: str, text: str, currency: str) -> Slots:
    try:
        return {f"{name}_in_words": str(money(text))}
    except ValueError:
        pass
    try:
        minor = Decimal(text.replace(",", "")) * 100
    except ArithmeticError:
        return {}
    # Too precise or too large an amount is left out, and so asked for: rounding it would be a guess.
    if not minor.is_finite() or abs(minor) > Decimal(10) ** 15 or minor != int(minor):
        return {}
    return {f"{name}_in_words": str(Money(minor=int(minor), currency=currency))}
