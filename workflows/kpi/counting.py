"""A week of numbers: whole periods in the business's zone, compared, judged, and explained by arithmetic.

`report` is pure: rows, catalogue, week and the moment come in, one frozen record comes out. The same input
gives the same report. Sums are exact and rounded once, at the end; a number that isn't there is missing.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from workflows.kpi.actions import next_actions
from workflows.kpi.board import Board
from workflows.kpi.book import FlowBook
from workflows.kpi.compare import Frame, metric_value, series
from workflows.kpi.numbers import rounded, spoken
from workflows.kpi.ranking import ranking
from workflows.kpi.report import BadRowReading, KpiReport, SourceReading
from workflows.kpi.text import summary
from workflows.kpi.unusual import unusual
from workflows.kpi.week import spoken_day

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from workflows.kpi.metrics import Catalogue
    from workflows.kpi.report import Anomaly, Level, MetricValue
    from workflows.kpi.rows import Source
    from workflows.kpi.week import IsoWeek

_RANK = {"alert": 0, "watch": 1, "ok": 2, "missing": 3}


class Place(NamedTuple):
    """Where and in what the company counts."""

    zone: ZoneInfo
    #: ISO 4217; every amount of every source is in it.
    currency: str


def report(
    sources: Mapping[str, Source],
    catalogue: Catalogue,
    week: IsoWeek,
    place: Place,
    now: datetime,
    changes: Sequence[str] = (),
) -> KpiReport:
    """Count one week.

    `sources` are the connected ones by their catalogue key; the others come out as missing. `now` is aware.
    `changes` are sentences about what changed in the business, from whoever knows. A source that raises a
    `WorkflowError` while it is read is reported as failed and its numbers are missing. Raises `BadInput` for
    a source the catalogue does not know.
    """
    board = Board(sources, catalogue, week, place.zone, now)
    frame = Frame(board=board, week=week, currency=place.currency)
    anomalies = unusual(frame)
    metrics = _metrics(frame, anomalies)
    by_key = {metric.key: metric for metric in metrics}
    headline = board.week(catalogue.headline, week)
    incomplete = _incomplete(frame)
    return KpiReport(
        week=str(week),
        label=week.label,
        zone=str(place.zone),
        currency=place.currency,
        period_start=week.start(place.zone),
        period_end=week.end(place.zone),
        complete_until=_complete_until(frame),
        complete=not incomplete,
        incomplete=incomplete,
        generated_at=now,
        sources=tuple(_source(board, key, sources.get(key)) for key in catalogue.sources),
        headline=catalogue.headline,
        metrics=metrics,
        anomalies=anomalies,
        rankings=tuple(ranking(frame, key, spec) for key, spec in catalogue.rankings.items()),
        series=tuple(series(frame, key) for key in catalogue.charts),
        changes=(*changes, *_noticed(frame, sources)),
        actions=next_actions(catalogue.actions, by_key, anomalies, str(week)),
        text_summary=summary(by_key[catalogue.headline], week, headline.partial, anomalies),
    )


def _metrics(frame: Frame, anomalies: Sequence[Anomaly]) -> tuple[MetricValue, ...]:
    """Return the shown metrics, worst first; equals keep the catalogue's order."""
    levels: dict[str, Level] = {}
    for anomaly in anomalies:
        if levels.get(anomaly.metric) != "alert":
            levels[anomaly.metric] = anomaly.level
    hurt = {anomaly.metric for anomaly in anomalies if not anomaly.good}
    catalogue = frame.board.catalogue
    shown = [
        metric_value(frame, key, levels.get(key))
        for key, metric in catalogue.metrics.items()
        if not metric.hidden or key == catalogue.headline
    ]
    shown.sort(key=lambda metric: (_RANK[metric.status], metric.key not in hurt))
    return tuple(shown)


def _complete_until(frame: Frame) -> datetime | None:
    catalogue = frame.board.catalogue
    books = [frame.board.books.get(key) for key in catalogue.sources_of(catalogue.headline)]
    ends = [book.last for book in books if book is not None and book.last is not None]
    return min(ends) if ends else None


def _incomplete(frame: Frame) -> str:
    if frame.board.now < frame.week.start(frame.board.zone):
        return f"the week has not begun; it starts on {spoken_day(frame.week.monday)}"
    reading = frame.now(frame.board.catalogue.headline)
    return reading.partial or reading.missing


def _source(board: Board, key: str, source: Source | None) -> SourceReading:
    title = board.catalogue.sources[key].title
    if source is None:
        return SourceReading(key=key, title=title, connected=False)
    book = board.books.get(key)
    return SourceReading(
        key=key,
        title=title,
        connected=True,
        error=board.failed.get(key, ""),
        name=source.name,
        read_at=source.read_at,
        age_minutes=max(0, int((board.now - source.read_at).total_seconds() // 60)),
        complete_until=None if book is None else book.last,
        rows=0 if book is None else book.rows,
        bad_rows=source.bad.count,
        first_bad=tuple(
            BadRowReading(line=bad.line, reason=bad.reason) for bad in source.bad.first
        ),
    )


def _noticed(frame: Frame, sources: Mapping[str, Source]) -> Iterator[str]:
    """Say what the rows themselves show: silent days, adjustments left out, rows that could not be read."""
    for key, book in frame.board.books.items():
        title = frame.board.catalogue.sources[key].title
        if isinstance(book, FlowBook) and book.has_rows(frame.week):
            for day in book.silent_days(frame.week):
                yield f"{title}: nothing on {spoken_day(day)}, although a {day:%A} usually has some."
            yield from _adjusted(frame, book, title)
        bad = sources[key].bad
        if bad.count:
            # Only where, not why: a reason quotes the file, and this sentence is taken at its word.
            where = f"the first is line {bad.first[0].line}"
            yield f"{title}: {bad.count:,} rows could not be read and are left out; {where}."


def _adjusted(frame: Frame, book: FlowBook, title: str) -> Iterator[str]:
    cells = [book.adjustments[day] for day in frame.week.days if day in book.adjustments]
    n, amount = sum(cell.n for cell in cells), sum(cell.total for cell in cells)
    if amount:
        text = spoken(rounded(Fraction(amount), "money"), "money", frame.currency)
        yield f"{title}: {n:,} adjustments of {text} in all are not counted."
