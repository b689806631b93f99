"""Many runs out of one: every row of a real run again and again, under ids, times and a signer of its own.

What the audit log promises is computed anew for every copy, so that the log still verifies.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import sql

from benchmarks.company import SIGNER
from bot.storage.columns import Instant
from bot.storage.guards import GUARDED
from bot.storage.header import commitment, hashed, stamp
from bot.storage.tables import metadata

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from sqlalchemy import Table

    from benchmarks.company import Office
    from benchmarks.places import Places

Row = list[Any]

#: What a run is made of, parents first. The number of an audit entry is the database's own business.
_TABLES = (
    *("run", "step", "draft", "revision", "signature", "message", "seen"),
    *("chain", "audit_event", "audit_payload"),
)
_OWN = {"audit_event": {"n"}}
_CUT, _END = "\x1f", "\x1e"
_DIGITS = 7
#: The copies are signed by so many people in turn.
PEOPLE = 40
_NOW = timedelta(0)
_BATCH = 2000


def _is_instant(table: Table, column: str) -> bool:
    return isinstance(table.c[column].type, Instant)


def columns(table: str) -> list[str]:
    """Return the columns of a table that are copied."""
    own = _OWN.get(table, set())
    return [column.name for column in metadata.tables[table].c if column.name not in own]


_INSTANTS = {
    table: [k for k, name in enumerate(columns(table)) if _is_instant(metadata.tables[table], name)]
    for table in _TABLES
}
#: Where the columns of an audit entry stand.
_OF = {name: k for k, name in enumerate(columns("audit_event"))}


@dataclass(frozen=True, kw_only=True)
class Rows:
    """All rows of one run, by table, each in the order of `columns`."""

    tables: dict[str, list[Row]]

    @property
    def ids(self) -> list[str]:
        """Every id that has to be another in a copy."""
        kept = self.tables
        named = [
            kept[table] for table in ("run", "draft", "message", "audit_event") if table in kept
        ]
        return [str(row[0]) for rows in named for row in rows]

    def text(self) -> str:
        """Return every text of every row, in one piece; what is not text is left out."""
        return _END.join(
            _CUT.join(value if isinstance(value, str) else "" for value in row)
            for rows in self.tables.values()
            for row in rows
        )

    def filled(self, text: str) -> Rows:
        """Return the rows with their texts taken from `text`, which `text()` once returned."""
        pieces = iter(text.split(_END))
        return Rows(
            tables={
                table: [_filled(row, next(pieces).split(_CUT)) for row in rows]
                for table, rows in self.tables.items()
            }
        )


def _filled(row: Row, texts: list[str]) -> Row:
    return [
        text if isinstance(value, str) else value for value, text in zip(row, texts, strict=True)
    ]


class Template:
    """One run as it stands, to be copied."""

    def __init__(
        self, office: Office, run_id: str, *, ago: timedelta = _NOW, apart: timedelta = _NOW
    ) -> None:
        """Read every row that names the run or its draft. Copies are `apart`, the first of them that long ago."""
        self.run_id, self.apart = run_id, apart
        self._rows = Rows(tables=dict(_read(office, run_id)))
        self._text, self._ids = self._rows.text(), self._rows.ids
        self._first = -ago
        written = self._rows.tables["audit_event"]
        self._written = [datetime.fromisoformat(row[_OF["ts"]]) for row in written]

    @property
    def began(self) -> datetime:
        """When the first copy began."""
        return self._written[0] + self._first

    @property
    def entries(self) -> int:
        """How many audit entries a copy has."""
        return len(self._rows.tables["audit_event"])

    def copy(self, number: int) -> Rows:
        """Return the run once more."""
        text = self._text
        for old in self._ids:
            text = text.replace(old, renamed(old, number))
        text = text.replace(SIGNER.id, f"U0S{number % PEOPLE:05d}")
        later = self._first + number * self.apart
        rows = self._rows.filled(text)
        for table, kept in rows.tables.items():
            _move(kept, _INSTANTS[table], later // timedelta(microseconds=1))
        return _chained(rows, [stamp(at + later) for at in self._written])

    def signing(self, number: int) -> str:
        """Return the id of the draft of a copy."""
        return renamed(str(self._rows.tables["draft"][0][0]), number)


def renamed(name: str, number: int) -> str:
    """Return the id that a copy has in the place of `name`."""
    return f"{name[:-_DIGITS]}{number:0{_DIGITS}d}"


def _read(office: Office, run_id: str) -> Iterator[tuple[str, list[Row]]]:
    with office.foundation.database.read() as connection:
        draft = connection.exec_driver_sql(
            f"SELECT id FROM draft WHERE run_id = '{run_id}'"  # noqa: S608 -- an id of ours
        ).scalar_one()
        entry = f"SELECT id FROM audit_event WHERE chain = 'run:{run_id}'"  # noqa: S608 -- as above
        where = {
            "run": f"id = '{run_id}'",
            "step": f"run_id = '{run_id}' ORDER BY seq",
            "draft": f"id = '{draft}'",
            "revision": f"draft_id = '{draft}'",
            "signature": f"draft_id = '{draft}'",
            "message": f"subject = 'draft:{draft}' OR subject LIKE '%%{run_id}%%'",
            "seen": f"key LIKE '%%{draft}%%'",
            "chain": f"name = 'run:{run_id}'",
            "audit_event": f"chain = 'run:{run_id}' ORDER BY seq",
            "audit_payload": f"event_id IN ({entry}) ORDER BY event_id",
        }
        for table in _TABLES:
            names = ", ".join(f'"{name}"' for name in columns(table))
            query = f"SELECT {names} FROM {table} WHERE {where[table]}"  # noqa: S608 -- as above
            yield table, [[*row] for row in connection.exec_driver_sql(query)]


def _move(rows: list[Row], instants: list[int], micros: int) -> None:
    for row in rows:
        for k in instants:
            if row[k] is not None:
                row[k] += micros


def _chained(rows: Rows, stamps: list[str]) -> Rows:
    """Let the log of a copy follow from itself: its times, promises, hashes and head."""
    payload = columns("audit_payload")
    bodies = {row[payload.index("event_id")]: row for row in rows.tables["audit_payload"]}
    old_head = new_head = ""
    for row, ts in zip(rows.tables["audit_event"], stamps, strict=True):
        head = row[_OF["hash"]].hex()
        text = row[_OF["hdr"]].replace(row[_OF["ts"]], ts)
        if old_head:
            text = text.replace(old_head, new_head)
        if body := bodies.get(row[_OF["id"]]):
            text = _promised(text, body[payload.index("salt")], body[payload.index("body")])
        row[_OF["ts"]], row[_OF["hdr"]], row[_OF["hash"]] = ts, text, hashed(text)
        old_head, new_head = head, row[_OF["hash"]].hex()
    rows.tables["chain"][0][columns("chain").index("head")] = new_head
    return rows


def _promised(header: str, salt: bytes, body: str) -> str:
    """Return the header with the promise of another body: its last field of that name is the body's."""
    before, name, after = header.rpartition('"payload_hash":"')
    return f"{before}{name}{commitment(salt, body)}{after[64:]}"


