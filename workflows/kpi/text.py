"""A report in plain words: one sentence, one table, one page for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflows.kpi.numbers import spoken, spoken_percent
from workflows.kpi.week import spoken_day

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from workflows.kpi.numbers import Unit, Value
    from workflows.kpi.report import Anomaly, KpiReport, MetricValue, Ranking
    from workflows.kpi.week import IsoWeek

#: Rows of the table; the rest stays in the report.
TABLE_ROWS = 10
_HEADINGS = ("Metric", "This week", "Last week", "4-week median", "Usual range", "Target", "Owner")
_NONE = "\u2013"


def summary(metric: MetricValue, week: IsoWeek, partial: str, anomalies: Sequence[Anomaly]) -> str:
    """Return one sentence with the one number that matters, and where to look first."""
    when = f"in week {week.week} of {week.year}"
    if metric.value is None:
        return f"{metric.title} {when} is missing: {metric.missing}."
    said = f"{metric.title} {when} was {metric.text}"
    if partial:
        return f"{said} so far; the week is not complete, since {partial}."
    worst = next((anomaly for anomaly in anomalies if not anomaly.good), None)
    look = f"; look first at {worst.title.lower()}" if worst else ""
    return f"{said}{change(metric)}{look}."


def change(metric: MetricValue) -> str:
    """Return `, up 12% on last week`, or nothing when there is no honest per cent."""
    moved = metric.change_percent
    if moved is None:
        return ""
    if not moved:
        return ", as last week"
    return f", {'up' if moved > 0 else 'down'} {spoken_percent(moved)} on last week"


def table(report: KpiReport) -> tuple[tuple[str, ...], ...]:
    """Return headings and at most ten rows, worst first; a cell without a number is a dash."""
    return (_HEADINGS, *(row(metric, report.currency) for metric in report.metrics[:TABLE_ROWS]))


def row(metric: MetricValue, currency: str) -> tuple[str, ...]:
    """Return one metric as seven cells of text."""
    unit = metric.unit
    ranged = _NONE
    if metric.usual_low is not None and metric.usual_high is not None:
        low, high = (spoken(edge, unit, currency) for edge in (metric.usual_low, metric.usual_high))
        ranged = f"{low} to {high}"
    return (
        metric.title,
        metric.text,
        cell(metric.last_week, unit, currency),
        cell(metric.median_4w, unit, currency),
        ranged,
        cell(metric.target, unit, currency),
        metric.owner,
    )


def cell(value: Value | None, unit: Unit, currency: str) -> str:
    """Write a value, or a dash when there is none."""
    return _NONE if value is None else spoken(value, unit, currency)


def to_plain_text(report: KpiReport) -> str:
    """Return the whole report as text for a terminal or a mail. Words of records appear as they are."""
    return "\n".join(_lines(report))


def _lines(report: KpiReport) -> Iterator[str]:
    yield f"{report.label} ({report.zone}, {report.currency})"
    yield report.text_summary
    if report.incomplete:
        yield f"Not complete: {report.incomplete}."
    yield ""
    for metric in report.metrics:
        yield _metric_line(metric, report.currency)
    for anomaly in report.anomalies:
        yield ""
        yield f"{anomaly.level.capitalize()}: {anomaly.words}"
        yield from _explanation(anomaly, report.currency)
    for ranking in report.rankings:
        yield from _ranking_lines(ranking, report.currency)
    yield from _section("What changed", report.changes)
    yield from _section("Next", tuple(f"{each.label}: {each.reason}" for each in report.actions))
    yield ""
    yield _footer(report)


def _metric_line(metric: MetricValue, currency: str) -> str:
    if metric.value is None:
        return f"[missing] {metric.title}: {metric.missing}"
    note = f"; {metric.note}" if metric.note else ""
    median = cell(metric.median_4w, metric.unit, currency)
    return (
        f"[{metric.status}] {metric.title}: {metric.text}{change(metric)}"
        f" (4-week median {median}, n {metric.n:,}){note}"
    )


def _explanation(anomaly: Anomaly, currency: str) -> Iterator[str]:
    for part in anomaly.contributions:
        value, usual = (spoken(each, part.unit, currency) for each in (part.value, part.usual))
        records = ", ".join(record.raw for record in part.evidence)
        yield (
            f"  {spoken_percent(part.share_percent)} of the gap: {part.dimension} {part.label.raw}, "
            f"{value} against usually {usual} (records {records})"
        )
    yield f"  Owner {anomaly.owner}, until {spoken_day(anomaly.due_on)}"


def _ranking_lines(ranking: Ranking, currency: str) -> Iterator[str]:
    yield ""
    yield f"{ranking.title}: {ranking.missing}" if ranking.missing else ranking.title
    for place, item in enumerate(ranking.items, start=1):
        value = spoken(item.value, ranking.unit, currency)
        yield f"  {place}. {item.label.raw}: {value} ({spoken_percent(item.share_percent)})"


def _section(title: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield ""
        yield title
        yield from (f"  {line}" for line in lines)


def _footer(report: KpiReport) -> str:
    until = report.complete_until
    known = f"Data complete until {until:%Y-%m-%d %H:%M}" if until else "No data"
    read = [
        f"{source.title} {source.name}, {source.age_minutes} min old, {source.rows:,} rows"
        for source in report.sources
        if source.connected
    ]
    return " · ".join((known, *read))
