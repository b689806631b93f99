from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.unit.workflows.builders import MAIL, REFUND
from workflows.action import Field, Money, money
from workflows.text import digest


@pytest.mark.parametrize(
    ("minor", "expected"),
    [
        (0, "0.00 USD"),
        (5, "0.05 USD"),
        (-5, "-0.05 USD"),
        (248_000, "2,480.00 USD"),
        (-123_456_789, "-1,234,567.89 USD"),
    ],
)
def test_money_is_written_with_separators_and_its_currency(minor: int, expected: str) -> None:
    """People read amounts as they write them."""
    assert str(Money(minor=minor, currency="USD")) == expected


@given(st.integers(-(10**14) + 1, 10**14 - 1), st.sampled_from(["USD", "EUR"]))
def test_money_is_read_back_as_it_was_written(minor: int, currency: str) -> None:
    """Nothing is lost or rounded on the way through text."""
    amount = Money(minor=minor, currency=currency)
    assert money(str(amount)) == amount


@pytest.mark.parametrize(
    ("text", "minor"),
    [("250 USD", 25_000), ("250.00USD", 25_000), (" -0.50 USD ", -50), ("1,000 USD", 100_000)],
)
def test_money_may_be_written_shorter(text: str, minor: int) -> None:
    """Cents, separators and spaces around may be left out."""
    assert money(text) == Money(minor=minor, currency="USD")


#: Each would be a wrong amount or a crash if it were taken.
NO_MONEY = (
    "",
    "USD",
    ", USD",
    "250",
    "250 usd",
    "2.5 USD",
    "24,80 EUR",
    "1,0000 USD",
    "1e3 USD",
    "٣ USD",
    "--1 USD",
    "9" * 5000 + " USD",
)


@pytest.mark.parametrize("text", NO_MONEY)
def test_what_is_not_clearly_an_amount_is_refused(text: str) -> None:
    """A decimal comma is not taken for thousands, and nothing crashes."""
    with pytest.raises(ValueError, match="is not an amount and a currency"):
        money(text)
    assert Field(name="amount", type="money").problem(text)


@pytest.mark.parametrize(
    ("field", "fitting"),
    [
        (Field(name="f"), "one line"),
        (Field(name="f", max=3), "abc"),
        (Field(name="f", type="long_text"), "two\nlines\r\nand three"),
        (Field(name="f", type="email"), "jo.b+x@mail.example.com"),
        (Field(name="f", type="integer", max=5), 5),
        (Field(name="f", type="integer"), -3),
        (Field(name="f", type="money", max=100), "1.00 USD"),
        (Field(name="f", type="date"), "2028-02-29"),
        (Field(name="f", type="choice", options=("a", "b")), "b"),
        (Field(name="f", type="person"), "U-ANA"),
        (Field(name="f", type="boolean"), False),
        (Field(name="f", required=False), None),
        (Field(name="f", required=False, type="email"), ""),
    ],
)
def test_fitting_values_have_no_problem(field: Field, fitting: Any) -> None:
    """Each type takes what people write."""
    assert field.problem(fitting) is None


@pytest.mark.parametrize(
    ("field", "wrong", "problem"),
    [
        (Field(name="f"), None, "is missing"),
        (Field(name="f"), "", "is missing"),
        (Field(name="f"), 3, "must be text"),
        (Field(name="f"), "two\nlines", "must be a single line"),
        (Field(name="f"), "one\rline", "must be a single line"),
        (Field(name="f"), "a\x00b", "has a character that can't be kept; type it again by hand"),
        (
            Field(name="f", type="long_text"),
            "a\ud800b",
            "has a character that can't be kept; type it again by hand",
        ),
        (Field(name="f", max=3), "abcd", "is 4 characters long; at most 3 fit"),
        (Field(name="f"), "a" * 20_001, "is 20001 characters long; at most 20000 fit"),
        (
            Field(name="f", type="email"),
            "a@b.co, c@d.co",
            "must be one e-mail address, like jo@example.com",
        ),
        (
            Field(name="f", type="email"),
            "a@b.co\r\nBcc: c@d.co",
            "must be one e-mail address, like jo@example.com",
        ),
        (
            Field(name="f", type="email"),
            ["a@b.co"],
            "must be one e-mail address, like jo@example.com",
        ),
        (
            Field(name="f", type="email"),
            "a\x00@b.co",
            "has a character that can't be kept; type it again by hand",
        ),
        (Field(name="f", type="integer"), "3", "must be a whole number"),
        (Field(name="f", type="integer"), True, "must be a whole number"),
        (Field(name="f", type="integer"), 2.5, "must be a whole number"),
        (Field(name="f", type="integer", max=5), 6, "must be at most 5"),
        (Field(name="f", type="integer"), 2**53, f"must be at most {2**53 - 1}"),
        (Field(name="f", type="integer", max=5), -(2**53), f"must be at least {1 - 2**53}"),
        (
            Field(name="f", type="money"),
            100,
            "must be an amount and a currency, like 250.00 USD",
        ),
        (Field(name="f", type="money", max=100), "1.01 USD", "must be at most 100"),
        (Field(name="f", type="date"), "2027-02-29", "must be a date, like 2026-11-23"),
        (Field(name="f", type="date"), "2026-W47-1", "must be a date, like 2026-11-23"),
        (Field(name="f", type="date"), 20_261_123, "must be a date, like 2026-11-23"),
        (Field(name="f", type="choice", options=("a", "b")), "c", "must be one of a, b"),
        (Field(name="f", type="person"), 7, "must be text"),
        (Field(name="f", type="boolean"), "yes", "must be yes or no"),
    ],
)
def test_other_values_are_refused_in_words(field: Field, wrong: Any, problem: str) -> None:
    """A form says beside the field what would fit."""
    assert field.problem(wrong) == problem


HOSTILE = st.text(alphabet=st.characters(exclude_categories=())) | st.integers() | st.booleans()
TYPES = ("text", "long_text", "email", "integer", "money", "date", "choice", "person", "boolean")


@given(st.sampled_from(TYPES), HOSTILE)
def test_what_a_field_takes_can_be_hashed_and_signed(kind: Any, value: str | int) -> None:
    """No value passes a form and then breaks the record it is put into."""
    field = Field(name="f", type=kind, options=("a",), required=False)
    if field.problem(value) is None:
        assert digest({"f": value})


def test_a_field_without_a_label_is_titled_by_its_name() -> None:
    """Forms read as words."""
    assert Field(name="due_on").title == "Due on"
    assert Field(name="due_on", label="When").title == "When"


def test_a_payload_is_checked_field_by_field() -> None:
    """Missing, unknown and wrong fields are all named at once."""
    assert MAIL.problems({"to": "jo@example.com", "subject": "Hi", "body": "There"}) == {}
    assert MAIL.problems({"to": "jo", "body": "There", "bcc": "x"}) == {
        "bcc": "is not a field of this action",
        "to": "must be one e-mail address, like jo@example.com",
        "subject": "is missing",
    }


def test_records_are_frozen_and_closed() -> None:
    """A record can't be changed or carry more than it declares."""
    with pytest.raises(ValidationError, match="frozen"):
        REFUND.name = "pay.all"
    with pytest.raises(ValidationError, match="extra"):
        Money.model_validate({"minor": 1, "currency": "USD", "cents": 2})