def fill(places: Places, url: str, template: Template, numbers: range) -> None:
    """Write copies of a run into the database it is of, as fast as it can be done, guards aside meanwhile."""
    write = _to_sqlite if url.startswith("sqlite") else _to_postgresql
    write(places, url, _batches(template, numbers))


def _batches(template: Template, numbers: range) -> Generator[dict[str, list[Row]]]:
    for start in range(0, len(numbers), _BATCH):
        batch: dict[str, list[Row]] = {table: [] for table in _TABLES}
        for number in numbers[start : start + _BATCH]:
            for table, rows in template.copy(number).tables.items():
                batch[table].extend(rows)
        yield batch


def _to_sqlite(_places: Places, url: str, batches: Iterator[dict[str, list[Row]]]) -> None:
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)) as base:
        guards = base.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall()
        base.execute("PRAGMA synchronous=OFF")
        base.execute("PRAGMA cache_size=-1000000")
        for name, _ in guards:
            base.execute(f"DROP TRIGGER {name}")
        for batch in batches:
            base.execute("BEGIN")
            for table, rows in batch.items():
                names = ", ".join(f'"{name}"' for name in columns(table))
                marks = ", ".join("?" for _ in columns(table))
                base.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)  # noqa: S608 -- our tables
            base.execute("COMMIT")
        for _, made in guards:
            base.execute(made)
        base.execute("ANALYZE")
        base.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _to_postgresql(places: Places, url: str, batches: Iterator[dict[str, list[Row]]]) -> None:
    with places.cluster.connect(url.rpartition("/")[2]) as base:
        base.execute("SET session_replication_role = replica")
        base.execute("SET synchronous_commit = off")
        for table in GUARDED:
            base.execute(
                sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(sql.Identifier(table))
            )
        for batch in batches:
            for table, rows in batch.items():
                _copied(base, metadata.tables[table], rows)
        guards = base.execute(
            "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal"
        ).fetchall()
        for table, name in guards:
            if table in GUARDED:
                words = sql.SQL("ALTER TABLE {} ENABLE ALWAYS TRIGGER {}")
                base.execute(words.format(sql.Identifier(table), sql.Identifier(name)))
        base.execute("VACUUM ANALYZE")


def _copied(base: psycopg.Connection, table: Table, rows: list[Row]) -> None:
    names = sql.SQL(", ").join(map(sql.Identifier, columns(table.name)))
    words = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table.name), names)
    with base.cursor() as cursor, cursor.copy(words) as copy:
        for row in rows:
            copy.write_row(row)
