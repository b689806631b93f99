"""A record as its row and back. Searched fields are columns, the rest is JSON in `data`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from workflows.errors import NewerRow
from workflows.run import Actor, Draft, DraftState, Revision, Run, Signature, Task
from workflows.text import canonical
from workflows.trust.decided import decided

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.storage.fetch import Columns
    from workflows.ports import JsonObject

#: The form of a run's, a draft's and a task's `data`. It is raised when an older program could not read it;
#: what carries none was written before there was a number.
SCHEMA = 1

_RUN = (
    "id",
    "ws",
    "playbook",
    "version",
    "step",
    "seq",
    "once",
    "due_at",
    "fence",
    "attempts",
    "created_at",
)
_DRAFT = (
    "id",
    "run_id",
    "step",
    "opened_at",
    "expires_at",
    "signed_at",
    "customer",
    "address",
    "shown_in",
)
_TASK = ("id", "run_id", "owner", "due_at")
#: Fields that are columns or rows of their own and so are left out of `data`.
_RUN_APART = {*_RUN, "state", "draft", "task"}
_DRAFT_APART = {*_DRAFT, "state", "revision", "revisions", "signatures"}
_TASK_APART = {*_TASK, "state"}


def run_row(run: Run) -> Columns:
    """Return the row of a run; its task is named in `data`, its drafts name it."""
    named: Columns = {name: getattr(run, name) for name in _RUN}
    data = run.model_dump(mode="json", exclude=_RUN_APART)
    data["task"] = run.task.id if run.task else None
    data["schema"] = SCHEMA
    starter = run.started_by.id
    return {**named, "state": run.state.value, "started_by": starter, "data": data}


def run_from(row: Columns, draft: Draft | None, task: Task | None) -> Run:
    """Return the run of a row, with the draft and the task it carries."""
    values = {name: row[name] for name in (*_RUN, "state")}
    return Run.model_validate({**_read(row["data"]), **values, "draft": draft, "task": task})


def draft_row(draft: Draft, of: Run) -> Columns:
    """Return the row of a draft of a run; its revisions and signatures are rows of their own."""
    named: Columns = {name: getattr(draft, name) for name in _DRAFT}
    return {
        **named,
        **_left(draft, of),
        "ws": of.ws,
        "state": draft.state.value,
        "revision": draft.revision,
        "agent": draft.author.agent,
        "action": draft.action,
        "unchanged": int(draft.current.payload_hash == draft.revisions[0].payload_hash),
        "amount": draft.amount.minor if draft.amount else None,
        "currency": draft.amount.currency if draft.amount else "",
        "review_at": draft.review.next_at if draft.review else None,
        "left_at": draft.leaves_at if draft.state is DraftState.EXECUTED else None,
        "data": {**draft.model_dump(mode="json", exclude=_DRAFT_APART), "schema": SCHEMA},
    }


def _left(draft: Draft, of: Run) -> Columns:
    """Return what became of a draft, as figures count it, and what it is told apart by."""
    found = decided(draft, of)
    return {
        "playbook": found.playbook,
        "version": found.version,
        "model": found.maker.model,
        "prompt": found.maker.prompt_version,
        "known": int(found.known),
        "end": found.end,
        "reason": found.reason,
        "decided_at": found.at,
        "decided_by": found.by,
        "undone_at": found.undone_at,
        "trouble": int(found.trouble),
        "length": found.length,
    }


def draft_from(
    row: Columns, revisions: Iterable[Revision], signatures: Iterable[Signature]
) -> Draft:
    """Return the draft of a row with everything that was written and signed of it."""
    values = {name: row[name] for name in (*_DRAFT, "state")}
    parts = {"revisions": tuple(revisions), "signatures": tuple(signatures)}
    return Draft.model_validate({**_read(row["data"]), **values, **parts})


def revision_row(revision: Revision, draft_id: str, ws: str) -> Columns:
    """Return the row of a revision; its payload is kept as the very text that was hashed."""
    return {
        "draft_id": draft_id,
        "n": revision.n,
        "ws": ws,
        "payload": canonical(revision.payload).decode(),
        "payload_hash": revision.payload_hash,
        "author": revision.author.model_dump(mode="json"),
        "at": revision.at,
    }


def revision_from(row: Columns) -> Revision:
    """Return the revision of a row. Raises `ValueError` when its payload is not what was hashed.

    One whose text was erased keeps the hash of what it was, and says so in its place.
    """
    if row["payload"]:
        kept = {name: row[name] for name in ("n", "payload_hash", "author", "at")}
        return Revision.model_validate({**kept, "payload": json.loads(row["payload"])})
    said: JsonObject = {"erased": f"The text of revision {row['n']} was erased."}
    return Revision.model_construct(
        n=row["n"],
        payload=said,
        payload_hash=row["payload_hash"],
        author=Actor.model_validate(row["author"]),
        at=row["at"],
    )


def signature_row(signature: Signature, draft_id: str, ws: str) -> Columns:
    """Return the row of a signature."""
    return {
        **signature.model_dump(),
        "draft_id": draft_id,
        "ws": ws,
        "choice": "approve",
        "reason": "",
    }


def signature_from(row: Columns) -> Signature:
    """Return the signature of a row."""
    return Signature(
        n=row["n"],
        actor=row["actor"],
        payload_hash=row["payload_hash"],
        at=row["at"],
        card_hash=row["card_hash"],
    )


def task_row(task: Task, ws: str) -> Columns:
    """Return the row of a task."""
    named: Columns = {name: getattr(task, name) for name in _TASK}
    data = task.model_dump(mode="json", exclude=_TASK_APART)
    return {**named, "ws": ws, "state": task.state, "data": {**data, "schema": SCHEMA}}


def task_from(row: Columns) -> Task:
    """Return the task of a row."""
    values = {name: row[name] for name in (*_TASK, "state")}
    return Task.model_validate({**_read(row["data"]), **values})


def _read(data: Columns) -> Columns:
    """Return what stands in `data` besides its schema. Raises `NewerRow` for one this program does not know."""
    kept = dict(data)
    schema = kept.pop("schema", SCHEMA)
    if schema > SCHEMA:
        raise NewerRow(schema=schema, known=SCHEMA)
    return kept
