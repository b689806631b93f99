"""The log as a file: JSONL that is verified without a database, CSV for a spreadsheet."""

from __future__ import annotations

import csv
import hashlib
import json
from typing import TYPE_CHECKING, TextIO, cast

from sqlalchemy import select

from bot.storage.audit_check import Line
from bot.storage.tables import audit_event, audit_payload, audit_redaction

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from sqlalchemy import Row
    from sqlalchemy.engine import Connection

    from bot.storage.database import Database
    from workflows.ports import JsonObject

#: Version of the file's form, in its last line.
FORM = 1
#: Rows fetched at a time.
BATCH = 1000
CSV_COLUMNS = ("ts", "chain", "seq", "actor", "event", "object", "head", "body")
#: Characters a spreadsheet takes for the start of a formula, also after spaces; the wide forms count too.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "\uff1d", "\uff0b", "\uff0d", "\uff20")

_LINES = (
    select(audit_event, audit_payload.c.salt, audit_payload.c.body, audit_redaction.c.by_event)
    .outerjoin(audit_payload, audit_payload.c.event_id == audit_event.c.id)
    .outerjoin(audit_redaction, audit_redaction.c.event_id == audit_event.c.id)
)
_IN_CHAINS = _LINES.order_by(audit_event.c.chain, audit_event.c.seq)
_COLUMNS = ("id", "ws", "chain", "seq", "ts", "actor", "event", "object")


def line_of(row: Row[tuple[object, ...]]) -> Line:
    """Return the entry of a row."""
    return Line(
        id=row.id,
        ws=row.ws,
        chain=row.chain,
        seq=row.seq,
        ts=row.ts,
        actor=row.actor,
        event=row.event,
        object=row.object,
        hdr=row.hdr,
        hash=row.hash,
        salt=row.salt,
        body=row.body,
        redacted_by=row.by_event,
    )


def lines_of(connection: Connection, chain: str | None = None) -> Generator[Line]:
    """Yield every entry, or those of one chain, chain by chain in their order."""
    query = _IN_CHAINS.where(audit_event.c.chain == chain) if chain else _IN_CHAINS
    for row in connection.execute(query, execution_options={"yield_per": BATCH}):
        yield line_of(row)


def export_jsonl(database: Database, out: TextIO, chain: str | None = None) -> int:
    """Write whole chains (or one) as JSON lines, closed by a line that counts them; return how many entries.

    `verify_file` needs nothing else. Bodies are in it: keep it as safe as the database.
    """
    entries, total = 0, hashlib.sha256()
    with database.read() as connection:
        for line in lines_of(connection, chain):
            out.write(json.dumps(_written(line), ensure_ascii=False) + "\n")
            entries += 1
            total.update(line.hash)
    closing = {"sayso_audit": FORM, "entries": entries, "digest": total.hexdigest()}
    out.write(json.dumps(closing) + "\n")
    return entries


def _written(line: Line) -> JsonObject:
    row: JsonObject = {name: getattr(line, name) for name in _COLUMNS}
    row["hdr"], row["hash"] = line.hdr, line.hash.hex()
    if line.body is not None and line.salt is not None:
        row["salt"], row["body"] = line.salt.hex(), line.body
    if line.redacted_by:
        row["redacted_by"] = line.redacted_by
    return row


class Export:
    """An exported file being read. `problem` says what is wrong with the file itself, once it is read."""

    def __init__(self, path: Path) -> None:
        """Take the file's path; it is opened when its lines are read."""
        self._path = path
        self.problem = ""
        self._entries, self._total = 0, hashlib.sha256()

    def lines(self) -> Generator[Line]:
        """Yield its entries up to the first line that can't be read."""
        closed = False
        with self._path.open(encoding="utf-8", newline="\n") as file:
            for number, text in enumerate(file, start=1):
                read = _json(text)
                if closed or read is None:
                    self.problem = f"line {number} of the file is not an entry"
                    return
                if "sayso_audit" in read:
                    closed = True
                    self._close(read)
                    continue
                line = _line(read)
                if line is None:
                    self.problem = f"line {number} of the file is not an entry"
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


def export_csv(database: Database, out: TextIO, chain: str | None = None) -> int:
    """Write entries as CSV for a spreadsheet; return how many. No cell can be taken for a formula."""
    rows = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    rows.writerow(CSV_COLUMNS)
    entries = 0
    with database.read() as connection:
        for line in lines_of(connection, chain):
            rows.writerow([safe_cell(cell) for cell in _cells(line)])
            entries += 1
    return entries


def _cells(line: Line) -> list[str]:
    header = json.loads(line.hdr)
    head = json.dumps(header.get("head", {}), ensure_ascii=False)
    plain = [line.ts, line.chain, str(line.seq), line.actor, line.event, line.object]
    return [*plain, head, line.body or ""]


def safe_cell(text: str) -> str:
    """Return a cell no spreadsheet takes for a formula: one that would start like one gets a quote before it."""
    return f"'{text}" if text.lstrip(" \u00a0\u3000").startswith(_FORMULA) else text
