"""What work is worth: the numbers people stated, multiplied, and every one of them said."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from workflows.action import Money
from workflows.delegation.worth import Effort, Numbers, filled, hours, worth

HOUR = Numbers.model_validate({"hour": "38.00 USD"})
CALLS = Numbers.model_validate({"answered": "82%", "won": 30, "job": "450.00 USD"})


def _effort(**more: Any) -> Effort:
    return Effort(**{"minutes": 25, "times": 12, "per": "week", **more})


def _usd(minor: int) -> Money:
    return Money(minor=minor, currency="USD")


@pytest.mark.parametrize(
    ("per", "days", "minutes"),
    [("week", 5, 300), ("work day", 5, 1500), ("work day", 6, 1800), ("month", 5, 69)],
)
def test_time_is_counted_by_the_week(per: str, days: int, minutes: int) -> None:
    """A work day comes as often as the company is open, a month twelve times in 52 weeks."""
    assert worth(_effort(per=per), Numbers(), "USD", days).minutes == minutes


def test_time_costs_what_an_hour_costs() -> None:
    """Five hours at 38.00."""
    found = worth(_effort(), HOUR, "USD", 5)
    assert found.money == _usd(190_00)
    assert found.lines == (
        "25 min, 12 times a week: 5 h a week",
        "Time: 190.00 USD at 38.00 USD an hour",
    )


def test_what_waiting_costs_is_added_as_it_was_stated() -> None:
    """Beside the time."""
    found = worth(_effort(delay=_usd(200_00), times=1), HOUR, "USD", 5)
    assert found.money == _usd(215_83)
    assert found.lines[0] == "25 min, once a week: 25 min a week"
    assert found.lines[2] == "Waiting: 200.00 USD a week, as stated"


def test_lost_calls_are_estimated_from_the_companys_own_numbers() -> None:
    """120 calls, 18% not answered, 30% of those a job of 450.00: 2,916.00 a week, with each number said."""
    found = worth(_effort(calls=120), CALLS, "USD", 5)
    assert found.money == _usd(2916_00)
    assert found.lines[1] == (
        "Lost: 2,916.00 USD a week, if of 120 calls 18% are not answered and 30% of those would become a job of "
        "450.00 USD"
    )


@pytest.mark.parametrize("missing", ["answered", "won", "job"])
def test_no_loss_is_made_up(missing: str) -> None:
    """A number nobody gave is not guessed."""
    some = CALLS.model_copy(update={missing: None})
    found = worth(_effort(calls=120), some, "USD", 5)
    assert found.money == _usd(0)
    assert len(found.lines) == 1


def test_the_companys_numbers_come_before_typed_ones() -> None:
    """What company.yml says once counts everywhere, nothing answered included."""
    own = Numbers.model_validate(
        {"hour": "50.00 USD", "answered": 90, "won": 10, "job": "1.00 USD"}
    )
    assert filled(Numbers(), own) == own
    company = Numbers.model_validate(
        {"hour": "38.00 USD", "answered": 0, "won": 0, "job": "9.00 USD"}
    )
    assert filled(company, own) == company


def test_an_amount_in_another_currency_is_not_counted_and_that_is_said() -> None:
    """Nothing is converted in secret."""
    found = worth(_effort(delay=_usd(200_00)), HOUR, "EUR", 5)
    assert found.money == Money(minor=0, currency="EUR")
    assert found.lines[1].endswith("(another currency: not counted)")


@given(st.integers(1, 10_000), st.integers(1, 10_000), st.integers(0, 100), st.integers(0, 100))
def test_more_of_anything_is_never_worth_less(
    minutes: int, times: int, low: int, high: int
) -> None:
    """More work, and more that is lost, count for more."""
    less = worth(_effort(minutes=minutes, times=times, calls=low), filled(HOUR, CALLS), "USD", 5)
    more = worth(
        _effort(minutes=minutes + 1, times=times, calls=low + high), filled(HOUR, CALLS), "USD", 5
    )
    assert less.money.minor <= more.money.minor
    assert less.minutes <= more.minutes


@pytest.mark.parametrize(
    ("minutes", "said"), [(0, "0 min"), (59, "59 min"), (60, "1 h"), (455, "7.6 h")]
)
def test_minutes_are_said_as_people_say_them(minutes: int, said: str) -> None:
    """Hours from an hour on."""
    assert hours(minutes) == said


@pytest.mark.parametrize("written", ["101%", -1, "many", "8 2%"])
def test_a_share_is_a_whole_percentage(written: object) -> None:
    """From 0 to 100."""
    with pytest.raises(ValidationError):
        Numbers.model_validate({"answered": written})
