"""Adds rows up once, by local day, so that every week and comparison is read from the same sums."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from workflows.expressions import Condition
from workflows.kpi.rows import OrderLine

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping
    from datetime import tzinfo

    from pydantic import JsonValue

    from workflows.kpi.metrics import Metric
    from workflows.kpi.rows import Measure
    from workflows.kpi.week import IsoWeek

#: Rows are kept this many weeks back, to split a gap by dimension.
KEPT_WEEKS = 12
#: Answers of a condition that are remembered before starting over; bounds memory on odd conditions.
_REMEMBERED = 100_000


@dataclass(slots=True)
class Cell:
    """What one metric adds up to over some rows."""

    total: Decimal = Decimal(0)
    n: int = 0
    seen: set[Hashable] = field(default_factory=set[Any])

    def take(self, other: Cell) -> None:
        """Add another cell to this one; the same name in both counts once."""
        self.total += other.total
        self.n += other.n
        self.seen |= other.seen


class Tally:
    """One metric added up day by day."""

    def __init__(self, metric: Metric) -> None:
        """Start with nothing counted."""
        self.metric = metric
        self.days: defaultdict[date, Cell] = defaultdict(Cell)
        self._number: Callable[[Any], Decimal] | None = None
        self._name: Callable[[Any], Hashable] | None = None
        if metric.count_distinct:
            self._name = attrgetter(metric.count_distinct)
        elif metric.sum or metric.average:
            self._number = attrgetter(metric.sum or metric.average)

    def add(self, row: object, day: date) -> None:
        """Count one row."""
        self.add_to(self.days[day], row)

    def add_to(self, cell: Cell, row: object) -> None:
        """Count one row into a cell of the caller's."""
        if self._name is not None:
            cell.seen.add(self._name(row))
            return
        cell.n += 1
        if self._number is not None:
            cell.total += self._number(row)

    def over(self, days: Iterable[date]) -> Cell:
        """Return the sum over some days."""
        whole = Cell()
        for day in days:
            if day in self.days:
                whole.take(self.days[day])
        return whole

    def value(self, cell: Cell) -> Fraction | None:
        """Return a cell's number, exact, in whole units; None for an average of nothing."""
        sign = -1 if self.metric.negate else 1
        if self.metric.count_distinct:
            return Fraction(sign * len(cell.seen))
        if self.metric.count:
            return Fraction(sign * cell.n)
        total = sign * Fraction(cell.total)
        if self.metric.average:
            return total / cell.n if cell.n else None
        return total

    def records(self, cell: Cell) -> int:
        """Return how many records a cell's number rests on."""
        return len(cell.seen) if self.metric.count_distinct else cell.n


class Sieve:
    """Tells which tallies a row counts for, asking each condition once per distinct answer."""

    def __init__(self, tallies: Iterable[Tally], remember: int = _REMEMBERED) -> None:
        """Read the conditions of the tallies' metrics."""
        self._remember = remember
        self._asked = [
            (tally, Condition(tally.metric.where) if tally.metric.where else None)
            for tally in tallies
        ]
        names = {name for _, asked in self._asked if asked for name in asked.names()}
        self._names = sorted(names)
        self._known: dict[tuple[object, ...], tuple[Tally, ...]] = {}

    def passing(self, row: object) -> tuple[Tally, ...]:
        """Return the tallies whose condition holds for `row`."""
        facts = tuple([getattr(row, name) for name in self._names])
        found = self._known.get(facts)
        if found is None:
            if len(self._known) >= self._remember:
                self._known.clear()
            found = self._known[facts] = self._answer(facts)
        return found

    def _answer(self, facts: tuple[object, ...]) -> tuple[Tally, ...]:
        asked = dict(zip(self._names, map(_plain, facts), strict=True))
        return tuple(
            tally for tally, condition in self._asked if condition is None or condition.holds(asked)
        )


