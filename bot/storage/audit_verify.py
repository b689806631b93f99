"""Verifying the audit log, in the database or in an export that has left it. The first touched entry is named.

Chains show what was changed, the Merkle log and its signed checkpoints what is missing. Somebody who has the
database and the key can write all of it anew: only a copy of a checkpoint kept elsewhere, or an export, shows that.
"""

from __future__ import annotations

import hashlib
from itertools import groupby
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, func, select

from bot.storage.audit_check import LISTED, Broken, ChainCheck, Stored, Verdict, stamp_of
from bot.storage.audit_copies import copies_in, ours
from bot.storage.audit_erased import check_erasures
from bot.storage.audit_export import Export
from bot.storage.audit_leaves import LeafCheck, Leaves, Point
from bot.storage.audit_numbers import check_numbers
from bot.storage.audit_records import BATCH, Records, heads, runs
from bot.storage.checkpoints import checkpoints
from bot.storage.notes import BadNote, origin
from bot.storage.tables import (
    audit_checkpoint,
    audit_event,
    audit_leaf,
    audit_payload,
    audit_redaction,
    document,
    erasure,
)

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable
    from pathlib import Path

    from sqlalchemy import ColumnElement, Table
    from sqlalchemy.engine import Connection

    from bot.storage.audit_check import Line
    from bot.storage.database import Database
    from bot.storage.notes import Keyring
    from workflows.ports import JsonObject

_event = audit_event.c


def _of_same(table: Table) -> tuple[Table, ColumnElement[bool]]:
    """Return how a table joins its entry: a row that was moved to another workspace is gone here."""
    return table, (table.c.event_id == _event.id) & (table.c.ws == _event.ws)


#: In the order of `Stored`. One walk over everything: headers are large, and read once.
_ENTRIES = (
    select(
        *(_event[name] for name in ("id", "ws", "chain", "seq", "ts", "actor", "event", "object")),
        _event.hdr,
        _event.hash,
        audit_payload.c.salt,
        audit_payload.c.body,
        audit_redaction.c.by_event,
        audit_leaf.c.leaf_index,
    )
    .outerjoin(*_of_same(audit_payload))
    .outerjoin(*_of_same(audit_redaction))
    .outerjoin(*_of_same(audit_leaf))
    .order_by(_event.ws, _event.chain, _event.seq)
)
_LEAVES = select(audit_leaf.c.ws, func.count().label("leaves")).group_by(audit_leaf.c.ws)
_SEALED = select(audit_checkpoint.c.ws).distinct()
_DOCUMENTS = select(document)
_ERASED = select(erasure.c.ws, erasure.c.name).where(erasure.c.kind == "document")
_HASH = select(_event.hash).where(_event.id == bindparam("id"))


def verify(
    database: Database,
    against: Path | None = None,
    *,
    witness: Path | None = None,
    keys: Keyring | None = None,
) -> Verdict:
    """Verify every entry, chain, body and checkpoint, and that the tables say the same as the log.

    `against` is an export made earlier and kept elsewhere: each of its entries must still be there. `witness` is a
    file with copies of checkpoints kept elsewhere: each must be ours. Without `keys` no signature is checked.
    """
    tally = _Tally(keys)
    copies = copies_in(witness) if witness else None
    with database.read() as connection:
        tally.begin(connection, database.ws)
        _check_chains(connection, tally)
        check_numbers(connection, tally.note)
        check_erasures(connection, tally.erased, tally.note)
        _check_documents(connection, tally)
        for ws in tally.leaves:
            _check_leaves(connection, tally, ws, copies)
        if copies is not None and not tally.witnessed:
            words = f"the file {witness} has no checkpoint of this log to compare with"
            tally.note(Broken(chain="", seq=0, event_id="", problem=words))
        if against:
            _check_against(connection, tally, against)
    return tally.verdict()


