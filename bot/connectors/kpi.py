"""The week's numbers as something a playbook can read: `kpi.week`. Reads only; it carries out nothing."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.connectors.orders import read_orders
from workflows.action import ActionSpec, Field
from workflows.errors import BadInput, ConnectorError
from workflows.kpi.counting import Place, report
from workflows.kpi.rows import BadRows, Source
from workflows.kpi.table import ItemMapping, open_items
from workflows.kpi.week import IsoWeek
from workflows.ports import Finding, Found, Preview, ReadSpec

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from pydantic import SecretStr

    from workflows.kpi.metrics import Catalogue
    from workflows.kpi.report import KpiReport
    from workflows.ports import Clock, Directory, JsonObject
    from workflows.run import Compensation, Outcome, SignedDraft

WEEK = ReadSpec(
    name="kpi.week",
    title="Count a week's numbers",
    fields=(
        Field(name="week", label="Week", hint="Like 2026-W47; empty is last week", required=False),
    ),
)

#: How the sample tables name what a quote and an invoice are open from and until.
ITEMS = {
    "quotes": ItemMapping(
        id="id",
        amount="total",
        opened_at="sent_on",
        closed_at="answered_on",
        subject="customer",
        status="status",
        open_when=("sent",),
    ),
    "invoices": ItemMapping(
        id="id",
        amount="amount",
        opened_at="issued_on",
        closed_at="paid_on",
        due_at="due_on",
        subject="customer",
    ),
}


class KpiConnector:
    """Counts from the order book and, where the company keeps them, its tables of quotes and invoices."""

    name = "kpi"
    actions: tuple[ActionSpec, ...] = ()
    reads: tuple[ReadSpec, ...] = (WEEK,)

    def __init__(
        self,
        *,
        catalogue: Catalogue,
        orders: SecretStr,
        directory: Directory,
        clock: Clock,
        tables: Callable[[str], list[Mapping[str, object]]] | None = None,
    ) -> None:
        """`orders` is a file or a database URL; `tables` returns the rows of a table by its name."""
        self._catalogue, self._orders = catalogue, orders.get_secret_value()
        self._directory, self._clock, self._tables = directory, clock, tables

    @property
    def _name(self) -> str:
        """The file or database by its last name, without any password."""
        return Path(urlsplit(self._orders).path).name or "database"

    def check(self) -> tuple[Finding, ...]:
        """Say whether the order book is there."""
        what = f"order book {self._name}"
        if "://" in self._orders or Path(self._orders).exists():
            return (Finding(ok=True, what=what),)
        fix = "Set ORDERS_SOURCE to a CSV file or a database URL, or put tables/orders.csv into SAYSO_HOME."
        return (Finding(ok=False, what=what, why="there is no such file", fix=fix),)

    def read(self, name: str, params: JsonObject) -> Found:  # noqa: ARG002 -- it has one read
        """Count one week; without one, the last whole week. Raises `ConnectorError`."""
        week = str(params.get("week") or "")
        try:
            wanted = IsoWeek.parse(week) if week else self.last_week()
        except BadInput as error:
            raise _failed(error.sentence) from error
        counted = self.count(wanted)
        return Found(
            value=counted.model_dump(mode="json"),
            source=f"kpi.{counted.week}",
            read_at=self._clock.now(),
        )

    def count(self, week: IsoWeek, progress: Callable[[int], None] | None = None) -> KpiReport:
        """Return the report of a week; `progress` is told how many order lines were read so far."""
        company, now = self._directory.company(), self._clock.now()
        return report(
            self._sources(now, progress),
            self._catalogue,
            week,
            Place(zone=company.tz, currency=company.currency),
            now,
        )

    def _sources(self, now: datetime, progress: Callable[[int], None] | None) -> dict[str, Source]:
        bad, zone = BadRows(), self._directory.company().tz
        rows = read_orders(self._orders, zone=zone, bad=bad, progress=progress)
        found = {"orders": Source(name=self._name, read_at=now, rows=rows, bad=bad)}
        for key, mapping in ITEMS.items():
            table = self._tables(key) if self._tables else []
            if table and key in self._catalogue.sources:
                bad = BadRows()
                items = open_items(table, mapping, zone, bad)
                found[key] = Source(name=key, read_at=now, rows=items, bad=bad)
        return found

    def last_week(self) -> IsoWeek:
        """Return the last whole week in the company's zone."""
        today = self._clock.now().astimezone(self._directory.company().tz).date()
        return IsoWeek.of(today - timedelta(days=7))

    def preview(self, action: str, payload: JsonObject) -> Preview:  # noqa: ARG002 -- the port's face
        """There is nothing to carry out here. Raises `ConnectorError`."""
        raise _failed(f"{action} is not something it can do")

    def execute(self, signed: SignedDraft) -> Outcome:
        """There is nothing to carry out here. Raises `ConnectorError`."""
        raise _failed(f"{signed.action} is not something it can do")

    def lookup(self, signed: SignedDraft) -> Outcome | None:
        """There is nothing to carry out here. Raises `ConnectorError`."""
        raise _failed(f"{signed.action} is not something it can do")

    def undo(self, signed: SignedDraft, outcome: Outcome) -> Compensation | None:  # noqa: ARG002 -- the port's face
        """Nothing was done, so nothing is undone."""
        return None


def _failed(reason: str) -> ConnectorError:
    return ConnectorError(
        connector="kpi",
        verb="count the week",
        reason=reason,
        next_step="Check the week and the order book, then try again.",
    )
