"""Reads any metric for any week or day off the books, or says why there is no number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from workflows.errors import BadInput, WorkflowError
from workflows.kpi.book import FlowBook
from workflows.kpi.conditions import unknown
from workflows.kpi.items import ItemBook
from workflows.kpi.rows import Measure, OpenItem, OrderLine

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date, datetime, tzinfo
    from fractions import Fraction

    from workflows.kpi.metrics import Catalogue
    from workflows.kpi.rows import Source
    from workflows.kpi.week import IsoWeek

_RowT = TypeVar("_RowT")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One metric over one week or day: a number, or why there is none."""

    value: Fraction | None = None
    #: Records it rests on.
    n: int = 0
    missing: str = ""
    #: Why the period is not complete; empty when it is.
    partial: str = ""

    @property
    def whole(self) -> Fraction | None:
        """The number if it is there and its period is complete: the only kind that is compared."""
        return None if self.partial else self.value


class Board:
    """All books of one report, added up once."""

    def __init__(
        self,
        sources: Mapping[str, Source],
        catalogue: Catalogue,
        week: IsoWeek,
        zone: tzinfo,
        now: datetime,
    ) -> None:
        """Go through every connected source once; one that fails is kept as failed, with its sentence."""
        self.catalogue = catalogue
        self.zone = zone
        self.now = now
        #: Source key to the reason why it could not be read.
        self.failed: dict[str, str] = {}
        self.books: dict[str, FlowBook | ItemBook] = {}
        self._weeks: dict[tuple[str, IsoWeek], Reading] = {}
        for key, source in sources.items():
            if key not in catalogue.sources:
                raise BadInput(field="source", problem=unknown(key, key, catalogue.sources))
            try:
                self.books[key] = _book(key, source, catalogue, week, zone)
            except WorkflowError as error:
                self.failed[key] = error.sentence

    def week(self, key: str, week: IsoWeek) -> Reading:
        """Return a metric over a whole week; open items as they stood at its end."""
        found = self._weeks.get((key, week))
        if found is None:
            found = self._weeks[key, week] = self._week(key, week)
        return found

    def _week(self, key: str, week: IsoWeek) -> Reading:
        ratio = self.catalogue.metrics[key].ratio
        if ratio is not None:
            return _divided(self.week(ratio.of, week), self.week(ratio.to, week))
        source = self.catalogue.metrics[key].source
        book = self.books.get(source)
        title = self.catalogue.sources[source].title
        if book is None:
            return Reading(missing=self.failed.get(source) or f"no source connected ({title})")
        if why := book.unknown(week):
            return Reading(missing=f"{why} ({title})")
        cell = (
            book.cell(key, week)
            if isinstance(book, ItemBook)
            else book.tallies[key].over(week.days)
        )
        tally = book.tallies[key]
        value = tally.value(cell)
        return Reading(
            value=value,
            n=tally.records(cell),
            partial=self._running(week) or book.gap(week),
            missing="nothing to average" if value is None else "",
        )

    def _running(self, week: IsoWeek) -> str:
        return "the week is still running" if self.now < week.end(self.zone) else ""

    def day(self, key: str, day: date) -> Fraction | None:
        """Return a metric on one day; None on a day without trade, which is not a zero."""
        ratio = self.catalogue.metrics[key].ratio
        if ratio is not None:
            upper, lower = self.day(ratio.of, day), self.day(ratio.to, day)
            return upper / lower if upper is not None and lower else None
        book = self.books.get(self.catalogue.metrics[key].source)
        if not isinstance(book, FlowBook) or day not in book.traded:
            return None
        tally = book.tallies[key]
        return tally.value(tally.over((day,)))

    def flow(self, key: str) -> FlowBook | None:
        """Return the book whose days explain a metric; None when it is not connected or has no days."""
        book = self.books.get(self.catalogue.additive(key).source)
        return book if isinstance(book, FlowBook) else None

    def additive_key(self, key: str) -> str:
        """Return the metric whose parts add up: itself, or the upper part of a ratio."""
        ratio = self.catalogue.metrics[key].ratio
        return key if ratio is None else ratio.of


def _book(
    key: str, source: Source, catalogue: Catalogue, week: IsoWeek, zone: tzinfo
) -> FlowBook | ItemBook:
    metrics = {name: m for name, m in catalogue.metrics.items() if m.source == key}
    kind = catalogue.sources[key].rows
    if kind == "items":
        items = ItemBook(metrics, source.read_at, zone)
        items.read(_of_type(OpenItem, source.rows, key))
        return items
    flow = FlowBook(metrics, week, zone)
    flow.read(_of_type(OrderLine if kind == "orders" else Measure, source.rows, key))
    return flow


def _of_type(kind: type[_RowT], rows: Iterable[object], key: str) -> Iterator[_RowT]:
    for row in rows:
        if not isinstance(row, kind):
            msg = f"the source {key!r} gives {type(row).__name__} rows; the catalogue expects {kind.__name__}"
            raise TypeError(msg)
        yield row


def _divided(upper: Reading, lower: Reading) -> Reading:
    missing = upper.missing or lower.missing
    if upper.value is None or lower.value is None:
        return Reading(missing=missing)
    if not lower.value:
        return Reading(missing="nothing to divide by")
    return Reading(
        value=upper.value / lower.value, n=lower.n, partial=upper.partial or lower.partial
    )
