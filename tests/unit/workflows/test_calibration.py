"""How sure it is that drafts like one are sent as they were written: the arithmetic, and that it can't be fooled."""

from __future__ import annotations

from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.trust.calibration import ENOUGH, Acceptance, Cell, acceptance, below, quantile, reach

COUNTS = st.integers(0, 400)


def cell(n: int, accepted: int) -> Cell:
    """Return a cell of so many decisions."""
    return Cell(n=n, accepted=accepted)


@st.composite
def nested(draw: st.DrawFn) -> list[Cell]:
    """Return cells of which each holds the next."""
    good = sorted((draw(COUNTS) for _ in range(3)), reverse=True)
    bad = sorted((draw(COUNTS) for _ in range(3)), reverse=True)
    return [cell(g + b, g) for g, b in zip(good, bad, strict=True)]


def more(cells: list[Cell], accepted: int) -> list[Cell]:
    """Return the cells after one more decision about the narrowest."""
    return [cell(each.n + 1, each.accepted + accepted) for each in cells]


@pytest.mark.parametrize(
    ("share", "a", "b", "found"),
    [
        (0.1, 1, 1, 0.1),
        (0.5, 2, 2, 0.5),
        (0.1, 42, 1, 0.1 ** (1 / 42)),
        (0.9, 1, 3, 1 - 0.1 ** (1 / 3)),
    ],
)
def test_quantiles_that_are_known(share: float, a: float, b: float, found: float) -> None:
    """Beta distributions whose quantiles can be written down."""
    assert quantile(share, a, b) == pytest.approx(found, abs=1e-9)


@given(st.integers(1, 40), st.integers(1, 40), st.floats(0.01, 0.99))
def test_it_is_the_binomial_sum(a: int, b: int, x: float) -> None:
    """For whole numbers the incomplete beta function is a sum of binomial probabilities (DLMF 8.17.5)."""
    n = a + b - 1
    said = sum(comb(n, k) * x**k * (1 - x) ** (n - k) for k in range(a, n + 1))
    assert below(x, a, b) == pytest.approx(said, abs=1e-9)


def test_at_its_ends_nothing_and_everything_is_below() -> None:
    """Zero and one are the ends of a share."""
    assert (below(0.0, 2, 3), below(1.0, 2, 3)) == (0.0, 1.0)


@given(nested())
def test_one_more_yes_never_lowers_it_and_one_more_no_never_raises_it(cells: list[Cell]) -> None:
    """Whatever was decided before."""
    now = acceptance(cells).bound
    assert acceptance(more(cells, 1)).bound >= now
    assert acceptance(more(cells, 0)).bound <= now


@given(nested(), st.integers(0, 1))
def test_what_is_known_of_others_counts_the_same_way(cells: list[Cell], at: int) -> None:
    """A yes about wider drafts only doesn't lower it either."""
    wider = [cell(c.n + 1, c.accepted + 1) if n <= at else c for n, c in enumerate(cells)]
    assert acceptance(wider).bound >= acceptance(cells).bound


@given(nested())
def test_it_is_below_the_rate_it_has_or_that_of_its_neighbours(cells: list[Cell]) -> None:
    """A lower bound is no promise: it is a share, and never the certain one."""
    assert 0.0 <= acceptance(cells).bound < 1.0


@given(nested(), st.floats(0.05, 0.99))
def test_the_short_way_says_the_same(cells: list[Cell], share: float) -> None:
    """But for the last digit that is rounded down."""
    if abs(acceptance(cells).bound - share) > 1e-3:
        assert reach(cells, share) == acceptance(cells).reaches(share)


def test_a_few_decisions_let_nothing_go() -> None:
    """Twenty-nine of twenty-nine are not enough, thirty are."""
    assert not acceptance([cell(ENOUGH - 1, ENOUGH - 1)]).reaches(0.5)
    assert acceptance([cell(ENOUGH, ENOUGH)]).reaches(0.9)
    assert not reach([], 0.5)
    assert acceptance([]) == Acceptance()


def test_many_decisions_about_others_are_worth_ten() -> None:
    """A thousand good letters to known customers say little of the first one to a new one."""
    alone = acceptance([cell(1000, 1000), cell(0, 0)])
    assert alone.n == 0
    assert not alone.reaches(0.1)
    assert alone.bound < acceptance([cell(1000, 1000), cell(30, 30)]).bound
