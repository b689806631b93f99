"""How often drafts like one are sent as they were written, and how sure that is. Arithmetic only.

A cell counts what people decided about drafts that are alike. Its rate is Beta-binomial (Gelman et al., Bayesian Data
Analysis, 3rd edition, 2.4) with an even prior, to which what the wider cells hold besides is added, worth `PRIOR`
decisions at most. What counts is the 10 % lower bound: the real rate is higher in nine cases of ten.
"""

from __future__ import annotations

from itertools import pairwise
from math import exp, lgamma, log, log1p
from typing import TYPE_CHECKING

from workflows.action import Record

if TYPE_CHECKING:
    from collections.abc import Sequence

#: So many decisions all those about wider cells are worth at most: they say something of this one, and not much.
PRIOR = 10.0
#: Nothing goes by itself on fewer decisions about drafts of the narrowest cell.
ENOUGH = 30
#: How often the real rate may be below the bound.
TAIL = 0.10
_STEPS = 40
_TERMS = 300
_TINY = 1e-300
_CLOSE = 1e-12


class Cell(Record):
    """What people decided about drafts that are alike."""

    #: How many were decided, and how many of them sent as they were written, or nearly.
    n: int = 0
    accepted: int = 0


class Acceptance(Record):
    """How often drafts like one are accepted, from 0 to 1, and on how many decisions that stands."""

    #: Which drafts these are: "mail.send under 500.00 USD, for customers known before".
    words: str = ""
    n: int = 0
    accepted: int = 0
    #: The 10 % lower bound.
    bound: float = 0.0

    def reaches(self, share: float) -> bool:
        """Whether there are enough decisions to go by, and the bound is at `share` (0 to 1) or above."""
        return self.n >= ENOUGH and self.bound >= share


def acceptance(cells: Sequence[Cell], words: str = "") -> Acceptance:
    """Return what cells, the widest first, say about a draft that belongs to all of them; `words` say which it is."""
    if not cells:
        return Acceptance()
    good, bad = _counted(cells)
    last = cells[-1]
    # Rounded down, so that no last digit of another machine's arithmetic lets anything go.
    bound = int(quantile(TAIL, good, bad) * 10_000) / 10_000
    return Acceptance(words=words, n=last.n, accepted=last.accepted, bound=bound)


def reach(cells: Sequence[Cell], share: float) -> bool:
    """Whether `acceptance(cells).reaches(share)`, at a fraction of the work: for many drafts in a row."""
    if not cells or cells[-1].n < ENOUGH:
        return False
    return below(share, *_counted(cells)) <= TAIL


def _counted(cells: Sequence[Cell]) -> tuple[float, float]:
    """Return how many were accepted and how many not, with what the prior adds to each."""
    good = bad = 0.0
    for wide, narrow in pairwise(cells):
        good += wide.accepted - narrow.accepted
        bad += (wide.n - narrow.n) - (wide.accepted - narrow.accepted)
        kept = min(1.0, PRIOR / max(good + bad, 1.0))
        good, bad = good * kept, bad * kept
    last = cells[-1]
    return 1 + good + last.accepted, 1 + bad + last.n - last.accepted


def quantile(share: float, a: float, b: float) -> float:
    """Return the x of Beta(a, b) with `share` of it below, by halving."""
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if below(middle, a, b) < share else (low, middle)
    return low


def below(x: float, a: float, b: float) -> float:
    """Return how much of Beta(a, b) lies below `x`: the regularised incomplete beta function (DLMF 8.17)."""
    if x <= 0.0 or x >= 1.0:
        return float(x >= 1.0)
    if x > (a + 1) / (a + b + 2):
        return 1.0 - below_left(1.0 - x, b, a)
    return below_left(x, a, b)


def below_left(x: float, a: float, b: float) -> float:
    """Return the same where the continued fraction converges fast, left of the mean (DLMF 8.17.22, by Lentz's way)."""
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x)) / a
    c, d = 1.0, 1.0 / _away(1.0 - (a + b) * x / (a + 1))
    total = d
    for m in range(1, _TERMS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        before = total
        for term in (even, odd):
            d, c = 1.0 / _away(1.0 + term * d), _away(1.0 + term / c)
            total *= d * c
        if abs(total - before) < _CLOSE * total:
            break
    return front * total


def _away(value: float) -> float:
    """Return the value, or something tiny where it is 0: it is divided by."""
    return value if abs(value) > _TINY else _TINY
