"""How much of what people signed had been edited before it left, week by week. Counts and no causes."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from workflows.action import Record

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Weeks that are counted, this one included.
WEEKS = 8
#: Drafts on each side below which nobody can say whether it falls.
ENOUGH = 10


class EditedWeek(Record):
    """What left in one week, which began on this Monday, signed by people: nobody edits what a rule signs."""

    monday: date
    sent: int
    edited: int


def words(weeks: Sequence[EditedWeek]) -> str:
    """Return the weeks as a person reads them, oldest first, and whether it fell."""
    told = [f"{one.edited} of {one.sent} (week of {one.monday:%d %b})" for one in weeks if one.sent]
    if not told:
        return "nothing has left lately"
    return f"edited before it left: {', '.join(told)} · {trend(weeks)}"


def trend(weeks: Sequence[EditedWeek]) -> str:
    """Return whether the newer half of the weeks was edited less than the older half, with both counts."""
    half = len(weeks) // 2
    before, since = _sum(weeks[:half]), _sum(weeks[half:])
    if min(before.sent, since.sent) < ENOUGH:
        return f"too few to say whether it falls ({before.sent} before, {since.sent} since)"
    was, is_ = before.edited * since.sent, since.edited * before.sent
    word = "falling" if is_ < was else "rising" if is_ > was else "the same"
    return (
        f"{word}: {_percent(before)} of {before.sent} before, {_percent(since)} of {since.sent} in"
        f" the newest {len(weeks) - half} weeks"
    )


def _sum(weeks: Sequence[EditedWeek]) -> EditedWeek:
    sent, edited = sum(one.sent for one in weeks), sum(one.edited for one in weeks)
    return EditedWeek(monday=date.min, sent=sent, edited=edited)


def _percent(of: EditedWeek) -> str:
    return f"{round(100 * of.edited / of.sent)} %"
