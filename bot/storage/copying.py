"""A database copied whole into another one: a backup, a restore, and the move from SQLite to PostgreSQL.

A backup is a SQLite file of the same form, wherever it was taken: it can be verified, looked into and restored by
the same program. Job hints are not copied, since nothing in them is the truth.
"""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import MetaData, func, insert, select, text

from bot.storage import schema, security
from bot.storage.audit import AuditLog
from bot.storage.audit_verify import verify
from bot.storage.columns import micros
from bot.storage.database import AN_HOUR, open_database
from bot.storage.errors import CannotCopy
from bot.storage.tables import metadata, switch
from bot.storage.upsert import unless_there
from workflows.events import Entry, Event
from workflows.run import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from datetime import datetime

    from sqlalchemy import Table
    from sqlalchemy.engine import Connection

    from bot.storage.database import Database
    from workflows.ports import Ids

#: Rows written at a time.
BATCH = 2000
#: What a person has to switch on again after a restore, and who switched it off.
EVERYTHING, RESTORED = "everything", "restore"

_SEQUENCE = text(
    "SELECT setval(pg_get_serial_sequence('audit_event', 'n'), greatest(max(n), 1), max(n) IS NOT NULL)"
    " FROM audit_event"
)
_WORKSPACES = text("SELECT ws FROM audit_event UNION SELECT ws FROM run ORDER BY ws")
#: Whatever could have left since the backup was taken is looked up before it is carried out: an intent says so.
_DOUBT = text(
    "INSERT INTO step (run_id, seq, ws, name, state, idem_key, outcome, at)"
    " SELECT d.run_id, -1 - (SELECT count(*) FROM step s WHERE s.run_id = d.run_id AND s.seq < 0),"
    " d.ws, d.step, 'intent', 'draft:' || d.id || ':' || d.revision, NULL, :now FROM draft d"
    " WHERE d.state IN ('open', 'signed', 'holding', 'executing')"
    " AND NOT EXISTS (SELECT 1 FROM step s WHERE s.idem_key = 'draft:' || d.id || ':' || d.revision)"
)


def backup(database: Database, file: Path, say: Callable[[int], None] = lambda _rows: None) -> int:
    """Write the database into a new file that its owner alone can read, and verify it; return how many rows.

    Raises `CannotCopy` when the file is there, or the copy is not what it was made from; then no file is left.
    """
    if file.exists():
        raise CannotCopy(what=f"{file} is there already", next_step="Choose another name")
    if not _sees_everything(database):
        raise CannotCopy(
            what=f"the role of {database.place} sees one workspace only",
            next_step="Set DATABASE_OWNER_URL to the role that owns the tables",
        )
    schema.refuse_newer(database)
    form = schema.revision(database)
    if form is None:
        raise CannotCopy(what=f"{database.place} is empty", next_step="There is nothing to keep")
    half = file.with_name(f".{file.name}.half")
    half.unlink(missing_ok=True)
    try:
        with _opened(half) as copy:
            schema.upgrade(copy, to=form)
            rows = copy_rows(database, copy, say)
            _check_file(copy)
        with _newest(half) as upgraded:
            _verify(upgraded)
        half.replace(file)
    finally:
        for left in (half, *(Path(f"{half}{end}") for end in ("-wal", "-shm"))):
            left.unlink(missing_ok=True)
    return rows


def keep_older(database: Database, folder: Path, at: datetime) -> Path | None:
    """Back up a database of an older form, before it is changed; return where, or None when there is no need."""
    form = schema.revision(database)
    if form is None or form >= schema.NEWEST:
        return None
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder / f"form-{form}-{at:%Y%m%d-%H%M%S}.db"
    backup(database, file)
    return file


def restore(
    file: Path,
    database: Database,
    *,
    ids: Ids,
    at: datetime,
    say: Callable[[int], None] = lambda _rows: None,
) -> int:
    """Fill an empty database of this program's form from a backup, and hold everything; return how many rows.

    Nothing is carried out until a person resumes it, and what may have left since the backup is looked up first.
    Raises `CannotCopy` when the database holds anything, or the backup is not as it was written.
    """
    with _newest(file) as source:
        _check_file(source)
        _verify(source)
        return copy_rows(
            source, database, say, lambda connection: _hold(connection, file.name, ids, at)
        )


