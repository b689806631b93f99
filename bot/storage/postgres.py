"""PostgreSQL: many writers; a session sees one workspace, and waits no longer than whoever asked can."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

import psycopg
from sqlalchemy import create_engine, event, text
from sqlalchemy.exc import DBAPIError

from bot.storage.errors import CannotOpen
from bot.storage.watchdog import Watchdog

if TYPE_CHECKING:
    from collections.abc import Generator

    from sqlalchemy.engine import URL, Connection

#: What a transaction may wait for and may see. All of it ends with the transaction.
_BOUNDS = text(
    "SELECT set_config('sayso.ws', :ws, true), set_config('statement_timeout', :wait, true),"
    " set_config('lock_timeout', :wait, true)"
)
#: Classes of SQLSTATE in which the world is at fault and not the statement: the connection (08), a deadlock or a
#: serialization failure (40), resources (53), a limit of ours or an administrator (57), a disk (58), a lock (55).
_WORLD = ("08", "40", "53", "55", "57", "58")


class Postgres:
    """How PostgreSQL is opened, begun and understood. Row-level security shows it one workspace."""

    name = "postgresql"

    def __init__(self, place: URL, patience: float, ws: str) -> None:
        """Connect once. Raises `CannotOpen` when nobody answers or nobody is let in."""
        self.place = place.render_as_string(hide_password=True)
        self._ws, self._watchdog = ws, Watchdog()
        self.engine = create_engine(
            place.set(drivername="postgresql+psycopg"),
            pool_size=10,
            max_overflow=20,
            pool_timeout=patience,
            connect_args={"connect_timeout": 2, "application_name": "sayso"},
        )
        event.listen(self.engine, "begin", self._begin)
        self._probe()

    @contextmanager
    def writing(self, _patience: float) -> Generator[None]:
        """Let everybody write at once: rows are locked, not the database."""
        yield

    def begin_read(self, connection: Connection, left: float) -> None:
        """Let a reader read one unchanging view."""
        connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        self.begin_write(connection, left)

    def begin_write(self, connection: Connection, left: float) -> None:
        """Prepare a write that waits at most `left` seconds, even for a server that does not answer at all."""
        connection.execution_options(patience=max(int(left * 1000), 1))

    @contextmanager
    def bounded(self, connection: Connection, left: float) -> Generator[None]:
        """Cut the connection when it is still busy after `left` seconds; the work on it is then rolled back."""
        driver = cast("Any", connection.connection.driver_connection)
        with self._watchdog.watching(driver.fileno(), left):
            yield

    @contextmanager
    def restructuring(self, _connection: Connection) -> Generator[None]:
        """Nothing to allow: who owns the tables may change them, and the bot's own role does not."""
        yield

    def close(self) -> None:
        """Close every connection, and watch none any more."""
        self.engine.dispose()
        self._watchdog.stop()

    def at_fault(self, error: BaseException | None) -> bool:
        """Whether the world, and not a statement, is at fault."""
        if not isinstance(error, psycopg.Error):
            return False
        if error.sqlstate is None:  # nobody answered: the connection is gone, or could not be made
            return isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
        return error.sqlstate[:2] in _WORLD

    def _begin(self, connection: Connection) -> None:
        wait = connection.get_execution_options()["patience"]
        connection.execute(_BOUNDS, {"ws": self._ws, "wait": str(wait)})

    def _probe(self) -> None:
        try:
            self.engine.connect().close()
        except DBAPIError as error:
            self.engine.dispose()
            first = str(error.orig).strip().splitlines()[0]
            raise CannotOpen(
                path=self.place,
                reason=f"PostgreSQL says: {first}",
                next_step="Check DATABASE_URL, and that the server runs and lets this role in",
            ) from error
