from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.workflows.builders import usd
from workflows.action import Money
from workflows.amounts import is_same


@pytest.mark.parametrize(
    "typed",
    [
        "1480", "1480.00", "1,480.00", "1.480,00", "1 480,00", "1'480.00", "1\u2019480.00", "1\u00a0480.00",
        "1,480", "1.480", "USD 1,480.00", "1480 usd", "usd1480", "1480.00USD", "  1,480.00   USD ", "1480,00",
    ],
)  # fmt: skip
def test_separators_and_the_place_of_the_currency_are_free(typed: str) -> None:
    """People type amounts as they write them."""
    assert is_same(typed, usd("1480.00"))


@pytest.mark.parametrize(
    "typed",
    [
        "", " ", "1480.01", "148", "14800", "1480.0", "1480.000", "-1480", "1480 EUR", "EUR 1480 USD", "$1480", "01480",
        "1,48,0", "1,480,00", "1.480.00", "1,4800", "one", "1480 or so", "1480.00 USD USD USD", "1 4 8 0", "1480.",
        "USD", "1,480 ,00", "148000", "\u0661480", "1480\n.00",
    ],
)  # fmt: skip
def test_another_value_or_something_unclear_is_not_the_amount(typed: str) -> None:
    """What could be read twice is not read at all."""
    assert not is_same(typed, usd("1480.00"))


def test_a_sign_and_zero_count() -> None:
    """A credit is no charge."""
    credit = Money(minor=-5, currency="USD")
    assert is_same("-0.05", credit)
    assert not is_same("0.05", credit)
    assert is_same("0", usd("0"))


@given(st.integers(-(10**13), 10**13))
def test_an_amount_as_the_card_writes_it_is_the_amount(minor: int) -> None:
    """Whoever copies what they see has typed it."""
    amount = Money(minor=minor, currency="USD")
    assert is_same(str(amount), amount)
    assert is_same(str(amount).replace(",", ""), amount)


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_no_other_amount_passes_for_it(one: int, other: int) -> None:
    """Strict about the value, whatever the form."""
    written = str(Money(minor=one, currency="USD"))
    swapped = written.translate(str.maketrans(",.", ".,"))
    for form in (written, swapped, written.removesuffix(" USD")):
        assert is_same(form, Money(minor=other, currency="USD")) == (one == other)


@given(st.text(max_size=30))
def test_no_text_breaks_it(typed: str) -> None:
    """Whatever is typed, there is an answer."""
    assert is_same(typed, usd("480.00")) in {True, False}
