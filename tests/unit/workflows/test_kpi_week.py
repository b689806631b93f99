from __future__ import annotations

from datetime import UTC, date, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.errors import BadInput
from workflows.kpi.week import IsoWeek


def test_a_week_is_read_and_written_as_iso_8601_does() -> None:
    """2011-W20 is Monday 16 to Sunday 22 May."""
    week = IsoWeek.parse("2011-W20")
    assert str(week) == "2011-W20"
    assert (week.monday, week.sunday) == (date(2011, 5, 16), date(2011, 5, 22))
    assert week.label == "Week 20 · Mon 16 May to Sun 22 May 2011"


@pytest.mark.parametrize(
    "text", ["2011-W54", "2011-W00", "2011-W53", "20-W1", "", "next", "2011-20"]
)
def test_what_is_no_week_is_refused_with_an_example(text: str) -> None:
    """A week the calendar does not have, or no week at all, shows how to write one."""
    with pytest.raises(BadInput, match="2011-W20"):
        IsoWeek.parse(text)


@given(st.dates(date(1971, 1, 4), date(2100, 1, 1)), st.integers(-60, 60))
def test_weeks_follow_one_another_over_the_years(day: date, steps: int) -> None:
    """Going back and forth comes home, also over week 53, and each day is in its own week."""
    week = IsoWeek.of(day)
    assert day in week.days
    assert week.before(steps).before(-steps) == week
    assert week.before(1).sunday + timedelta(days=1) == week.monday


def test_a_week_with_a_clock_change_has_167_or_169_hours() -> None:
    """Whole local weeks: spring has an hour less and autumn one more."""
    london = ZoneInfo("Europe/London")

    def hours(text: str) -> float:
        week = IsoWeek.parse(text)
        span = week.end(london).astimezone(UTC) - week.start(london).astimezone(UTC)
        return span.total_seconds() / 3600

    assert [hours(text) for text in ("2011-W12", "2011-W20", "2011-W43")] == [167, 168, 169]


def test_week_53_has_no_last_year() -> None:
    """A week number the year before did not have is compared with nothing."""
    assert IsoWeek.parse("2020-W53").last_year() is None
    assert str(IsoWeek.parse("2011-W20").last_year()) == "2010-W20"
