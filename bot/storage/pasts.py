"""All that is on record of a run, read in one view: what deciding it again needs, and the rows it must end in."""

from __future__ import annotations

import contextlib
import hashlib
import json
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from pydantic import ValidationError
from sqlalchemy import bindparam, select

from bot.storage import rows
from bot.storage.copies import NOWHERE
from bot.storage.fetch import many
from bot.storage.runs import Runs
from bot.storage.tables import audit_event, audit_payload, document, draft, erasure, run, task
from workflows.basis.ground import KIND as COMPANY
from workflows.basis.ground import Ground, Grounds, KeptText
from workflows.basis.sight import KIND as READING
from workflows.basis.sight import Sight
from workflows.errors import UnknownRun, WorkflowError
from workflows.events import Entry
from workflows.past.on_record import OnRecord
from workflows.past.replay import Replay, replay
from workflows.past.standing import Standing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.engine import Connection

    from bot.storage.fetch import Columns
    from bot.storage.store import SqlStore, SqlTx
    from workflows.playbook import Playbook

_ENTRIES = (
    select(audit_event, audit_payload.c.body)
    .outerjoin(audit_payload, audit_payload.c.event_id == audit_event.c.id)
    .where(audit_event.c.ws == bindparam("ws"), audit_event.c.chain == bindparam("chain"))
    .order_by(audit_event.c.seq)
)
_KEPT = select(document.c.body).where(
    document.c.ws == bindparam("ws"),
    document.c.hash == bindparam("hash"),
    document.c.kind == bindparam("kind"),
)
_DRAFTS = select(draft.c.id).where(draft.c.ws == bindparam("ws"), draft.c.run_id == bindparam("id"))
_TASKS = select(task).where(task.c.ws == bindparam("ws"), task.c.run_id == bindparam("id"))
_BLANK = (
    select(erasure.c.name)
    .join(draft, draft.c.id == erasure.c.name)
    .where(
        erasure.c.ws == bindparam("ws"),
        erasure.c.kind == "revision",
        draft.c.run_id == bindparam("id"),
    )
    .limit(1)
)
_IDS = (
    select(run.c.id)
    .where(run.c.ws == bindparam("ws"), run.c.created_at >= bindparam("since"))
    .order_by(run.c.created_at, run.c.id)
)
_Kind = TypeVar("_Kind", bound=KeptText)
_EVER = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


class Pasts:
    """The pasts of one workspace's runs. Nothing here writes, or waits for a writer."""

    def __init__(self, store: SqlStore, program: str = "") -> None:
        """Take the store whose workspace this is, and this program's version."""
        self._store, self._ws, self._program = store, store.ws, program

    def runs(self, playbook: str = "", since: datetime = _EVER) -> list[str]:
        """Return the ids of the runs that were started since then, of one playbook or of all, oldest first."""
        query = _IDS.where(run.c.playbook == bindparam("playbook")) if playbook else _IDS
        named = {"ws": self._ws, "since": since, **({"playbook": playbook} if playbook else {})}
        with self._store.database.read() as connection:
            return [str(name) for name in connection.execute(query, named).scalars()]

    def replayed(self, run_id: str) -> Replay:
        """Decide a run again, and compare the end with its rows. Raises `UnknownRun`."""
        with self._store.looking() as tx:
            found = Runs(tx.connection, self._ws).load(run_id, lock=False)
            if found is None:
                raise UnknownRun(run=run_id)
            entries = self._entries(tx.connection, run_id)
            grounds = self._grounds(tx.connection, entries)
            again = replay(entries, _playbook(tx, found.version), grounds, self._program)
            standing = self._standing(tx.connection, run_id)
            standing.run = found
            gone = tx.connection.execute(_BLANK, {"ws": self._ws, "id": run_id}).first()
        again.compare(standing, erased=found.step == NOWHERE or gone is not None)
        return again

    def _entries(self, connection: Connection, run_id: str) -> list[OnRecord]:
        named = {"ws": self._ws, "chain": f"run:{run_id}"}
        return [_on_record(row) for row in many(connection, _ENTRIES, named)]

    def _grounds(self, connection: Connection, entries: Iterable[OnRecord]) -> Grounds:
        facts = [one.entry.body.get("facts") for one in entries]
        said = [each for each in facts if isinstance(each, dict)]
        companies = self._texts(connection, COMPANY, {str(each.get("ground")) for each in said})
        sights = self._texts(connection, READING, {str(each.get("sight")) for each in said})
        return Grounds(
            companies=_read(Ground, companies),
            sights=_read(Sight, sights),
            erased=frozenset(name for name, text in (companies | sights).items() if not text),
        )

    def _texts(self, connection: Connection, kind: str, hashes: set[str]) -> dict[str, str]:
        """Return the texts that are kept under these hashes; an erased one is empty."""
        found: dict[str, str] = {}
        for hash_ in hashes:
            named = {"ws": self._ws, "hash": hash_, "kind": kind}
            text = connection.execute(_KEPT, named).scalar_one_or_none()
            if text is not None:
                found[hash_] = text
        return found

    def _standing(self, connection: Connection, run_id: str) -> Standing:
        named, runs = {"ws": self._ws, "id": run_id}, Runs(connection, self._ws)
        names = [row["id"] for row in many(connection, _DRAFTS, named)]
        drafts = [one for name in names if (one := runs.draft(name))]
        tasks = [rows.task_from(row) for row in many(connection, _TASKS, named)]
        return Standing(
            drafts={one.id: one for one in drafts}, tasks={one.id: one for one in tasks}
        )


def _read(kind: type[_Kind], texts: dict[str, str]) -> dict[str, _Kind]:
    """Return what stands in kept texts, leaving out one that is another than the log names."""
    found: dict[str, _Kind] = {}
    for hash_, text in texts.items():
        if hashlib.sha256(text.encode()).hexdigest() == hash_:
            # One that was kept by a program that knew more can't be read.
            with contextlib.suppress(ValidationError):
                found[hash_] = kind.read(text)
    return found


def _playbook(tx: SqlTx, version: str) -> Playbook | None:
    try:
        return tx.playbook(version)
    except WorkflowError:
        return None


def _on_record(row: Columns) -> OnRecord:
    header = json.loads(row["hdr"])
    kind, _, name = row["actor"].partition(":")
    entry = Entry.model_validate(
        {
            "event": row["event"],
            "chain": row["chain"],
            "actor": {"kind": kind, "id": name},
            "object": row["object"],
            "head": header["head"],
            "body": json.loads(row["body"]) if row["body"] else {},
        }
    )
    return OnRecord(
        seq=row["seq"],
        at=datetime.fromisoformat(row["ts"]),
        entry=entry,
        erased=bool(header["payload_hash"]) and row["body"] is None,
        mended=bool(header.get("normalised")),
    )
