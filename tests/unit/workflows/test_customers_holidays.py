"""What reaches a customer does not leave on their own public holidays, wherever they live."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.holidays import Calendar
from tests.unit.workflows.builders import (
    ANA,
    COMPANY,
    REACHING,
    drafted,
    mailing,
    playbook,
    reading,
)
from tests.unit.workflows.builders import house as new_house
from tests.unit.workflows.presses import of, pressed
from workflows.commands import Approve, Read, Undo
from workflows.customers import Customers
from workflows.run import DraftState

if TYPE_CHECKING:
    from tests.unit.workflows.builders import House
    from workflows.run import Run

#: Thanksgiving of 2026, in New York.
HOLIDAY = datetime(2026, 11, 26, 18, 0, tzinfo=UTC)


def open_house(at: datetime, **customers: Any) -> House:
    """Return a house at a time, with what company.yml says of customers."""
    here = new_house(actions=REACHING, calendar=Calendar())
    told = {"customers": Customers.model_validate(customers)}
    here.directory.now = COMPANY.model_copy(update=told)
    here.clock.at = at
    return here


def held(here: House, **customer: str) -> Run:
    """Return a letter to Jo that was signed."""
    about: dict[str, Any] = {"customer": {"id": "jo", **customer}} if customer else {}
    return pressed(here, Approve, here.drafted(playbook(mailing(), **about)), ANA)


def leaves(run: Run) -> str:
    """Return when it leaves, in UTC."""
    at = of(run).leaves_at
    assert at
    return f"{at:%Y-%m-%d %H:%M}"


NEW_YORK = {"zone": "America/New_York", "country": "US", "region": "NY"}


def test_it_waits_until_the_holiday_is_over() -> None:
    """Midnight where Jo lives, with Undo all the while; on the day before and after it leaves."""
    here = open_house(HOLIDAY)
    run = held(here, **NEW_YORK)
    assert leaves(run) == "2026-11-27 05:00"
    assert of(run).state is DraftState.HOLDING
    here.clock.pass_by(hours=5)
    assert of(pressed(here, Undo, run, ANA)).state is DraftState.OPEN
    for days in (-1, 2):
        other = open_house(HOLIDAY + timedelta(days=days))
        assert leaves(held(other, **NEW_YORK)) == f"2026-11-{26 + days} 18:01"


def test_with_hours_it_leaves_when_they_open_next() -> None:
    """The Friday after Thanksgiving, nine o'clock in New York."""
    here = open_house(HOLIDAY, hours={"days": "mon-fri", "open": "09:00", "close": "17:00"})
    assert leaves(held(here, **NEW_YORK)) == "2026-11-27 14:00"


def test_company_yml_says_whose_holidays_count_where_a_playbook_does_not() -> None:
    """Nothing, and a place there is not, mean the company's customers; another country's are its own."""
    here = open_house(HOLIDAY, holidays={"country": "US"})
    assert leaves(held(here)) == "2026-11-26 23:00"  # the company's zone is Madrid's
    assert leaves(held(here, country="Atlantis")) == "2026-11-26 23:00"
    assert leaves(held(here, country="PT")) == "2026-11-26 18:01"


def test_a_part_of_a_country_has_its_own() -> None:
    """The sixth of January is a holiday in Bavaria and a working day in Berlin."""
    here = open_house(datetime(2027, 1, 6, 10, 0, tzinfo=UTC))
    bavaria = {"zone": "Europe/Berlin", "country": "DE", "region": "by"}
    assert leaves(held(here, **bavaria)) == "2027-01-06 23:00"
    assert leaves(held(here, **{**bavaria, "region": "BE"})) == "2027-01-06 10:01"


def test_a_record_may_say_where_they_live() -> None:
    """Two customers of one playbook may keep different holidays."""
    here = open_house(HOLIDAY)
    book = playbook(
        reading(), mailing(uses=["quote"]), customer={"id": "jo", "country": "{{ quote.country }}"}
    )
    for country, day in (("us", "2026-11-26 23:00"), ("PT", "2026-11-26 18:01")):
        run = here.start(book)
        here.report(run, Read(value={"id": "Q-1", "country": country}, source="table.quotes/Q-1"))
        here.report(here.now(run), drafted())
        here.clock.at = HOLIDAY
        assert leaves(pressed(here, Approve, run, ANA)) == day


def test_without_a_calendar_no_day_is_a_holiday() -> None:
    """Who has none to ask keeps nothing back for it."""
    here = new_house(actions=REACHING)
    here.clock.at = HOLIDAY
    assert leaves(held(here, **NEW_YORK)) == "2026-11-26 18:01"


@settings(max_examples=80, deadline=None)
@given(
    minutes=st.integers(min_value=0, max_value=60 * 24 * 400),
    place=st.sampled_from(
        [
            ("America/New_York", "US"),
            ("Asia/Kolkata", "IN"),
            ("Australia/Lord_Howe", "AU"),
            ("Europe/Lisbon", "PT"),
            ("Pacific/Apia", "WS"),
            ("Africa/Cairo", "EG"),
        ]
    ),
    hours=st.booleans(),
)
def test_nothing_leaves_on_a_holiday(minutes: int, place: tuple[str, str], hours: bool) -> None:  # noqa: FBT001 -- drawn
    """Whenever it is signed, wherever the customer lives and whatever the clocks do there; and no day is lost."""
    zone, country = place
    day = {"hours": {"days": "mon-sun", "open": "09:00", "close": "20:00"}} if hours else {}
    here = open_house(datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes), **day)
    at = of(held(here, zone=zone, country=country)).leaves_at
    assert at
    local, first = at.astimezone(ZoneInfo(zone)), here.clock.at.astimezone(ZoneInfo(zone))
    known = Calendar().holidays(country, "", first.date(), local.date())
    assert known is not None
    assert local.date() not in known
    between = {
        first.date() + timedelta(days=n) for n in range(1, (local.date() - first.date()).days)
    }
    assert between <= set(known), "it leaves on the first day that is none"


@pytest.mark.parametrize("place", [("XX", ""), ("US", "Narnia")])
def test_a_place_there_is_not_has_no_calendar(place: tuple[str, str]) -> None:
    """None, which is not the same as no holidays."""
    day = HOLIDAY.date()
    assert Calendar().holidays(*place, day, day) is None
    assert Calendar().holidays("US", "", day, day) == [day]
