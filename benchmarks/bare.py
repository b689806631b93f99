"""What the database does at best: commits of the same size without any of us in between."""

from __future__ import annotations

import hashlib
import sqlite3
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import psycopg
from sqlalchemy import event

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

    from sqlalchemy.engine import Connection, Engine

#: Statements that change nothing on the disk.
_READS = ("SELECT", "BEGIN", "PRAGMA")


@dataclass(frozen=True, kw_only=True)
class Change:
    """One changing statement as the driver got it."""

    statement: str
    parameters: Any
    many: bool

    @property
    def sizes(self) -> list[int]:
        """The bytes of each row it wrote."""
        rows: list[Any] = self.parameters if self.many else [self.parameters]
        return [_size(row) for row in rows]


def _size(row: Any) -> int:  # noqa: ANN401 -- a sequence or a mapping, as the driver takes it
    values: Iterable[object] = row.values() if hasattr(row, "values") else row
    return sum(
        len(value) if isinstance(value, bytes) else len(str(value).encode()) for value in values
    )


@dataclass(kw_only=True)
class Recorded:
    """The changing transactions of an engine, in the order in which they were committed."""

    transactions: list[list[Change]] = field(default_factory=list[list[Change]])

    @property
    def sizes(self) -> list[list[int]]:
        """The bytes of each row of each transaction."""
        return [[size for change in each for size in change.sizes] for each in self.transactions]


@contextmanager
def recorded(engine: Engine) -> Generator[Recorded]:
    """Note what one thread writes meanwhile."""
    notes, now = Recorded(), list[Change]()

    def note(
        _connection: Connection,
        _cursor: object,
        statement: str,
        parameters: Any,  # noqa: ANN401 -- whatever the driver takes
        _context: object,
        executemany: bool,  # noqa: FBT001 -- as above
    ) -> None:
        if not statement.lstrip().startswith(_READS):
            now.append(Change(statement=statement, parameters=parameters, many=executemany))

    def committed(_connection: Connection) -> None:
        if now:
            notes.transactions.append([*now])
            now.clear()

    event.listen(engine, "before_cursor_execute", note)
    event.listen(engine, "commit", committed)
    yield notes
    event.remove(engine, "before_cursor_execute", note)
    event.remove(engine, "commit", committed)


def plain(url: str, transactions: Iterable[list[int]]) -> list[float]:
    """Commit rows of these sizes into one table of an empty database; return the seconds each commit took."""
    with _opened(url) as base:
        base.execute("CREATE TABLE plain (id INTEGER PRIMARY KEY, body TEXT)")
        mark = "?" if url.startswith("sqlite") else "%s"
        insert = f"INSERT INTO plain VALUES ({mark}, {mark})"  # noqa: S608 -- two fixed words
        rows = [(sizes, ["x" * size for size in sizes]) for sizes in transactions]
        number, taken = 0, list[float]()
        for _, bodies in rows:
            before = time.perf_counter()
            base.execute("BEGIN")
            for body in bodies:
                number += 1
                base.execute(insert, (number, body))
            base.execute("COMMIT")
            taken.append(time.perf_counter() - before)
        return taken


def replayed(url: str, transactions: Iterable[list[Change]]) -> list[float]:
    """Send the very statements again to a new database with the same tables; return each transaction's seconds."""
    with _opened(url) as base, closing(base.cursor()) as cursor:
        if not url.startswith("sqlite"):
            base.execute("SELECT set_config('sayso.ws', 'local', false)")
        taken: list[float] = []
        for changes in transactions:
            before = time.perf_counter()
            base.execute("BEGIN")
            for change in changes:
                send = cursor.executemany if change.many else cursor.execute
                send(change.statement, change.parameters)
            base.execute("COMMIT")
            taken.append(time.perf_counter() - before)
        return taken


@contextmanager
def _opened(url: str) -> Generator[Any]:
    """Open the driver's own connection, every commit flushed."""
    if url.startswith("sqlite"):
        base: Any = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        base.execute("PRAGMA journal_mode=WAL")
        base.execute("PRAGMA synchronous=FULL")
        base.execute("PRAGMA foreign_keys=1")
        base.execute("PRAGMA secure_delete=1")
    else:
        base = psycopg.connect(url.replace("+psycopg", ""), autocommit=True)
    with closing(base):
        yield base


def scanned(url: str) -> int:
    """Read the header of every audit entry and hash it; return how many there are."""
    mark = "SELECT hdr FROM audit_event"
    with _opened(url) as base:
        if url.startswith("sqlite"):
            found = base.execute(mark)
        else:
            base.execute("SELECT set_config('sayso.ws', 'local', false)")
            base.autocommit = False
            found = base.cursor(name="headers")
            found.itersize = 2000
            found.execute(mark)
        return sum(1 for (header,) in found if hashlib.sha256(header.encode()).digest())
