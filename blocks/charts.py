"""A week's numbers as Slack's own table and line chart, and the line as characters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blocks import rich
from blocks.text import Block, shorten, visible
from workflows.kpi.numbers import spoken, spoken_percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workflows.kpi.numbers import Unit, Value
    from workflows.kpi.report import KpiReport, MetricValue, Series, SeriesPoint

#: Shown in a cell that has no number.
NONE = "none"
_CELL = 120
_NAME = 20
_AXIS = 50
_POINTS = 20
#: The column of the owner.
_OWNER = 7
_BARS = "▁▂▃▄▅▆▇█"
_FEWEST = 2


def cells(report: KpiReport, metric: MetricValue) -> list[tuple[str, str]]:
    """Return the columns of one metric with their heads, in words."""

    def said(value: Value | None) -> str:
        return NONE if value is None else spoken(value, metric.unit, report.currency)

    change = metric.change_percent
    way = "" if change is None else f"{'up' if change > 0 else 'down'} {spoken_percent(change)}"
    usual = NONE
    if metric.usual_low is not None and metric.usual_high is not None:
        usual = f"{said(metric.usual_low)} to {said(metric.usual_high)}"
    return [
        ("Metric", metric.title),
        ("This week", metric.text),
        ("Last week", said(metric.last_week)),
        ("Change", way if change else NONE),
        ("4-week median", said(metric.median_4w)),
        ("Usual", usual),
        ("Target", said(metric.target)),
        ("Owner", metric.owner),
        ("State", metric.missing or metric.note or metric.status),
    ]


def table(report: KpiReport, metrics: Sequence[MetricValue], block_id: str) -> Block:
    """Return the scorecard as a table that can be sorted, worst first."""
    rows = [cells(report, metric) for metric in metrics]
    head = [_text(name) for name, _ in rows[0]]
    body = [[_text(text) for _, text in row] for row in rows]
    for metric, row in zip(metrics, body, strict=True):
        row[_OWNER] = _owner(metric.owner)
        if metric.value is not None:
            number = {"type": "raw_number", "value": number_of(metric.value, metric.unit)}
            row[1] = {**number, "text": row[1]["text"]}
    return {
        "type": "data_table",
        "block_id": block_id,
        "caption": f"The numbers of {report.label}, worst first",
        "page_size": max(len(rows), 1),
        "row_header_column_index": 0,
        "rows": [head, *body],
    }


def _text(text: str) -> Block:
    return {"type": "raw_text", "text": shorten(visible(text), _CELL) or NONE}


def _owner(name: str) -> Block:
    """Return a cell with a mention of the owner; a name without an id stays text."""
    mention = rich.person(name)
    if mention["type"] == "text":
        return _text(name)
    return {"type": "rich_text", "elements": [rich.section(mention)]}


def number_of(value: Value, unit: Unit) -> float:
    """Return a value as a reader's number: money in whole units, ratios in per cent."""
    if unit == "money":
        return int(value) / 100
    return round(float(value) * 100, 2) if unit == "ratio" else float(value)


def line(report: KpiReport, block_id: str) -> Block | None:
    """Return the headline metric over its weeks, beside last year's where every week has one.

    A week without a number is left out, since a chart knows no gap; None with fewer than two weeks.
    """
    series = _headline(report)
    if series is None:
        return None
    points = _counted(series)
    if len(points) < _FEWEST:
        return None
    weeks = [point.week for point in points]
    now = [point.value for point in points]
    then = [point.last_year for point in points]
    drawn = [_drawn("This year", weeks, now, series.unit)]
    if all(value is not None for value in then):
        drawn.append(_drawn("Last year", weeks, then, series.unit))
    unit = {"money": report.currency, "ratio": "per cent"}.get(series.unit, series.unit)
    axis = {"categories": weeks, "x_label": "Week", "y_label": shorten(unit, _AXIS)}
    return {
        "type": "data_visualization",
        "block_id": block_id,
        "title": shorten(f"{series.title}, {len(weeks)} weeks", _AXIS),
        "chart": {"type": "line", "series": drawn, "axis_config": axis},
    }


def _headline(report: KpiReport) -> Series | None:
    named = [series for series in report.series if series.metric == report.headline]
    return next(iter([*named, *report.series]), None)


def _counted(series: Series) -> list[SeriesPoint]:
    return [point for point in series.points if point.value is not None][-_POINTS:]


def _drawn(name: str, weeks: list[str], values: Sequence[Value | None], unit: Unit) -> Block:
    pairs = zip(weeks, values, strict=True)
    data = [
        {"label": week, "value": number_of(value, unit)}
        for week, value in pairs
        if value is not None
    ]
    return {"name": name[:_NAME], "data": data}


def sparkline(report: KpiReport) -> str:
    """Return the headline metric as `Revenue 8 weeks ▁▂▅▇`, or nothing with fewer than two weeks."""
    series = _headline(report)
    values = (
        [number_of(p.value, series.unit) for p in _counted(series) if p.value is not None]
        if series
        else []
    )
    if series is None or len(values) < _FEWEST:
        return ""
    low, span = min(values), (max(values) - min(values)) or 1
    bars = "".join(_BARS[round((value - low) / span * (len(_BARS) - 1))] for value in values)
    return f"{series.title}, {len(values)} weeks {bars}"
