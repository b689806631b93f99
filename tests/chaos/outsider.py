"""Somebody with the keys to the database: reads it without the program, and changes it without its guards."""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import psycopg
from psycopg.rows import dict_row

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from psycopg.rows import RowFactory

Row = dict[str, Any]

GUARDS = (
    "select tgrelid::regclass::text as at, quote_ident(tgname) as name from pg_trigger"
    " where not tgisinternal and tgenabled = 'A'"
)


def file_of(url: str) -> Path:
    """Return the file of a SQLite URL."""
    return Path(url.removeprefix("sqlite:///"))


def is_sqlite(url: str) -> bool:
    """Whether a database is a file."""
    return url.startswith("sqlite:")


def rows(url: str, sql: str, named: Sequence[object] = ()) -> list[Row]:
    """Return what a query finds; `?` stands for a value. Nothing is hidden from whoever owns the server."""
    if not is_sqlite(url):
        with _server(url) as connection:
            return connection.execute(_marked(sql), named).fetchall()
    with closing(sqlite3.connect(f"file:{file_of(url)}?mode=ro", uri=True, timeout=30)) as file:
        file.row_factory = sqlite3.Row
        return [dict(row) for row in file.execute(sql, named).fetchall()]


def value(url: str, sql: str, named: Sequence[object] = ()) -> Any:
    """Return the first column of the first row."""
    return next(iter(rows(url, sql, named)[0].values()))


class Hand:
    """Changes rows, whatever the guards say; all of it at once when the hand is taken away."""

    def __init__(self, connection: sqlite3.Connection | psycopg.Connection[Row]) -> None:
        self._connection = connection

    def run(self, sql: str, named: Sequence[object] = ()) -> int:
        """Carry out a statement; return how many rows it touched."""
        if isinstance(self._connection, sqlite3.Connection):
            return self._connection.execute(sql, named).rowcount
        return self._connection.execute(_marked(sql), named).rowcount

    def rows(self, sql: str, named: Sequence[object] = ()) -> list[Row]:
        """Return what a query finds."""
        if isinstance(self._connection, sqlite3.Connection):
            return [dict(row) for row in self._connection.execute(sql, named).fetchall()]
        return self._connection.execute(_marked(sql), named).fetchall()


@contextmanager
def tampering(url: str, *, kept: bool = True) -> Generator[Hand]:
    """Open the database with its guards off and change it; with `kept=False` everything is as it was afterwards."""
    if is_sqlite(url):
        with closing(sqlite3.connect(file_of(url), isolation_level=None)) as file:
            file.row_factory = sqlite3.Row
            file.execute("begin immediate")
            found = file.execute("select name, sql from sqlite_master where type = 'trigger'")
            guards = [(row["name"], row["sql"]) for row in found]
            for name, _ in guards:
                file.execute(f"drop trigger {name}")
            yield Hand(file)
            for _, sql in guards:
                file.execute(sql)  # a careful thief puts the lock back
            file.execute("commit" if kept else "rollback")
        return
    with _server(url) as connection, connection.transaction(force_rollback=not kept):
        guards = connection.execute(GUARDS).fetchall()
        for guard in guards:
            connection.execute(
                _marked(f"alter table {guard['at']} disable trigger {guard['name']}")
            )
        # What is not a guard of ours, the server's own references, is passed over too.
        connection.execute("set local session_replication_role = replica")
        yield Hand(connection)
        for guard in guards:
            connection.execute(
                _marked(f"alter table {guard['at']} enable always trigger {guard['name']}")
            )


def _server(url: str) -> psycopg.Connection[Row]:
    """Connect as the server's owner, whom no policy holds."""
    place = urlsplit(url)
    row_factory: RowFactory[Row] = dict_row
    return psycopg.Connection[Row].connect(
        host=place.hostname,
        port=place.port,
        user="postgres",
        dbname=place.path.removeprefix("/"),
        row_factory=row_factory,
        autocommit=True,
    )


def _marked(sql: str) -> Any:
    return sql.replace("%", "%%").replace("?", "%s")
