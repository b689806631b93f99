"""What the surfaces look at: what waits, what runs, what went out. Reading only; it waits for no writer."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, case, func, select

from bot.storage import rows
from bot.storage.database import LOOK
from bot.storage.fetch import many
from bot.storage.header import stamp
from bot.storage.runs import Runs
from bot.storage.tables import audit_event, draft, revision, run, signature, switch, task
from workflows.action import Record
from workflows.events import Event
from workflows.ports import Switch
from workflows.trust.decided import RULED
from workflows.worktime import day_of, monday

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.engine import Connection

    from bot.storage.fetch import Columns
    from bot.storage.store import SqlStore
    from workflows.playbook import Playbook
    from workflows.run import Draft, Run, RunState, Task

_OURS = run.c.ws == bindparam("ws")
_NEWEST = (run.c.created_at.desc(), run.c.id.desc())
_WAITING = (
    select(run)
    .join(draft, draft.c.run_id == run.c.id)
    .where(_OURS, draft.c.ws == bindparam("ws"), draft.c.state.in_(("open", "uncertain")))
    .order_by(draft.c.expires_at, draft.c.id)
)
_RECENT = select(run).where(_OURS).order_by(*_NEWEST)
_OF_STATE = _RECENT.where(run.c.state == bindparam("state"))
_ACTIVE = _RECENT.where(run.c.state.in_(("working", "waiting", "holding", "uncertain")))
_FAILED_AT = _OF_STATE.where(
    run.c.playbook == bindparam("playbook"),
    run.c.step == bindparam("step"),
    run.c.id != bindparam("besides"),
)
_WENT = (
    select(draft.c.id)
    .where(
        draft.c.ws == bindparam("ws"),
        draft.c.run_id == bindparam("id"),
        draft.c.state == "executed",
    )
    .order_by(draft.c.opened_at, draft.c.id)
)
_STARTED = _ACTIVE.where(run.c.started_by == bindparam("person"))
_BEGINNING = (
    select(run)
    .where(_OURS, run.c.id >= bindparam("first"), run.c.id <= bindparam("last"))
    .order_by(run.c.id)
    .limit(2)
)
_newest_start = func.max(run.c.created_at)
_PLAYBOOKS = (
    select(run.c.playbook)
    .where(_OURS, run.c.started_by == bindparam("person"))
    .group_by(run.c.playbook)
    .order_by(_newest_start.desc(), run.c.playbook)
    .limit(bindparam("most"))
)
_OF_OWNER = (
    select(task)
    .where(task.c.ws == bindparam("ws"), task.c.owner == bindparam("owner"), task.c.state == "open")
    .order_by(task.c.due_at, task.c.id)
)
_SWITCHES = select(switch).where(switch.c.ws == bindparam("ws")).order_by(switch.c.scope)
_edited = func.coalesce(func.sum(1 - draft.c.unchanged), 0).label("edited")
_ruled = case((draft.c.end.in_(sorted(RULED)), 1), else_=0)
_by_rule = func.coalesce(func.sum(_ruled), 0).label("by_rule")
_LEFT = select(func.count().label("left"), _edited, _by_rule).where(
    draft.c.ws == bindparam("ws"),
    draft.c.left_at >= bindparam("since"),
    draft.c.left_at < bindparam("until"),
)
_LEFT_BY = (
    select(run.c.playbook, func.count().label("sent"), _edited, _by_rule)
    .join_from(draft, run, run.c.id == draft.c.run_id)
    .where(draft.c.ws == bindparam("ws"), draft.c.left_at >= bindparam("since"))
    .group_by(run.c.playbook)
)
_REJECTED = select(audit_event.c.chain).where(
    audit_event.c.ws == bindparam("ws"),
    audit_event.c.event == Event.DRAFT_REJECTED.value,
    audit_event.c.ts >= bindparam("since_words"),
)
_LATE = (
    select(task)
    .where(task.c.ws == bindparam("ws"), task.c.state == "open", task.c.due_at < bindparam("now"))
    .order_by(task.c.due_at, task.c.id)
    .limit(bindparam("most"))
)
_STATES = select(run.c.state, func.count().label("n")).where(_OURS).group_by(run.c.state)


class Left(Record):
    """How many drafts were carried out in a time, how many of them a person had changed first, or a rule signed."""

    left: int
    edited: int
    by_rule: int


class Week(Record):
    """A playbook's drafts of this week: those that went out, of them edited first or signed by rule; those rejected."""

    sent: int = 0
    edited: int = 0
    by_rule: int = 0
    rejected: int = 0


