"""How often somebody may be asked on one day, and when what was gathered for them is told together."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Annotated

from pydantic import Field as Setting
from pydantic import field_validator

from workflows.action import Record
from workflows.worktime import day_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workflows.company import Company, Person

#: One part in so many of the number is kept free for digests and reminders, which nothing holds back.
KEPT_FREE = 3


class Asks(Record):
    """How often people may be asked to decide something on one day of the company; beyond it cards are gathered."""

    #: At most so often each.
    most: int = Setting(default=40, ge=3)
    #: Another number for a person, by id, or for everybody of a role.
    of: dict[str, Annotated[int, Setting(ge=3)]] = Setting(default_factory=dict)
    #: When each is told what was gathered for them, on the company's working days.
    digest: tuple[str, ...] = ("09:30", "14:00", "16:30")

    @field_validator("digest")
    @classmethod
    def _known_times(cls, written: tuple[str, ...]) -> tuple[str, ...]:
        for each in written:
            if len(each) != len("09:30"):
                msg = f"{each!r} is not a time, like 09:30"
                raise ValueError(msg)
            time.fromisoformat(each)
        return tuple(sorted(written))

    def number(self, person: Person) -> int:
        """Return how often this person may be asked on one day: their own number, else the least of their roles'."""
        if person.id in self.of:
            return self.of[person.id]
        return min((self.of[role] for role in person.roles if role in self.of), default=self.most)

    def cards(self, person: Person) -> int:
        """Return how many cards a day may ask this person; the rest of the number is for digests and reminders."""
        number = self.number(person)
        return number - number // KEPT_FREE


class AskedWeek(Record):
    """Who was asked how often on which day of a week, and what asking was good for."""

    #: A person's id, a day of the company, and how often.
    asks: tuple[tuple[str, date, int], ...] = ()
    #: Drafts that people signed, and how many of them as they were first written; and those rejected or taken over.
    signed: int = 0
    unchanged: int = 0
    stopped: int = 0
    #: Drafts that a rule signed: nobody was asked, so they say nothing of what asking is good for.
    by_rule: int = 0

    def lines(self, company: Company) -> list[str]:
        """Return a line for each who was asked, most often first: `Lee Park · Mon 4 · Tue 2 (at most 40 a day)`."""
        days: dict[str, list[tuple[date, int]]] = defaultdict(list)
        for person, day, n in self.asks:
            days[person].append((day, n))
        often = sorted(days, key=lambda person: (-sum(n for _, n in days[person]), person))
        return [_line(company, person, sorted(days[person])) for person in often]

    @property
    def is_any(self) -> bool:
        """Whether anybody was asked, or a rule signed what nobody was asked about."""
        return bool(self.asks or self.by_rule)

    @property
    def value(self) -> str:
        """Return what was signed by whom, and what asking was good for."""
        decided = self.signed + self.stopped
        if not decided and not self.by_rule:
            return "Nothing was decided this week."
        said = f"{self.signed} signed by people, {self.by_rule} by rule." if self.by_rule else ""
        if not decided:
            return said
        caught = decided - self.unchanged
        return (
            f"{said} Of {decided} that people decided {self.unchanged} were signed unchanged; "
            f"asking changed or stopped {caught}."
        ).strip()


def _line(company: Company, person_id: str, days: Sequence[tuple[date, int]]) -> str:
    person = company.person(person_id)
    most = f" (at most {company.asks.number(person)} a day)" if person else ""
    return " · ".join([company.name_of(person_id), *(f"{d:%a} {n}" for d, n in days)]) + most


def last_digest(at: datetime, company: Company) -> datetime | None:
    """Return the last of today's digest times that has come; None before the first, and on a day nobody works."""
    day = day_of(at, company.tz)
    if not company.door.between(day, day + timedelta(days=1)):
        return None
    times = (
        datetime.combine(day.date(), time.fromisoformat(each), company.tz)
        for each in company.asks.digest
    )
    return max((each for each in times if each <= at), default=None)


def subject(person: str, at: datetime, company: Company) -> str:
    """Return what the message is called that tells somebody at that time what was gathered for them."""
    return f"digest:{person}:{at.astimezone(company.tz):%Y-%m-%d:%H:%M}"
