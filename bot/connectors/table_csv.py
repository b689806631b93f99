"""Tables in CSV files. A change rewrites one cell, survives a crash at any moment and happens once.

A change is made in four steps, each on the disk before the next: the new file is written beside the old
one under a name made of the key; the ledger gets a line with the old value; the new file replaces the old.
So a key whose line is in the ledger was applied exactly when its unfinished file is gone.
"""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

from pydantic import ValidationError

from bot.connectors.csv_text import Cell, CsvText, formula_safe
from bot.connectors.durable import append_line, replace, write_beside
from bot.connectors.file_lock import locked
from bot.connectors.table_source import (
    Applied,
    Change,
    Row,
    Unavailable,
    refuse,
    refuse_absent,
    refuse_unknown,
    writable_column,
)
from workflows.errors import ConnectorError
from workflows.ports import Finding

if TYPE_CHECKING:
    from pathlib import Path

_LEDGER = ".sayso_applied.jsonl"
_LOCK = ".sayso.lock"
#: Seconds to wait for another process's change.
_LOCK_SECONDS = 5.0
#: Bytes; a larger table belongs into a database.
_MOST = 64 * 1024 * 1024


class CsvSource:
    """One CSV file, or every `.csv` file of a folder, each a table called like its file."""

    def __init__(self, path: Path, key: str = "id", lock_seconds: float = _LOCK_SECONDS) -> None:
        """Remember where; `key` is the id column of every file. Nothing is opened yet."""
        self._path = path
        self._key = key
        self._lock_seconds = lock_seconds
        self._folder = path.parent if path.suffix.lower() == ".csv" else path

    def tables(self) -> tuple[str, ...]:
        """Return the names of the files without `.csv`."""
        return tuple(sorted(self._files()))

    def _files(self) -> dict[str, Path]:
        if self._folder != self._path:
            return {self._path.stem: self._path}
        return {
            file.stem: file for file in self._path.glob("*.csv") if not file.name.startswith(".")
        }

    def columns(self, table: str) -> tuple[str, ...]:
        """Return the header."""
        return self._read(table).header

    def find(self, table: str, row_id: str) -> Row:
        """Return the one row with this id."""
        text = self._read(table)
        return dict(text.row(self._record(text, table, row_id)))

    def rows(self, table: str, column: str = "", equals: str = "", limit: int = 0) -> list[Row]:
        """Return rows in file order."""
        text = self._read(table)
        if column and column not in text.header:
            refuse_unknown("column", column, table, text.header)
        found = [row for row in text.rows() if not column or row[column] == equals]
        return [dict(row) for row in found[: limit or None]]

    def settle(self, change: Change) -> str:
        """Return the text the cell would get: an apostrophe goes before what would run as a formula."""
        text = self._read(change.table)
        self._cell(text, change)
        return formula_safe(change.value or "")

    def apply(self, change: Change) -> Applied:
        """Rewrite one cell."""
        try:
            with locked(self._folder / _LOCK, self._lock_seconds):
                return self._applied(change.key) or self._rewrite(change)
        except OSError as problem:
            why = f"{change.table} could not be written ({problem})"
            raise Unavailable(why) from problem

    def applied(self, key: str) -> Applied | None:
        """Look into the ledger."""
        if not (self._folder / _LEDGER).exists():
            return None
        try:
            with locked(self._folder / _LOCK, self._lock_seconds):
                return self._applied(key)
        except OSError as problem:
            why = f"{self._folder / _LEDGER} could not be read ({problem})"
            raise Unavailable(why) from problem

    def check(self) -> tuple[Finding, ...]:
        """Read every file and look whether the folder can be written."""
        if not self.tables():
            fix = "Put a .csv file there, its first line naming the columns."
            return (
                Finding(ok=False, what=f"tables in {self._path}", why="there are none", fix=fix),
            )
        writable = os.access(self._folder, os.W_OK | os.X_OK)
        folder = Finding(
            ok=writable,
            what=f"folder {self._folder}",
            why="" if writable else "it is not writable",
            fix="" if writable else "Let this program write there; a change writes a new file.",
        )
        return (*(self._checked(table) for table in self.tables()), folder)

    def _checked(self, table: str) -> Finding:
        what = f"table {table}"
        try:
            text = self._read(table)
        except ConnectorError as problem:
            fix = "Mend the file and look again."
            return Finding(ok=False, what=what, why=problem.sentence, fix=fix)
        listed = "" if self._key in text.header else f", only listed: it has no column {self._key}"
        return Finding(ok=True, what=what, why=f"{len(text.records)} rows{listed}")

    def _read(self, table: str) -> CsvText:
        files = self._files()
        if table not in files:
            refuse_unknown("table", table, "the tables", files)
        try:
            text = CsvText(_text(files[table]))
        except (OSError, ValueError) as problem:
            refuse(f"read {table}", str(problem), f"Mend {files[table].name} and try again.")
        return text

    def _record(self, text: CsvText, table: str, row_id: str) -> list[Cell]:
        if self._key not in text.header:
            refuse_unknown("id column", self._key, table, text.header)
        matching = [each for each in text.records if text.row(each)[self._key] == row_id]
        if not matching:
            refuse_absent(row_id, table, (text.row(each)[self._key] for each in text.records))
        if len(matching) > 1:
            why = f"{len(matching)} rows have the {self._key} {row_id!r}"
            refuse(f"use {table}", why, "Give each row its own and try again.")
        return matching[0]

    def _cell(self, text: CsvText, change: Change) -> Cell:
        writable_column(change.table, change.field, self._key, text.header)
        record = self._record(text, change.table, change.id)
        place = text.header.index(change.field)
        if place >= len(record):
            why = f"its row has only {len(record)} of {len(text.header)} cells"
            refuse(f"change {change.table}/{change.id}", why, "Complete the row and try again.")
        return record[place]

    def _rewrite(self, change: Change) -> Applied:
        path = self._path_of(change.table).resolve()
        before = _fingerprint(path)
        text = self._read(change.table)
        cell = self._cell(text, change)
        new = formula_safe(change.value or "")
        unfinished = _unfinished(change.key, path)
        write_beside(unfinished, text.changed(cell, new).encode(), like=path)
        if _fingerprint(path) != before:
            unfinished.unlink()
            why = f"somebody else is changing {change.table} at this moment"
            raise Unavailable(why)
        applied = Applied(**change.model_dump(exclude={"value", "at"}), old=cell.value, new=new)
        append_line(self._folder / _LEDGER, applied.model_dump_json().encode())
        replace(unfinished, path)
        return applied

    def _applied(self, key: str) -> Applied | None:
        ledger = self._folder / _LEDGER
        if not ledger.exists():
            return None
        noted = [each for each in map(_noted, ledger.read_bytes().splitlines()) if each]
        last = next((each for each in reversed(noted) if each.key == key), None)
        if last is None or _unfinished(key, self._path_of(last.table).resolve()).exists():
            return None
        return last

    def _path_of(self, table: str) -> Path:
        return self._folder / self._files().get(table, f"{table}.csv")


def _unfinished(key: str, path: Path) -> Path:
    return path.with_name(f".{path.stem}.{hashlib.sha256(key.encode()).hexdigest()[:16]}.tmp")


def _noted(line: bytes) -> Applied | None:
    """Read a ledger line; one torn by a crash was never acted on."""
    try:
        return Applied.model_validate_json(line)
    except ValidationError:
        return None


def _fingerprint(path: Path) -> tuple[int, int, int]:
    state = path.stat()
    return state.st_ino, state.st_size, state.st_mtime_ns


def _text(path: Path) -> str:
    if (size := path.stat().st_size) > _MOST:
        msg = f"it has {size:,} bytes; at most {_MOST:,} are read, a larger table belongs into a database"
        raise ValueError(msg)
    try:
        return path.read_bytes().decode()
    except UnicodeDecodeError:
        msg = "it is not UTF-8; save it again as CSV UTF-8"
        raise ValueError(msg) from None
