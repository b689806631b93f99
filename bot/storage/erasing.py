"""Erasing what was written to and about people: bodies of entries with their salts, and the copies kept beside the log.

One transaction puts on the record who had what erased and why, and erases it. Headers, hashes and signatures stay,
so that the log still verifies; a digest of the erased ids stands in the entry, so that nothing more goes in its name.
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, func, insert, select

from bot.storage.audit import AuditLog
from bot.storage.audit_erased import digest_of
from bot.storage.choosing import find, refuse_live
from bot.storage.copies import Copies
from bot.storage.erasable import drafts_of, listed
from bot.storage.tables import audit_payload, audit_redaction, inbox
from workflows.action import Record
from workflows.errors import BadInput
from workflows.events import Entry, Event
from workflows.run import Actor

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from bot.storage.choosing import Choice, Chosen
    from bot.storage.database import Database
    from bot.storage.erasable import Listed
    from workflows.ports import Clock, Ids

#: Milliseconds the file's log of writes is waited for, so that old bytes leave it too.
PATIENCE = 1000

_REDACT = insert(audit_redaction)
_FORGET = delete(audit_payload).where(audit_payload.c.event_id == bindparam("its_id"))
_DROP_EVENT = delete(inbox).where(
    inbox.c.ws == bindparam("its_ws"), inbox.c.event_id == bindparam("its_id")
)
#: One erasure at a time in a workspace; SQLite has one writer anyway.
_ALONE = select(func.pg_advisory_xact_lock(func.hashtext(bindparam("lock"))))


class Asked(Record):
    """Who has it erased, and on what ground."""

    by: Actor
    event: Event
    #: `request` or `retention`.
    ground: str
    #: In words, without the name of whom it is about: it stays.
    reason: str


class Erased(Record):
    """What was erased, or would be."""

    #: The entry that says so; empty when nothing was done.
    by_event: str = ""
    runs: int = 0
    drafts: int = 0
    #: Bodies of audit entries.
    entries: int = 0
    #: Kept texts: what agents were shown, cards as they stood.
    documents: int = 0
    #: Slack events as they came in.
    events: int = 0
    #: False when old bytes may still be in the database's log of writes.
    is_gone: bool = True

    @property
    def is_empty(self) -> bool:
        """Whether there was nothing to erase."""
        return not any((self.runs, self.drafts, self.entries, self.documents, self.events))


class Eraser:
    """Erases in one workspace."""

    def __init__(self, database: Database, clock: Clock, ids: Ids, ws: str | None = None) -> None:
        """Take the database, and where times and ids come from. Without `ws`, the database's own workspace."""
        self._database, self._clock, self._ids = database, clock, ids
        self._ws = ws or database.ws

    def find(self, choice: Choice) -> Chosen:
        """Return what somebody chose. Raises `UnknownRun` and `BadInput`; it refuses what is still under way."""
        with self._database.read() as connection:
            return find(connection, self._ws, choice)

    def count(self, chosen: Chosen) -> Erased:
        """Return what would be erased."""
        with self._database.read() as connection:
            return _counted(self._listed(connection, chosen, self._cards(connection, chosen)))

    def erase(self, chosen: Chosen, asked: Asked) -> Erased:
        """Erase it, and say so in the log; all of it or nothing. Nothing is written when there is nothing to erase.

        Raises `NotRecorded`, and `BadInput` when a run was taken up again meanwhile.
        """
        with self._database.read() as connection:
            # Every card is read: done before, so that nobody who signs waits for it.
            cards = self._cards(connection, chosen)
        by_event, now = self._ids.new(), self._clock.now()
        with self._database.write() as connection:
            if self._database.dialect == "postgresql":
                connection.execute(_ALONE, {"lock": f"sayso.erase {self._ws}"})
            refuse_live(connection, self._ws, chosen.runs, lock=True)
            found = self._listed(connection, chosen, cards)
            if found.is_empty:
                return Erased()
            log = AuditLog(connection, self._ws, _Given(by_event))
            log.append([self._entry(found, asked)], now)
            self._blank(connection, found, by_event, now)
        is_gone = forget_bytes(self._database)
        return _counted(found).model_copy(update={"by_event": by_event, "is_gone": is_gone})

    def _cards(self, connection: Connection, chosen: Chosen) -> list[str]:
        copies = self._copies(connection)
        return copies.cards_of(drafts_of(copies, chosen))

    def _copies(self, connection: Connection) -> Copies:
        return Copies(connection, self._ws, self._clock.now())

    def _listed(self, connection: Connection, chosen: Chosen, cards: list[str]) -> Listed:
        return listed(connection, self._ws, chosen, self._copies(connection), cards)

    def _entry(self, found: Listed, asked: Asked) -> Entry:
        return Entry(
            event=asked.event,
            chain=f"ws:{self._ws}",
            actor=asked.by,
            object=found.objects[0] if len(found.objects) == 1 else f"ws:{self._ws}",
            head={
                "ground": asked.ground,
                "entries": len(found.entries),
                "entries_digest": digest_of(found.entries),
                "copies": len(found.copies),
                "copies_digest": digest_of(found.copies),
            },
            body={"reason": asked.reason, "runs": list(found.runs), "drafts": list(found.drafts)},
        )

    def _blank(self, connection: Connection, found: Listed, by_event: str, now: datetime) -> None:
        copies = Copies(connection, self._ws, now)
        self._forget(connection, found, by_event)
        copies.allow("revision", found.drafts, by_event)
        copies.allow("document", found.documents, by_event)
        for run_id in found.runs:
            copies.blank_run(run_id)
        for draft_id in found.drafts:
            copies.blank_draft(draft_id)
        for hash_ in found.documents:
            copies.blank_document(hash_)
        copies.blank_answers(found.runs)

    def _forget(self, connection: Connection, found: Listed, by_event: str) -> None:
        """Erase bodies with their salts, once their erasure is on the record, and events as they came in."""
        redactions = [
            {"event_id": name, "ws": self._ws, "by_event": by_event} for name in found.entries
        ]
        if redactions:
            connection.execute(_REDACT, redactions)
            connection.execute(_FORGET, [{"its_id": name} for name in found.entries])
        if found.events:
            named = [{"its_ws": self._ws, "its_id": name} for name in found.events]
            connection.execute(_DROP_EVENT, named)


