"""What the tables say was written and signed, run by run, to be compared with what the log says."""

from __future__ import annotations

import hashlib
from itertools import groupby
from typing import TYPE_CHECKING

from sqlalchemy import select

from bot.storage.tables import chain, draft, revision, run, signature

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

    from sqlalchemy import Executable, Row
    from sqlalchemy.engine import Connection

    from bot.storage.audit_check import ChainCheck

#: Rows fetched at a time; the whole log never has to fit in memory.
BATCH = 2000

_RUNS = select(run.c.id.label("run_id")).order_by(run.c.id)
_DRAFTS = select(draft.c.run_id, draft.c.id, draft.c.state, draft.c.revision).order_by(
    draft.c.run_id
)
_REVISIONS = (
    select(draft.c.run_id, revision)
    .join(draft, draft.c.id == revision.c.draft_id)
    .order_by(draft.c.run_id)
)
_SIGNATURES = (
    select(draft.c.run_id, signature)
    .join(draft, draft.c.id == signature.c.draft_id)
    .order_by(draft.c.run_id)
)
_CHAINS = select(chain.c.name.label("run_id"), chain.c.seq, chain.c.head).order_by(chain.c.name)

Rows = list["Row[tuple[object, ...]]"]


class Walk:
    """The groups of one sorted query, asked for in the order of their key."""

    def __init__(self, connection: Connection, query: Executable) -> None:
        """Begin reading."""
        found = connection.execute(query, execution_options={"yield_per": BATCH})
        self._groups = _grouped(found)
        self._next = next(self._groups, None)

    def at(self, key: str) -> Rows:
        """Return the rows of `key` and go on; rows of earlier keys are passed over."""
        for _ in self.skipped(key):
            pass
        if self._next is None or self._next[0] != key:
            return []
        found, self._next = self._next[1], next(self._groups, None)
        return found

    def skipped(self, until: str | None) -> Generator[str]:
        """Yield the keys before `until` (all that are left for None) that nobody asked for."""
        while self._next is not None and (until is None or self._next[0] < until):
            key, self._next = self._next[0], next(self._groups, None)
            yield key


def _grouped(found: Iterable[Row[tuple[object, ...]]]) -> Generator[tuple[str, Rows]]:
    for key, group in groupby(found, key=lambda row: str(row.run_id)):
        yield key, list(group)


class Records:
    """Compares each run's chain with its rows."""

    def __init__(self, connection: Connection) -> None:
        """Begin reading every table in the order of runs."""
        self._drafts = Walk(connection, _DRAFTS)
        self._revisions = Walk(connection, _REVISIONS)
        self._signatures = Walk(connection, _SIGNATURES)

    def compare(self, check: ChainCheck) -> None:
        """Break the chain where rows and entries disagree."""
        run_id = check.chain.removeprefix("run:")
        if run_id == check.chain:
            return
        _compare_revisions(check, self._revisions.at(run_id))
        _compare_signatures(check, self._signatures.at(run_id))
        _compare_executed(check, self._drafts.at(run_id))


def _compare_revisions(check: ChainCheck, found: Rows) -> None:
    kept = {(row.draft_id, row.n): row for row in found}
    for (name, n), told in check.written.items():
        row = kept.get((name, n))
        if row is None or row.payload_hash != told.payload_hash:
            words = f"revision {n} of draft {name} is not the one it names"
            check.break_at(told.seq, told.event_id, words)
    for (name, n), row in kept.items():
        told = check.written.get((name, n))
        seq, event_id = (told.seq, told.event_id) if told else (check.seq, check.last_id)
        if told is None:
            check.break_at(seq, event_id, f"no entry tells of revision {n} of draft {name}")
        if hashlib.sha256(row.payload.encode()).hexdigest() != row.payload_hash:
            words = f"the text of revision {n} of draft {name} was changed after it was written"
            check.break_at(seq, event_id, words)


def _compare_signatures(check: ChainCheck, found: Rows) -> None:
    kept = {(row.draft_id, row.n, row.actor): row.payload_hash for row in found}
    for (name, n, actor), told in check.signed.items():
        if kept.get((name, n, actor)) != told.payload_hash:
            words = (
                f"the signature of {actor} on revision {n} of draft {name} is not the one it names"
            )
            check.break_at(told.seq, told.event_id, words)
    for name, n, actor in kept:
        if (name, n, actor) not in check.signed:
            words = f"no entry tells of the signature of {actor} on draft {name}"
            check.break_at(check.seq, check.last_id, words)


def _compare_executed(check: ChainCheck, found: Rows) -> None:
    for row in found:
        told = check.left.get(row.id)
        if row.state == "executed" and told is None:
            words = f"draft {row.id} counts as carried out, and no entry says it left"
            check.break_at(check.seq, check.last_id, words)
            continue
        written = check.written.get((row.id, row.revision))
        if told and (written is None or written.payload_hash != told.payload_hash):
            words = f"what left of draft {row.id} is not its newest revision"
            check.break_at(told.seq, told.event_id, words)


def heads(connection: Connection) -> Walk:
    """Return the head of each chain, in the order of their names."""
    return Walk(connection, _CHAINS)


def runs(connection: Connection) -> Walk:
    """Return every run, in the order of their ids."""
    return Walk(connection, _RUNS)
