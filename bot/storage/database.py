"""The database: one writer at a time, each commit on the disk, and a clear no when it can't be had in time."""

from __future__ import annotations

import math
import sqlite3
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, cast

from sqlalchemy import create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.crash import Boundary, here
from bot.storage.errors import CannotOpen
from bot.storage.location import prepare
from workflows.errors import NotRecorded

if TYPE_CHECKING:
    from collections.abc import Generator

    from sqlalchemy.engine import Connection, Engine

#: Seconds a transaction without a deadline waits for the writer before it.
PATIENCE = 30.0

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


class Database:
    """Connections to one database, for reading and for writing."""

    def __init__(self, engine: Engine) -> None:
        """Take an engine made by `open_database`."""
        self.engine = engine
        self._writer = threading.Lock()
        self._owner: int | None = None

    @contextmanager
    def write(self, deadline: float | None = None) -> Generator[Connection]:
        """Open a write transaction: all of it is committed at the end, or nothing.

        It waits at most `deadline` seconds for other writers, in this process and in others.
        Raises `NotRecorded` when it can't be had or can't be written; then nothing was changed.
        """
        patience = PATIENCE if deadline is None else max(deadline, 0.0)
        until = time.monotonic() + patience
        with _told(), self._alone(patience), self.engine.connect() as connection:
            left = max(until - time.monotonic(), 0.0)
            # In steps of a tenth of a second: most transactions then find it set already.
            connection.execution_options(write_wait=math.ceil(left * 10) * 100)
            with connection.begin():
                yield connection
                here(Boundary.WRITTEN)
            here(Boundary.COMMITTED)

    @contextmanager
    def read(self) -> Generator[Connection]:
        """Open a read transaction: one unchanging view; it waits for no writer. Raises `NotRecorded`."""
        with _told(), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def restructure(self) -> Generator[Connection]:
        """Open a write transaction in which tables and triggers may be changed: for migrations alone."""
        with self.write() as connection:
            driver = cast("sqlite3.Connection", connection.connection.driver_connection)
            driver.set_authorizer(None)
            try:
                yield connection
            finally:
                driver.set_authorizer(_no_structure)

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    @contextmanager
    def _alone(self, patience: float) -> Generator[None]:
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


def open_database(url: str) -> Database:
    """Open `sqlite:////folder/file.db`, making the file if it is not there. Raises `CannotOpen`."""
    place = make_url(url)
    if place.get_backend_name() != "sqlite" or not place.database or place.database == ":memory:":
        raise CannotOpen(
            path=place.render_as_string(),
            reason="it is not a SQLite file",
            next_step="Write it as sqlite:////folder/sayso.db",
        )
    prepare(Path(place.database))
    engine = create_engine(place, pool_size=10, max_overflow=20, pool_timeout=PATIENCE)
    event.listen(engine, "connect", _connected)
    event.listen(engine, "begin", _begin)
    _probe(engine, place.database)
    return Database(engine)


def _probe(engine: Engine, path: str) -> None:
    """Open the file once, so that one which is no database is told before anything needs it."""
    try:
        engine.connect().close()
    except (DBAPIError, sqlite3.Error) as error:
        engine.dispose()
        raise CannotOpen(
            path=path,
            reason=f"SQLite says: {error.orig if isinstance(error, DBAPIError) else error}",
            next_step="Point to another file, or restore the last good copy",
        ) from error


def _connected(connection: sqlite3.Connection, _record: object) -> None:
    # SQLAlchemy's begin event opens transactions, not the driver, which would open deferred ones:
    # a deferred one that reads before it writes fails at once, whatever the busy timeout.
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {int(PATIENCE * 1000)}")
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


@contextmanager
def _told() -> Generator[None]:
    """Turn what the world did to the database into the one sentence people get; bugs stay what they are."""
    try:
        yield
    except PoolTimeout as error:
        raise NotRecorded from error
    except DBAPIError as error:
        if _is_world(error.orig):
            raise NotRecorded from error
        raise
    except sqlite3.Error as error:
        if _is_world(error):
            raise NotRecorded from error
        raise


def _is_world(error: BaseException | None) -> bool:
    code = getattr(error, "sqlite_errorcode", None)
    return isinstance(code, int) and code & 0xFF in _WORLD
