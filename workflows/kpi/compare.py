"""One metric beside last week, four weeks, last year, its usual range and its target."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from statistics import median
from typing import TYPE_CHECKING

from workflows.kpi.anomaly import LOOK_BACK, usual
from workflows.kpi.numbers import percent, rounded, spoken
from workflows.kpi.report import MetricValue, Series, SeriesPoint
from workflows.text import Untrusted

if TYPE_CHECKING:
    from decimal import Decimal

    from workflows.kpi.anomaly import Usual
    from workflows.kpi.board import Board, Reading
    from workflows.kpi.metrics import Metric
    from workflows.kpi.numbers import Value
    from workflows.kpi.report import Level, Status
    from workflows.kpi.week import IsoWeek

#: Below this many records a per cent says more about chance than about business.
_BASE_FOR_PERCENT = 10
_MEDIAN_WEEKS = 4
CHART_WEEKS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What every part of a report is about: the books, the week, the currency."""

    board: Board
    week: IsoWeek
    currency: str

    def metric(self, key: str) -> Metric:
        """Return how a metric is declared."""
        return self.board.catalogue.metrics[key]

    def now(self, key: str) -> Reading:
        """Return a metric in the week of the report."""
        return self.board.week(key, self.week)

    def earlier(self, key: str, weeks: int) -> list[tuple[IsoWeek, Fraction]]:
        """Return the complete weeks before, latest first; missing and partial ones are not there."""
        found: list[tuple[IsoWeek, Fraction]] = []
        for n in range(1, weeks + 1):
            week = self.week.before(n)
            value = self.board.week(key, week).whole
            if value is not None:
                found.append((week, value))
        return found

    def value(self, key: str, exact: Fraction) -> Value:
        """Round a number of a metric to its unit."""
        return rounded(exact, self.metric(key).unit)

    def edge(self, key: str, exact: Fraction) -> Value:
        """Round an end of a usual range: a range of things has whole ends."""
        whole = self.metric(key).unit == "count"
        return self.value(key, Fraction(round(exact)) if whole else exact)

    def maybe(self, key: str, exact: Fraction | None) -> Value | None:
        """Round a number that may not be there."""
        return None if exact is None else self.value(key, exact)

    def spoken(self, key: str, exact: Fraction) -> str:
        """Write a number of a metric for people."""
        return spoken(self.value(key, exact), self.metric(key).unit, self.currency)


def metric_value(frame: Frame, key: str, level: Level | None) -> MetricValue:
    """Return a metric with everything it is compared with; `level` is its worst anomaly."""
    metric, reading = frame.metric(key), frame.now(key)
    last = frame.board.week(key, frame.week.before(1))
    recent = [value for _, value in frame.earlier(key, _MEDIAN_WEEKS)]
    reach = usual([value for _, value in frame.earlier(key, LOOK_BACK)])
    met = _target_met(metric, reading)
    change, why_not = _change(reading, last)
    return MetricValue(
        key=key,
        title=metric.title,
        unit=metric.unit,
        better=metric.better,
        owner=metric.owner,
        status=_status(reading, level, met),
        value=frame.maybe(key, reading.value),
        text="missing" if reading.value is None else frame.spoken(key, reading.value),
        missing=reading.missing,
        note=reading.partial or why_not,
        n=reading.n,
        last_week=frame.maybe(key, last.whole),
        change_percent=change,
        median_4w=frame.value(key, Fraction(median(recent))) if recent else None,
        weeks_in_median=len(recent),
        last_year=frame.maybe(key, _last_year(frame, key, frame.week)),
        usual_low=_edge(frame, key, reach, "low"),
        usual_high=_edge(frame, key, reach, "high"),
        target=None if metric.target is None else frame.value(key, Fraction(metric.target)),
        target_met=met,
    )


def _edge(frame: Frame, key: str, reach: Usual | None, side: str) -> Value | None:
    return None if reach is None else frame.edge(key, reach.low if side == "low" else reach.high)


def _last_year(frame: Frame, key: str, week: IsoWeek) -> Fraction | None:
    then = week.last_year()
    return None if then is None else frame.board.week(key, then).whole


def _change(reading: Reading, last: Reading) -> tuple[Decimal | None, str]:
    """Return the change in per cent, or None and why there is none."""
    if reading.value is None or reading.partial:
        return None, ""
    if last.value is None or last.partial:
        return None, f"no per cent against last week: {last.partial or last.missing}"
    if last.value <= 0:
        return None, "no per cent against last week: it was not above zero"
    if last.n < _BASE_FOR_PERCENT:
        return None, f"no per cent against last week: it rests on {last.n} records"
    return percent((reading.value - last.value) / last.value), ""


def _target_met(metric: Metric, reading: Reading) -> bool | None:
    if metric.target is None or reading.whole is None:
        return None
    target = Fraction(metric.target)
    return reading.whole >= target if metric.better == "up" else reading.whole <= target


def _status(reading: Reading, level: Level | None, met: bool | None) -> Status:  # noqa: FBT001 -- three-valued
    if reading.value is None:
        return "missing"
    if level is not None:
        return level
    # A part of a week can't be called fine, and neither can a target that was missed.
    return "watch" if reading.partial or met is False else "ok"


def series(frame: Frame, key: str) -> Series:
    """Return eight weeks up to this one, oldest first; a week without a whole number is None."""
    weeks = [frame.week.before(n) for n in reversed(range(CHART_WEEKS))]
    return Series(
        metric=key,
        title=frame.metric(key).title,
        unit=frame.metric(key).unit,
        points=tuple(
            SeriesPoint(
                week=str(week),
                value=frame.maybe(key, frame.board.week(key, week).whole),
                last_year=frame.maybe(key, _last_year(frame, key, week)),
            )
            for week in weeks
        ),
    )


def label(frame: Frame, metric: str, dimension: str, key: str) -> Untrusted:
    """Return a name of a dimension for people; the words of a record stay untrusted."""
    book = frame.board.flow(metric)
    title = book.titles.get(key, "") if book is not None and dimension == "product" else ""
    return Untrusted(
        f"{title.strip()} ({key})" if title.strip() else key or f"no {dimension} recorded"
    )
