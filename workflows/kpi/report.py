"""What a week's KPI post says, as one frozen record. It is plain JSON both ways; floats never occur."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from workflows.action import Record
from workflows.kpi.numbers import Unit, Value
from workflows.text import Untrusted

#: missing: no number, for the reason given; never a zero.
Status = Literal["ok", "watch", "alert", "missing"]
Level = Literal["watch", "alert"]
Better = Literal["up", "down"]


class BadRowReading(Record):
    """One row of a source that could not be read."""

    line: int
    reason: str


class SourceReading(Record):
    """A source as it was read for this report."""

    key: str
    title: str
    connected: bool
    #: Why it could not be read to its end; its numbers are then missing.
    error: str = ""
    #: What was read, such as a file name; empty when nothing is connected.
    name: str = ""
    read_at: datetime | None = None
    #: Minutes from reading to the report.
    age_minutes: int | None = None
    #: The last moment the source knows of, in the business's zone.
    complete_until: datetime | None = None
    rows: int = 0
    #: Rows left out because they could not be read, and the first five of them.
    bad_rows: int = 0
    first_bad: tuple[BadRowReading, ...] = ()


class MetricValue(Record):
    """One metric in this week, beside what it is compared with. Every `Value` is in `unit`."""

    key: str
    title: str
    unit: Unit
    better: Better
    owner: str
    status: Status
    value: Value | None
    #: The value for people, with its separators and currency; `missing` when there is none.
    text: str
    #: Why there is no value; empty when there is one.
    missing: str = ""
    #: What a reader must know: the week is not complete, the base is too small for a per cent.
    note: str = ""
    #: Records the value was counted from.
    n: int = 0
    last_week: Value | None = None
    #: Per cent against last week; None when last week is missing, partial, zero or rests on under 10 records.
    change_percent: Decimal | None = None
    median_4w: Value | None = None
    #: How many of the four weeks before had a number; the median is of these.
    weeks_in_median: int = 0
    last_year: Value | None = None
    #: Two robust standard deviations each side of the usual week; None with fewer than four weeks of history.
    usual_low: Value | None = None
    usual_high: Value | None = None
    target: Value | None = None
    target_met: bool | None = None

    @property
    def is_worse(self) -> bool:
        """Whether it moved against its better direction since last week."""
        change = self.change_percent
        return change is not None and (change < 0 if self.better == "up" else change > 0)


class Contribution(Record):
    """One part of a gap: what it was, what it usually is, and its share of the whole gap."""

    dimension: str
    key: Untrusted
    label: Untrusted
    #: Of the three numbers below; a ratio is explained by its upper part, which can have another unit.
    unit: Unit
    value: Value
    #: Its mean over the periods compared with.
    usual: Value
    #: value - usual.
    gap: Value
    share_percent: Decimal
    #: Records to look at, the largest first: those of the period itself, or the latest usual ones after a fall.
    evidence: tuple[Untrusted, ...]


class Anomaly(Record):
    """A value far from its usual range, with the arithmetic behind it."""

    metric: str
    title: str
    unit: Unit
    period: Literal["day", "week"]
    #: The day, or the Monday of the week.
    on: date
    value: Value
    usual: Value
    usual_low: Value
    usual_high: Value
    change_percent: Decimal
    #: Robust standard deviations from usual, on the logarithm; negative is below.
    z: Decimal
    level: Level
    #: Whether the move is in the metric's better direction.
    good: bool
    #: Like days or weeks it was compared with.
    compared_with: int
    #: The latest earlier like day or week at least as extreme; None when there was none on record.
    last_seen: date | None
    owner: str
    due_on: date
    #: The same in one or two sentences, without any text from a record.
    words: str
    contributions: tuple[Contribution, ...] = ()


class SeriesPoint(Record):
    """One week of a line chart; None is a week without a number, never a zero."""

    week: str
    value: Value | None
    last_year: Value | None = None


class Series(Record):
    """Eight weeks of one metric, oldest first."""

    metric: str
    title: str
    unit: Unit
    points: tuple[SeriesPoint, ...]


class RankedItem(Record):
    """One place in a ranking."""

    key: Untrusted
    label: Untrusted
    value: Value
    share_percent: Decimal
    last_week: Value | None = None


class Ranking(Record):
    """The largest parts of a metric, such as top products."""

    key: str
    title: str
    unit: Unit
    items: tuple[RankedItem, ...] = ()
    missing: str = ""


class NextAction(Record):
    """A button: it starts `playbook` with `inputs`; the draft appears in the thread."""

    label: str
    playbook: str
    inputs: dict[str, str]
    reason: str
    metric: str


class KpiReport(Record):
    """One week of numbers. Metrics come worst first, missing ones last."""

    week: str
    label: str
    zone: str
    currency: str
    #: Local midnight at both ends; `period_end` is not part of the week.
    period_start: datetime
    period_end: datetime
    #: The last moment any source of the headline metric knows of; None when it has no data at all.
    complete_until: datetime | None
    complete: bool
    #: Why the week is not complete; empty when it is.
    incomplete: str = ""
    generated_at: datetime
    sources: tuple[SourceReading, ...]
    headline: str
    metrics: tuple[MetricValue, ...]
    anomalies: tuple[Anomaly, ...]
    rankings: tuple[Ranking, ...]
    series: tuple[Series, ...]
    changes: tuple[str, ...]
    actions: tuple[NextAction, ...]
    text_summary: str

    def metric(self, key: str) -> MetricValue:
        """Return one metric by its key. Raises `KeyError` when the catalogue has none of that name."""
        for metric in self.metrics:
            if metric.key == key:
                return metric
        raise KeyError(key)
