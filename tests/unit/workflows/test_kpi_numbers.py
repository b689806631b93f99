from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from workflows.kpi.numbers import Unit, Value, percent, rounded, spoken, spoken_percent


@pytest.mark.parametrize(
    ("exact", "unit", "value"),
    [
        (Fraction("2.555"), "money", 256),
        (Fraction("2.545"), "money", 254),
        (Fraction("-2.555"), "money", -256),
        (Fraction(71), "count", 71),
        (Fraction("70.5"), "count", Decimal("70.5")),
        (Fraction(1, 3), "ratio", Decimal("0.3333")),
        (Fraction("12.25"), "days", Decimal("12.2")),
    ],
)
def test_a_number_is_rounded_once_half_to_even(exact: Fraction, unit: Unit, value: Value) -> None:
    """Money to the cent, ratios to a hundredth of a per cent, counts only when they are halves."""
    assert rounded(exact, unit) == value


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (1_842_000, "money", "18,420.00 GBP"),
        (-50, "money", "-0.50 GBP"),
        (1_234, "count", "1,234"),
        (Decimal("0.0312"), "ratio", "3.1%"),
        (Decimal("12.5"), "days", "12.5 days"),
    ],
)
def test_a_number_is_written_for_people(value: Value, unit: Unit, text: str) -> None:
    """With separators, its unit and its currency."""
    assert spoken(value, unit, "GBP") == text


def test_a_per_cent_drops_an_empty_decimal() -> None:
    """12.5% keeps its half; 12.0% is 12%; the sign is for the words around it."""
    assert spoken_percent(percent(Fraction(1, 8))) == "12.5%"
    assert spoken_percent(percent(Fraction(-12, 100))) == "12%"
