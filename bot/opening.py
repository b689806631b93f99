"""Opens the database in this program's form, and by its clock where machines share one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bot.clock import SystemClock
from bot.storage import copying, schema
from bot.storage.clock import DatabaseClock
from bot.storage.database import open_database
from bot.storage.errors import CannotOpen

if TYPE_CHECKING:
    from bot.storage.database import Database


def opened(url: str, ws: str) -> Database:
    """Open a workspace's database: a file is brought up to date, a server's tables are their owner's to change.

    A file of an older form is kept as it was, verified, in `backups` beside it.

    Raises `CannotOpen` when it is not there, of a newer form, or of an older one that is not ours to change.
    """
    database = open_database(url, ws)
    if not is_shared(database):
        copying.keep_older(database, Path(database.place).parent / "backups", SystemClock().now())
        schema.upgrade(database)
        return database
    schema.refuse_newer(database)
    if (form := schema.revision(database)) != schema.NEWEST:
        raise CannotOpen(
            path=database.place,
            reason=f"its form is {form or 'empty'}, this program needs {schema.NEWEST}",
            next_step="Run sayso db upgrade as the role that owns the tables",
        )
    return database


def is_shared(database: Database) -> bool:
    """Whether other machines work on it too."""
    return database.dialect == "postgresql"


def clock_of(database: Database) -> DatabaseClock | None:
    """Return the clock all machines of a shared database read; None where the machine's own will do."""
    return DatabaseClock(database) if is_shared(database) else None
