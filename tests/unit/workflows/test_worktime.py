"""Working time: opening hours, holidays, zones and changes of clocks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from workflows.durations import Span, span
from workflows.worktime import Hours, WorkTime, weekdays

#: Zones with the oddest clocks: half an hour, a night that is skipped, changes at midnight, none at all.
ZONES = (
    "UTC",
    "Europe/Lisbon",
    "America/New_York",
    "America/Havana",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Asia/Kathmandu",
)
HOUR = 3600.0
LISBON = WorkTime(zone="Europe/Lisbon")
#: 2026-11-20 was a Friday.
FRIDAY = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)

hours = st.builds(
    Hours,
    days=st.sampled_from(("mon-fri", "mon-sun", "sat-mon", "wed", "mon-thu, sat")),
    open=st.sampled_from(("00:00", "08:00", "01:30", "22:00", "02:15")),
    close=st.sampled_from(("24:00", "18:00", "12:30", "06:00", "03:45")),
)
doors = st.builds(
    WorkTime,
    zone=st.sampled_from(ZONES),
    hours=st.lists(hours, min_size=1, max_size=3).map(tuple),
    closed=st.frozensets(st.dates(date(2026, 1, 1), date(2027, 12, 31)), max_size=5),
)
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 -- the strategy adds the zone
amounts = st.integers(1, 400 * 3600).map(float)


@given(door=doors, at=moments, amount=amounts)
@settings(max_examples=150, deadline=None)
def test_what_is_added_has_passed(door: WorkTime, at: datetime, amount: float) -> None:
    """So much working time lies between, and not a moment of it before the door opened."""
    end = door.add(at, amount)
    assert door.between(at, end) == amount
    assert end > door.opens(at)


@given(door=doors, at=moments, first=amounts, second=amounts)
@settings(max_examples=100, deadline=None)
def test_a_pause_in_between_changes_nothing(
    door: WorkTime, at: datetime, first: float, second: float
) -> None:
    """Two stretches one after the other end when one of both together ends."""
    assert door.add(door.add(at, first), second) == door.add(at, first + second)


@given(door=doors, at=moments, later=st.integers(0, 60 * 24 * 30))
@settings(max_examples=100, deadline=None)
def test_never_more_working_time_than_time(door: WorkTime, at: datetime, later: int) -> None:
    """And what has begun later ends no earlier."""
    after = at + timedelta(minutes=later)
    assert 0 <= door.between(at, after) <= later * 60
    assert door.add(after, HOUR) >= door.add(at, HOUR)


@given(door=doors, at=moments)
@settings(max_examples=100, deadline=None)
def test_the_door_is_open_when_it_opens(door: WorkTime, at: datetime) -> None:
    """On a day that is not closed, or in the night that such a day began."""
    opens = door.opens(at)
    assert door.is_open(opens)
    assert opens >= at
    assert door.between(at, opens) == 0


@given(door=doors, at=moments, days=st.integers(1, 30))
@settings(max_examples=100, deadline=None)
def test_a_working_day_later_the_door_is_open(door: WorkTime, at: datetime, days: int) -> None:
    """It is another day, and more days end no earlier."""
    assert door.is_open(door.add_days(at, days))
    assert door.add_days(at, days) > door.opens(at)
    assert door.add_days(at, days + 1) >= door.add_days(at, days)


def test_four_hours_on_a_friday_afternoon_end_on_monday() -> None:
    """Two hours are left on Friday; Lisbon keeps UTC in winter."""
    assert LISBON.add(FRIDAY, 4 * HOUR) == datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
    assert LISBON.between(FRIDAY, datetime(2026, 11, 23, 10, 0, tzinfo=UTC)) == 4 * HOUR


def test_a_holiday_is_no_working_day() -> None:
    """The Monday is closed, so it is Tuesday."""
    door = LISBON.model_copy(update={"closed": frozenset({date(2026, 11, 23)})})
    assert door.add(FRIDAY, 4 * HOUR) == datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
    assert door.add_days(FRIDAY, 1) == datetime(2026, 11, 24, 16, 0, tzinfo=UTC)


def test_a_night_with_a_change_of_clocks_is_as_long_as_it_is() -> None:
    """In New York the night to 1 November 2026 has an hour more, the one to 8 March an hour less."""
    nights = WorkTime(
        zone="America/New_York", hours=(Hours(days="mon-sun", open="22:00", close="06:00"),)
    )
    long = datetime(2026, 11, 1, 2, 0, tzinfo=UTC)
    short = datetime(2026, 3, 8, 3, 0, tzinfo=UTC)
    assert nights.between(long, long + timedelta(hours=12)) == 9 * HOUR
    assert nights.between(short, short + timedelta(hours=12)) == 7 * HOUR


def test_a_lunch_break_does_not_count() -> None:
    """Two rows for one day."""
    rows = (Hours(open="08:00", close="12:00"), Hours(open="13:00", close="17:00"))
    door = WorkTime(hours=rows)
    monday = datetime(2026, 11, 23, 11, 30, tzinfo=UTC)
    assert door.add(monday, HOUR) == datetime(2026, 11, 23, 13, 30, tzinfo=UTC)


def test_without_hours_the_door_is_always_open() -> None:
    """And without a single open day nobody waits for ever."""
    assert WorkTime(hours=()).add(FRIDAY, HOUR) == FRIDAY + timedelta(hours=1)
    year = frozenset(date(2026, 1, 1) + timedelta(days=n) for n in range(1500))
    shut = WorkTime(closed=year)
    assert shut.add(FRIDAY, HOUR) == FRIDAY + timedelta(hours=1)
    assert shut.opens(FRIDAY) == FRIDAY


@pytest.mark.parametrize(
    ("written", "days"),
    [("mon-fri", {0, 1, 2, 3, 4}), ("sat-mon", {5, 6, 0}), ("Wed", {2}), ("mon, fri", {0, 4})],
)
def test_days_are_read(written: str, days: set[int]) -> None:
    """As people write them."""
    assert weekdays(written) == days


@pytest.mark.parametrize("wrong", [{"days": "everyday"}, {"open": "8"}, {"close": "25:00"}])
def test_hours_that_are_none_are_refused(wrong: dict[str, str]) -> None:
    """With what was written."""
    with pytest.raises(ValidationError, match="like"):
        Hours(**wrong)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("4 hours", "4 hours"),
        ("4 work hours", "4 work hours"),
        ("24 work hours", "24 work hours"),
        ("90 working minutes", "90 work minutes"),
        ("1 work minute", "1 work minute"),
        ("1 work hour", "1 work hour"),
        ("1 work day", "1 work day"),
        ("2 work days", "2 work days"),
        ("3 days", "3 days"),
    ],
)
def test_a_span_is_said_as_it_is_written(written: str, said: str) -> None:
    """Working time is named as such."""
    assert span(written).words == said


def test_half_of_a_span_is_half_of_its_working_time() -> None:
    """Half of four hours on a Friday at four is at six; on any clock too, if it says so."""
    assert span("4 work hours").half(FRIDAY, LISBON) == FRIDAY + timedelta(hours=2)
    assert span("4 hours").half(FRIDAY, LISBON) == FRIDAY + timedelta(hours=2)
    assert span("1 work day").half(FRIDAY, LISBON) == datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
    assert Span(count=60).after(FRIDAY, LISBON) == FRIDAY + timedelta(minutes=1)
