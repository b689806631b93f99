"""The KPI report on a real order book: to the penny against SQLite, and timed beside a bare read."""

from __future__ import annotations

import csv
import gzip
import sqlite3
import statistics
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from benchmarks.figures import Figure, in_turn, ratio, seconds, skipped
from bot.connectors.orders import read_orders
from workflows.kpi.counting import Place, report
from workflows.kpi.metrics_file import catalogue
from workflows.kpi.rows import Source
from workflows.kpi.week import IsoWeek

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.figures import Asked
    from workflows.kpi.report import KpiReport

_CATALOGUE = Path(__file__).parents[1] / "workflows" / "catalog" / "metrics.yml"
_ZONE = ZoneInfo("Europe/London")
#: A bare read of the same rows is csv.reader over gzip; the report may take this many times as long.
_AT_MOST = 5


def run(asked: Asked) -> Iterator[Figure]:
    """Yield how many numbers differ, and how long the report takes."""
    files = sorted((asked.data / "online-retail").glob("*.csv.gz"))
    if not files:
        yield skipped("kpi", f"there is no online-retail/*.csv.gz in {asked.data}")
        return
    rows = _bare(files[0])
    base = _database(rows)
    weeks = _whole_weeks(rows)
    wrong: list[str] = []
    for week in weeks:
        mine = _report(files[0], week)
        wrong += [
            f"{week} {key}"
            for key, theirs in _by_sql(base, week).items()
            if mine.metric(key).value != theirs
        ]
    yield Figure(
        name="kpi: numbers that differ from SQLite's",
        value=len(wrong),
        unit="numbers",
        beside="; ".join([f"{len(weeks)} weeks of {len(rows):,} rows", *wrong[:5]]),
        target="0",
        met=not wrong,
    )
    yield _timed(files[0], weeks[-1], len(rows))


def _timed(path: Path, week: IsoWeek, rows: int) -> Figure:
    full, bare = in_turn(
        lambda _: seconds(lambda: _report(path, week)),
        lambda _: seconds(lambda: _bare(path)),
    )
    times = ratio(full, bare)
    return Figure(
        name="kpi: reading and reporting",
        value=round(times, 1),
        unit="times",
        beside=f"a bare read of the same rows: {statistics.median(full):.2f} s against"
        f" {statistics.median(bare):.2f} s for {rows:,} rows",
        target=f"<= {_AT_MOST} times",
        met=times <= _AT_MOST,
    )


def _bare(path: Path) -> list[list[str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as text:
        lines = csv.reader(text)
        next(lines)
        return list(lines)


def _report(path: Path, week: IsoWeek) -> KpiReport:
    now = datetime(2026, 1, 5, 8, tzinfo=UTC)
    source = Source(name=path.name, read_at=now, rows=read_orders(path, zone=_ZONE))
    numbers = catalogue(_CATALOGUE.read_text(encoding="utf-8"))
    return report({"orders": source}, numbers, week, Place(_ZONE, "GBP"), now)


def _whole_weeks(rows: Sequence[Sequence[str]]) -> list[IsoWeek]:
    """Return five whole weeks spread over the book."""
    days = sorted({datetime.fromisoformat(row[4]).date() for row in rows})
    found: list[IsoWeek] = []
    week = IsoWeek.of(days[0] + timedelta(days=7))
    while week.sunday <= days[-1]:
        if any(week.monday <= day <= week.sunday for day in days):
            found.append(week)
        week = week.before(-1)
    return [found[at * (len(found) - 1) // 4] for at in range(5)]


def _database(rows: Sequence[Sequence[str]]) -> sqlite3.Connection:
    base = sqlite3.connect(":memory:")
    base.execute("create table t (invoice, product, day, pieces int, mills int, customer)")
    base.executemany(
        "insert into t values (?, ?, ?, ?, ?, ?)",
        (
            (r[0], r[1], r[4][:10], int(r[3]), int(Decimal(r[5]) * 1000) * int(r[3]), r[6])
            for r in rows
        ),
    )
    return base


def _by_sql(base: sqlite3.Connection, week: IsoWeek) -> dict[str, object]:
    """Count a week in whole thousandths of a pound: nothing of the product is used."""
    days = (str(week.monday), str(week.sunday))
    sold = "day between ? and ? and invoice glob '[0-9]*' and pieces > 0 and mills > 0"
    back = "day between ? and ? and invoice glob 'C[0-9]*'"

    def one(what: str, where: str) -> int:
        return base.execute(f"select {what} from t where {where}", days).fetchone()[0] or 0  # noqa: S608 -- fixed texts

    sales, refunds = one("sum(mills)", sold), -one("sum(mills)", back)
    return {
        "sales": _pence(sales),
        "refunds": _pence(refunds),
        "revenue": _pence(sales - refunds),
        "orders": one("count(distinct invoice)", sold),
        "units": one("sum(pieces)", sold),
        "customers": one("count(distinct customer)", f"{sold} and customer <> ''"),
    }


def _pence(mills: int) -> int:
    return round(Decimal(mills) / 10)
