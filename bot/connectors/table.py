"""Tables as records and one kind of change: a cell. The rows live in CSV files or any SQL database."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo

from bot.connectors.late import Columns, Invoice, invoice, ranked
from bot.connectors.sql_values import text_of
from bot.connectors.table_csv import CsvSource
from bot.connectors.table_source import (
    Applied,
    Change,
    Row,
    Source,
    Unavailable,
    Unclear,
    refuse,
    refuse_unknown,
)
from bot.connectors.table_sql import SqlSource
from workflows.action import ActionSpec, Field, Risk
from workflows.errors import ConnectorError
from workflows.ports import Found, Preview, ReadSpec
from workflows.run import Compensation, Outcome
from workflows.text import Untrusted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from workflows.ports import Clock, Finding, JsonObject
    from workflows.run import SignedDraft

__all__ = ["UPDATE", "CsvSource", "SqlSource", "TableConnector"]

_Read = TypeVar("_Read")

#: Rows one read may bring.
_MOST = 200
_DEFAULT = 50
_TABLE = Field(name="table", label="Table", max=100)
_LIMIT = Field(name="limit", type="integer", label="At most", required=False, max=_MOST)

UPDATE = ActionSpec(
    name="table.update",
    title="Change a table",
    risk=Risk.CUSTOMER,
    fields=(
        _TABLE,
        Field(name="id", label="Row", max=200),
        Field(name="field", label="Column", max=100),
        Field(
            name="value",
            type="long_text",
            label="New value",
            hint="Empty clears the cell",
            required=False,
        ),
    ),
    idempotency="lookup",
    undo="put the old value back",
)
READS = (
    ReadSpec(name="table.find", title="Find a row", fields=(_TABLE, Field(name="id", label="Row"))),
    ReadSpec(
        name="table.list",
        title="List rows",
        fields=(
            _TABLE,
            Field(name="column", required=False),
            Field(name="equals", required=False),
            _LIMIT,
        ),
    ),
    ReadSpec(
        name="table.rank_late",
        title="Rank overdue invoices by how late their customer usually pays",
        fields=(_TABLE.model_copy(update={"required": False, "default": "invoices"}), _LIMIT),
    ),
)


class TableConnector:
    """Reads and changes the rows of its sources. No two sources may have a table of one name."""

    name = "table"
    actions: tuple[ActionSpec, ...] = (UPDATE,)
    reads: tuple[ReadSpec, ...] = READS

    def __init__(
        self,
        sources: Sequence[Source],
        clock: Clock,
        zone: str = "UTC",
        invoices: Columns | None = None,
    ) -> None:
        """`zone` says when a due date is over; `invoices` names the columns of an invoice table."""
        self._sources = tuple(sources)
        self._clock = clock
        self._zone = ZoneInfo(zone)
        self._invoices = invoices or Columns()

    def check(self) -> tuple[Finding, ...]:
        """Look at every table of every source."""
        return tuple(finding for source in self._sources for finding in source.check())

    def read(self, name: str, params: JsonObject) -> Found:
        """Read rows. Raises `ConnectorError` that names what there is."""
        spec = next((each for each in READS if each.name == name), None)
        if spec is None:
            refuse_unknown("read", name, "the tables", (each.name for each in READS))
        wanted = _params(spec, params)
        table = str(wanted["table"])
        reader = {"table.find": self._find, "table.list": self._list}.get(name, self._rank_late)
        return _settled(table, lambda: reader(self._source(table), table, wanted))

    def tables(self) -> tuple[str, ...]:
        """Return the names of every table of every source."""
        return tuple(name for source in self._sources for name in source.tables())

    def rows(self, table: str) -> list[Mapping[str, object]]:
        """Return every row of a table, for counting. Raises `ConnectorError`."""
        return [*_settled(table, lambda: self._source(table).rows(table))]

    def _find(self, source: Source, table: str, wanted: JsonObject) -> Found:
        row_id = str(wanted["id"])
        row: Row = source.find(table, row_id)
        return Found(value=row, source=f"table.{table}/{row_id}", read_at=self._clock.now())

    def _list(self, source: Source, table: str, wanted: JsonObject) -> Found:
        column, equals = str(wanted.get("column") or ""), str(wanted.get("equals") or "")
        rows = source.rows(table, column, equals, _limit(wanted))
        which = f"?{column}={equals}" if column else ""
        return Found(value=[*rows], source=f"table.{table}{which}", read_at=self._clock.now())

    def _rank_late(self, source: Source, table: str, wanted: JsonObject) -> Found:
        invoices = [each for row in source.rows(table) if (each := self._invoice(table, row))]
        today = self._clock.now().astimezone(self._zone).date()
        first = ranked(invoices, today)[: _limit(wanted)]
        return Found(value=[*first], source=f"table.{table}", read_at=self._clock.now())

    def _invoice(self, table: str, row: Row) -> Invoice | None:
        columns = self._invoices
        needed = (columns.customer, columns.due, columns.paid, columns.amount)
        if missing := [name for name in needed if name not in row]:
            refuse_unknown("column", missing[0], table, row)
        try:
            return invoice(row, columns)
        except ValueError as problem:
            first = next(iter(row.values()))
            refuse(f"rank {table}/{first}", str(problem), "Correct the row and try again.")

    def preview(self, action: str, payload: JsonObject) -> Preview:
        """Show the cell before and after. Raises `ConnectorError`."""
        if problems := UPDATE.problems(payload):
            refuse(f"carry out {action}", _listed(problems), "Edit the draft.")
        change = self._change("preview", payload)
        source = self._source(change.table)
        new = _settled(change.table, lambda: source.settle(change))
        row = _settled(change.table, lambda: source.find(change.table, change.id))
        old = text_of(row[change.field])
        line = f"{change.table}/{change.id}: {change.field} {_quoted(old)} becomes {_quoted(new)}"
        return Preview(lines=(line,), warnings=_warnings(change, old, new))

    def execute(self, signed: SignedDraft) -> Outcome:
        """Change the cell, once per key. Never raises."""
        payload: JsonObject = json.loads(signed.body)
        if problems := UPDATE.problems(payload):
            return Outcome(status="rejected", message=f"Nothing was changed: {_listed(problems)}.")
        change = self._change(signed.key, payload)
        try:
            return _done(self._source(change.table).apply(change))
        except ConnectorError as refused:
            return Outcome(status="rejected", message=refused.sentence)
        except Unavailable as later:
            return Outcome(status="retryable", message=f"Nothing was changed: {later}.")
        except Unclear as lost:
            return _undecided(str(lost))

    def lookup(self, signed: SignedDraft) -> Outcome | None:
        """Look whether a change was made under this key."""
        try:
            source = self._source(str(json.loads(signed.body)["table"]))
            applied = source.applied(signed.key)
        except (ConnectorError, Unavailable) as problem:
            return _undecided(str(problem))
        return _done(applied) if applied else None

    def undo(self, signed: SignedDraft, outcome: Outcome) -> Compensation | None:  # noqa: ARG002 -- the port's signature
        """Offer to put the old value back."""
        if outcome.status != "done" or "old" not in outcome.facts:
            return None
        facts = outcome.facts
        payload = {name: facts[name] for name in ("table", "id", "field")}
        payload["value"] = text_of(facts["old"])
        cell = f"{facts['field']} of {facts['table']}/{facts['id']}"
        title = Untrusted(f"Put {_quoted(text_of(facts['old']))} back into {cell}")
        return Compensation(action=UPDATE.name, payload=payload, title=title)

    def _change(self, key: str, payload: JsonObject) -> Change:
        value = payload.get("value")
        return Change(
            key=key,
            table=str(payload["table"]),
            id=str(payload["id"]),
            field=str(payload["field"]),
            value=None if value is None else str(value),
            at=self._clock.now(),
        )

    def _source(self, table: str) -> Source:
        by_table = {name: source for source in self._sources for name in source.tables()}
        if table not in by_table:
            refuse_unknown("table", table, "the tables", by_table)
        return by_table[table]


def _settled(table: str, look: Callable[[], _Read]) -> _Read:
    try:
        return look()
    except Unavailable as later:
        refuse(f"read {table}", str(later), "Try again in a moment.")


def _params(spec: ReadSpec, params: JsonObject) -> JsonObject:
    known = {field.name: field for field in spec.fields}
    filled = {**{name: field.default for name, field in known.items() if field.default}, **params}
    wrong = {name: "is not a field of this read" for name in filled if name not in known}
    for name, field in known.items():
        if problem := field.problem(filled.get(name)):
            wrong[name] = problem
    if wrong:
        refuse(f"carry out {spec.name}", _listed(wrong), "Correct the step and try again.")
    return filled


def _limit(wanted: JsonObject) -> int:
    limit = wanted.get("limit")
    return max(1, limit) if isinstance(limit, int) else _DEFAULT


def _done(applied: Applied) -> Outcome:
    facts: JsonObject = applied.model_dump(exclude={"key"})
    where = f"table.{applied.table}/{applied.id}"
    before, after = _quoted(text_of(applied.old)), _quoted(text_of(applied.new))
    message = f"{applied.field} was {before} and is {after}."
    return Outcome(status="done", receipt=f"{where}#{applied.field}", message=message, facts=facts)


def _undecided(why: str) -> Outcome:
    return Outcome(status="unknown", message=f"Nobody knows whether it was changed: {why}")


def _quoted(text: str | None) -> str:
    return f"\u201c{text}\u201d" if text else "empty"


def _listed(problems: dict[str, str]) -> str:
    return "; ".join(f"{name} {problem}" for name, problem in problems.items())


def _warnings(change: Change, old: str | None, new: str | None) -> tuple[str, ...]:
    warnings: list[str] = []
    if old == new:
        warnings.append("The cell already has this value.")
    if change.value and new == f"'{change.value}":
        warnings.append(
            "An apostrophe goes in front, so that a spreadsheet does not run it as a formula."
        )
    return tuple(warnings)
