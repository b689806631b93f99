"""How a number is rounded and written. Inside, every number is an exact `Fraction` in whole units."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import Strict

from workflows.action import Money

#: money: minor units (cents). count: things. ratio: 0.0312 is 3.12 %. days: calendar days.
Unit = Literal["money", "count", "ratio", "days"]
#: Money and whole counts are integers; ratios, days and halves of a count are decimals (JSON strings).
Value = Annotated[int, Strict()] | Decimal

_PLACES: dict[Unit, int] = {"ratio": 4, "days": 1, "count": 1}


def rounded(exact: Fraction, unit: Unit) -> Value:
    """Round once, at the very end, half to even: money to the cent, ratios to a hundredth of a per cent."""
    if unit == "money":
        return round(exact * 100)
    if unit == "count" and exact.denominator == 1:
        return exact.numerator
    return decimal(exact, _PLACES[unit])


def decimal(exact: Fraction, places: int) -> Decimal:
    """Return `exact` with that many decimals, rounded half to even."""
    return Decimal(round(exact * 10**places)).scaleb(-places)


def percent(part: Fraction) -> Decimal:
    """Return a share or a change as per cent with one decimal: 1/8 is 12.5."""
    return decimal(part * 100, 1)


def spoken(value: Value, unit: Unit, currency: str) -> str:
    """Write a value for people: `18,420.00 GBP`, `71`, `3.1%`, `12.5 days`."""
    if unit == "money":
        return str(Money(minor=int(value), currency=currency))
    if unit == "ratio":
        return f"{percent(Fraction(value)):,}%"
    return f"{value:,} days" if unit == "days" else f"{value:,}"


def spoken_percent(value: Decimal) -> str:
    """Write a per cent without its sign: `12.5%`, and `12%` when there is nothing after the point."""
    size = abs(value)
    return f"{size:.0f}%" if size == size.to_integral_value() else f"{size}%"