class Queue:
    """The runs, drafts and tasks of one workspace, as they are now."""

    def __init__(self, store: SqlStore) -> None:
        """Take the store whose workspace this is."""
        self._store, self._database, self._ws = store, store.database, store.ws

    def open_runs(self, limit: int = 1000, offset: int = 0) -> list[Run]:
        """Return runs whose draft waits for a person, open or uncertain, earliest deadline first."""
        return self._runs(_WAITING.limit(limit).offset(offset), {})

    def runs_of(self, person: str, limit: int = 25) -> list[Run]:
        """Return the runs a person started that have not ended, newest first."""
        return self._runs(_STARTED.limit(limit), {"person": person})

    def recent(self, person: str, limit: int = 5) -> list[str]:
        """Return the names of the playbooks a person started last, newest first."""
        with self._database.read(LOOK) as connection:
            named = {"ws": self._ws, "person": person, "most": limit}
            return [row["playbook"] for row in many(connection, _PLAYBOOKS, named)]

    def active(self, limit: int = 100, offset: int = 0) -> list[Run]:
        """Return runs that have not ended, newest first."""
        return self._runs(_ACTIVE.limit(limit).offset(offset), {})

    def runs(self, state: RunState | None = None, limit: int = 100, offset: int = 0) -> list[Run]:
        """Return runs of a state, or of all, newest first."""
        if state is None:
            return self._runs(_RECENT.limit(limit).offset(offset), {})
        return self._runs(_OF_STATE.limit(limit).offset(offset), {"state": state.value})

    def run(self, run_id: str) -> Run | None:
        """Return a run by its id, or by the beginning of it when only one begins so."""
        with self._database.read(LOOK) as connection:
            named = {"ws": self._ws, "first": run_id, "last": f"{run_id}\U0010ffff"}
            found = many(connection, _BEGINNING, named) if run_id else []
            exact = [row for row in found if row["id"] == run_id]
            return next(iter(_whole(connection, exact or found[: len(found) == 1])), None)

    def run_of_task(self, task_id: str) -> Run | None:
        """Return the run a task belongs to."""
        with self._database.read(LOOK) as connection:
            return Runs(connection, self._ws).of_task(task_id, lock=False)

    def playbook(self, version: str) -> Playbook:
        """Return a kept playbook. Raises `UnknownPlaybook` when it was never kept."""
        with self._database.read(LOOK) as connection:
            return self._store.playbook(connection, version)

    def run_of_draft(self, draft_id: str) -> Run | None:
        """Return the run a draft belongs to, carrying that draft."""
        with self._database.read(LOOK) as connection:
            return Runs(connection, self._ws).of_draft(draft_id, lock=False)

    def draft(self, draft_id: str) -> Draft | None:
        """Return one draft with everything that was written and signed of it."""
        with self._database.read(LOOK) as connection:
            return Runs(connection, self._ws).draft(draft_id)

    def failed_alike(self, run: Run, limit: int = 20) -> list[Run]:
        """Return other runs of its playbook that could not go on from the same step, newest first."""
        named = {"playbook": run.playbook, "step": run.step, "besides": run.id, "state": "failed"}
        return self._runs(_FAILED_AT.limit(limit), named)

    def playbooks(self, run_ids: Sequence[str]) -> dict[str, str]:
        """Return which playbook each of these runs is of."""
        with self._database.read(LOOK) as connection:
            return {row["id"]: row["playbook"] for row in _in(connection, run.c.id, run_ids)}

    def carried_out(self, run_id: str) -> list[Draft]:
        """Return what a run has carried out, in order."""
        with self._database.read(LOOK) as connection:
            found = connection.execute(_WENT, {"ws": self._ws, "id": run_id}).scalars()
            return [made for one in found.all() if (made := Runs(connection, self._ws).draft(one))]

    def tasks_of(self, owner: str) -> list[Task]:
        """Return a person's open tasks, earliest due first."""
        with self._database.read(LOOK) as connection:
            found = many(connection, _OF_OWNER, {"ws": self._ws, "owner": owner})
        return [rows.task_from(row) for row in found]

    def late_tasks(self, now: datetime, most: int = 1000) -> list[Task]:
        """Return everybody's open tasks whose time is over, latest first."""
        with self._database.read(LOOK) as connection:
            found = many(connection, _LATE, {"ws": self._ws, "now": now, "most": most})
        return [rows.task_from(row) for row in found]

    def switches(self) -> list[Switch]:
        """Return what is switched off."""
        with self._database.read(LOOK) as connection:
            found = many(connection, _SWITCHES, {"ws": self._ws})
        return [Switch(scope=row["scope"], by=row["by"], at=row["at"]) for row in found]

    def went_out(self, since: datetime, until: datetime) -> Left:
        """Count what was carried out between two times."""
        with self._database.read(LOOK) as connection:
            (row,) = many(connection, _LEFT, {"ws": self._ws, "since": since, "until": until})
        return Left(**{name: int(row[name]) for name in Left.model_fields})

    def yesterday(self, now: datetime, zone: tzinfo) -> Left:
        """Count what was carried out yesterday, as days go in `zone`."""
        today = day_of(now, zone)
        return self.went_out(today - timedelta(days=1), today)

    def this_week(self, now: datetime, zone: tzinfo) -> dict[str, Week]:
        """Count each playbook's drafts since Monday, as days go in `zone`; one without any is not in it."""
        begun = monday(now, zone)
        with self._database.read(LOOK) as connection:
            left = many(connection, _LEFT_BY, {"ws": self._ws, "since": begun})
            since = {"ws": self._ws, "since_words": stamp(begun)}
            chains = [row["chain"] for row in many(connection, _REJECTED, since)]
        playbooks = self.playbooks([name.removeprefix("run:") for name in chains])
        rejected = Counter(playbooks.get(name.removeprefix("run:"), "") for name in chains)
        counts = {row.pop("playbook"): row for row in left}
        return {
            name: Week.model_validate({**counts.get(name, {}), "rejected": rejected[name]})
            for name in {*counts, *rejected}
        }

    def states(self) -> dict[str, int]:
        """Return how many runs there are of each state."""
        with self._database.read(LOOK) as connection:
            return {row["state"]: row["n"] for row in many(connection, _STATES, {"ws": self._ws})}

    def _runs(self, query: Select[tuple[object, ...]], named: Columns) -> list[Run]:
        with self._database.read(LOOK) as connection:
            found = many(connection, query, {"ws": self._ws, **named})
            return _whole(connection, found)


