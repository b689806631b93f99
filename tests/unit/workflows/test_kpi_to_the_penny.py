from __future__ import annotations

import csv
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from bot.connectors.orders import read_orders
from tests.unit.workflows.order_book import COLUMNS, LONDON, by_sql, counted, made_up
from workflows.kpi.week import IsoWeek

if TYPE_CHECKING:
    from pathlib import Path

    from workflows.kpi.report import KpiReport


@pytest.fixture(params=[1, 2, 3])
def book(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[list[tuple[str, ...]], Path]:
    rows = made_up(request.param)
    path = tmp_path / "orders.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(rows)
    return rows, path


def _report(path: Path, week: IsoWeek) -> KpiReport:
    now = datetime(2011, 6, 6, 8, tzinfo=UTC)
    return counted(read_orders(path, zone=LONDON), str(week), now)


def _pence(mills: int) -> int:
    return int((Decimal(mills) / 10).quantize(Decimal(1), ROUND_HALF_EVEN))


def test_every_number_equals_an_independent_count(
    book: tuple[list[tuple[str, ...]], Path],
) -> None:
    """Every metric of every complete week is what SQLite counts from the same rows, to the penny."""
    rows, path = book
    for week in (IsoWeek.parse("2011-W22").before(n) for n in range(11)):
        mine, theirs = _report(path, week), by_sql(rows, week.monday)
        assert mine.metric("sales").value == _pence(theirs["sales"])
        assert mine.metric("refunds").value == _pence(theirs["refunds"])
        assert mine.metric("revenue").value == _pence(theirs["sales"] - theirs["refunds"])
        for key in ("orders", "units", "customers"):
            assert mine.metric(key).value == theirs[key]
        value = mine.metric("order_value").value
        assert value == round(Fraction(theirs["sales"], 10 * theirs["orders"]))
        rate = Fraction(theirs["refunds"], theirs["sales"])
        assert mine.metric("refund_rate").value == Decimal(round(rate * 10_000)).scaleb(-4)


def test_top_products_equal_an_independent_count(
    book: tuple[list[tuple[str, ...]], Path],
) -> None:
    """The five best sellers and their amounts are what SQLite ranks."""
    rows, path = book
    week = IsoWeek.parse("2011-W20")
    ranking = next(r for r in _report(path, week).rankings if r.key == "top_products")
    expected = [(code, _pence(mills)) for code, mills in by_sql(rows, week.monday)["top"]]
    assert [(item.key.raw, item.value) for item in ranking.items] == expected


def test_the_comparison_is_the_report_of_the_week_before(
    book: tuple[list[tuple[str, ...]], Path],
) -> None:
    """Last week's column holds exactly what last week's own report said."""
    _, path = book
    week = IsoWeek.parse("2011-W20")
    now, before = _report(path, week), _report(path, week.before(1))
    for metric in now.metrics:
        assert metric.last_week == before.metric(metric.key).value
