"""Rows that may be there already. The one place where the databases' own words for it stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.dialects import sqlite

if TYPE_CHECKING:
    from sqlalchemy import Insert, Table


def unless_there(table: Table) -> Insert:
    """Return an insert that does nothing when a row of this key is there; `rowcount` tells."""
    return sqlite.insert(table).on_conflict_do_nothing()
