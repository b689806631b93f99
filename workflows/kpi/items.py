"""Counts things that are open for a while, as they stood at the end of a week."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from workflows.kpi.book import Cell, Sieve, Tally

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime, tzinfo
    from decimal import Decimal

    from workflows.kpi.metrics import Metric
    from workflows.kpi.rows import OpenItem
    from workflows.kpi.week import IsoWeek


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemThen:
    """An open item as it stood at one moment; what `where` asks about."""

    id: str
    amount: Decimal
    subject: str
    #: Its due moment had passed.
    overdue: bool
    #: Whole days it had been open.
    age_days: int


class ItemBook:
    """The open items of one source. The past is read from when each was opened and closed."""

    def __init__(self, metrics: Mapping[str, Metric], read_at: datetime, zone: tzinfo) -> None:
        """Prepare to count these metrics, from rows read at `read_at`."""
        self.tallies = {key: Tally(metric) for key, metric in metrics.items()}
        self.sieve = Sieve(self.tallies.values())
        self.read_at = read_at
        self.zone = zone
        self.items: list[OpenItem] = []
        self._undated = 0

    @property
    def rows(self) -> int:
        """How many items were read."""
        return len(self.items)

    @property
    def last(self) -> datetime | None:
        """The last moment the rows speak for: when they were read."""
        return self.read_at.astimezone(self.zone) if self.items else None

    def read(self, rows: Iterable[OpenItem]) -> None:
        """Keep the rows."""
        self.items.extend(rows)
        self._undated = sum(item.closed_sometime for item in self.items)

    def has_rows(self, week: IsoWeek) -> bool:
        """Whether any item had been opened by the end of the week; before that nothing is known."""
        end = week.end(self.zone)
        return any(item.opened_at < end for item in self.items)

    def gap(self, week: IsoWeek) -> str:
        """Return why the rows don't reach the end of the week, or an empty string when they do."""
        if self.read_at < week.end(self.zone):
            return f"the source was read on {self.read_at.astimezone(self.zone).date()}"
        return ""

    def unknown(self, week: IsoWeek) -> str:
        """Return why nobody can say how things stood then, or an empty string when it is known.

        Items closed on no known day may have been open in the past; only the week just over is near
        enough to when the rows were read.
        """
        if not self.has_rows(week):
            return "no rows for this week"
        if self._undated and self.read_at >= week.before(-1).end(self.zone):
            return f"{self._undated:,} items were closed on no known day, so the past is not known"
        return ""

    def cell(self, key: str, week: IsoWeek) -> Cell:
        """Return what a metric adds up to at the end of the week, or when the rows were read if earlier."""
        moment = min(week.end(self.zone), self.read_at)
        tally, cell = self.tallies[key], Cell()
        for item in self.items:
            if _is_open(item, moment):
                then = _then(item, moment)
                if tally in self.sieve.passing(then):
                    tally.add_to(cell, then)
        return cell


def _is_open(item: OpenItem, moment: datetime) -> bool:
    if item.closed_sometime:
        return False
    return item.opened_at < moment and (item.closed_at is None or item.closed_at >= moment)


def _then(item: OpenItem, moment: datetime) -> ItemThen:
    return ItemThen(
        id=item.id,
        amount=item.amount,
        subject=item.subject,
        overdue=item.due_at is not None and item.due_at < moment,
        age_days=(moment - item.opened_at).days,
    )
