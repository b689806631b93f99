"""Splits the gap between a value and what it usually is into parts: which product, customer or country.

A part's usual is its mean over the periods compared with, so that for a sum the parts of a dimension add up
to the whole gap against the mean. (Parts of a distinct count can overlap, and then add up to more.)
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from operator import attrgetter
from typing import TYPE_CHECKING

from workflows.kpi.book import Cell

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from workflows.kpi.book import FlowBook, Tally
    from workflows.kpi.rows import Measure, OrderLine

#: A part is named when it has at least this share of the gap, and this much more than its usual share.
_WORTH_NAMING = Fraction(1, 20)
_EVIDENCE = 5

Period = tuple["date", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of a gap; exact, in whole units."""

    dimension: str
    key: str
    value: Fraction
    usual: Fraction
    share: Fraction
    evidence: tuple[str, ...]


def split(book: FlowBook, key: str, days: Iterable[date], dimension: str) -> dict[str, Fraction]:
    """Return a metric's value over some days for each name of a dimension."""
    tally, name = book.tallies[key], attrgetter(dimension)
    cells: defaultdict[str, Cell] = defaultdict(Cell)
    for row in _counted(book, tally, days):
        tally.add_to(cells[name(row)], row)
    return {part: tally.value(cell) or Fraction(0) for part, cell in cells.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """What is to be explained: a metric over a period, against like periods (one or more), and its way."""

    key: str
    now: Period
    before: tuple[Period, ...]
    up: bool


def parts(book: FlowBook, gap: Gap, dimension: str) -> list[Part]:
    """Return the parts of a dimension that carry more of the gap than they usually carry of the whole.

    Largest share first; nothing when the mean says the value went the other way than the median says.
    """
    today = split(book, gap.key, gap.now, dimension)
    usual = _means([split(book, gap.key, period, dimension) for period in gap.before])
    whole_usual = _mean([_value(book, gap.key, period) for period in gap.before])
    distance = _value(book, gap.key, gap.now) - whole_usual
    if not distance or not whole_usual or (distance > 0) != gap.up:
        return []
    found: list[Part] = []
    for name in today.keys() | usual.keys():
        value, mean = today.get(name, Fraction(0)), usual.get(name, Fraction(0))
        share = (value - mean) / distance
        if share >= _WORTH_NAMING + max(Fraction(0), mean / whole_usual):
            found.append(
                Part(
                    dimension=dimension,
                    key=name,
                    value=value,
                    usual=mean,
                    share=share,
                    evidence=_evidence(book, gap, dimension, name),
                )
            )
    return sorted(found, key=lambda part: (-part.share, part.key))


def _counted(book: FlowBook, tally: Tally, days: Iterable[date]) -> Iterable[OrderLine | Measure]:
    for day in days:
        for row in book.kept.get(day, ()):
            if tally in book.sieve.passing(row):
                yield row


def _value(book: FlowBook, key: str, period: Period) -> Fraction:
    tally = book.tallies[key]
    return tally.value(tally.over(period)) or Fraction(0)


def _mean(values: Sequence[Fraction]) -> Fraction:
    return sum(values, Fraction(0)) / len(values)


def _means(splits: Sequence[dict[str, Fraction]]) -> dict[str, Fraction]:
    names = {name for each in splits for name in each}
    return {name: _mean([each.get(name, Fraction(0)) for each in splits]) for name in names}


def _evidence(book: FlowBook, gap: Gap, dimension: str, name: str) -> tuple[str, ...]:
    """Return the largest records of the first period that has any: after a fall, the latest usual one."""
    tally, of = book.tallies[gap.key], attrgetter(dimension)
    sizes: defaultdict[str, Cell] = defaultdict(Cell)
    for period in (gap.now, *gap.before):
        for row in _counted(book, tally, period) if not sizes else ():
            if of(row) == name:
                tally.add_to(sizes[row.id], row)
    by_size = sorted(sizes, key=lambda record: (-abs(tally.value(sizes[record]) or 0), record))
    return tuple(by_size[:_EVIDENCE])
