"""Runs with their drafts and tasks: loaded under a lock, saved only by who still holds them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, insert, select, update

from bot.storage import rows
from bot.storage.fetch import many, one
from bot.storage.tables import draft, revision, run, signature, task
from bot.storage.upsert import unless_there
from workflows.errors import Stale

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Table
    from sqlalchemy.engine import Connection

    from bot.storage.fetch import Columns
    from workflows.run import Draft, Run, Task


class _Writing:
    """The statements that write rows of one table: an insert, and an update that leaves `fixed` alone."""

    def __init__(self, table: Table, *fixed: str) -> None:
        self.add = insert(table)
        self._columns = [column for column in table.c if column.name not in fixed]
        values = {c.name: bindparam(f"new_{c.name}", type_=c.type) for c in self._columns}
        its = (table.c.id == bindparam("old_id")) & (table.c.ws == bindparam("old_ws"))
        self.change = update(table).where(its).values(values)

    def values(self, row: Columns) -> Columns:
        """Return the parameters of `change`."""
        new = {f"new_{column.name}": row[column.name] for column in self._columns}
        return {**new, "old_id": row["id"], "old_ws": row["ws"]}

    def put(self, connection: Connection, row: Columns) -> None:
        """Change the row, or add it if it is not there."""
        if connection.execute(self.change, self.values(row)).rowcount == 0:
            connection.execute(self.add, row)


_IS_RUN = (run.c.id == bindparam("id")) & (run.c.ws == bindparam("ws"))
_READ = select(run).where(_IS_RUN)
_ITS_RUN = select(draft.c.run_id).where(
    draft.c.id == bindparam("id"), draft.c.ws == bindparam("ws")
)
_DRAFT = select(draft).where(draft.c.id == bindparam("id"), draft.c.ws == bindparam("ws"))
_NEWEST = (
    select(draft)
    .where(draft.c.run_id == bindparam("id"), draft.c.ws == bindparam("ws"))
    .order_by(draft.c.opened_at.desc(), draft.c.id.desc())
    .limit(1)
)
_TASK = select(task).where(task.c.id == bindparam("id"), task.c.ws == bindparam("ws"))
_REVISIONS = select(revision).where(revision.c.draft_id == bindparam("id")).order_by(revision.c.n)
_SIGNATURES = (
    select(signature)
    .where(signature.c.draft_id == bindparam("id"))
    .order_by(signature.c.n, signature.c.at, signature.c.actor)
)
_ADD_RUN, _ADD_DRAFT = unless_there(run), unless_there(draft, "id")
_ADD_REVISION, _ADD_SIGNATURE = insert(revision), insert(signature)
_RUN_ROW = _Writing(run, "id", "ws", "started_by", "created_at")
_DRAFT_ROW = _Writing(draft, "id", "ws", "run_id", "playbook", "version", "opened_at")
_TASK_ROW = _Writing(task, "id", "ws", "run_id")
_SAVE_RUN = _RUN_ROW.change.where(run.c.fence == bindparam("old_fence"))


class Runs:
    """The runs of one workspace as one transaction sees them."""

    def __init__(
        self, connection: Connection, ws: str, hold: Callable[[str], None] = lambda _run_id: None
    ) -> None:
        """Take the transaction's connection and the workspace; `hold` keeps a run as it is until commit."""
        self._connection, self._ws, self._hold = connection, ws, hold
        # What of each draft is in the tables already; this transaction holds the run, so it stays true.
        self._revisions: dict[str, dict[int, str]] = {}
        self._signatures: dict[str, set[tuple[int, str]]] = {}

    def load(self, run_id: str, *, lock: bool, draft_id: str | None = None) -> Run | None:
        """Return a run, its row locked until commit if asked, carrying that draft or its newest one."""
        if lock:
            self._hold(run_id)
        row = one(self._connection, _READ, self._named(run_id))
        if row is None:
            return None
        carried = self.draft(draft_id) if draft_id else self._newest_draft(run_id)
        return rows.run_from(row, carried, self._task(row["data"]["task"]))

    def of_draft(self, draft_id: str, *, lock: bool) -> Run | None:
        """Return the run a draft belongs to, carrying that draft."""
        run_id = self._connection.execute(_ITS_RUN, self._named(draft_id)).scalar()
        return self.load(run_id, lock=lock, draft_id=draft_id) if run_id else None

    def of_task(self, task_id: str, *, lock: bool) -> Run | None:
        """Return the run a task belongs to, carrying that task."""
        row = one(self._connection, _TASK, self._named(task_id))
        run = self.load(row["run_id"], lock=lock) if row else None
        # Read again: it may have been closed while its run was waited for.
        return run.model_copy(update={"task": self._task(task_id)}) if run else None

    def draft(self, draft_id: str) -> Draft | None:
        """Return a draft with its revisions and signatures."""
        return self._whole(one(self._connection, _DRAFT, self._named(draft_id)))

    def _newest_draft(self, run_id: str) -> Draft | None:
        return self._whole(one(self._connection, _NEWEST, self._named(run_id)))

    def _whole(self, row: Columns | None) -> Draft | None:
        if row is None:
            return None
        revisions, signatures = self._parts(row["id"])
        return rows.draft_from(
            row,
            [rows.revision_from(each) for each in revisions],
            [rows.signature_from(each) for each in signatures],
        )

    def _parts(self, draft_id: str) -> tuple[list[Columns], list[Columns]]:
        revisions = many(self._connection, _REVISIONS, {"id": draft_id})
        signatures = many(self._connection, _SIGNATURES, {"id": draft_id})
        self._revisions[draft_id] = {row["n"]: row["payload_hash"] for row in revisions}
        self._signatures[draft_id] = {(row["n"], row["actor"]) for row in signatures}
        return revisions, signatures

    def _task(self, task_id: str | None) -> Task | None:
        row = one(self._connection, _TASK, self._named(task_id)) if task_id else None
        return rows.task_from(row) if row else None

    def _named(self, name: str) -> Columns:
        return {"id": name, "ws": self._ws}

    def add(self, new: Run) -> bool:
        """Insert a run with its draft and task; False when a run of this id is there."""
        if new.ws != self._ws:
            msg = f"run {new.id} is of workspace {new.ws}, this store of {self._ws}"
            raise ValueError(msg)
        if self._connection.execute(_ADD_RUN, rows.run_row(new)).rowcount == 0:
            return False
        self._save_parts(new)
        return True

    def save(self, changed: Run, expected_fence: int) -> None:
        """Write a run and its parts. Raises `Stale` when its fence is not the expected one any more."""
        values = {**_RUN_ROW.values(rows.run_row(changed)), "old_ws": self._ws}
        saved = self._connection.execute(_SAVE_RUN, {**values, "old_fence": expected_fence})
        if saved.rowcount != 1:
            raise Stale
        self._save_parts(changed)

    def _save_parts(self, owner: Run) -> None:
        if owner.draft:
            self._save_draft(owner.draft, owner)
        if owner.task:
            _TASK_ROW.put(self._connection, rows.task_row(owner.task, self._ws))

    def _save_draft(self, changed: Draft, owner: Run) -> None:
        """Write a draft; of its revisions and signatures only new ones, as what is signed never changes."""
        row = rows.draft_row(changed, owner)
        if changed.id in self._revisions:
            self._connection.execute(_DRAFT_ROW.change, _DRAFT_ROW.values(row))
        elif self._connection.execute(_ADD_DRAFT, row).rowcount == 1:
            self._revisions[changed.id], self._signatures[changed.id] = {}, set()
        else:
            self._connection.execute(_DRAFT_ROW.change, _DRAFT_ROW.values(row))
            self._parts(changed.id)
        self._add_revisions(changed)
        self._add_signatures(changed)

    def _add_revisions(self, changed: Draft) -> None:
        known = self._revisions[changed.id]
        for each in changed.revisions:
            if known.get(each.n, each.payload_hash) != each.payload_hash:
                msg = f"revision {each.n} of draft {changed.id} is written and can't become another"
                raise ValueError(msg)
        new = [each for each in changed.revisions if each.n not in known]
        if new:
            made = [rows.revision_row(each, changed.id, self._ws) for each in new]
            self._connection.execute(_ADD_REVISION, made)
            known.update({each.n: each.payload_hash for each in new})

    def _add_signatures(self, changed: Draft) -> None:
        known = self._signatures[changed.id]
        new = [each for each in changed.signatures if (each.n, each.actor) not in known]
        if new:
            made = [rows.signature_row(each, changed.id, self._ws) for each in new]
            self._connection.execute(_ADD_SIGNATURE, made)
            known.update((each.n, each.actor) for each in new)
