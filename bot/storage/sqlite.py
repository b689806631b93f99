"""SQLite: one file, one writer at a time, each commit on the disk."""

from __future__ import annotations

import math
import sqlite3
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, cast

from sqlalchemy import create_engine, event
from sqlalchemy.exc import DBAPIError

from bot.storage.errors import CannotOpen
from bot.storage.location import prepare
from workflows.errors import NotRecorded

if TYPE_CHECKING:
    from collections.abc import Generator

    from sqlalchemy.engine import URL, Connection

_SETTINGS = {"foreign_keys": 1, "synchronous": 2, "recursive_triggers": 1, "secure_delete": 1}
#: What SQLite says when the world is at fault and not the statement: busy, locked, no memory, read-only,
#: interrupted, disk error, corrupt, full, cannot open, lock protocol, not a database.
_WORLD = frozenset({5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 26})
_STRUCTURE = frozenset(
    {
        sqlite3.SQLITE_DROP_TABLE,
        sqlite3.SQLITE_DROP_TRIGGER,
        sqlite3.SQLITE_DROP_INDEX,
        sqlite3.SQLITE_ALTER_TABLE,
    }
)


class Sqlite:
    """How SQLite is opened, begun and understood. It sees every workspace of its file: a file has one owner."""

    name = "sqlite"

    def __init__(self, place: URL, patience: float) -> None:
        """Open the file, making it if it is not there. Raises `CannotOpen`."""
        self.place = place.database or ""
        if self.place in {"", ":memory:"}:
            raise CannotOpen(
                path=place.render_as_string(),
                reason="it names no file",
                next_step="Write it as sqlite:////folder/sayso.db",
            )
        prepare(Path(self.place))
        self._writer = threading.Lock()
        self._owner: int | None = None
        self.engine = create_engine(place, pool_size=10, max_overflow=20, pool_timeout=patience)
        event.listen(self.engine, "connect", _connected)
        event.listen(self.engine, "begin", _begin)
        self._probe()

    @contextmanager
    def writing(self, patience: float) -> Generator[None]:
        """Let the threads of this process queue here and not in SQLite's sleeping busy handler."""
        me = threading.get_ident()
        if self._owner == me:
            msg = "this thread is in a write transaction already"
            raise RuntimeError(msg)
        if not self._writer.acquire(timeout=patience):
            raise NotRecorded
        self._owner = me
        try:
            yield
        finally:
            self._owner = None
            self._writer.release()

    def begin_write(self, connection: Connection, left: float) -> None:
        """Prepare a write that waits at most `left` seconds for other processes."""
        # In steps of a tenth of a second: most transactions then find it set already.
        connection.execution_options(write_wait=math.ceil(left * 10) * 100)

    def begin_read(self, connection: Connection, left: float) -> None:
        """Nothing to prepare: a reader waits for nobody."""

    @contextmanager
    def bounded(self, _connection: Connection, _left: float) -> Generator[None]:
        """Nothing more: a file always answers."""
        yield

    @contextmanager
    def restructuring(self, connection: Connection) -> Generator[None]:
        """Allow tables and triggers to be changed on this connection."""
        driver = cast("sqlite3.Connection", connection.connection.driver_connection)
        driver.set_authorizer(None)
        try:
            yield
        finally:
            driver.set_authorizer(_no_structure)

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    def at_fault(self, error: BaseException | None) -> bool:
        """Whether the world, and not a statement, is at fault."""
        code = getattr(error, "sqlite_errorcode", None)
        return isinstance(code, int) and code & 0xFF in _WORLD

    def _probe(self) -> None:
        """Open the file once, so that one which is no database is told before anything needs it."""
        try:
            self.engine.connect().close()
        except (DBAPIError, sqlite3.Error) as error:
            self.engine.dispose()
            raise CannotOpen(
                path=self.place,
                reason=f"SQLite says: {error.orig if isinstance(error, DBAPIError) else error}",
                next_step="Point to another file, or restore the last good copy",
            ) from error


def _connected(connection: sqlite3.Connection, _record: object) -> None:
    # SQLAlchemy's begin event opens transactions, not the driver, which would open deferred ones:
    # a deferred one that reads before it writes fails at once, whatever the busy timeout.
    connection.isolation_level = None
    connection.execute("PRAGMA busy_timeout = 30000")
    if connection.execute("PRAGMA journal_mode = WAL").fetchone() != ("wal",):
        msg = "SQLite can't keep a write-ahead log here; put the file on a local disk"
        raise sqlite3.NotSupportedError(msg)
    for name, value in _SETTINGS.items():
        connection.execute(f"PRAGMA {name} = {value}")
        found = connection.execute(f"PRAGMA {name}").fetchone()
        if found != (value,):
            msg = f"SQLite did not take {name} = {value}: {found}"
            raise sqlite3.NotSupportedError(msg)
    connection.set_authorizer(_no_structure)


def _no_structure(action: int, *_names: str | None) -> int:
    """Refuse to drop or alter: only a migration changes the structure, on a connection of its own."""
    return sqlite3.SQLITE_DENY if action in _STRUCTURE else sqlite3.SQLITE_OK


def _begin(connection: Connection) -> None:
    wait = connection.get_execution_options().get("write_wait")
    if wait is None:
        connection.exec_driver_sql("BEGIN")
        return
    if connection.info.get("busy_timeout") != wait:
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {wait}")
        connection.info["busy_timeout"] = wait
    connection.exec_driver_sql("BEGIN IMMEDIATE")