def _whole(connection: Connection, found: Sequence[Columns]) -> list[Run]:
    """Return the runs of these rows with their newest drafts and tasks, in five queries for all of them."""
    drafts = _newest_drafts(connection, [row["id"] for row in found])
    wanted = [row["data"]["task"] for row in found if row["data"]["task"]]
    tasks = {row["id"]: rows.task_from(row) for row in _in(connection, task.c.id, wanted)}
    return [
        rows.run_from(row, drafts.get(row["id"]), tasks.get(row["data"]["task"])) for row in found
    ]


def _newest_drafts(connection: Connection, run_ids: Sequence[str]) -> dict[str, Draft]:
    opened = _in(connection, draft.c.run_id, run_ids, draft.c.opened_at, draft.c.id)
    newest = {row["run_id"]: row for row in opened}
    ids = [row["id"] for row in newest.values()]
    revisions = _by_draft(_in(connection, revision.c.draft_id, ids, revision.c.n))
    order = (signature.c.n, signature.c.at, signature.c.actor)
    signatures = _by_draft(_in(connection, signature.c.draft_id, ids, *order))
    return {
        run_id: rows.draft_from(
            row,
            [rows.revision_from(each) for each in revisions.get(row["id"], [])],
            [rows.signature_from(each) for each in signatures.get(row["id"], [])],
        )
        for run_id, row in newest.items()
    }


def _in(
    connection: Connection,
    column: ColumnElement[str],
    ids: Sequence[str],
    *order: ColumnElement[object],
) -> list[Columns]:
    if not ids:
        return []
    query = (
        select(column.table).where(column.in_(bindparam("ids", expanding=True))).order_by(*order)
    )
    return many(connection, query, {"ids": list(ids)})


def _by_draft(found: Sequence[Columns]) -> dict[str, list[Columns]]:
    grouped: dict[str, list[Columns]] = {}
    for row in found:
        grouped.setdefault(row["draft_id"], []).append(row)
    return grouped
