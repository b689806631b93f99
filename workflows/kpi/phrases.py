"""Keeps a model to the numbers it was given: a sentence with any other number is dropped.

This proves that each number is one of the report's, in the right kind (a per cent, money, a date), rounded at
most to the decimals it was said with, and, for a change, in the right direction. It can't prove that the
number stands beside the right noun; the table under the sentence shows that.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from workflows.kpi.said import numbers_in
from workflows.kpi.week import IsoWeek

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from workflows.kpi.numbers import Unit, Value
    from workflows.kpi.report import Anomaly, KpiReport, MetricValue
    from workflows.kpi.said import Said

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z\d\"'(£$€])")
_CURRENCY_OF = {"£": "GBP", "€": "EUR", "¥": "JPY", "$": "USD"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """Every number of a report, by the kind it may be said as."""

    money: frozenset[Decimal]
    plain: frozenset[Decimal]
    #: Signed changes, and shares or ratios, which have no direction.
    changes: frozenset[Decimal]
    shares: frozenset[Decimal]
    #: Year, month, day.
    days: frozenset[tuple[int, int, int]]
    weeks: frozenset[tuple[int, int]]
    times: frozenset[tuple[int, int]]
    #: Names of records, products and people; removed from a sentence before it is read.
    names: tuple[str, ...]
    #: Titles of metrics without a number: a zero beside one of them is the lie this module is for.
    missing: tuple[str, ...]
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A text after the check: the sentences that may be shown and those that may not, in order."""

    kept: tuple[str, ...]
    dropped: tuple[str, ...]


def phrase_is_supported(sentence: str, report: KpiReport) -> bool:
    """Whether every number in `sentence` is in the report. A sentence without numbers is supported."""
    return _supports(payload(report), sentence)


def kept_sentences(text: str, report: KpiReport) -> Kept:
    """Split a model's text into sentences and drop those that state a number the report does not have."""
    known = payload(report)
    sentences = [part.strip() for part in _SENTENCE_END.split(text) if part.strip()]
    verdicts = [_supports(known, sentence) for sentence in sentences]
    return Kept(
        kept=tuple(s for s, good in zip(sentences, verdicts, strict=True) if good),
        dropped=tuple(s for s, good in zip(sentences, verdicts, strict=True) if not good),
    )


def payload(report: KpiReport) -> Payload:
    """Return every number of a report by kind."""
    money: set[Decimal] = set()
    plain: set[Decimal] = set()
    shares: set[Decimal] = set()
    for unit, value in _values(report):
        if unit == "money":
            money.add(Decimal(value).scaleb(-2))
        elif unit == "ratio":
            shares.add(Decimal(value) * 100)
        else:
            plain.add(Decimal(value))
    shares |= {part.share_percent for each in report.anomalies for part in each.contributions}
    shares |= {item.share_percent for ranking in report.rankings for item in ranking.items}
    changes = {m.change_percent for m in report.metrics if m.change_percent is not None}
    days, weeks, times = set(_days(report)), set(_weeks(report)), set(_times(report))
    for text in report.changes:
        _learn(text, money, plain, shares)
    return Payload(
        money=frozenset(money),
        plain=frozenset(plain | set(_counts(report))),
        changes=frozenset(changes | {each.change_percent for each in report.anomalies}),
        shares=frozenset(shares),
        days=frozenset(days),
        weeks=frozenset(weeks),
        times=frozenset(times),
        names=tuple(sorted(set(_names(report)), key=lambda name: (-len(name), name))),
        missing=tuple(metric.title.lower() for metric in report.metrics if metric.value is None),
        currency=report.currency,
    )


def _supports(known: Payload, sentence: str) -> bool:
    speaks_of_missing = any(title in sentence.lower() for title in known.missing)
    for name in known.names:
        if _may_be_removed(name):
            sentence = re.sub(
                rf"(?<!\w){re.escape(name)}(?!\w)", " ", sentence, flags=re.IGNORECASE
            )
    said = numbers_in(sentence)
    if speaks_of_missing and any(each.value == 0 for each in said):
        return False
    return all(_is_known(known, each) for each in said)


def _may_be_removed(name: str) -> bool:
    # Digits alone are left to the reader of numbers, which knows them after "invoice" and the like; and a
    # product that somebody called "up 500%" must not carry that claim past the check.
    return any(char.isalpha() for char in name) and not any(char in "%£€$¥" for char in name)


def _is_known(known: Payload, said: Said) -> bool:
    match said.kind:
        case "percent":
            return _percent_is_known(known, said)
        case "money":
            currency = _CURRENCY_OF.get(said.currency, said.currency)
            same = currency == known.currency or (
                said.currency == "$" and "D" in known.currency[2:]
            )
            return same and _is_near(said, known.money)
        case "plain":
            return _is_near(said, known.plain | known.money)
        case "record":
            return said.text in known.names or _is_near(said, known.plain | known.money)
        case "times" | "unclear":
            return False
        case _:
            return _date_is_known(known, said)


