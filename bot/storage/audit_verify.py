"""Verifying the audit log, in the database or in an export that has left it. The first touched entry is named.

A chain alone can't show that it was written anew from some entry on, or that its newest entries were cut off
together with every row that tells of them. Compared with an export kept elsewhere it can.
"""

from __future__ import annotations

import hashlib
from itertools import groupby
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, exists, func, select

from bot.storage.audit_check import LISTED, Broken, ChainCheck, Verdict
from bot.storage.audit_export import Export, lines_of
from bot.storage.audit_records import Records, heads, runs
from bot.storage.tables import audit_event, document

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from sqlalchemy.engine import Connection

    from bot.storage.audit_check import Line
    from bot.storage.database import Database

_NUMBERS = select(func.count(), func.coalesce(func.max(audit_event.c.n), 0))
_after = audit_event.alias("after")
_GAP = select(func.min(audit_event.c.n + 1)).where(
    ~exists().where(_after.c.n == audit_event.c.n + 1)
)
_FIRST = select(func.min(audit_event.c.n))
_DOCUMENTS = select(document)
_HASH = select(audit_event.c.hash).where(audit_event.c.id == bindparam("id"))


def verify(database: Database, against: Path | None = None) -> Verdict:
    """Verify every entry, chain and body, and that the tables say the same as the log.

    `against` is an export made earlier and kept elsewhere: each of its entries must still be there.
    """
    tally = _Tally()
    with database.read() as connection:
        _check_chains(connection, tally)
        _check_numbers(connection, tally)
        _check_documents(connection, tally)
        if against:
            _check_against(connection, tally, against)
    return tally.verdict()


def verify_file(path: Path) -> Verdict:
    """Verify an export without a database. Raises `OSError` when it can't be read."""
    tally, export = _Tally(), Export(path)
    for name, lines in groupby(export.lines(), key=lambda line: line.chain):
        tally.add(tally.walk(name, lines))
    if export.problem:
        tally.note(Broken(chain="", seq=tally.entries + 1, event_id="", problem=export.problem))
    return tally.verdict()


class _Tally:
    """What was looked at so far, and what was found broken."""

    def __init__(self) -> None:
        self.entries, self._chains = 0, 0
        self._bad: list[Broken] = []

    def walk(self, name: str, lines: Iterable[Line]) -> ChainCheck:
        check = ChainCheck(name)
        self._chains += 1
        for line in lines:
            self.entries += 1
            check.take(line)
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
        )


def _check_chains(connection: Connection, tally: _Tally) -> None:
    kept, told, records = heads(connection), runs(connection), Records(connection)
    for name, lines in groupby(lines_of(connection), key=lambda line: line.chain):
        _lost_heads(tally, kept.skipped(name))
        if name.startswith("run:"):
            _lost_runs(tally, told.skipped(name.removeprefix("run:")))
            told.at(name.removeprefix("run:"))
        check = tally.walk(name, lines)
        _check_head(check, [(row.seq, row.head) for row in kept.at(name)])
        records.compare(check)
        tally.add(check)
    _lost_heads(tally, kept.skipped(None))
    _lost_runs(tally, told.skipped(None))


def _check_documents(connection: Connection, tally: _Tally) -> None:
    """Check that kept texts (playbooks, what agents were shown) still have the hash they are kept under."""
    for row in connection.execute(_DOCUMENTS):
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


def _lost_heads(tally: _Tally, names: Iterable[str]) -> None:
    for name in names:
        tally.note(Broken(chain=name, seq=1, event_id="", problem="every entry of it is gone"))


def _lost_runs(tally: _Tally, run_ids: Iterable[str]) -> None:
    for run_id in run_ids:
        words = "the run is there and every entry of it is gone"
        tally.note(Broken(chain=f"run:{run_id}", seq=1, event_id="", problem=words))


def _check_numbers(connection: Connection, tally: _Tally) -> None:
    """On SQLite entries are numbered without gaps; a gap is a removed entry, even when its whole chain went."""
    count, newest = connection.execute(_NUMBERS).one()
    if connection.dialect.name != "sqlite" or count == newest:
        return
    first = connection.execute(_FIRST).scalar()
    number = 1 if first != 1 else connection.execute(_GAP).scalar()
    words = f"entry number {number} of the whole log is gone"
    tally.note(Broken(chain="", seq=0, event_id="", problem=words))


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
