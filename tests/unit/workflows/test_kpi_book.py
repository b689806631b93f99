from __future__ import annotations

from decimal import Decimal

from tests.unit.workflows.order_book import LONDON, NOW, PLACE, line, shipped, steady
from workflows.kpi.book import FlowBook, Sieve, Tally
from workflows.kpi.counting import report
from workflows.kpi.metrics import Metric
from workflows.kpi.metrics_file import catalogue
from workflows.kpi.rows import Measure, OpenItem, Source
from workflows.kpi.week import IsoWeek

WEEK = IsoWeek.parse("2011-W20")
CUSTOM = """
headline: mean
sources:
  orders: {title: Order book, rows: orders}
  stock: {title: Stock, rows: items}
  visits: {title: Visits, rows: measures}
metrics:
  mean:
    {title: Mean line, says: Mean of large lines., unit: money, better: up, owner: owner, source: orders,
     average: amount, where: quantity > 5.0}
  low:
    {title: Low, says: Low stock., unit: count, better: down, owner: owner, source: stock, count: true, watch: weeks}
  visits:
    {title: Visits, says: All visits., unit: count, better: up, owner: owner, source: visits, sum: value}
  per_visit:
    {title: Mean per visit, says: Mean line per visit., unit: money, better: up, owner: owner,
     ratio: {of: mean, to: visits}}
  ignored:
    {title: Hidden, says: Not shown., unit: count, better: up, owner: owner, source: visits, count: true,
     hidden: true}
"""


def _metric(**changes: object) -> Metric:
    fields = {
        "title": "T",
        "says": "S.",
        "unit": "count",
        "better": "up",
        "owner": "o",
        "source": "s",
    }
    return Metric.model_validate(fields | changes)


def _custom(*visits: Measure, stock: tuple[OpenItem, ...] = ()) -> dict[str, object]:
    sources = {
        "orders": Source(name="o", read_at=NOW, rows=[
            line("2011-05-17", quantity=Decimal(6)), line("2011-05-18", quantity=Decimal(9)),
            line("2011-05-18", quantity=Decimal(1)), line("2011-05-22", quantity=Decimal(1)),
        ]),
        "visits": Source(name="v", read_at=NOW, rows=visits),
        "stock": Source(name="s", read_at=NOW, rows=stock),
    }  # fmt: skip
    said = report(sources, catalogue(CUSTOM), WEEK, PLACE, NOW)
    return {metric.key: (metric.value, metric.missing) for metric in said.metrics}


def test_an_average_is_over_the_rows_its_condition_keeps() -> None:
    """Lines of 6 and 9 pieces at 5.00 are 37.50 in the mean; the single pieces are not asked."""
    assert _custom()["mean"] == (3_750, "")


def test_an_average_of_nothing_is_missing() -> None:
    """No line large enough gives no mean, which is not a mean of zero."""
    book = FlowBook({"m": _metric(average="amount", where="quantity > 99.0")}, WEEK, LONDON)
    book.read(steady(weeks=1))
    assert book.tallies["m"].value(book.tallies["m"].over(WEEK.days)) is None


def test_dividing_by_zero_visits_is_missing() -> None:
    """A ratio over a real zero has no value."""
    visit = Measure(id="V", at=line("2011-05-17").at, value=Decimal(0))
    found = _custom(visit)
    assert found["visits"] == (0, "")
    assert found["per_visit"] == (None, "nothing to divide by")


def test_a_hidden_metric_is_not_shown() -> None:
    """It is counted for others only."""
    assert "ignored" not in _custom()


def test_a_watched_count_of_open_items_is_judged_without_parts() -> None:
    """Stock has weeks and no days: a rise is unusual, and there is nothing to split."""
    weeks = [(WEEK.before(n), 10) for n in range(9, 0, -1)] + [(WEEK, 40)]
    items = tuple(
        OpenItem(
            id=f"{week}-{n}", amount=Decimal(0), opened_at=week.start(LONDON), closed_at=week.before(-1).end(LONDON)
        )
        for week, many in weeks
        for n in range(many)
    )  # fmt: skip
    sources = {"stock": Source(name="s", read_at=NOW, rows=items)}
    said = report(sources, catalogue(CUSTOM), WEEK, PLACE, NOW)
    (anomaly,) = said.anomalies
    assert (anomaly.period, anomaly.value, anomaly.usual, anomaly.contributions) == (
        "week",
        50,
        20,
        (),
    )


def test_a_book_without_rows_covers_no_week() -> None:
    """An empty source is not complete, and no day of it is unusually silent before it begins."""
    book = FlowBook({}, WEEK, LONDON)
    book.read([])
    assert book.gap(WEEK) == "the source has no rows"
    assert book.silent_days(WEEK) == []


def test_what_conditions_answered_is_not_remembered_without_bound() -> None:
    """A condition on something that is always different gives the same sums with a short memory."""
    tally = Tally(_metric(count=True, where='product != "P3"'))
    sieve = Sieve([tally], remember=2)
    passed = [bool(sieve.passing(line("2011-05-17", product=f"P{n}"))) for n in (1, 2, 3, 4, 3)]
    assert passed == [True, True, False, True, False]


def test_a_condition_that_cannot_be_answered_makes_its_source_missing() -> None:
    """Comparing a text with a number fails with a sentence, and no other source is lost."""
    text = CUSTOM.replace("where: quantity > 5.0", "where: product > 5.0")
    sources = {"orders": Source(name="o", read_at=NOW, rows=steady(weeks=1))}
    said = report(sources, catalogue(text), WEEK, PLACE, NOW)
    assert "compares or adds things of different kinds" in said.metric("mean").missing


def test_the_shipped_conditions_need_no_more_than_the_rows_have() -> None:
    """Every shipped metric counts on rows of its own source."""
    assert {spec.rows for spec in shipped().sources.values()} == {"orders", "items", "measures"}
