"""How people decide: how long they had for what they were shown, streaks, what was turned round later. For coaching.

Nobody is measured by this: each person sees their own, owners see words, and nothing of it is ranked or posted.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import groupby
from statistics import median
from typing import TYPE_CHECKING

from workflows.action import Record
from workflows.trust.decided import BY_PEOPLE
from workflows.trust.figures import share

if TYPE_CHECKING:
    from collections.abc import Iterable

    from workflows.trust.decided import Decided

#: Characters a second most people read English at: 238 words a minute (Brysbaert, How many words do we read per
#: minute?, Journal of Memory and Language 109, 2019), six characters to a word with its space.
READING = 238 * 6 / 60
#: Nobody has read what they had less than a third of the time for.
SKIMMING = 3.0
#: What is looked back at, and at most so many decisions of one person.
MONTH = timedelta(days=30)
MOST = 2_000
#: Fewer decisions say nothing of anybody's way.
ENOUGH = 10
#: So many alike in a row are worth a word, and such a share of hurried or reversed ones.
_STREAK = 20
_MANY = 0.25


class Manner(Record):
    """How somebody decided, over a while."""

    person: str
    decided: int = 0
    #: Seconds they had at most for one, the middle one: since it opened, or since they decided the one before.
    had: float = 0.0
    #: For how many it was less than a third of the time it takes to read them.
    hurried: int = 0
    #: The longest row of the same decision, and which.
    streak: int = 0
    of: str = ""
    #: How many were sent otherwise than they were written, or not at all.
    changed: int = 0
    #: How many of those they let go were held back or undone afterwards.
    reversed: int = 0


def manner(person: str, drafts: Iterable[Decided]) -> Manner:
    """Return how somebody decided these. Looking at what a rule sent is no decision about it."""
    theirs = sorted(
        (one for one in drafts if one.by == person and one.at and one.end in BY_PEOPLE),
        key=lambda one: (one.at or one.opened_at, one.draft_id),
    )
    if not theirs:
        return Manner(person=person)
    had = _had(theirs)
    rows = [(choice, len([*row])) for choice, row in groupby(theirs, _choice)]
    of, streak = max(rows, key=lambda row: row[1])
    return Manner(
        person=person,
        decided=len(theirs),
        had=median(had),
        hurried=sum(
            time * SKIMMING * READING < one.length for time, one in zip(had, theirs, strict=True)
        ),
        streak=streak,
        of=of,
        changed=sum(one.end != "unchanged" for one in theirs),
        reversed=sum(one.undone_at is not None for one in theirs),
    )


def _choice(one: Decided) -> str:
    return "signed as written" if one.end == "unchanged" else one.end


def _had(theirs: list[Decided]) -> list[float]:
    """Return the seconds there were at most for each: nobody reads two at a time."""
    times: list[float] = []
    before = None
    for one in theirs:
        at = one.at or one.opened_at
        begun = max(one.opened_at, before) if before else one.opened_at
        times.append(max((at - begun).total_seconds(), 0.0))
        before = at
    return times


def words(found: Manner) -> tuple[str, ...]:
    """Return a manner in plain numbers, for the person themselves."""
    if not found.decided:
        return ("You decided nothing in the last 30 days.",)
    return (
        f"You decided {_drafts(found.decided)} in the last 30 days; {found.changed} of them you changed or refused.",
        f"Half of them had {_span(found.had)} or less of your time.",
        f"For {found.hurried} there was less than a third of the time it takes to read them.",
        f"The longest row of the same decision: {found.streak} {found.of}.",
        f"{found.reversed} were held back or undone afterwards.",
    )


def _drafts(count: int) -> str:
    return "1 draft" if count == 1 else f"{count} drafts"


def coaching(found: Manner) -> tuple[str, ...]:
    """Return what may help somebody, in words without a number to compare; none where there is nothing to say."""
    if found.decided < ENOUGH:
        return ()
    said: list[str] = []
    if share(found.hurried, found.decided) >= _MANY:
        said.append(
            "often decides faster than one can read: fewer at a time, or a rule that asks less, may help"
        )
    if found.streak >= _STREAK and found.of == "signed as written":
        said.append("signs long rows as they are: these may be ready to ask for less often")
    if share(found.reversed, found.decided) >= _MANY / 2:
        said.append("often turns round later: more facts on the card may help")
    return tuple(said)


def _span(seconds: float) -> str:
    if seconds < 120:  # noqa: PLR2004 -- below two minutes people count seconds
        return f"{seconds:.0f} seconds"
    return f"{seconds / 60:.0f} minutes" if seconds < 7200 else f"{seconds / 3600:.0f} hours"  # noqa: PLR2004 -- likewise
