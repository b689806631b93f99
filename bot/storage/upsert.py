"""Rows that may be there already."""

from __future__ import annotations

from typing import TYPE_CHECKING

# SQLite took these words over from PostgreSQL; SQLAlchemy writes PostgreSQL's for both.
from sqlalchemy.dialects import postgresql

if TYPE_CHECKING:
    from sqlalchemy import Insert, Table


def unless_there(table: Table, *key: str) -> Insert:
    """Return an insert that does nothing when a row of this key (or of any) is there; `rowcount` tells."""
    statement = postgresql.insert(table).on_conflict_do_nothing(index_elements=key or None)
    return statement.execution_options(preserve_rowcount=True)