def _plain(fact: object) -> JsonValue:
    # CEL has doubles and no decimals; a condition compares, it does not add up, so nothing is lost in sums.
    if isinstance(fact, Decimal):
        return float(fact)
    return fact if isinstance(fact, (bool, int)) else str(fact)


class FlowBook:
    """The rows of one source that happen on a day: order lines or measures."""

    def __init__(self, metrics: Mapping[str, Metric], week: IsoWeek, zone: tzinfo) -> None:
        """Prepare to add rows up for these metrics; rows are kept for the weeks up to `week`."""
        self.tallies = {key: Tally(metric) for key, metric in metrics.items()}
        self.sieve = Sieve(self.tallies.values())
        self.zone = zone
        #: Days with trade: at least one sale, or one measure.
        self.traded: set[date] = set()
        self.first: datetime | None = None
        self.last: datetime | None = None
        self.rows = 0
        self.kept: defaultdict[date, list[OrderLine | Measure]] = defaultdict(list)
        #: Names of products by code, as last written.
        self.titles: dict[str, str] = {}
        self.adjustments: defaultdict[date, Cell] = defaultdict(Cell)
        self._keep_from = week.before(KEPT_WEEKS).monday
        self._keep_to = week.sunday

    def read(self, rows: Iterable[OrderLine | Measure]) -> None:
        """Go through the rows once. Raises what the reader raises."""
        at: datetime | None = None
        day = date.min
        for row in rows:
            # Lines of one order share their moment; the local day is worked out once for them.
            if row.at is not at:
                at = row.at
                day = self._see(at)
            self.rows += 1
            self._add(row, day)

    def _see(self, at: datetime) -> date:
        local = at if at.tzinfo is self.zone else at.astimezone(self.zone)
        self.first = local if self.first is None else min(self.first, local)
        self.last = local if self.last is None else max(self.last, local)
        return local.date()

    def _add(self, row: OrderLine | Measure, day: date) -> None:
        for tally in self.sieve.passing(row):
            tally.add(row, day)
        if isinstance(row, OrderLine):
            self._note_order(row, day)
        else:
            self.traded.add(day)
        if self._keep_from <= day <= self._keep_to:
            self.kept[day].append(row)

    def _note_order(self, row: OrderLine, day: date) -> None:
        if row.kind == "sale":
            self.traded.add(day)
            self.titles[row.product] = row.title
        elif row.kind == "adjustment":
            cell = self.adjustments[day]
            cell.n += 1
            cell.total += row.amount

    def unknown(self, week: IsoWeek) -> str:
        """Return why there is no number for the week, or an empty string when there is one."""
        return "" if self.has_rows(week) else "no rows for this week"

    def has_rows(self, week: IsoWeek) -> bool:
        """Whether anything was traded, or anything else counted, on a day of the week."""
        if not self.traded.isdisjoint(week.days):
            return True
        return any(day in tally.days for tally in self.tallies.values() for day in week.days)

    def gap(self, week: IsoWeek) -> str:
        """Return why the source does not cover the whole week, or an empty string when it does."""
        if self.first is None or self.last is None:
            return "the source has no rows"
        first, last = self.first.date(), self.last.date()
        if first > week.monday:
            return f"the source begins on {first}"
        later = [day for day in week.days if day > last]
        if any(self._usually_trades(day) for day in later):
            return f"the source ends on {last}"
        return ""

    def _usually_trades(self, day: date) -> bool:
        """Whether at least half of the eight days before, of the same weekday, had trade."""
        before = [day - timedelta(weeks=n) for n in range(1, 9)]
        known = [past for past in before if self.first and past >= self.first.date()]
        return not known or 2 * sum(past in self.traded for past in known) >= len(known)

    def silent_days(self, week: IsoWeek) -> list[date]:
        """Return days of the week without trade on which trade is usual, up to the last day known."""
        last = self.last.date() if self.last else date.min
        return [
            day
            for day in week.days
            if day not in self.traded and day <= last and self._usually_trades(day)
        ]
