"""The task inventory: work that comes again and again, scored by people, with what it is worth and what to begin with.

An assessment is what one person stated at one time. Each change is a new version; the newest one counts.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from workflows.action import Money, Record
from workflows.delegation.matrix import (
    CARRIED_OUT,
    MATRIX,
    SAVES,
    Recommendation,
    Scores,
    classes_of,
    recommend,
)
from workflows.delegation.worth import Effort, Worth, hours, weekly, worth
from workflows.text import Untrusted
from workflows.worktime import weekdays

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import tzinfo

    from workflows.action import ActionSpec
    from workflows.company import Company
    from workflows.playbook import Playbook

#: How the entry of a playbook begins.
PLAYBOOK = "playbook:"
#: How many are named to begin with.
FIRST = 3
_WEEK = 7


class Assessment(Record):
    """What somebody stated of a piece of work."""

    #: `playbook:<name>`, or `work:<id>` where there is no playbook for it.
    entry: str
    #: Counts its versions from 1.
    n: int
    title: Untrusted
    #: Person id, role or group.
    owner: str
    scores: Scores
    effort: Effort
    #: What was recommended then, and why.
    level: int
    reasons: tuple[str, ...]
    #: False: it was taken off the inventory.
    listed: bool = True
    by: str
    at: datetime

    @property
    def playbook(self) -> str:
        """The playbook it is about; empty for other work."""
        return self.entry.removeprefix(PLAYBOOK) if self.entry.startswith(PLAYBOOK) else ""


@dataclass(frozen=True, kw_only=True)
class Ranked:
    """One row of the inventory."""

    assessment: Assessment
    told: Recommendation
    worth: Worth


@dataclass(frozen=True, kw_only=True)
class Inventory:
    """All of it: first what can be handed over so that a person only signs, by worth; then the rest, by worth."""

    rows: tuple[Ranked, ...]
    #: Playbooks nobody has scored.
    unscored: tuple[Playbook, ...]
    #: What is taken for granted.
    assumptions: tuple[str, ...]
    total: Money

    @property
    def first(self) -> tuple[Ranked, ...]:
        """What to begin with: the three of most worth that can be prepared for a signature, or fewer."""
        return tuple(row for row in self.rows if row.told.level >= CARRIED_OUT)[:FIRST]


def of_playbook(name: str) -> str:
    """Return the entry of a playbook."""
    return f"{PLAYBOOK}{name}"


def of_work(key: str) -> str:
    """Return the entry of new work, by what makes its submission the same one when it comes twice."""
    return f"work:{hashlib.sha256(key.encode()).hexdigest()[:16]}"


def advised(
    one: Assessment | None,
    book: Playbook,
    actions: Mapping[str, ActionSpec],
    *,
    by: str,
    zone: tzinfo,
) -> tuple[str, ...]:
    """Return what is recommended for a version of a playbook, beside its level; nothing where nobody scored it.

    `by` is who scored it, as the reader knows them.
    """
    if one is None or not one.listed:
        return ()
    told = recommend(one.scores, classes_of(book, actions))
    day = f"{one.at.astimezone(zone):%d %b %Y}"
    return (
        f"Recommended: level {told.level}, as scored by {by}, {day}",
        *told.reasons,
        *_beside(told, book.level),
    )


def _beside(told: Recommendation, level: int) -> tuple[str, ...]:
    higher = f"Level {level} is higher than what is recommended"
    return (higher,) if level > told.level else ()


def inventory(
    found: Iterable[Assessment],
    books: Iterable[Playbook],
    actions: Mapping[str, ActionSpec],
    company: Company,
) -> Inventory:
    """Rank what was scored, by the playbooks as they are active."""
    shelf = {book.playbook: book for book in books}
    rows = [ranked(one, shelf.pop(one.playbook, None), actions, company) for one in found]
    rows.sort(key=_rank)
    total = sum(row.worth.money.minor for row in rows)
    return Inventory(
        rows=tuple(rows),
        unscored=tuple(shelf.values()),
        assumptions=_assumptions(company),
        total=Money(minor=total, currency=company.currency),
    )


def ranked(
    one: Assessment, book: Playbook | None, actions: Mapping[str, ActionSpec], company: Company
) -> Ranked:
    """Return a row: what is recommended and what it is worth, by the playbook and the numbers there are now."""
    classes, days = classes_of(book, actions) if book else None, work_days(company)
    found = worth(one.effort, company.numbers, company.currency, days)
    return Ranked(
        assessment=_named(one, book),
        told=recommend(one.scores, classes),
        worth=found.model_copy(update={"lines": (*found.lines, *_more_than_it_takes(one, days))}),
    )


def _more_than_it_takes(one: Assessment, days: int) -> tuple[str, ...]:
    """Return that the time saved was answered with more than the work takes, where it was: both are of one week."""
    takes, score = weekly(one.effort, days), one.scores.time
    if takes >= SAVES[score - 1]:
        return ()
    row = MATRIX["time"]
    answered = f"{row.label} {score} of 5 ({row.anchors[score - 1]})"
    return (f"{answered} is more than the {hours(takes)} it takes: one of them is not right",)


def _named(one: Assessment, book: Playbook | None) -> Assessment:
    """Return it under the title and owner its playbook has now."""
    if book is None:
        return one
    return one.model_copy(update={"title": Untrusted(book.title), "owner": book.owner})


def _rank(row: Ranked) -> tuple[bool, int, int, str]:
    later = row.told.level < CARRIED_OUT
    return later, -row.worth.money.minor, -row.worth.minutes, row.assessment.entry


def work_days(company: Company) -> int:
    """Return how many days of the week the company is open; without hours it always is."""
    return len({day for row in company.hours for day in weekdays(row.days)}) or _WEEK


def _assumptions(company: Company) -> tuple[str, ...]:
    own = company.numbers
    known = {
        "an hour of work costs": own.hour,
        "of 100 calls answered:": own.answered,
        "of 100 answered become a job:": own.won,
        "a job brings": own.job,
    }
    said = [f"{words} {value}" for words, value in known.items() if value is not None]
    by_file = (
        f"By company.yml {', '.join(said)}."
        if said
        else "company.yml has no numbers: each is as it was typed."
    )
    return (
        by_file,
        f"A week has {work_days(company)} working days, twelve months are 52 weeks.",
        "Time counts whole, and so does what is lost while it waits: not all of either comes back.",
    )
