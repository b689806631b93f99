"""The database: each commit on the disk, one workspace in sight, and a clear no when it can't be had in time."""

from __future__ import annotations

import contextlib
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.crash import Boundary, here
from bot.deadline import left
from bot.storage.errors import CannotOpen
from bot.storage.sqlite import Sqlite
from workflows.errors import NotRecorded, Unsure

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from contextlib import AbstractContextManager

    from sqlalchemy.engine import URL, Connection, Engine, RootTransaction

#: Seconds a transaction without a deadline waits for others.
PATIENCE = 30.0
#: Seconds for what may take long: migrations, copies.
AN_HOUR = 3600.0
#: Seconds for a look at a few rows, which somebody waits for.
LOOK = 2.0


class Backend(Protocol):
    """What is different between databases: opening, beginning, waiting, and whose fault an error is."""

    name: str
    #: Where it is, for people: never a password.
    place: str
    engine: Engine

    def writing(self, patience: float, /) -> AbstractContextManager[None]:
        """Wait for this process's turn to write. Raises `NotRecorded`."""
        ...

    def begin_read(self, connection: Connection, left: float, /) -> None:
        """Prepare to read one unchanging view for at most `left` seconds."""
        ...

    def begin_write(self, connection: Connection, left: float, /) -> None:
        """Prepare a write that waits at most `left` seconds."""
        ...

    def bounded(self, connection: Connection, left: float, /) -> AbstractContextManager[None]:
        """End what is on this connection after `left` seconds, even when nobody answers."""
        ...

    def restructuring(self, connection: Connection, /) -> AbstractContextManager[None]:
        """Allow tables and triggers to be changed on this connection."""
        ...

    def close(self) -> None:
        """Close every connection."""
        ...

    def at_fault(self, error: BaseException | None, /) -> bool:
        """Whether the world, and not a statement, is at fault."""
        ...


class Database:
    """Connections to one database, as one workspace sees it, for reading and for writing."""

    def __init__(self, backend: Backend, ws: str) -> None:
        """Take what `open_database` opened."""
        self._backend, self.ws = backend, ws
        self.engine = backend.engine

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self._backend.name

    @property
    def place(self) -> str:
        """Where it is, for people to read."""
        return self._backend.place

    @contextmanager
    def write(self, deadline: float | None = None) -> Generator[Connection]:
        """Open a write transaction: all of it is committed at the end, or nothing.

        It waits at most `deadline` seconds for other writers, in this process and in others.
        Raises `NotRecorded` when it can't be had or can't be written; then nothing was changed. Raises `Unsure`
        when nobody can tell, because the connection broke while it was committed.
        """
        patience = left(PATIENCE if deadline is None else deadline)
        until = time.monotonic() + patience
        with self._told(), self._backend.writing(patience):
            with self._begun(until, self._backend.begin_write) as (connection, transaction):
                try:
                    yield connection
                    here(Boundary.WRITTEN)
                    _in_time(deadline, until)
                except BaseException:
                    with contextlib.suppress(
                        DBAPIError
                    ):  # a broken connection rolls back by itself
                        transaction.rollback()
                    raise
                self._commit(transaction)
            here(Boundary.COMMITTED)

    @contextmanager
    def _begun(
        self, until: float, prepare: Callable[[Connection, float], None]
    ) -> Generator[tuple[Connection, RootTransaction]]:
        """Begin on a connection that works: one that broke while it was idle is replaced, once each."""
        while True:
            with self.engine.connect() as connection:
                patience = max(until - time.monotonic(), 0.001)
                prepare(connection, patience)
                with self._backend.bounded(connection, patience):
                    try:
                        transaction = connection.begin()
                    except DBAPIError as error:
                        if error.connection_invalidated and time.monotonic() < until:
                            continue
                        raise
                    yield connection, transaction
                    return

    def _commit(self, transaction: RootTransaction) -> None:
        try:
            transaction.commit()
        except DBAPIError as error:
            if error.connection_invalidated:
                raise Unsure from error
            raise

    @contextmanager
    def read(self, deadline: float = AN_HOUR) -> Generator[Connection]:
        """Open a read transaction: one unchanging view; it waits for no writer, and lasts at most `deadline` seconds.

        Raises `NotRecorded`.
        """
        until = time.monotonic() + left(deadline)
        with (
            self._told(),
            self._begun(until, self._backend.begin_read) as (connection, begun),
            begun,
        ):
            yield connection

    @contextmanager
    def restructure(self) -> Generator[Connection]:
        """Open a write transaction in which tables and triggers may be changed: for migrations alone."""
        with self.write(AN_HOUR) as connection, self._backend.restructuring(connection):
            yield connection

    def close(self) -> None:
        """Close every connection."""
        self._backend.close()

    @contextmanager
    def _told(self) -> Generator[None]:
        """Turn what the world did to the database into the one sentence people get; bugs stay what they are."""
        try:
            yield
        except PoolTimeout as error:
            raise NotRecorded from error
        except DBAPIError as error:
            if self._backend.at_fault(error.orig):
                raise NotRecorded from error
            raise
        except Exception as error:
            if self._backend.at_fault(
                error
            ):  # an error of the driver, before SQLAlchemy has dressed it
                raise NotRecorded from error
            raise


def _in_time(deadline: float | None, until: float) -> None:
    """Refuse to commit for somebody who has been told no already."""
    if deadline is not None and time.monotonic() > until:
        raise NotRecorded


def open_database(url: str, ws: str = "local") -> Database:
    """Open `sqlite:////folder/file.db` (made if it is not there) or `postgresql://role@host/name` for a workspace.

    Raises `CannotOpen`.
    """
    try:
        place = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise CannotOpen(
            path="that was named",
            reason="it is not a URL",
            next_step="Write it as sqlite:////folder/sayso.db or postgresql://role@host/name",
        ) from error
    return Database(_backend(place, ws), ws)


def _backend(place: URL, ws: str) -> Backend:
    kind = place.get_backend_name()
    if kind == "sqlite":
        return Sqlite(place, PATIENCE)
    if kind != "postgresql":
        raise CannotOpen(
            path=place.render_as_string(),
            reason=f"it is {kind}, neither SQLite nor PostgreSQL",
            next_step="Write it as sqlite:////folder/sayso.db or postgresql://role@host/name",
        )
    try:
        from bot.storage.postgres import Postgres  # noqa: PLC0415 -- its driver is an extra
    except ModuleNotFoundError as error:
        raise CannotOpen(
            path=place.render_as_string(),
            reason="the PostgreSQL driver is not installed",
            next_step="Install Sayso with its extra postgres: pip install 'sayso[postgres]'",
        ) from error
    return Postgres(place, PATIENCE, ws)
