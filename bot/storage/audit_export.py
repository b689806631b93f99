"""The log as a file that is verified without a database: JSON lines, with the checkpoints signed over them."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, TextIO, cast

from sqlalchemy import bindparam, func, select

from bot.storage.audit_check import Line, Stored
from bot.storage.checkpoints import checkpoint_lines
from bot.storage.columns import Instant
from bot.storage.tables import (
    audit_checkpoint,
    audit_event,
    audit_leaf,
    audit_payload,
    audit_redaction,
)
from workflows.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy import BindParameter, Executable
    from sqlalchemy.engine import Connection

    from bot.storage.database import Database
    from workflows.ports import JsonObject

#: Version of the file's form, in its last line. Form 2 has leaves and checkpoints.
FORM = 2
#: Rows fetched at a time.
BATCH = 1000

_COLUMNS = ("id", "ws", "chain", "seq", "ts", "actor", "event", "object")
_WS: BindParameter[str] = bindparam("its_ws")
_LINES = (
    select(
        *(audit_event.c[name] for name in _COLUMNS),
        audit_event.c.hdr,
        audit_event.c.hash,
        audit_payload.c.salt,
        audit_payload.c.body,
        audit_redaction.c.by_event,
        audit_leaf.c.leaf_index,
    )
    .outerjoin(audit_payload, audit_payload.c.event_id == audit_event.c.id)
    .outerjoin(audit_redaction, audit_redaction.c.event_id == audit_event.c.id)
    .outerjoin(audit_leaf, audit_leaf.c.event_id == audit_event.c.id)
    .where(audit_event.c.ws == _WS)
    .order_by(audit_event.c.chain, audit_event.c.seq)
)
_OF_CHAIN = _LINES.where(audit_event.c.chain == bindparam("its_chain"))
_SEALED = _LINES.where(audit_leaf.c.leaf_index < bindparam("size"))
_POINTS = select(audit_checkpoint.c.note).where(audit_checkpoint.c.ws == _WS)
_NOTES = _POINTS.where(audit_checkpoint.c.size <= bindparam("size")).order_by(
    audit_checkpoint.c.size
)
_NEWEST = (
    select(func.max(audit_checkpoint.c.size))
    .where(audit_checkpoint.c.ws == _WS)
    .where(audit_checkpoint.c.at < bindparam("before", type_=Instant()))
)


def lines_of(connection: Connection, ws: str, chain: str | None = None) -> Generator[Stored]:
    """Yield every entry, or those of one chain, chain by chain in their order."""
    if chain:
        yield from _stored(connection, _OF_CHAIN, its_ws=ws, its_chain=chain)
    else:
        yield from _stored(connection, _LINES, its_ws=ws)


def _stored(connection: Connection, query: Executable, **named: object) -> Generator[Stored]:
    found = connection.execute(query, named, execution_options={"yield_per": BATCH})
    for part in found.partitions():
        for row in part:
            yield Stored._make(row)


def export_jsonl(
    database: Database, out: TextIO, chain: str | None = None, *, ws: str | None = None
) -> int:
    """Write the whole log with its checkpoints, or one chain, as JSON lines; return how many entries.

    A last line counts them. `verify_file` needs nothing else. Bodies are in it: keep it as safe as the database.
    """
    mine = ws or database.ws
    with database.read() as connection:
        notes = () if chain else checkpoint_lines(connection, mine)
        return _write(out, lines_of(connection, mine, chain), notes)


def archive_jsonl(
    database: Database, out: TextIO, before: datetime, *, ws: str | None = None
) -> int:
    """Write what the newest checkpoint before a time covers, in the same form; return how many entries.

    Raises `BadInput` when there is no such checkpoint.
    """
    mine = ws or database.ws
    with database.read() as connection:
        size = connection.execute(_NEWEST, {"its_ws": mine, "before": before}).scalar()
        if not size:
            problem = (
                f"no checkpoint is older than {before:%Y-%m-%d %H:%M} UTC. Nothing was written."
            )
            raise BadInput(field="--before", problem=problem)
        entries = _stored(connection, _SEALED, its_ws=mine, size=size)
        notes = connection.execute(_NOTES, {"its_ws": mine, "size": size}).scalars().all()
        return _write(out, entries, (_checkpoint(note) for note in notes))


def _checkpoint(note: str) -> str:
    return json.dumps({"sayso_checkpoint": 1, "note": note}, ensure_ascii=False)


def _write(out: TextIO, lines: Iterable[Stored], notes: Iterable[str]) -> int:
    entries, total = 0, hashlib.sha256()
    for line in lines:
        out.write(json.dumps(_written(line), ensure_ascii=False) + "\n")
        entries += 1
        total.update(line.hash)
    out.writelines(f"{note}\n" for note in notes)
    closing = {"sayso_audit": FORM, "entries": entries, "digest": total.hexdigest()}
    out.write(json.dumps(closing) + "\n")
    return entries


def _written(line: Stored) -> JsonObject:
    row: JsonObject = {name: getattr(line, name) for name in _COLUMNS}
    row["hdr"], row["hash"] = line.hdr, line.hash.hex()
    if line.body is not None and line.salt is not None:
        row["salt"], row["body"] = line.salt.hex(), line.body
    if line.redacted_by:
        row["redacted_by"] = line.redacted_by
    if line.leaf is not None:
        row["leaf"] = line.leaf
    return row


class Export:
    """An exported file being read. `problem` says what is wrong with the file itself, once it is read."""

    def __init__(self, path: Path) -> None:
        """Take the file's path; it is opened when its lines are read."""
        self._path = path
        self.problem = ""
        #: The signed notes of the checkpoints in it, oldest first.
        self.notes: list[str] = []
        self._entries, self._total = 0, hashlib.sha256()

    def lines(self) -> Generator[Line]:
        """Yield its entries up to the first line that can't be read."""
        closed = False
        with self._path.open(encoding="utf-8", newline="\n") as file:
            for number, text in enumerate(file, start=1):
                read = _json(text)
                if closed or read is None:
                    self.problem = _no_entry(number)
                    return
                if "sayso_checkpoint" in read:
                    self.notes.append(str(read.get("note")))
                    continue
                if "sayso_audit" in read:
                    closed = True
                    self._close(read)
                    continue
                line = _line(read)
                if line is None:
                    self.problem = _no_entry(number)
                    return
                self._entries += 1
                self._total.update(line.hash)
                yield line
        if not closed:
            self.problem = "the file ends early: its closing line is gone"

    def _close(self, closing: JsonObject) -> None:
        counted = (closing.get("entries"), closing.get("digest"))
        if counted != (self._entries, self._total.hexdigest()):
            self.problem = "its closing line counts other entries than the file has"


def _no_entry(number: int) -> str:
    words = f"line {number} of the file is not an entry"
    return words if number > 1 else f"{words}; only exports of the form jsonl can be verified"


def _json(text: str) -> JsonObject | None:
    try:
        return cast("JsonObject", dict(json.loads(text)))
    except (TypeError, ValueError, RecursionError):
        return None


def _line(read: JsonObject) -> Line | None:
    try:
        binary = {name: bytes.fromhex(str(read[name])) for name in ("hash", "salt") if name in read}
        return Line.model_validate({**read, **binary})
    except ValueError:
        return None
