"""Rows as plain dictionaries by column name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Executable
    from sqlalchemy.engine import Connection

#: A row as it is written or was read.
Columns = dict[str, Any]


def one(connection: Connection, query: Executable, values: Mapping[str, object]) -> Columns | None:
    """Return the one row, or None when there is none."""
    found = connection.execute(query, dict(values)).mappings().one_or_none()
    return None if found is None else {str(name): value for name, value in found.items()}


def many(connection: Connection, query: Executable, values: Mapping[str, object]) -> list[Columns]:
    """Return every row."""
    found = connection.execute(query, dict(values)).mappings().all()
    return [{str(name): value for name, value in row.items()} for row in found]
