"""Databases to break: new ones with every table and nothing in them, and copies of ones with something in them."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from itertools import count
from typing import TYPE_CHECKING, Protocol, Self

from bot.storage.database import open_database
from bot.storage.schema import upgrade
from tests.chaos.outsider import file_of
from tests.postgres import APP, drop

if TYPE_CHECKING:
    from pathlib import Path

    from tests.postgres import Cluster


class Databases(Protocol):
    """Makes databases of one kind; each is named by its URL, as the program's settings have it."""

    kind: str

    def new(self) -> str:
        """Make one with every table and nothing in it."""
        ...

    def copy(self, url: str) -> str:
        """Copy one that nobody writes to any more."""
        ...

    def drop(self, url: str) -> None:
        """Remove one."""
        ...


class Files:
    """SQLite files in a folder."""

    kind = "sqlite"

    def __init__(self, folder: Path) -> None:
        self._folder, self._numbers = folder, count(1)
        self._empty = self._path("empty")
        database = open_database(f"sqlite:///{self._empty}")
        upgrade(database)
        database.close()

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.db"

    def new(self) -> str:
        return self.copy(f"sqlite:///{self._empty}")

    def copy(self, url: str) -> str:
        with closing(sqlite3.connect(file_of(url))) as file:
            file.execute("pragma wal_checkpoint(truncate)")
        made = self._path(f"database-{next(self._numbers)}")
        shutil.copy(file_of(url), made)
        return f"sqlite:///{made}"

    def drop(self, url: str) -> None:
        for path in self._folder.glob(f"{file_of(url).name}*"):
            path.unlink()


class Servers:
    """Databases of one PostgreSQL server, as the application's role reaches them."""

    kind = "postgresql"

    def __init__(self, cluster: Cluster, empty: str) -> None:
        self.cluster, self._empty = cluster, empty

    @classmethod
    def of(cls, cluster: Cluster) -> Self:
        """Make the empty database that the others are copies of."""
        empty = cluster.new_database()
        database = open_database(cluster.url(empty), "*")
        upgrade(database, APP)
        database.close()
        return cls(cluster, empty)

    def new(self) -> str:
        return self.cluster.url(self.cluster.new_database(self._empty), APP)

    def copy(self, url: str) -> str:
        self.cluster.cut(name_of(url))  # a session that is still going away would hold it
        return self.cluster.url(self.cluster.new_database(name_of(url)), APP)

    def drop(self, url: str) -> None:
        drop(self.cluster, [name_of(url)])


def name_of(url: str) -> str:
    """Return the name of a server's database."""
    return url.rpartition("/")[2]
