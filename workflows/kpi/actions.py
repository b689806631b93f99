"""Next actions: rules of the catalogue that offer to start a playbook when a metric is in some state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import field_validator

from workflows.action import Record
from workflows.expressions import Condition, ExpressionError, Template
from workflows.kpi.conditions import check_condition, check_text
from workflows.kpi.report import NextAction

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pydantic import JsonValue

    from workflows.kpi.report import Anomaly, MetricValue

#: What `when` may ask about its metric: `value`, `target` (whole units) and `change` (per cent) are doubles.
_ASKED = ("status", "value", "target", "change", "worse", "missing")
#: What a text may use: the metric as in the report, the week (`2011-W20`).
_TOLD = ("metric", "week")
#: More buttons than this are no longer a recommendation.
_AT_MOST = 3


class ActionRule(Record):
    """When a metric is in this state, offer to start this playbook. Texts are Jinja over the metric."""

    metric: str
    when: str
    label: str
    playbook: str
    inputs: dict[str, str] = {}
    reason: str

    @field_validator("when")
    @classmethod
    def _known_names(cls, when: str) -> str:
        check_condition(when, _ASKED)
        return when

    @field_validator("label", "reason")
    @classmethod
    def _known_text(cls, text: str) -> str:
        check_text(text, _TOLD)
        return text

    @field_validator("inputs")
    @classmethod
    def _known_texts(cls, inputs: dict[str, str]) -> dict[str, str]:
        for text in inputs.values():
            check_text(text, _TOLD)
        return inputs

    def holds(self, metric: MetricValue, *, worse: bool) -> bool:
        """Whether the rule applies. A condition about a number that isn't there does not hold."""
        facts: dict[str, JsonValue] = {
            "status": metric.status,
            "value": _double(metric, metric.value),
            "target": _double(metric, metric.target),
            "change": None if metric.change_percent is None else float(metric.change_percent),
            "worse": worse,
            "missing": metric.value is None,
        }
        try:
            return Condition(self.when).holds(facts)
        except ExpressionError:
            # Comparing with null: the only way a checked condition can fail, and it means "not known".
            return False

    def action(self, metric: MetricValue, week: str) -> NextAction:
        """Return the button, its texts filled in."""
        told: dict[str, JsonValue] = {"metric": metric.model_dump(mode="json"), "week": week}
        return NextAction(
            label=Template(self.label).render(told),
            playbook=self.playbook,
            inputs={name: Template(text).render(told) for name, text in self.inputs.items()},
            reason=Template(self.reason).render(told),
            metric=self.metric,
        )


def next_actions(
    rules: Iterable[ActionRule],
    metrics: Mapping[str, MetricValue],
    anomalies: Iterable[Anomaly],
    week: str,
) -> tuple[NextAction, ...]:
    """Return up to three actions, in the order of the catalogue."""
    direction: dict[str, bool] = {}
    for anomaly in anomalies:
        direction[anomaly.metric] = direction.get(anomaly.metric, False) or not anomaly.good
    found = [
        rule.action(metrics[rule.metric], week)
        for rule in rules
        if rule.metric in metrics
        and rule.holds(
            metrics[rule.metric],
            worse=direction.get(rule.metric, metrics[rule.metric].is_worse),
        )
    ]
    return tuple(found[:_AT_MOST])


def _double(metric: MetricValue, value: object) -> float | None:
    if value is None:
        return None
    whole = float(str(value))
    return whole / 100 if metric.unit == "money" else whole
