from __future__ import annotations

import csv
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from bot.connectors.late import Columns, invoice, ranked
from bot.connectors.orders import read_orders
from bot.sample import write_sample, write_starter
from workflows.errors import CompanyError
from workflows.kpi.counting import Place, report
from workflows.kpi.metrics_file import catalogue
from workflows.kpi.rows import Source
from workflows.kpi.week import IsoWeek
from workflows.loading import load_company

if TYPE_CHECKING:
    from pathlib import Path

    from workflows.kpi.report import KpiReport

TODAY = date(2026, 11, 23)
ZONE = ZoneInfo("America/New_York")


def _rows(folder: Path, table: str) -> list[dict[str, str]]:
    with (folder / "tables" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _files(folder: Path) -> dict[str, bytes]:
    return {str(f.relative_to(folder)): f.read_bytes() for f in folder.rglob("*") if f.is_file()}


def test_the_same_day_gives_the_same_files(tmp_path: Path) -> None:
    """Two people who try it on one day see the same company, and another day moves only the dates."""
    for name, day in (("a", TODAY), ("b", TODAY), ("c", TODAY + timedelta(days=1))):
        write_sample(tmp_path / name, day)
    assert _files(tmp_path / "a") == _files(tmp_path / "b")
    a, c = _files(tmp_path / "a"), _files(tmp_path / "c")
    assert a.keys() == c.keys()
    assert a["tables/quotes.csv"] != c["tables/quotes.csv"]
    assert a["company.yml"] == c["company.yml"]


def test_a_company_is_never_overwritten(tmp_path: Path) -> None:
    """Writing into a folder in use is refused, and nothing in it changes."""
    (tmp_path / "company.yml").write_text("mine")
    for write in (write_sample, write_starter):
        with pytest.raises(CompanyError, match="nothing was changed"):
            write(tmp_path, TODAY)
    assert _files(tmp_path) == {"company.yml": b"mine"}


def test_quotes_are_a_few_days_old(tmp_path: Path) -> None:
    """Every quote that waits for an answer was sent three to ten days ago; the one of the guide is there."""
    write_sample(tmp_path, TODAY)
    waiting = [row for row in _rows(tmp_path, "quotes") if row["status"] == "sent"]
    assert all(3 <= (TODAY - date.fromisoformat(row["sent_on"])).days <= 10 for row in waiting)
    (lark,) = [row for row in waiting if row["id"] == "Q-1043"]
    assert (lark["customer"], lark["total"], lark["currency"]) == ("Lark Bakery", "2480.00", "USD")
    assert any(float(row["total"]) > 5_000 for row in waiting)


def test_late_payers_stand_first(tmp_path: Path) -> None:
    """The history means something: who often paid late is ranked above who did not."""
    write_sample(tmp_path, TODAY)
    rows = _rows(tmp_path, "invoices")
    assert len(rows) >= 55
    read = [each for row in rows if (each := invoice(row, Columns()))]
    shares = [float(str(row["late_share"])) for row in ranked(read, TODAY)]
    assert len(shares) == 4
    assert shares == sorted(shares, reverse=True)
    assert shares[0] > shares[-1] + 0.1
    assert all(row["paid_on"] < TODAY.isoformat() for row in rows)


@pytest.mark.parametrize("today", [TODAY, date(2027, 1, 1), date(2026, 7, 8)])
def test_last_week_has_something_to_find(tmp_path: Path, today: date) -> None:
    """Refunds of one product stand out in the last whole week, and the report says which."""
    write_sample(tmp_path, today)
    found = _report(tmp_path, today)
    assert found.complete
    alerts = [each for each in found.anomalies if each.level == "alert"]
    assert {each.metric for each in alerts} == {"refunds"}
    product = next(each for each in alerts[0].contributions if each.dimension == "product")
    assert product.key.raw == "B-220"


def _report(folder: Path, today: date) -> KpiReport:
    now = datetime(today.year, today.month, today.day, 13, tzinfo=UTC)
    rows = read_orders(folder / "tables" / "orders.csv", zone=ZONE)
    return report(
        {"orders": Source(name="orders.csv", read_at=now, rows=rows)},
        catalogue((folder / "metrics.yml").read_text(encoding="utf-8")),
        IsoWeek.of(today - timedelta(days=7)),
        Place(ZONE, "USD"),
        now,
    )


def test_policies_are_due_for_review_later(tmp_path: Path) -> None:
    """No policy of the sample is stale on the day it is written."""
    write_sample(tmp_path, TODAY)
    texts = [file.read_text(encoding="utf-8") for file in (tmp_path / "policies").glob("*.md")]
    due = [
        line.removeprefix("review: ")
        for text in texts
        for line in text.splitlines()
        if "review:" in line
    ]
    assert len(due) == 3
    assert all(date.fromisoformat(day) > TODAY for day in due)


def test_a_starter_company_has_few_rows_and_loads(tmp_path: Path) -> None:
    """`sayso init` gives a company to fill in: one person, example rows, the playbooks."""
    write_starter(tmp_path, TODAY)
    company = load_company((tmp_path / "company.yml").read_text(encoding="utf-8"), "company.yml")
    assert company.owner == "U0REPLACEME"
    assert [len(_rows(tmp_path, table)) for table in ("customers", "quotes", "invoices")] == [
        2,
        2,
        2,
    ]
    assert len(list((tmp_path / "playbooks").glob("*.yml"))) == 3
