"""Doing something alone where no row is there to be locked yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")


def alone(connection: Connection, name: str) -> bool:
    """Wait until no other transaction holds `name`, and hold it until this one ends.

    False where there was nobody to wait for: SQLite has one writer at a time.
    """
    if connection.dialect.name != "postgresql":
        return False
    connection.execute(_LOCK, {"name": name})
    return True
