"""What a table connector needs of the place its rows are kept in, whether files or a database."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NoReturn, Protocol

from pydantic import JsonValue

from bot.connectors.registry import suggestion
from workflows.action import Record
from workflows.errors import Absent, ConnectorError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from workflows.ports import Finding

#: One row by column name, as JSON: text as text, empty database cells as null.
Row = dict[str, JsonValue]


class Change(Record):
    """One cell to change, under the key of its execution. `value` None empties the cell."""

    key: str
    table: str
    id: str
    field: str
    value: str | None
    at: datetime


class Applied(Record):
    """A change that was made under a key, and what the cell held before and after."""

    key: str
    table: str
    id: str
    field: str
    old: JsonValue
    new: JsonValue


class Unavailable(Exception):
    """Nothing was changed; the text says why, and later it may work."""


class Unclear(Exception):
    """The answer to a commit was lost; the text says why. `applied` tells later."""


class Source(Protocol):
    """Rows in tables, each row under the key in one column. Every method may raise `ConnectorError`."""

    def tables(self) -> tuple[str, ...]:
        """Return the names of the tables that may be used, sorted."""
        ...

    def columns(self, table: str) -> tuple[str, ...]:
        """Return a table's columns in their order."""
        ...

    def find(self, table: str, row_id: str) -> Row:
        """Return the one row with this id."""
        ...

    def rows(self, table: str, column: str = "", equals: str = "", limit: int = 0) -> list[Row]:
        """Return rows in their order, those where `column` equals when one is named; 0 is no limit."""
        ...

    def settle(self, change: Change) -> str | None:
        """Return the value a cell would really get. Refuses a change that could not be made."""
        ...

    def apply(self, change: Change) -> Applied:
        """Make a change, once per key ever. Raises `Unavailable` or `Unclear` beside refusals."""
        ...

    def applied(self, key: str) -> Applied | None:
        """Return the change made under a key, None when there surely was none. Raises `Unavailable`."""
        ...

    def check(self) -> tuple[Finding, ...]:
        """Say whether every table can be read and written, changing none."""
        ...


def refuse(verb: str, reason: str, next_step: str) -> NoReturn:
    """Raise the table connector's `ConnectorError`."""
    raise ConnectorError(connector="table", verb=verb, reason=reason, next_step=next_step)


def refuse_unknown(kind: str, name: str, place: str, known: Iterable[str]) -> NoReturn:
    """Raise for a table, row or column that is not there, naming what is."""
    refuse(f"use {place}", f"there is no {kind} {name!r}", suggestion(name, known))


def refuse_absent(row_id: str, table: str, known: Iterable[str]) -> NoReturn:
    """Raise `Absent` for a row that is not there, naming the nearest that is."""
    raise Absent(
        connector="table",
        verb=f"use {table}",
        reason=f"there is no row {row_id!r}",
        next_step=suggestion(row_id, known),
    )


def writable_column(table: str, column: str, key: str, columns: Iterable[str]) -> None:
    """Refuse a column that is not there, and the key column: a row keeps its id."""
    if column not in (names := tuple(columns)):
        refuse_unknown("column", column, table, names)
    if column == key:
        others = ", ".join(name for name in names if name != key)
        refuse(f"change {table}.{column}", "it is the id of the row", f"Change one of {others}.")
