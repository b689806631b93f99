"""The metric catalogue: which numbers a company watches, each as a formula that can be read aloud.

A metric is one aggregation over the rows of one source (`sum`, `average`, `count`, `count_distinct`), kept
to some rows by a CEL condition, or the `ratio` of two metrics. There is nothing else to learn.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, Self

from pydantic import Field as Setting
from pydantic import model_validator

from workflows.action import Record
from workflows.kpi.actions import ActionRule
from workflows.kpi.conditions import check_condition, unknown
from workflows.kpi.numbers import Unit
from workflows.kpi.report import Better

RowKind = Literal["orders", "items", "measures"]


class Shape(Record):
    """Which fields the rows of a kind offer, and to what."""

    #: Can be summed and averaged.
    numbers: tuple[str, ...]
    #: Can be counted once each, split by and ranked by.
    names: tuple[str, ...]
    #: Can be asked about in `where`.
    asked: tuple[str, ...]


SHAPES: dict[RowKind, Shape] = {
    "orders": Shape(
        numbers=("amount", "quantity"),
        names=("invoice", "product", "customer", "country"),
        asked=("kind", "product", "customer", "country", "quantity", "unit_price"),
    ),
    "items": Shape(
        numbers=("amount", "age_days"),
        names=("id", "subject"),
        asked=("subject", "overdue", "age_days", "amount"),
    ),
    "measures": Shape(numbers=("value",), names=("label",), asked=("label", "value")),
}


class SourceSpec(Record):
    """A source by its business name and the kind of row it gives."""

    title: str
    rows: RowKind


class Ratio(Record):
    """One metric divided by another; both by key."""

    of: str
    to: str


class Metric(Record):
    """One number of the business. Exactly one of `sum`, `average`, `count`, `count_distinct`, `ratio`."""

    title: str
    #: What it counts, in a sentence for the owner.
    says: str
    unit: Unit
    better: Better
    #: Who answers for it: a role, a group or a person, as in playbooks.
    owner: str
    source: str = ""
    sum: str = ""
    average: str = ""
    count: bool = False
    count_distinct: str = ""
    ratio: Ratio | None = None
    #: CEL over one row; empty takes them all.
    where: str = ""
    #: Turn the sign, so that refunds read as a positive amount.
    negate: bool = False
    #: Look for unusual weeks, or for unusual days and weeks; empty for neither.
    watch: Literal["", "weeks", "days"] = ""
    #: Gaps below this, in whole units, are not worth a word.
    least_gap: Decimal = Setting(default=Decimal(0), ge=0)
    explain_by: tuple[str, ...] = ()
    #: What to reach in a week, in whole units (ratios: 0.03 is 3 %).
    target: Decimal | None = None
    #: Counted for others only, not shown by itself.
    hidden: bool = False

    @model_validator(mode="after")
    def _one_formula(self) -> Self:
        if len(self.formulas) != 1:
            msg = "say exactly one of sum, average, count, count_distinct and ratio"
            raise ValueError(msg)
        if (self.ratio is None) != bool(self.source):
            msg = "name a source, unless it is a ratio of two metrics, which have their own"
            raise ValueError(msg)
        return self

    @property
    def formulas(self) -> tuple[str, ...]:
        """Which of the five ways to count it says."""
        ways = ("sum", "average", "count", "count_distinct", "ratio")
        return tuple(way for way in ways if getattr(self, way))


class RankingSpec(Record):
    """The largest parts of a metric by one of its source's names."""

    title: str
    metric: str
    by: str
    take: int = Setting(default=5, ge=1, le=10)


class Catalogue(Record):
    """Every metric, ranking and action rule of a company, checked against one another."""

    version: Literal[1] = 1
    #: The one number that matters; the post's first sentence is about it.
    headline: str
    #: Drawn as line charts of eight weeks.
    charts: tuple[str, ...] = ()
    #: Days from the Monday of the post until somebody has looked at an anomaly.
    anomaly_due_days: int = Setting(default=4, ge=0, le=60)
    sources: dict[str, SourceSpec]
    metrics: dict[str, Metric]
    rankings: dict[str, RankingSpec] = {}
    actions: tuple[ActionRule, ...] = ()

    @model_validator(mode="after")
    def _references_exist(self) -> Self:
        for key, metric in self.metrics.items():
            self._check_metric(key, metric)
        for key, ranking in self.rankings.items():
            self._check_ranking(key, ranking)
        named = {"headline": self.headline}
        named |= {f"charts.{n}": key for n, key in enumerate(self.charts)}
        named |= {f"actions.{n}.metric": rule.metric for n, rule in enumerate(self.actions)}
        for place, key in named.items():
            self._known(place, key)
        return self

    def _known(self, place: str, key: str) -> Metric:
        if key not in self.metrics:
            raise ValueError(unknown(place, key, self.metrics))
        return self.metrics[key]

    def _check_metric(self, key: str, metric: Metric) -> None:
        if metric.ratio is not None:
            for part in (metric.ratio.of, metric.ratio.to):
                if self._known(f"metrics.{key}.ratio", part).ratio is not None:
                    msg = (
                        f"metrics.{key}.ratio: {part} is a ratio itself; divide what it is made of"
                    )
                    raise ValueError(msg)
        for dimension in metric.explain_by:
            self._check_dimension(f"metrics.{key}.explain_by", key, dimension)
        if metric.source:
            self._check_fields(key, metric)

    def _check_fields(self, key: str, metric: Metric) -> None:
        if metric.source not in self.sources:
            raise ValueError(unknown(f"metrics.{key}.source", metric.source, self.sources))
        shape = SHAPES[self.sources[metric.source].rows]
        number = metric.sum or metric.average
        if number and number not in shape.numbers:
            raise ValueError(unknown(f"metrics.{key}", number, shape.numbers))
        if metric.count_distinct and metric.count_distinct not in shape.names:
            raise ValueError(
                unknown(f"metrics.{key}.count_distinct", metric.count_distinct, shape.names)
            )
        try:
            check_condition(metric.where, shape.asked)
        except ValueError as error:
            msg = f"metrics.{key}.where: {error}"
            raise ValueError(msg) from None

    def _check_ranking(self, key: str, ranking: RankingSpec) -> None:
        metric = self._known(f"rankings.{key}", ranking.metric)
        if not metric.sum and not metric.count and not metric.count_distinct:
            msg = f"rankings.{key}: {ranking.metric} does not add up from parts, so it can't be ranked"
            raise ValueError(msg)
        self._check_dimension(f"rankings.{key}.by", ranking.metric, ranking.by)

    def _check_dimension(self, place: str, key: str, dimension: str) -> None:
        base = self.additive(key)
        source = self.sources.get(base.source)
        if source is None:
            raise ValueError(unknown(f"metrics.{key}.source", base.source, self.sources))
        if source.rows == "items":
            msg = f"{place}: open items have no days to compare, so they are not split"
            raise ValueError(msg)
        names = SHAPES[source.rows].names
        if dimension not in names:
            raise ValueError(unknown(place, dimension, names))

    def additive(self, key: str) -> Metric:
        """Return the metric whose parts explain this one: itself, or the upper part of a ratio."""
        metric = self.metrics[key]
        return metric if metric.ratio is None else self._known(f"metrics.{key}", metric.ratio.of)

    def sources_of(self, key: str) -> tuple[str, ...]:
        """Return the keys of the sources a metric is counted from: one, or up to two for a ratio."""
        ratio = self.metrics[key].ratio
        if ratio is None:
            return (self.metrics[key].source,)
        both = (self.metrics[ratio.of].source, self.metrics[ratio.to].source)
        return tuple(dict.fromkeys(both))