def move(
    source: Database, target: Database, say: Callable[[int], None] = lambda _rows: None
) -> int:
    """Copy everything into an empty database of this program's form, and verify its log; return how many rows.

    Raises `CannotCopy` when the source is of another form, or the copy is not what it was made from.
    """
    if not _sees_everything(target):
        raise CannotCopy(
            what=f"the role of {target.place} does not own its tables",
            next_step="Copy as the role that does",
        )
    if (form := schema.revision(source)) != schema.NEWEST:
        raise CannotCopy(
            what=f"{source.place} is of form {form}, this program knows {schema.NEWEST}",
            next_step="Run sayso db upgrade first",
        )
    _verify(source)
    rows = copy_rows(source, target, say)
    _verify(target)
    return rows


def _sees_everything(database: Database) -> bool:
    if database.dialect == "sqlite":
        return True
    with database.read() as connection:
        return security.is_owner(connection)


def copy_rows(
    source: Database,
    target: Database,
    say: Callable[[int], None],
    then: Callable[[Connection], None] = lambda _connection: None,
) -> int:
    """Copy every row of every table, and do `then` to the copy, all or nothing; return how many.

    Raises `CannotCopy` when the target holds anything already.
    """
    done = 0
    with source.read() as reading, target.write(AN_HOUR) as writing:
        into = {table.name: table for table in _tables(writing)}
        for table in _tables(reading):
            if writing.execute(select(func.count()).select_from(table)).scalar():
                raise CannotCopy(
                    what=f"{target.place} is not empty (table {table.name})",
                    next_step="Point to a new, empty database",
                )
            query = select(table).order_by(*table.primary_key.columns)
            found = reading.execute(query, execution_options={"yield_per": BATCH})
            for rows in found.mappings().partitions(BATCH):
                writing.execute(insert(into[table.name]), [dict(row) for row in rows])
                done += len(rows)
                say(done)
        if target.dialect == "postgresql":
            writing.execute(_SEQUENCE)
        then(writing)
    return done


def _tables(connection: Connection) -> list[Table]:
    """Return the tables as they are there, parents first: a backup keeps the form of what it is taken from."""
    there = MetaData()
    there.reflect(connection, only=lambda name, _metadata: name in metadata.tables)
    # Plain types: what is stored is copied as it is stored.
    return there.sorted_tables


def _hold(connection: Connection, name: str, ids: Ids, at: datetime) -> None:
    """Switch everything off, mark what may have been carried out after the backup was taken, and say so."""
    marked = connection.execute(_DOUBT, {"now": micros(at)}).rowcount
    for ws in connection.execute(_WORKSPACES).scalars().all():
        off = {"ws": ws, "scope": EVERYTHING, "by": RESTORED, "at": at}
        connection.execute(unless_there(switch), off)
        told = Entry(
            event=Event.DATABASE_RESTORED,
            chain=f"ws:{ws}",
            actor=SYSTEM,
            object=f"backup:{name}",
            head={"scope": EVERYTHING, "in_doubt": marked},
        )
        AuditLog(connection, ws, ids).append([told], at)


def _check_file(copy: Database) -> None:
    """Raise `CannotCopy` when a file is damaged."""
    with copy.read() as connection:
        found = connection.execute(text("PRAGMA integrity_check")).scalar()
    if found != "ok":
        raise CannotCopy(what=f"the file is damaged: {found}", next_step="Take another backup")


def _verify(database: Database) -> None:
    """Raise `CannotCopy` when a log of this program's form is not as it was written."""
    verdict = verify(database)
    if not verdict.ok:
        bad = verdict.first_bad
        where = f"{bad.chain} #{bad.seq}: {bad.problem}" if bad else "it does not verify"
        raise CannotCopy(
            what=f"the audit log is not as it was written ({where})",
            next_step="Run sayso audit verify on the database itself",
        )


@contextmanager
def _newest(file: Path) -> Generator[Database]:
    """Open a copy of a backup, brought up to this program's form. Raises `CannotCopy` when it is none."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / file.name
        shutil.copyfile(file, copy)
        with _opened(copy) as database:
            if schema.revision(database) is None:
                raise CannotCopy(
                    what=f"{file} is no backup of Sayso",
                    next_step="Point to a file that sayso db backup wrote",
                )
            schema.upgrade(database)
            yield database


@contextmanager
def _opened(file: Path) -> Generator[Database]:
    database = open_database(f"sqlite:///{file}", "*")
    try:
        yield database
    finally:
        database.close()
