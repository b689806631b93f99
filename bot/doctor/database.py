"""The database: can it be written, is its form this program's, is its log protected, is there room on its disk."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from bot.doctor import postgres
from bot.storage import schema
from bot.storage.database import open_database
from bot.storage.errors import CannotOpen
from workflows.errors import NotRecorded
from workflows.ports import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.settings import Settings
    from bot.storage.database import Database
    from workflows.ports import Clock

#: Seconds to wait for a running bot that is just writing.
_PATIENCE = 5.0
#: Bytes that should be free: a full disk stops every press.
_ROOM = 200 * 1024 * 1024


def file_of(url: str) -> Path | None:
    """Return the file of a SQLite URL; None for any other, and for one that can't be read."""
    try:
        place = make_url(url)
    except ArgumentError:
        return None
    is_file = place.get_backend_name() == "sqlite" and place.database not in {None, "", ":memory:"}
    return Path(str(place.database)) if is_file else None


def database(settings: Settings, _clock: Clock) -> Iterator[Finding]:
    """Look at the file, its form and guards, and the room on its disk; or at the server. None is made."""
    file = file_of(settings.database)
    if file is None:
        yield from postgres.server(settings)
        return
    yield _room(file)
    if not file.exists():
        yield Finding(ok=True, what=f"There is no database yet; sayso run makes {file}")
        return
    try:
        opened = open_database(settings.database)
    except CannotOpen as error:
        why, fix = str(error.words["reason"]), f"{error.words['next_step']}."
        yield Finding(ok=False, what=f"Database {file}", why=why, fix=fix)
        return
    try:
        yield from _looked_at(opened, file)
    finally:
        opened.close()


def _looked_at(opened: Database, file: Path) -> Iterator[Finding]:
    try:
        with opened.write(_PATIENCE) as connection:
            mode = connection.exec_driver_sql("PRAGMA journal_mode").scalar()
        yield _written(file, str(mode))
        yield schema.check(opened)
    except NotRecorded:
        why = "it can't be written now: another program holds it, or the disk is full or read-only"
        fix = "Stop what holds it, or make room, and check who owns the file."
        yield Finding(ok=False, what=f"Database {file}", why=why, fix=fix)


def _written(file: Path, mode: str) -> Finding:
    if mode == "wal":
        return Finding(ok=True, what=f"Database {file} can be written")
    fix = "Put the file on a local disk."
    return Finding(
        ok=False, what=f"Database {file}", why=f"its journal is {mode}, not WAL", fix=fix
    )


def _room(file: Path) -> Finding:
    folder = next(each for each in file.absolute().parents if each.exists())
    free = shutil.disk_usage(folder).free
    if free >= _ROOM:
        return Finding(ok=True, what=f"{free // 1024**2:,} MB are free on the database's disk")
    why = f"{free // 1024**2:,} MB are left where {file} is"
    fix = "Make room: nothing can be signed when the log can't be written."
    return Finding(ok=False, what="Disk space", why=why, fix=fix)
