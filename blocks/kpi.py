"""The Monday post: one sentence, the numbers, one line, what stands out, and what to do next.

`kpi(…, native=False)` gives the same post without the table and the chart that Slack draws, for a
workspace that refuses them. A number that is missing is shown as missing, with its reason.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from blocks import charts, elements, rich
from blocks.ids import ActionId, BlockId, block_id
from blocks.queue import age
from blocks.text import Block, Mrkdwn, joined, moment, mrkdwn, sentence
from workflows.kpi.numbers import spoken

if TYPE_CHECKING:
    from workflows.kpi.report import (
        Anomaly,
        Contribution,
        KpiReport,
        MetricValue,
        NextAction,
        Ranking,
        SourceReading,
    )

_ROWS = 10
_ANOMALIES = 5
_CHANGES = 5
_ACTIONS = 3
_EVIDENCE = 5
_RANKED = 10
_WORDS = 300
_LABEL = 80
_SUMMARY = 400
_NUMBERS = 1_500


def kpi(report: KpiReport, name: str, *, native: bool = True) -> Block:
    """Return the post of one week; `name` is its id, which its buttons carry."""
    key = (report.week, "native" if native else "plain")
    blocks = [
        elements.header(block_id(BlockId.TITLE, *key), report.label),
        elements.plain_section(block_id(BlockId.NOTE, *key), report.text_summary),
        elements.context(block_id(BlockId.STATE, *key), *_complete(report)),
        *_numbers(report, key, native=native),
        *_anomalies(report, key),
        *_changes(report, key),
        *_next(report, name, key),
        elements.context(block_id(BlockId.FOOTER, *key), _sources(report)),
    ]
    return elements.message(_sentence(report), blocks)


def _sentence(report: KpiReport) -> Mrkdwn:
    """Return the summary and the same numbers as the table, for phones and screen readers."""
    numbers = ", ".join(f"{m.title} {m.text}" for m in report.metrics[:_ROWS])
    summary = sentence("{}", report.text_summary, part_limit=_SUMMARY)
    return sentence("{} {}: {}.", summary, report.label, numbers, part_limit=_NUMBERS)


def _complete(report: KpiReport) -> list[Mrkdwn | str]:
    if report.complete_until is None:
        return [mrkdwn("No data for this week yet"), report.incomplete]
    until = mrkdwn("Data complete until {}", moment(report.complete_until))
    return [until] if report.complete else [until, f"The week is not complete: {report.incomplete}"]


def _numbers(report: KpiReport, key: tuple[str, ...], *, native: bool) -> list[Block]:
    shown = report.metrics[:_ROWS]
    if not shown:
        return []
    line = charts.line(report, block_id(BlockId.CHART, *key))
    if native:
        table = charts.table(report, shown, block_id(BlockId.TABLE, *key))
        return [table, *([line] if line else [])]
    lines = [_metric_line(report, metric) for metric in shown]
    trend = charts.sparkline(report)
    if trend:
        lines.append([rich.text(trend)])
    return [rich.block(block_id(BlockId.TABLE, *key), rich.bullets(lines))]


def _metric_line(report: KpiReport, metric: MetricValue) -> list[Block]:
    cells = charts.cells(report, metric)
    facts = [f" · {name.lower()} {text}" for name, text in cells[2:-2] if text != charts.NONE]
    state = f" · {metric.missing or metric.note or metric.status} · "
    title = rich.text(f"{metric.title} {metric.text}", bold=True)
    line = rich.runs("".join([*facts, state]), limit=_WORDS)
    return [title, *line, rich.person(metric.owner)]


def _anomalies(report: KpiReport, key: tuple[str, ...]) -> list[Block]:
    if not report.anomalies:
        return []
    lines = [_anomaly(one) for one in report.anomalies[:_ANOMALIES]]
    head = rich.section(rich.text("What stands out (records in the thread)", bold=True))
    return [rich.block(block_id(BlockId.BODY, *key), head, rich.bullets(lines))]


def _anomaly(one: Anomaly) -> list[Block]:
    line = rich.runs(one.words, limit=_WORDS)
    if one.contributions:
        line += [rich.text(" Largest part: "), *_part(one.contributions[0])]
    return [*line, rich.text(" · "), rich.person(one.owner), rich.text(f" by {one.due_on}")]


def _part(part: Contribution) -> list[Block]:
    share = rich.text(f" ({part.share_percent}% of the gap)")
    return [*rich.runs(part.label, limit=_LABEL), share]


def _changes(report: KpiReport, key: tuple[str, ...]) -> list[Block]:
    if not report.changes:
        return []
    lines = [rich.runs(change, limit=_WORDS) for change in report.changes[:_CHANGES]]
    head = rich.section(rich.text("What changed", bold=True))
    return [rich.block(block_id(BlockId.WHY, *key), head, rich.bullets(lines))]


def _next(report: KpiReport, name: str, key: tuple[str, ...]) -> list[Block]:
    actions = report.actions[:_ACTIONS]
    if not actions:
        return []
    lines = [
        [rich.text(one.label, bold=True), *rich.runs(f"  {one.reason}", limit=_WORDS)]
        for one in actions
    ]
    head = rich.section(rich.text("Next", bold=True))
    listed = rich.block(block_id(BlockId.NEXT, *key), head, rich.bullets(lines, ordered=True))
    buttons = [_start(one, name, at) for at, one in enumerate(actions)]
    return [listed, elements.actions(block_id(BlockId.BUTTONS, *key), *buttons)]


def _start(one: NextAction, name: str, at: int) -> Block:
    """Return a button that starts a playbook; which one is looked up from the post, not trusted."""
    return elements.button(
        ActionId.START_NEXT, one.label, f"{name}:{at}", about=one.reason, suffix=str(at)
    )


def _sources(report: KpiReport) -> Mrkdwn | str:
    return " · ".join(_source(source) for source in report.sources) or "No source is connected"


def _source(source: SourceReading) -> str:
    if not source.connected:
        return f"{source.title}: not connected"
    old = age(source.age_minutes * 60) if source.age_minutes is not None else "unknown age"
    bad = f", {source.bad_rows} rows could not be read" if source.bad_rows else ""
    return f"{source.title}: {source.rows:,} rows, {old} old{bad}"


def replies(report: KpiReport, name: str) -> list[Block]:
    """Return the messages of the thread: one per anomaly with its records, then the rankings."""
    found = [_reply(report, one, name, at) for at, one in enumerate(report.anomalies[:_ANOMALIES])]
    ranked = [ranking for ranking in report.rankings if ranking.items]
    return [*found, *([_ranked(report, ranked)] if ranked else [])]


def _reply(report: KpiReport, one: Anomaly, name: str, at: int) -> Block:
    key = (report.week, one.metric, at)
    title = rich.section(rich.text(one.title, bold=True), rich.text(f"  {one.words}"))
    usual = joined(
        [
            mrkdwn("{}, usually {} to {}", *_range(report, one)),
            mrkdwn("compared with {} like periods", one.compared_with),
        ]
    )
    blocks = [
        rich.block(block_id(BlockId.TITLE, *key), title),
        elements.context(block_id(BlockId.NOTE, *key), usual, f"due {one.due_on}"),
    ]
    if one.contributions:
        lines = [_records(report, part) for part in one.contributions[:_EVIDENCE]]
        blocks.append(rich.block(block_id(BlockId.BODY, *key), rich.bullets(lines)))
    buttons = [
        _start(action, name, n)
        for n, action in enumerate(report.actions[:_ACTIONS])
        if action.metric == one.metric
    ]
    if buttons:
        blocks.append(elements.actions(block_id(BlockId.BUTTONS, *key), *buttons))
    return elements.message(sentence("{}: {}", one.title, one.words, part_limit=_WORDS), blocks)


def _range(report: KpiReport, one: Anomaly) -> tuple[str, str, str]:
    low, high = one.usual_low, one.usual_high
    value, least, most = (spoken(v, one.unit, report.currency) for v in (one.value, low, high))
    return value, least, most


def _records(report: KpiReport, part: Contribution) -> list[Block]:
    now, usual = (spoken(v, part.unit, report.currency) for v in (part.value, part.usual))
    line = [rich.text(f"{part.dimension} ", italic=True), *_part(part)]
    line.append(rich.text(f": {now}, usually {usual}"))
    records = part.evidence[:_EVIDENCE]
    for at, record in enumerate(records):
        line += [rich.text(", " if at else "; records "), *rich.runs(record, limit=_LABEL // 2)]
    more = len(part.evidence) - len(records)
    return [*line, rich.text(f" and {more} more")] if more > 0 else line


def _ranked(report: KpiReport, rankings: list[Ranking]) -> Block:
    blocks: list[Block] = []
    for ranking in rankings[:3]:
        lines = [
            [
                *rich.runs(item.label, limit=_LABEL),
                rich.text(f"  {spoken(item.value, ranking.unit, report.currency)}"),
                rich.text(f" · {item.share_percent}%"),
            ]
            for item in ranking.items[:_RANKED]
        ]
        head = rich.section(rich.text(ranking.title, bold=True))
        key = block_id(BlockId.TABLE, report.week, ranking.key)
        blocks.append(rich.block(key, head, rich.bullets(lines, ordered=True)))
    titles = ", ".join(ranking.title for ranking in rankings)
    return elements.message(sentence("{}: {}.", report.label, titles), blocks)
