"""Rows that may be there already."""

from __future__ import annotations

from typing import TYPE_CHECKING

# SQLite took these words over from PostgreSQL; SQLAlchemy writes PostgreSQL's for both.
from sqlalchemy.dialects import postgresql

if TYPE_CHECKING:
    from sqlalchemy import Insert, Table


def unless_there(table: Table) -> Insert:
    """Return an insert that does nothing when a row of this key is there; `rowcount` tells."""
    statement = postgresql.insert(table).on_conflict_do_nothing()
    return statement.execution_options(preserve_rowcount=True)