def _percent_is_known(known: Payload, said: Said) -> bool:
    # A share has no direction: "up 15%" is not said of a part of the whole.
    return _is_near(said, known.changes if said.direction else known.changes | known.shares)


def _date_is_known(known: Payload, said: Said) -> bool:
    match said.kind:
        case "day":
            whole = set[tuple[int, ...]](known.days)
        case "month":
            return said.parts in {day[:2] for day in known.days}
        case "week":
            whole = set[tuple[int, ...]](known.weeks)
        case _:
            return said.parts in known.times
    # A year that was not said can be any of the report's.
    return said.parts in (whole if said.parts[0] else {(0, *each[1:]) for each in whole})


def _is_near(said: Said, values: frozenset[Decimal]) -> bool:
    """Whether one of the values, rounded to the decimals that were said, is what was said."""
    size_said = said.value or Decimal(0)
    step = Decimal(1).scaleb(-said.decimals)
    wanted = -size_said if said.direction < 0 else size_said
    for value in values:
        size = value if said.direction else abs(value)
        scaled = size / said.scale
        rounded = {scaled.quantize(step, way) for way in (ROUND_HALF_EVEN, ROUND_HALF_UP)}
        if wanted in rounded and (wanted or not size):
            return True
    return False


def _values(report: KpiReport) -> Iterator[tuple[Unit, Value]]:
    for metric in report.metrics:
        yield from _in_unit(metric.unit, _of_metric(metric))
    for anomaly in report.anomalies:
        yield from _of_anomaly(anomaly)
    for ranking in report.rankings:
        for item in ranking.items:
            yield from _in_unit(ranking.unit, (item.value, item.last_week))
    for series in report.series:
        for point in series.points:
            yield from _in_unit(series.unit, (point.value, point.last_year))


def _in_unit(unit: Unit, values: Iterable[Value | None]) -> Iterator[tuple[Unit, Value]]:
    for value in values:
        if value is not None:
            yield unit, value


def _of_metric(metric: MetricValue) -> tuple[Value | None, ...]:
    return (
        metric.value,
        metric.last_week,
        metric.median_4w,
        metric.last_year,
        metric.usual_low,
        metric.usual_high,
        metric.target,
    )


def _of_anomaly(anomaly: Anomaly) -> Iterator[tuple[Unit, Value]]:
    edges = (anomaly.usual, anomaly.usual_low, anomaly.usual_high)
    yield from _in_unit(anomaly.unit, (anomaly.value, *edges))
    for part in anomaly.contributions:
        yield from _in_unit(part.unit, (part.value, part.usual, part.gap))


def _counts(report: KpiReport) -> Iterator[Decimal]:
    for metric in report.metrics:
        if metric.value is not None:
            yield Decimal(metric.n)
    for anomaly in report.anomalies:
        yield Decimal(anomaly.compared_with)
    for source in report.sources:
        if source.connected:
            counts = (source.age_minutes or 0, source.rows, source.bad_rows)
            # "0 min old" is no licence to say that there were 0 of anything else.
            yield from (Decimal(n) for n in counts if n)


def _days(report: KpiReport) -> Iterator[tuple[int, int, int]]:
    yield from ((day.year, day.month, day.day) for day in _dates(report))
    for text in report.changes:
        for said in numbers_in(text):
            if said.kind == "day":
                year, month, day = said.parts
                yield year or report.period_start.year, month, day


def _dates(report: KpiReport) -> Iterator[date]:
    yield report.period_start.date()
    yield report.period_end.date() - timedelta(days=1)
    yield from (moment.date() for moment in _moments(report))
    for anomaly in report.anomalies:
        yield from (day for day in (anomaly.on, anomaly.due_on, anomaly.last_seen) if day)


def _moments(report: KpiReport) -> Iterator[datetime]:
    moments = [report.complete_until, *(source.complete_until for source in report.sources)]
    yield from (moment for moment in moments if moment is not None)


def _weeks(report: KpiReport) -> Iterator[tuple[int, int]]:
    texts = [report.week, *(point.week for series in report.series for point in series.points)]
    for week in map(IsoWeek.parse, texts):
        yield week.year, week.week


def _times(report: KpiReport) -> Iterator[tuple[int, int]]:
    for moment in _moments(report):
        yield moment.hour, moment.minute


def _names(report: KpiReport) -> Iterator[str]:
    for anomaly in report.anomalies:
        for part in anomaly.contributions:
            yield from (part.key.raw, part.label.raw, *(record.raw for record in part.evidence))
    for ranking in report.rankings:
        for item in ranking.items:
            yield from (item.key.raw, item.label.raw)
    for source in report.sources:
        yield from (source.name, source.title)


def _learn(text: str, money: set[Decimal], plain: set[Decimal], shares: set[Decimal]) -> None:
    """Take in the numbers of a sentence that is itself part of the report."""
    places = {"money": money, "plain": plain, "percent": shares}
    for said in numbers_in(text):
        if said.value is not None and said.kind in places:
            places[said.kind].add(said.value * said.scale * (said.direction or 1))
