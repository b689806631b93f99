"""A small order book made up from a seed, and ways to count it that share nothing with the product."""

from __future__ import annotations

import random
import sqlite3
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from workflows.kpi.counting import Place, report
from workflows.kpi.metrics_file import catalogue
from workflows.kpi.rows import OrderLine, Source, order_kind
from workflows.kpi.week import IsoWeek

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from workflows.kpi.metrics import Catalogue
    from workflows.kpi.report import KpiReport
    from workflows.kpi.rows import Row

LONDON = ZoneInfo("Europe/London")
PLACE = Place(LONDON, "GBP")
#: Rules of a company that ships with none of these playbooks.
OWN_RULES = """\
  - metric: refunds
    when: status == "alert" || (status == "watch" && worse)
    label: Look into refunds
    playbook: find-out
    inputs: {title: "Find out why refunds were {{ metric.text }} in {{ week }}"}
    reason: "Refunds were {{ metric.text }}, outside their usual range."
  - metric: orders
    when: status == "alert" && worse
    label: Look into the fall in orders
    playbook: find-out
    reason: "{{ metric.text }} orders, below their usual range."
"""
SHIPPED = (resources.files("workflows") / "catalog" / "metrics.yml").read_text(encoding="utf-8")
#: The shipped catalogue with rules of one's own behind it.
TEXT = SHIPPED + OWN_RULES
NOW = datetime(2011, 7, 1, 9, tzinfo=UTC)
COLUMNS = (
    *("InvoiceNo", "StockCode", "Description", "Quantity"),
    *("InvoiceDate", "UnitPrice", "CustomerID", "Country"),
)

type_of_row = tuple[str, str, str, str, str, str, str, str]


@cache
def shipped() -> Catalogue:
    """Return the shipped catalogue, with rules of one's own."""
    return catalogue(TEXT)


def line(day: date | str, **changes: object) -> OrderLine:
    """Return one line sold at noon of `day`, 2 pieces at 5.00, with some fields changed."""
    day = date.fromisoformat(day) if isinstance(day, str) else day
    fields: dict[str, object] = {
        "line": 1,
        "invoice": f"5{day:%m%d}",
        "product": "B-220",
        "title": "BREAD TIN",
        "quantity": Decimal(2),
        "unit_price": Decimal("5.00"),
        "at": datetime(day.year, day.month, day.day, 12, tzinfo=LONDON),
        "customer": "C1",
        "country": "Portugal",
    } | changes
    kind = order_kind(fields["invoice"], fields["quantity"], fields["unit_price"])  # type: ignore[arg-type] -- the fields above
    return OrderLine(**({"kind": kind} | fields))  # type: ignore[arg-type] -- the fields above


def counted(
    rows: Iterable[Row],
    week: str,
    now: datetime = NOW,
    more: dict[str, Source] | None = None,
    changes: tuple[str, ...] = (),
) -> KpiReport:
    """Return the report of a week over order lines alone, with the shipped catalogue."""
    orders = Source(name="orders.csv", read_at=now, rows=rows)
    sources = {"orders": orders, **(more or {})}
    return report(sources, shipped(), IsoWeek.parse(week), PLACE, now, changes)


def steady(weeks: int = 10, orders: int = 20, until: str = "2011-05-22") -> list[OrderLine]:
    """Return the same number of orders on every day but Saturday, for some weeks up to a Sunday."""
    last = date.fromisoformat(until)
    days = [last - timedelta(days=n) for n in range(7 * weeks)]
    return [
        line(day, invoice=f"5{day:%m%d}{n:03}", customer=f"C{n % 7}")
        for day in reversed(days)
        if day.weekday() != 5
        for n in range(orders)
    ]


def made_up(seed: int, weeks: int = 12, first: date = date(2011, 3, 14)) -> list[type_of_row]:
    """Return a book as texts: prices of two and three decimals, refunds, gifts, stock lines, no Saturdays."""
    dice = random.Random(seed)  # noqa: S311 -- an example, not a secret
    rows: list[type_of_row] = []
    for day in (first + timedelta(days=n) for n in range(7 * weeks)):
        for number in range(0 if day.weekday() == 5 else dice.randint(3, 9)):
            invoice = f"{day:%m%d}{number:02}"
            moment = f"{day} {dice.randint(7, 19):02}:{dice.randint(0, 59):02}:00"
            customer = dice.choice(["", f"{dice.randint(12000, 12030)}.0"])
            country = dice.choice(["United Kingdom", "United Kingdom", "France"])
            for _ in range(dice.randint(1, 6)):
                code = f"P{dice.randint(1, 20)}"
                price = dice.choice(["2.55", "0.85", "0.001", "12.755", "3", "0.0", "149.95"])
                pieces, name = dice.choice([1, 2, 6, 12, 48]), invoice
                match dice.randint(1, 12):
                    case 1:
                        pieces, name = -pieces, f"C{invoice}"
                    case 2:
                        pieces, price = -pieces, "0.0"
                rows.append(
                    (name, code, f"NAME {code}", str(pieces), moment, price, customer, country)
                )
    rows += dice.choices(rows, k=20)  # equal lines are lines
    rows.sort(key=lambda row: row[4])
    return rows


def by_sql(rows: Sequence[type_of_row], monday: date) -> dict[str, object]:
    """Count one week in SQLite, in whole thousandths of the currency unit."""
    base = sqlite3.connect(":memory:")
    base.execute(
        "create table t (invoice, code, name, pieces int, day, price text, customer, country)"
    )
    base.executemany("insert into t values (?, ?, ?, ?, substr(?, 1, 10), ?, ?, ?)", rows)
    base.execute("alter table t add column mills int")
    base.create_function("mills", 1, lambda price: int(Decimal(price) * 1000))
    base.execute("update t set mills = pieces * mills(price)")
    week = f"day between '{monday}' and '{monday + timedelta(days=6)}'"
    sold = f"{week} and invoice not like 'C%' and pieces > 0 and mills > 0"
    back = f"{week} and invoice like 'C%'"

    def one(what: str, where: str) -> int:
        return base.execute(f"select {what} from t where {where}").fetchone()[0] or 0  # noqa: S608 -- fixed texts

    found = {
        "sales": one("sum(mills)", sold),
        "refunds": -one("sum(mills)", back),
        "orders": one("count(distinct invoice)", sold),
        "units": one("sum(pieces)", sold),
        "customers": one("count(distinct customer)", f"{sold} and customer <> ''"),
        "top": base.execute(
            f"select code, sum(mills) s from t where {sold} group by code order by s desc, code limit 5"  # noqa: S608 -- fixed texts
        ).fetchall(),
    }
    base.close()
    return found
