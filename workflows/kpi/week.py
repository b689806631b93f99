"""Whole ISO weeks in the business's own zone: the only period a KPI is counted over."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Self

from workflows.errors import BadInput

if TYPE_CHECKING:
    from datetime import tzinfo

_WRITTEN = re.compile(r"(\d{4})-?[Ww](\d{1,2})", re.ASCII)


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class IsoWeek:
    """One ISO 8601 week, Monday to Sunday; `IsoWeek.parse("2011-W20")` is 16 to 22 May 2011.

    Raises `BadInput` for a week its year does not have.
    """

    year: int
    week: int

    def __post_init__(self) -> None:
        """Refuse a week that the calendar does not have."""
        try:
            date.fromisocalendar(self.year, self.week, 7)
        except ValueError:
            problem = f"there is no week {self.week} in {self.year}; write it like 2011-W20."
            raise BadInput(field="week", problem=problem) from None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `2011-W20`. Raises `BadInput` for anything else."""
        written = _WRITTEN.fullmatch(text.strip())
        if written is None:
            raise BadInput(field="week", problem=f"{text!r} is not a week; write it like 2011-W20.")
        return cls(year=int(written[1]), week=int(written[2]))

    @classmethod
    def of(cls, day: date) -> Self:
        """Return the week a local calendar day belongs to."""
        year, week, _ = day.isocalendar()
        return cls(year=year, week=week)

    def __str__(self) -> str:
        """Write it as ISO 8601 does: `2011-W20`."""
        return f"{self.year:04d}-W{self.week:02d}"

    @property
    def monday(self) -> date:
        """The first day."""
        return date.fromisocalendar(self.year, self.week, 1)

    @property
    def sunday(self) -> date:
        """The last day."""
        return date.fromisocalendar(self.year, self.week, 7)

    @property
    def days(self) -> tuple[date, ...]:
        """Its seven days."""
        return tuple(self.monday + timedelta(days=n) for n in range(7))

    @property
    def label(self) -> str:
        """The week as people write it: `Week 20 · Mon 16 May to Sun 22 May 2011`."""
        first, last = spoken_day(self.monday), spoken_day(self.sunday)
        return f"Week {self.week} · {first} to {last} {self.sunday.year}"

    def before(self, weeks: int) -> IsoWeek:
        """Return the week that many weeks earlier; a negative number gives a later one."""
        return IsoWeek.of(self.monday - timedelta(weeks=weeks))

    def last_year(self) -> IsoWeek | None:
        """Return the week of the same number a year earlier; None when that year had no week 53."""
        try:
            return IsoWeek(year=self.year - 1, week=self.week)
        except BadInput:
            return None

    def start(self, zone: tzinfo) -> datetime:
        """Return local midnight at the start of Monday; a week with a clock change has 167 or 169 hours."""
        return datetime.combine(self.monday, time.min, tzinfo=zone)

    def end(self, zone: tzinfo) -> datetime:
        """Return local midnight after Sunday; not part of the week."""
        return self.before(-1).start(zone)


def spoken_day(day: date) -> str:
    """Return a day in words, without its year: `Tue 17 May`."""
    return f"{day:%a} {day.day} {day:%b}"
