"""How much was edited, week by week: counts, and whether it falls, where there are enough."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from workflows.edit_rate import EditedWeek, trend, words

FIRST = date(2026, 10, 5)


def weeks(*counts: tuple[int, int]) -> list[EditedWeek]:
    """Return weeks of so many edited out of so many."""
    return [
        EditedWeek(monday=FIRST + timedelta(weeks=n), edited=edited, sent=sent)
        for n, (edited, sent) in enumerate(counts)
    ]


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ([(6, 10), (2, 10)], "falling: 60 % of 10 before, 20 % of 10 in the newest 1 weeks"),
        ([(1, 10), (3, 10)], "rising: 10 % of 10 before, 30 % of 10 in the newest 1 weeks"),
        ([(5, 10), (10, 20)], "the same: 50 % of 10 before, 50 % of 20 in the newest 1 weeks"),
        ([(9, 9), (0, 50)], "too few to say whether it falls (9 before, 50 since)"),
    ],
)
def test_falling_is_said_with_its_counts_or_not_at_all(
    counts: list[tuple[int, int]], said: str
) -> None:
    """No cause is claimed."""
    assert trend(weeks(*counts)) == said


def test_weeks_in_which_nothing_left_are_left_out() -> None:
    """Nothing of nothing is no rate."""
    assert words(weeks((0, 0), (1, 4))).startswith("edited before it left: 1 of 4 (week of 12 Oct)")
    assert words(weeks((0, 0))) == "nothing has left lately"