def verify_file(path: Path, *, keys: Keyring | None = None) -> Verdict:
    """Verify an export without a database. Raises `OSError` when it can't be read."""
    tally, export = _Tally(keys), Export(path)
    # An entry takes more than a hundred characters: no leaf can be beyond that.
    leaves = Leaves(path.stat().st_size // 100)
    tally.leaves[""] = leaves
    for key, lines in groupby(export.lines(), key=lambda line: (line.ws, line.chain)):
        tally.add(tally.walk(*key, lines, leaves))
    if export.notes:
        check = LeafCheck(leaves=leaves, origin="", keys=keys, note=tally.note)
        check.run(Point(note=note) for note in export.notes)
        tally.checkpoints += check.count
    if export.problem:
        tally.note(Broken(chain="", seq=tally.entries + 1, event_id="", problem=export.problem))
    return tally.verdict()


class _Tally:
    """What was looked at so far, and what was found broken."""

    def __init__(self, keys: Keyring | None) -> None:
        self.keys = keys
        self.entries, self.checkpoints, self.witnessed, self._chains = 0, 0, 0, 0
        self.leaves: dict[str, Leaves] = {}
        #: The heads of the entries that tell of erasures, by their id.
        self.erased: dict[str, JsonObject] = {}
        self._bad: list[Broken] = []

    def begin(self, connection: Connection, ws: str) -> None:
        """Make room for the leaves of every workspace in sight: a file of SQLite shows all it has."""
        known = {str(row.ws) for row in connection.execute(_SEALED)} | {ws}
        counts = {str(row.ws): row.leaves for row in connection.execute(_LEAVES)}
        self.leaves = {name: Leaves(counts.get(name, 0)) for name in sorted(known | set(counts))}

    def walk(
        self, ws: str, name: str, lines: Iterable[Line | Stored], leaves: Leaves
    ) -> ChainCheck:
        check = ChainCheck(ws, name)
        self._chains += 1
        for line in lines:
            self.entries += 1
            check.take(line)
            leaves.take(line)
        self.erased.update(check.erased)
        return check

    def add(self, check: ChainCheck) -> None:
        if check.broken:
            self.note(check.broken)

    def note(self, broken: Broken) -> None:
        self._bad.append(broken)

    def verdict(self) -> Verdict:
        return Verdict(
            ok=not self._bad,
            entries=self.entries,
            chains=self._chains,
            first_bad=self._bad[0] if self._bad else None,
            bad=tuple(self._bad[:LISTED]),
            unsealed=sum(leaves.unsealed for leaves in self.leaves.values()),
            checkpoints=self.checkpoints,
            signed=self.keys is not None and self.checkpoints > 0,
            witnessed=self.witnessed,
        )


def _stored(connection: Connection) -> Generator[Stored]:
    found = connection.execute(_ENTRIES, execution_options={"yield_per": BATCH})
    for part in found.partitions():
        for row in part:
            yield Stored._make(row)


def _check_chains(connection: Connection, tally: _Tally) -> None:
    kept, told, records = heads(connection), runs(connection), Records(connection)
    for key, lines in groupby(_stored(connection), key=lambda line: (line.ws, line.chain)):
        ws, name = key
        _lost_heads(tally, kept.skipped(key))
        if name.startswith("run:"):
            of_run = (ws, name.removeprefix("run:"))
            _lost_runs(tally, told.skipped(of_run))
            told.at(of_run)
        check = tally.walk(ws, name, lines, tally.leaves.setdefault(ws, Leaves(0)))
        _check_head(check, [(row.seq, row.head) for row in kept.at(key)])
        records.compare(check)
        tally.add(check)
    records.finish()
    _lost_heads(tally, kept.skipped(None))
    _lost_runs(tally, told.skipped(None))


def _check_documents(connection: Connection, tally: _Tally) -> None:
    """Check that kept texts (playbooks, what agents were shown) still have the hash they are kept under."""
    erased = {(row.ws, row.name) for row in connection.execute(_ERASED)}
    for row in connection.execute(_DOCUMENTS, execution_options={"yield_per": BATCH}):
        if row.body == "" and (row.ws, row.hash) in erased:
            continue
        if hashlib.sha256(row.body.encode()).hexdigest() != row.hash:
            words = (
                f"the kept {row.kind} {row.hash[:12]} is another text than the one the log names"
            )
            tally.note(Broken(chain="", seq=0, event_id="", problem=words))


def _check_head(check: ChainCheck, head: list[tuple[int, str]]) -> None:
    if not head:
        check.break_at(check.seq, check.last_id, "the row that keeps the head of its chain is gone")
    elif head[0][0] > check.seq:
        check.break_at(check.seq + 1, "", f"this entry and all up to {head[0][0]} are gone")
    elif head[0] != (check.seq, check.head):
        words = "the head of its chain is another: the entry was rewritten or added by hand"
        check.break_at(check.seq, check.last_id, words)


def _lost_heads(tally: _Tally, keys: Iterable[tuple[str, str]]) -> None:
    for _, name in keys:
        tally.note(Broken(chain=name, seq=1, event_id="", problem="every entry of it is gone"))


def _lost_runs(tally: _Tally, keys: Iterable[tuple[str, str]]) -> None:
    for _, run_id in keys:
        words = "the run is there and every entry of it is gone"
        tally.note(Broken(chain=f"run:{run_id}", seq=1, event_id="", problem=words))


def _check_leaves(connection: Connection, tally: _Tally, ws: str, copies: list[str] | None) -> None:
    check = LeafCheck(leaves=tally.leaves[ws], origin=origin(ws), keys=tally.keys, note=tally.note)
    for copy in ours(copies or [], ws, tally.keys):
        if isinstance(copy, BadNote):
            words = f"a copy kept elsewhere can't be compared: {copy}"
            tally.note(Broken(chain="", seq=0, event_id="", problem=words))
        else:
            check.expect([copy])
            tally.witnessed += 1
    if strays := tally.leaves[ws].strays:
        words = f"{strays} leaves of the Merkle log belong to no entry of this workspace"
        tally.note(Broken(chain="", seq=0, event_id="", problem=words))
    check.run(
        Point(note=row.note, size=row.size, root=row.root, peaks=row.peaks, at=stamp_of(row.at))
        for row in checkpoints(connection, ws)
    )
    tally.checkpoints += check.count


def _check_against(connection: Connection, tally: _Tally, path: Path) -> None:
    export = Export(path)
    for line in export.lines():
        found = connection.execute(_HASH, {"id": line.id}).scalar_one_or_none()
        if found != line.hash:
            what = "is gone" if found is None else "is another one now"
            words = f"the export has this entry, and here it {what}"
            tally.note(Broken(chain=line.chain, seq=line.seq, event_id=line.id, problem=words))
            return
    if export.problem:
        tally.note(Broken(chain="", seq=0, event_id="", problem=f"the export: {export.problem}"))
