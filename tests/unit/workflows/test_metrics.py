from __future__ import annotations

import pytest

from tests.unit.workflows.order_book import TEXT, shipped
from workflows.kpi.metrics_file import catalogue
from workflows.kpi.report import KpiReport
from workflows.loading.problems import UnreadableFile


def test_the_shipped_catalogue_reads() -> None:
    """Every metric has a sentence, an owner and a better direction."""
    metrics = shipped().metrics
    assert {"revenue", "orders", "conversion", "refunds", "low_stock", "delayed_orders"} <= set(
        metrics
    )
    assert all(metric.says.endswith(".") and metric.owner for metric in metrics.values())


@pytest.mark.parametrize(
    ("was", "written", "said"),
    [
        ("where: overdue", "where: overdu", "Did you mean overdue?"),
        ("sum: amount", "sum: amounts", "Did you mean amount?"),
        ("headline: revenue", "headline: revenu", "Did you mean revenue?"),
        ("charts: [revenue", "charts: [revenu", "Did you mean revenue?"),
        ("source: orders", "source: order", "Did you mean orders?"),
        ("better: up", "better: sideways", "'up' or 'down'"),
        ("count_distinct: invoice", "count_distinct: invoic", "Did you mean invoice?"),
        ("by: product", "by: products", "Did you mean product?"),
        ("{of: sales, to: orders}", "{of: refund_rate, to: orders}", "is a ratio itself"),
        ("metric: sales, by", "metric: refund_rate, by", "can't be ranked"),
        ('kind == "refund"', 'kind = "refund"', "is not a condition"),
        ("negate: true", "negate: true\n    count: true", "exactly one of"),
        ("ratio: {of: sales, to: orders}", "ratio: {of: sales, to: orders}\n    source: orders", "name a source"),
        ("{{ metric.text }} invoices", "{{ metrik.text }} invoices", "Did you mean metric?"),
        ('when: status == "alert" ||', 'when: stat == "alert" ||', "Did you mean status?"),
        ("explain_by: [customer, country]", "explain_by: [customers, country]", "Did you mean customer?"),
        ("sum: amount\n    unit", "sum: amount\n    explain_by: [subject]\n    unit", "not split"),
        ("source: orders\n    sum: quantity", "source: ordrs\n    sum: quantity", "Did you mean orders?"),
        ("{{ metric.text }} invoices", "{{ metric.text + 1 }} invoices", "only inserts values"),
        ("version: 1", "version: [1", "this is no YAML"),
    ],
)  # fmt: skip
def test_a_mistake_is_shown_where_it_stands(was: str, written: str, said: str) -> None:
    """The error names file, line and column, and what was probably meant."""
    assert was in TEXT
    with pytest.raises(UnreadableFile) as caught:
        catalogue(TEXT.replace(was, written, 1))
    assert said in caught.value.sentence
    first = caught.value.problems[0]
    named = max(first.line, 1)
    assert TEXT.splitlines()[named - 1].strip()
    assert f"metrics.yml:{first.line}:{first.col}" in caught.value.sentence


def test_the_line_of_a_formula_mistake_is_the_metrics_own() -> None:
    """A check of several fields together points at the metric, not at the top of the file."""
    with pytest.raises(UnreadableFile) as caught:
        catalogue(TEXT.replace("where: overdue", "where: overdu", 1))
    line = caught.value.problems[0].line
    assert TEXT.splitlines()[line - 1].strip() == "where: overdue"


def test_every_shown_word_of_a_report_is_declared() -> None:
    """The record refuses fields nobody declared, so a stored report can't carry more."""
    assert KpiReport.model_config["extra"] == "forbid"
