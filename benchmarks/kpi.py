"""The KPI report on a real order book: to the penny against SQLite, and timed beside a bare read.

`python benchmarks/kpi.py DATA` prints one line per figure, where DATA holds `online-retail/`.
"""

from __future__ import annotations

import csv
import gzip
import json
import sqlite3
import sys
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.connectors.orders import read_orders
from workflows.kpi.counting import Place, report
from workflows.kpi.metrics_file import catalogue
from workflows.kpi.rows import Source
from workflows.kpi.week import IsoWeek

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from workflows.kpi.report import KpiReport

_CATALOGUE = Path(__file__).parents[1] / "workflows" / "catalog" / "metrics.yml"
_ZONE = ZoneInfo("Europe/London")
#: A bare read of the same rows is csv.reader over gzip; the report may take this many times as long.
_AT_MOST = 5
_TIMES = 3


def run(data_dir: Path) -> list[dict[str, object]]:
    """Return the figures, each with `name, value, unit, beside, target, met`; a skipped one says why."""
    files = sorted((data_dir / "online-retail").glob("*.csv.gz"))
    if not files:
        why = f"skipped: there is no online-retail/*.csv.gz in {data_dir}"
        return [_figure("kpi", None, "", beside=why, target="", met=None)]
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
    return [
        _figure(
            "kpi: numbers that differ from SQLite",
            len(wrong),
            "numbers",
            beside=f"{len(weeks)} weeks of {len(rows):,} rows"
            + "".join(f"; {w}" for w in wrong[:5]),
            target="0",
            met=not wrong,
        ),
        _timed(files[0], weeks[-1], len(rows)),
    ]


def _figure(
    name: str, value: float | None, unit: str, *, beside: str, target: str, met: bool | None
) -> dict[str, object]:
    return {
        "name": name,
        "value": value,
        "unit": unit,
        "beside": beside,
        "target": target,
        "met": met,
    }


def _timed(path: Path, week: IsoWeek, rows: int) -> dict[str, object]:
    bare = min(_seconds(lambda: _bare(path)) for _ in range(_TIMES))
    full = min(_seconds(lambda: _report(path, week)) for _ in range(_TIMES))
    ratio = round(full / bare, 1)
    return _figure(
        "kpi: reading and reporting, beside a bare csv read",
        ratio,
        "times",
        beside=f"{full:.2f} s against {bare:.2f} s for {rows:,} rows",
        target=f"<= {_AT_MOST}",
        met=ratio <= _AT_MOST,
    )


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


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


if __name__ == "__main__":
    for figure in run(Path(sys.argv[1])):
        print(json.dumps(figure))
