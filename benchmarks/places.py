"""Databases to measure on: files in a temporary folder, and a private PostgreSQL that flushes every commit."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Self

from bot.storage import job_tables
from bot.storage.database import open_database
from bot.storage.schema import upgrade
from tests.postgres import APP, OWNER, Cluster, programs

if TYPE_CHECKING:
    from types import TracebackType

#: Names as people read them.
WORDS = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


class Places:
    """Hands out new databases; all of them are gone at the end."""

    def __init__(self) -> None:
        """Make the folder; a server is started when the first database on it is asked for."""
        self._open = ExitStack()
        self.folder = Path(self._open.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        self._numbers = count(1)
        self._cluster: Cluster | None = None

    def __enter__(self) -> Self:
        """Nothing more."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop the server and remove the folder."""
        if self._cluster:
            self._cluster.close()
        self._open.close()

    def home(self) -> Path:
        """Return a new empty folder."""
        made = self.folder / f"home-{next(self._numbers)}"
        made.mkdir()
        return made

    @property
    def cluster(self) -> Cluster:
        """The server, started now if it was not. It keeps its files on the same disk as SQLite's."""
        if self._cluster is None:
            self._cluster = Cluster(durable=True)
        return self._cluster

    def empty(self, kind: str) -> str:
        """Return the URL of a new database without tables; on PostgreSQL its owner's."""
        if kind == "sqlite":
            return f"sqlite:///{self.folder / f'{next(self._numbers)}.db'}"
        return self.cluster.url(self.cluster.new_database(), OWNER)

    def new(self, kind: str) -> str:
        """Return the URL of a new database with Sayso's tables, as the bot's own role sees it."""
        owner = self.empty(kind)
        database = open_database(owner)
        upgrade(database, APP if kind == "postgresql" else "")
        if kind == "postgresql":
            with database.restructure() as connection:
                job_tables.apply(connection)
                job_tables.grant(connection, APP)
        database.close()
        return owner.replace(f"{OWNER}@", f"{APP}@")


def settle(places: Places, url: str) -> None:
    """Let PostgreSQL know its tables, as its own autovacuum does within a minute of work."""
    if not url.startswith("sqlite"):
        with places.cluster.connect(url.rpartition("/")[2]) as base:
            base.execute("ANALYZE")


def missing(kind: str) -> str:
    """Return why a database can't be measured here; empty when it can."""
    if kind == "postgresql" and programs() is None:
        return "there is no PostgreSQL server on this machine"
    return ""
