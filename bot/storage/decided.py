"""What became of drafts and runs, read for figures: columns only, the newest first and never all of them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, func, select

from bot.storage.fetch import many
from bot.storage.header import stamp
from bot.storage.tables import audit_event, draft, run
from workflows.action import Money
from workflows.events import Event
from workflows.trust.decided import Decided, FailedRun
from workflows.trust.stages import Maker

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.engine import Connection

    from bot.storage.fetch import Columns

_PLAIN = (
    "run_id",
    "playbook",
    "version",
    "step",
    "action",
    "end",
    "reason",
    "opened_at",
    "undone_at",
    "length",
)
_COLUMNS = (
    *(draft.c[name] for name in _PLAIN),
    draft.c.id,
    draft.c.agent,
    draft.c.model,
    draft.c.prompt,
    draft.c.amount,
    draft.c.currency,
    draft.c.known,
    draft.c.decided_at,
    draft.c.decided_by,
    draft.c.trouble,
)
_OURS = (
    select(*_COLUMNS)
    .where(
        draft.c.ws == bindparam("ws"),
        draft.c.opened_at >= bindparam("since", type_=draft.c.opened_at.type),
    )
    .order_by(draft.c.opened_at.desc(), draft.c.id.desc())
    .limit(bindparam("most"))
)
_OF_PLAYBOOK = _OURS.where(draft.c.playbook == bindparam("playbook"))
_OF_AGENT = _OURS.where(draft.c.agent == bindparam("agent"))
_BY_PERSON = (
    select(*_COLUMNS)
    .where(
        draft.c.ws == bindparam("ws"),
        draft.c.decided_by == bindparam("person"),
        draft.c.decided_by != "",
        draft.c.decided_at >= bindparam("since", type_=draft.c.decided_at.type),
    )
    .order_by(draft.c.decided_at.desc(), draft.c.id.desc())
    .limit(bindparam("most"))
)
_last = func.max(audit_event.c.ts)
# By the log, not by the state of the run: one that was tried again could not go on all the same, and its row has no
# time of it. Headers alone are read, and the run is looked up by its key.
_FAILED = (
    select(run.c.id, run.c.version, _last.label("ts"))
    .join_from(audit_event, run, run.c.id == func.substr(audit_event.c.chain, len("run:") + 1))
    .where(
        audit_event.c.ws == bindparam("ws"),
        run.c.ws == bindparam("ws"),
        audit_event.c.event == Event.RUN_FAILED.value,
        audit_event.c.ts >= bindparam("since_words"),
        run.c.playbook == bindparam("playbook"),
    )
    .group_by(run.c.id, run.c.version)
    .order_by(_last.desc(), run.c.id.desc())
    .limit(bindparam("most"))
)
_FIRST = (
    select(draft.c.opened_at)
    .where(draft.c.ws == bindparam("ws"), draft.c.playbook == bindparam("playbook"))
    .order_by(draft.c.opened_at)
    .limit(1)
)


def of_playbook(
    connection: Connection, ws: str, playbook: str, since: datetime, most: int
) -> Sequence[Decided]:
    """Return a playbook's drafts opened since then, the newest first, at most so many."""
    named = {"ws": ws, "playbook": playbook, "since": since, "most": most}
    return [_decided(row) for row in many(connection, _OF_PLAYBOOK, named)]


def of_agent(
    connection: Connection, ws: str, agent: str, since: datetime, most: int
) -> Sequence[Decided]:
    """Return an agent's drafts opened since then, in whichever playbook."""
    named = {"ws": ws, "agent": agent, "since": since, "most": most}
    return [_decided(row) for row in many(connection, _OF_AGENT, named)]


def by_person(
    connection: Connection, ws: str, person: str, since: datetime, most: int
) -> Sequence[Decided]:
    """Return what somebody decided since then, the newest first."""
    named = {"ws": ws, "person": person, "since": since, "most": most}
    return [_decided(row) for row in many(connection, _BY_PERSON, named)]


def failed(
    connection: Connection, ws: str, playbook: str, since: datetime, most: int
) -> Sequence[FailedRun]:
    """Return which of a playbook's runs could not go on since then, each once, the last first."""
    named = {"ws": ws, "playbook": playbook, "since_words": stamp(since), "most": most}
    return [
        FailedRun(run_id=row["id"], version=row["version"], at=datetime.fromisoformat(row["ts"]))
        for row in many(connection, _FAILED, named)
    ]


def first(connection: Connection, ws: str, playbook: str) -> datetime | None:
    """Return when a playbook's first draft was opened."""
    return connection.execute(_FIRST, {"ws": ws, "playbook": playbook}).scalar()


def _decided(row: Columns) -> Decided:
    amount, currency = row["amount"], row["currency"]
    # Rows are ours: nothing is checked again, thousands of them are read at a time.
    return Decided.model_construct(
        **{name: row[name] for name in _PLAIN},
        draft_id=row["id"],
        maker=Maker.model_construct(
            agent=row["agent"], model=row["model"], prompt_version=row["prompt"]
        ),
        amount=Money.model_construct(minor=amount, currency=currency)
        if amount is not None and currency
        else None,
        known=bool(row["known"]),
        at=row["decided_at"],
        by=row["decided_by"],
        trouble=bool(row["trouble"]),
    )