class _Given:
    """Ids for one entry whose id is needed before it is written."""

    def __init__(self, event_id: str) -> None:
        self._id = event_id

    def new(self) -> str:
        return self._id


def _counted(found: Listed) -> Erased:
    return Erased(
        runs=len(found.runs),
        drafts=len(found.drafts),
        entries=len(found.entries),
        documents=len(found.documents),
        events=len(found.events),
    )


def must_not_tell(reason: str, choice: Choice) -> None:
    """Raise `BadInput` for a reason that is empty, or holds what is to be forgotten: the reason stays."""
    if not reason.strip():
        problem = "say on what ground, like: request of 3 November, ticket 17."
        raise BadInput(field="--reason", problem=problem)
    if any(words.casefold() in reason.casefold() for words in choice.words):
        problem = (
            "it holds the very words to erase, and the reason stays on the record. Leave them out."
        )
        raise BadInput(field="--reason", problem=problem)


def forget_bytes(database: Database) -> bool:
    """Empty SQLite's log of writes into the file, where erased bytes are overwritten; False while somebody reads it.

    PostgreSQL does this by itself when its VACUUM comes by; nothing is done for it here.
    """
    if database.dialect != "sqlite":
        return True
    with closing(database.engine.raw_connection()) as pooled:
        cursor = pooled.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {PATIENCE}")
        # The next transaction on this connection sets its own patience again.
        pooled.info.pop("busy_timeout", None)
        busy, *_ = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy
