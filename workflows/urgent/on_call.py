"""Who is on call: a rota whose weeks go by the calendar, in the company's zone, and who is next when nobody answers.

Instants go in and people come out. A week begins at a wall time, so one with a change of clocks is as long as it is.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from pydantic import Field as Setting
from pydantic import field_validator

from workflows.action import Names, Record
from workflows.playbook import Duration
from workflows.worktime import DAYS, TIME

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from workflows.company import Company, Person

_WEEK = 7
#: A Monday: where a rota says nothing else, its first member has the week of that day.
_FIRST = date(2024, 1, 1)


class Rota(Record):
    """Who has which week, when it changes hands, and how long somebody has to answer a page."""

    #: Person ids, in order; each has one week, then the next.
    rota: Names = Setting(min_length=1)
    #: A day of a week that the first of them has.
    first: date = Setting(default=_FIRST, alias="from")
    #: When the week changes hands, on the company's clock.
    hand_over: str = "mon 09:00"
    #: How long somebody has to answer before the next in line is asked too.
    next_after: Duration = Setting(default=600.0, ge=60, le=86400)
    #: How often the whole line is asked before it is given up.
    rounds: int = Setting(default=3, ge=1, le=10)

    @field_validator("hand_over")
    @classmethod
    def _known_time(cls, written: str) -> str:
        day, _, at = written.strip().lower().partition(" ")
        if day not in DAYS or not TIME.fullmatch(at):
            msg = f"{written!r} is not a day and a time, like mon 09:00"
            raise ValueError(msg)
        return f"{day} {at}"

    def turn(self, at: datetime, zone: ZoneInfo) -> int:
        """Return whose week it is, as a position in the rota."""
        day, _, written = self.hand_over.partition(" ")
        weekday, handed = DAYS.index(day), time.fromisoformat(written)
        today = at.astimezone(zone).date()
        begun = today - timedelta(days=(today.weekday() - weekday) % _WEEK)
        if at < datetime.combine(begun, handed, zone).astimezone(UTC):
            begun -= timedelta(days=_WEEK)
        first = self.first - timedelta(days=(self.first.weekday() - weekday) % _WEEK)
        return (begun - first).days // _WEEK % len(self.rota)


class Skipped(Record):
    """Somebody whose turn it would be, and why they are not asked."""

    person: str
    #: In words: `away until 30 Nov`.
    why: str


class Line(Record):
    """Who is on call now, who is next in line, and who is passed over. The owner stands at its end."""

    people: tuple[str, ...]
    skipped: tuple[Skipped, ...] = ()

    @property
    def first(self) -> str:
        """The one who is on call."""
        return self.people[0]


def line(company: Company, name: str, at: datetime) -> Line:
    """Return the line of a rota. There is always somebody: whom nobody stands before is the owner."""
    rota = company.on_call.get(name)
    ids: tuple[str, ...] = ()
    if rota:
        turn = rota.turn(at, company.tz)
        ids = tuple(dict.fromkeys((*rota.rota[turn:], *rota.rota[:turn])))
    why = {person_id: _why_not(company, person_id, at) for person_id in ids}
    able = tuple(person_id for person_id in ids if not why[person_id])
    passed = tuple(Skipped(person=each, why=said) for each, said in why.items() if said)
    return Line(people=tuple(dict.fromkeys((*able, company.owner))), skipped=passed)


def _why_not(company: Company, person_id: str, at: datetime) -> str:
    person: Person | None = company.person(person_id)
    if person is None or not company.works_here(person):
        return "no longer works here"
    away = company.why_away(person, at)
    return f"away {away}" if away.startswith("until") else away


def rota_of(company: Company, name: str) -> Rota:
    """Return a rota; one that company.yml does not have any more is the owner's alone."""
    return company.on_call.get(name) or Rota(rota=(company.owner,))
