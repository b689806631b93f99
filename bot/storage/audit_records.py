"""What the tables say was written and signed, run by run, to be compared with what the log says."""

from __future__ import annotations

import hashlib
import json
from itertools import groupby
from typing import TYPE_CHECKING, Any

from sqlalchemy import Text, select, type_coerce

from bot.storage.audit_check import stamp_of
from bot.storage.columns import Whole
from bot.storage.tables import chain, draft, erasure, revision, run, signature

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

    from sqlalchemy import Executable, Row
    from sqlalchemy.engine import Connection

    from bot.storage.audit_check import ChainCheck, Told

#: Rows fetched at a time; the whole log never has to fit in memory.
BATCH = 2000

_RUNS = select(run.c.ws, run.c.id.label("of")).order_by(run.c.ws, run.c.id)
_DRAFTS = select(
    draft.c.ws, draft.c.run_id.label("of"), draft.c.id, draft.c.state, draft.c.revision
).order_by(draft.c.ws, draft.c.run_id)
# What somebody wrote over may be no JSON and no time: both are compared as they are kept.
_REVISIONS = (
    select(
        draft.c.run_id.label("of"),
        revision.c.ws,
        revision.c.draft_id,
        revision.c.n,
        revision.c.payload,
        revision.c.payload_hash,
        type_coerce(revision.c.author, Text).label("author"),
        type_coerce(revision.c.at, Whole).label("at"),
    )
    .join(draft, draft.c.id == revision.c.draft_id)
    .order_by(revision.c.ws, draft.c.run_id, revision.c.draft_id, revision.c.n)
)
_SIGNATURES = (
    select(
        draft.c.run_id.label("of"),
        *(each for each in signature.c if each is not signature.c.at),
        type_coerce(signature.c.at, Whole).label("at"),
    )
    .join(draft, draft.c.id == signature.c.draft_id)
    .order_by(signature.c.ws, draft.c.run_id)
)
_CHAINS = select(chain.c.ws, chain.c.name.label("of"), chain.c.seq, chain.c.head).order_by(
    chain.c.ws, chain.c.name
)
_ERASED = select(erasure.c.ws, erasure.c.name).where(erasure.c.kind == "revision")

Rows = list["Row[tuple[object, ...]]"]
#: A workspace, and a run or chain of it.
Key = tuple[str, str]


class Walk:
    """The groups of one sorted query, asked for in the order of their key."""

    def __init__(self, connection: Connection, query: Executable) -> None:
        """Begin reading."""
        found = connection.execute(query, execution_options={"yield_per": BATCH})
        self._groups = _grouped(found)
        self._next = next(self._groups, None)

    def at(self, key: Key) -> Rows:
        """Return the rows of `key` and go on; rows of earlier keys are passed over."""
        for _ in self.skipped(key):
            pass
        if self._next is None or self._next[0] != key:
            return []
        found, self._next = self._next[1], next(self._groups, None)
        return found

    def skipped(self, until: Key | None) -> Generator[Key]:
        """Yield the keys before `until` (all that are left for None) that nobody asked for."""
        while self._next is not None and (until is None or self._next[0] < until):
            key, self._next = self._next[0], next(self._groups, None)
            yield key


def _grouped(found: Iterable[Row[tuple[object, ...]]]) -> Generator[tuple[Key, Rows]]:
    for key, group in groupby(found, key=lambda row: (row.ws, row.of)):
        yield key, list(group)


class Records:
    """Compares each run's chain with its rows."""

    def __init__(self, connection: Connection) -> None:
        """Begin reading every table in the order of runs."""
        self._drafts = Walk(connection, _DRAFTS)
        self._revisions = Walk(connection, _REVISIONS)
        self._signatures = Walk(connection, _SIGNATURES)
        self._erased: set[Key] = {(row.ws, row.name) for row in connection.execute(_ERASED)}

    def compare(self, check: ChainCheck) -> None:
        """Break the chain where rows and entries disagree."""
        run_id = check.chain.removeprefix("run:")
        if run_id == check.chain:
            return
        key = (check.ws, run_id)
        self._compare_revisions(check, self._revisions.at(key))
        _compare_signatures(check, self._signatures.at(key))
        _compare_executed(check, self._drafts.at(key))

    def finish(self) -> None:
        """Read what nobody asked for to its end, so that no cursor is left open."""
        for walk in (self._drafts, self._revisions, self._signatures):
            for _ in walk.skipped(None):
                pass

    def _compare_revisions(self, check: ChainCheck, found: Rows) -> None:
        kept = {(row.draft_id, row.n): row for row in found}
        for (name, n), told in check.written.items():
            row = kept.get((name, n))
            before = kept.get((name, n - 1))
            if row is None or not _is_told(row, told, before):
                words = f"revision {n} of draft {name} is not the one it names"
                check.break_at(told.seq, told.event_id, words)
        for (name, n), row in kept.items():
            told = check.written.get((name, n))
            seq, event_id = (told.seq, told.event_id) if told else (check.seq, check.last_id)
            if told is None:
                check.break_at(seq, event_id, f"no entry tells of revision {n} of draft {name}")
            if row.payload == "" and (row.ws, name) in self._erased:
                continue
            if hashlib.sha256(row.payload.encode()).hexdigest() != row.payload_hash:
                words = f"the text of revision {n} of draft {name} was changed after it was written"
                check.break_at(seq, event_id, words)


def _is_told(row: Row[Any], told: Told, before: Row[Any] | None) -> bool:
    """Whether a revision is the one an entry tells of. What was held back has the author of the one before."""
    is_author = (
        _author(row.author) == told.actor
        if told.wrote or before is None
        else row.author == before.author
    )
    return is_author and (row.payload_hash, stamp_of(row.at)) == (told.payload_hash, told.ts)


def _author(text: str) -> str:
    try:
        author = json.loads(text)
        return f"{author['kind']}:{author['id']}"
    except (LookupError, TypeError, ValueError, RecursionError):
        return ""


def _compare_signatures(check: ChainCheck, found: Rows) -> None:
    kept = {(row.draft_id, row.n, row.actor): row for row in found}
    for (name, n, actor), told in check.signed.items():
        row = kept.get((name, n, actor))
        if row is None or not _is_signed(row, told):
            words = (
                f"the signature of {actor} on revision {n} of draft {name} is not the one it names"
            )
            check.break_at(told.seq, told.event_id, words)
    for name, n, actor in kept:
        if (name, n, actor) not in check.signed:
            words = f"no entry tells of the signature of {actor} on draft {name}"
            check.break_at(check.seq, check.last_id, words)


def _is_signed(row: Row[Any], told: Told) -> bool:
    kept = (row.payload_hash, stamp_of(row.at), row.card_hash, row.choice, row.reason)
    return kept == (told.payload_hash, told.ts, told.card_hash, "approve", "")


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
    """Return the head of each chain, in the order of workspaces and names."""
    return Walk(connection, _CHAINS)


def runs(connection: Connection) -> Walk:
    """Return every run, in the order of workspaces and ids."""
    return Walk(connection, _RUNS)
