"""How people decide: the time they had, streaks, what was turned round. Words to help, and nothing to rank by."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.clock import MONDAY
from tests.unit.workflows.history import many, one
from workflows.trust.deciding import ENOUGH, Manner, coaching, manner, words

if TYPE_CHECKING:
    from workflows.trust.decided import Decided


def quick(count: int, seconds: float = 2, end: str = "unchanged") -> list[Decided]:
    """Return drafts that wait all night and are decided one after another in the morning."""
    return [
        one(n, end, at=MONDAY).model_copy(
            update={"at": MONDAY + timedelta(hours=9, seconds=seconds * n)}
        )
        for n in range(1, count + 1)
    ]


def test_time_to_decide_is_what_there_was_since_the_one_before() -> None:
    """A night's waiting is nobody's reading: twenty in forty seconds had two seconds each."""
    found = manner("U-ANA", quick(20))
    assert (found.decided, found.had, found.hurried) == (20, 2.0, 19)
    assert (found.streak, found.of, found.changed) == (20, "signed as written", 0)
    assert manner("U-BEN", quick(20)).decided == 0


def test_what_opened_meanwhile_is_counted_from_then() -> None:
    """Ten minutes from opening to the press, an hour after the one before."""
    assert manner("U-ANA", many(3)).had == 600


def test_what_was_turned_round_later_is_counted() -> None:
    """Held back or undone. Who found wrong what a rule had sent let nothing go: it is no decision of theirs."""
    drafts = [one(1, undone_at=MONDAY), one(2, "wrong"), one(3, "edited"), one(4, "")]
    found = manner("U-ANA", drafts)
    assert (found.decided, found.reversed, found.changed) == (2, 1, 1)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (Manner(person="U", decided=ENOUGH, hurried=3), "faster than one can read"),
        (Manner(person="U", decided=40, streak=20, of="signed as written"), "ask for less often"),
        (Manner(person="U", decided=16, reversed=2), "turns round later"),
    ],
)
def test_what_may_help_is_said_in_words(found: Manner, said: str) -> None:
    """Without a number that could be compared."""
    (line,) = coaching(found)
    assert said in line
    assert not any(char.isdigit() for char in line)


@pytest.mark.parametrize(
    "found",
    [
        Manner(person="U", decided=ENOUGH - 1, hurried=9),
        Manner(person="U", decided=40, streak=30, of="rejected"),
        Manner(person="U", decided=40),
    ],
)
def test_nothing_is_said_where_nothing_is_known_or_wrong(found: Manner) -> None:
    """A few decisions say nothing of anybody."""
    assert coaching(found) == ()


@pytest.mark.parametrize(
    ("seconds", "said"), [(2, "2 seconds"), (240, "4 minutes"), (10_800, "3 hours")]
)
def test_each_person_reads_their_own_numbers(seconds: float, said: str) -> None:
    """In the unit one thinks in."""
    assert said in words(Manner(person="U", decided=1, had=seconds))[1]
    assert words(Manner(person="U")) == ("You decided nothing in the last 30 days.",)
    assert words(Manner(person="U", decided=1))[0].startswith("You decided 1 draft in the last")


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=30))
def test_nobody_has_less_than_no_time(gaps: list[float]) -> None:
    """Whatever order rows come in."""
    at = MONDAY
    drafts: list[Decided] = []
    for n, gap in enumerate(gaps):
        at += timedelta(seconds=gap)
        drafts.append(one(n).model_copy(update={"at": at}))
    found = manner("U-ANA", reversed(drafts))
    assert found.had >= 0
    assert 0 <= found.hurried <= found.decided == len(gaps)
