"""What was written stays as it was written, whatever statement is tried on it, by whomever."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

from tests.unit.bot.storage.records import written

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.storage.store import SqlStore

#: Rows only the next stages of the log write: an erasure, a leaf, a checkpoint, a document.
_MORE = """
INSERT INTO audit_leaf SELECT ws, 0, id FROM audit_event WHERE n = 1;
INSERT INTO audit_leaf SELECT ws, 1, id FROM audit_event WHERE n = 2;
INSERT INTO audit_checkpoint VALUES ('local', 1, x'00', x'00', 'note', 0), ('local', 2, x'01', x'00', 'note', 0);
INSERT INTO audit_event SELECT 1 + (SELECT max(n) FROM audit_event), 'erased', ws, 'ws:local', 1, ts, actor,
  'cli:payload:redacted', object, hdr, hash FROM audit_event WHERE n = 1;
INSERT INTO audit_redaction
  SELECT id, ws, 'erased' FROM audit_event WHERE n = 2;
INSERT INTO erasure VALUES ('local', 'document', 'other', 'erased');
INSERT INTO document VALUES ('local', 'h', 'context', 'text');
"""
_TABLES = (
    "revision",
    "signature",
    "document",
    "audit_event",
    "audit_payload",
    "audit_redaction",
    "erasure",
    "audit_leaf",
    "audit_checkpoint",
)
#: Every kind of statement that could change or lose a row that is there.
_ATTACKS = {
    "update": "UPDATE {table} SET {column} = {column}",
    "update or replace": "UPDATE OR REPLACE {table} SET {column} = {column}",
    "delete": "DELETE FROM {table} WHERE rowid = 1",
    "insert or replace": "INSERT OR REPLACE INTO {table} SELECT {changed} FROM {table} LIMIT 1",
    "replace": "REPLACE INTO {table} SELECT {changed} FROM {table} LIMIT 1",
    "upsert": "INSERT INTO {table} SELECT * FROM {table} WHERE 1 ON CONFLICT DO UPDATE"
    " SET {column} = excluded.{column}",
}
#: A column of each table whose change would matter.
_COLUMN = {
    "revision": "payload",
    "signature": "actor",
    "document": "body",
    "audit_event": "hdr",
    "audit_payload": "body",
    "audit_redaction": "by_event",
    "erasure": "by_event",
    "audit_leaf": "event_id",
    "audit_checkpoint": "note",
}

#: PostgreSQL has its own in test_postgres.py.
ONLY_SQLITE = True


@pytest.fixture
def raw(store: SqlStore, path: Path) -> Iterator[sqlite3.Connection]:
    """Return a connection that has nothing to do with the program: no settings, no authorizer."""
    written(store, 1)
    connection = sqlite3.connect(path, isolation_level=None)
    connection.executescript(_MORE)
    yield connection
    connection.close()


def _rows(raw: sqlite3.Connection) -> dict[str, list[tuple[object, ...]]]:
    return {table: raw.execute(f"SELECT * FROM {table}").fetchall() for table in _TABLES}  # noqa: S608 -- fixed names


@pytest.mark.parametrize("attack", _ATTACKS)
@pytest.mark.parametrize("table", _TABLES)
def test_no_statement_changes_or_removes_what_was_written(
    raw: sqlite3.Connection, table: str, attack: str
) -> None:
    """Not even on a connection that never heard of this program."""
    column = _COLUMN[table]
    names = [row[1] for row in raw.execute(f"PRAGMA table_info({table})")]
    key_of_signature = table == "signature"
    changed = ", ".join(
        f"{name} || 'x'" if name == column and not key_of_signature else name for name in names
    )
    before = _rows(raw)
    assert before[table]
    statement = _ATTACKS[attack].format(table=table, column=column, changed=changed)
    if (table, attack) == ("audit_payload", "delete"):
        statement = (
            "DELETE FROM audit_payload WHERE event_id IN (SELECT id FROM audit_event WHERE n = 1)"
        )
    with pytest.raises(sqlite3.IntegrityError, match=table):
        raw.execute(statement)
    assert _rows(raw) == before


@pytest.mark.parametrize(
    "statement",
    [
        # A gap, a second entry of one number, and a row under the number of another.
        (
            "INSERT INTO audit_event SELECT 99, 'new', ws, chain, seq + 90, ts, actor, event, object,"
            " hdr, hash FROM audit_event WHERE n = 1"
        ),
        (
            "INSERT INTO audit_event SELECT 99, 'new', ws, chain, seq, ts, actor, event, object,"
            " hdr, hash FROM audit_event WHERE n = 1"
        ),
        (
            "INSERT INTO audit_event SELECT 1, 'new', ws, 'run:other', 1, ts, actor, event, object,"
            " hdr, hash FROM audit_event WHERE n = 1"
        ),
        "INSERT INTO audit_leaf SELECT ws, 7, id FROM audit_event WHERE n = 3",
        "INSERT INTO erasure VALUES ('local', 'document', 'h', 'nobody said so')",
        "INSERT INTO audit_redaction SELECT id, ws, id FROM audit_event WHERE n = 1",
        "INSERT INTO audit_checkpoint VALUES ('local', 1, x'02', x'00', 'smaller', 0)",
    ],
)
def test_only_the_next_row_of_the_log_is_taken(raw: sqlite3.Connection, statement: str) -> None:
    """The log has no gaps and no seconds."""
    with pytest.raises(sqlite3.IntegrityError, match="not the next row"):
        raw.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE chain SET seq = seq - 1",
        "UPDATE chain SET head = 'x'",
        "UPDATE chain SET name = 'run:other', seq = seq + 1",
        "DELETE FROM chain",
        "REPLACE INTO chain SELECT ws, name, 1, head FROM chain LIMIT 1",
    ],
)
def test_the_head_of_a_chain_only_moves_on(raw: sqlite3.Connection, statement: str) -> None:
    """A chain can't be set back to hide its newest entries."""
    with pytest.raises(sqlite3.IntegrityError, match="chain"):
        raw.execute(statement)


def test_a_body_can_be_erased_once_its_erasure_is_on_the_record(raw: sqlite3.Connection) -> None:
    """The one thing that may go, and only like this."""
    gone = "DELETE FROM audit_payload WHERE event_id = (SELECT id FROM audit_event WHERE n = 2)"
    assert raw.execute(gone).rowcount == 1


def test_a_text_outside_the_log_can_only_be_blanked_after_its_erasure(
    raw: sqlite3.Connection,
) -> None:
    """A payload and what an agent was shown may go, their hashes stay; a playbook never goes."""
    revision, document = "UPDATE revision SET payload = ''", "UPDATE document SET body = ''"
    for statement in (revision, document):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            raw.execute(statement)
    raw.execute(
        "INSERT INTO erasure SELECT DISTINCT ws, 'revision', draft_id, 'erased' FROM revision"
    )
    raw.execute("INSERT INTO erasure VALUES ('local', 'document', 'h', 'erased')")
    for statement in (
        "UPDATE revision SET payload = 'x'",
        "UPDATE revision SET payload = '', n = 9",
    ):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            raw.execute(statement)
    assert raw.execute(revision).rowcount == 2
    assert raw.execute(f"{document} WHERE hash = 'h'").rowcount == 1
