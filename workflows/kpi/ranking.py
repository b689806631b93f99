"""The largest parts of a metric in a week, such as top products."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from workflows.kpi.compare import label
from workflows.kpi.contribution import split
from workflows.kpi.numbers import percent
from workflows.kpi.report import RankedItem, Ranking
from workflows.text import Untrusted

if TYPE_CHECKING:
    from workflows.kpi.book import FlowBook
    from workflows.kpi.compare import Frame
    from workflows.kpi.metrics import RankingSpec


def ranking(frame: Frame, key: str, spec: RankingSpec) -> Ranking:
    """Return the largest parts, equal ones by name; empty with a reason when there is no number."""
    book, reading = frame.board.flow(spec.metric), frame.now(spec.metric)
    items: tuple[RankedItem, ...] = ()
    if book is not None and reading.value:
        items = _items(frame, spec, book, reading.value)
    return Ranking(
        key=key,
        title=spec.title,
        unit=frame.metric(spec.metric).unit,
        items=items,
        missing=reading.missing,
    )


def _items(
    frame: Frame, spec: RankingSpec, book: FlowBook, whole: Fraction
) -> tuple[RankedItem, ...]:
    now = split(book, spec.metric, frame.week.days, spec.by)
    previous = frame.week.before(1)
    known = frame.board.week(spec.metric, previous).whole is not None
    before = split(book, spec.metric, previous.days, spec.by) if known else None
    largest = sorted(now, key=lambda name: (-now[name], name))[: spec.take]
    return tuple(
        RankedItem(
            key=Untrusted(name),
            label=label(frame, spec.metric, spec.by, name),
            value=frame.value(spec.metric, now[name]),
            share_percent=percent(now[name] / whole),
            last_week=None
            if before is None
            else frame.value(spec.metric, before.get(name, Fraction(0))),
        )
        for name in largest
    )
