"""How a workspace stands, in numbers: what a monitoring system asks for all the time. Reading only."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, case, func, select, type_coerce

from bot.storage.columns import Instant, Name, Whole, micros
from bot.storage.fetch import many
from bot.storage.tables import (
    audit_checkpoint,
    audit_event,
    audit_leaf,
    chain,
    draft,
    message,
    run,
    spend,
)
from workflows.action import Record
from workflows.events import Event
from workflows.run import DraftState, RunState

if TYPE_CHECKING:
    from sqlalchemy import Select
    from sqlalchemy.engine import Connection

    from bot.storage.database import Database

#: Ages in seconds by which open drafts are counted: five minutes to a week.
AGES = (300, 900, 3600, 14_400, 28_800, 86_400, 259_200, 604_800)

_WS, _NOW = bindparam("ws", type_=Name), bindparam("now", type_=Instant())
_RUNS = select(run.c.state, func.count().label("n")).where(run.c.ws == _WS).group_by(run.c.state)
_opened = type_coerce(draft.c.opened_at, Whole)
_OPEN = select(
    func.count().label("n"),
    func.min(draft.c.opened_at).label("oldest"),
    func.coalesce(func.sum(bindparam("now_micros", type_=Whole) - _opened), 0).label("waited"),
    *(
        func.coalesce(
            func.sum(case((_opened >= bindparam(f"edge_{age}", type_=Whole), 1), else_=0)), 0
        ).label(f"within_{age}")
        for age in AGES
    ),
).where(draft.c.ws == _WS, draft.c.state == DraftState.OPEN.value)
_UNCERTAIN = select(func.count()).where(
    draft.c.ws == _WS, draft.c.state == DraftState.UNCERTAIN.value
)
# The first row of an index of times, where the smallest of them would be looked for in all rows.
_MESSAGE_DUE = (
    select(message.c.due_at)
    .where(message.c.ws == _WS, message.c.due_at <= _NOW)
    .order_by(message.c.due_at)
    .limit(1)
)
_MESSAGE_FAILED = select(func.count()).where(
    message.c.ws == _WS, message.c.due_at.is_(None), message.c.problem != ""
)
_RUN_DUE = (
    select(run.c.due_at)
    .where(run.c.ws == _WS, run.c.due_at <= _NOW)
    .order_by(run.c.due_at)
    .limit(1)
)
_COST = (
    select(spend.c.playbook, func.sum(spend.c.micros).label("micros"))
    .where(spend.c.ws == _WS, spend.c.day == bindparam("day"))
    .group_by(spend.c.playbook)
)
_MISSED = select(func.count()).where(
    audit_event.c.ws == _WS, audit_event.c.event == Event.SCHEDULE_MISSED.value
)
# A chain's `seq` is how many entries it has: summing it reads a row per chain and not a row per entry.
_ENTRIES = select(func.coalesce(func.sum(chain.c.seq), 0)).where(chain.c.ws == _WS)
_LEAVES = select(func.coalesce(func.max(audit_leaf.c.leaf_index) + 1, 0)).where(
    audit_leaf.c.ws == _WS
)
_CHECKPOINT = (
    select(audit_checkpoint.c.at)
    .where(audit_checkpoint.c.ws == _WS)
    .order_by(audit_checkpoint.c.size.desc())
    .limit(1)
)


class Waits(Record):
    """The drafts that wait for a person now."""

    #: How many are at most so many seconds old, by the ages of `AGES`.
    within: dict[int, int]
    count: int
    #: Seconds all of them have waited together, and the oldest alone.
    total: float
    oldest: float


class Figures(Record):
    """How a workspace stands at one moment."""

    #: Runs by state; every state is there.
    runs: dict[str, int]
    waits: Waits
    uncertain: int
    #: Seconds since the oldest message that is due should have been shown; 0 when none is due.
    outbox_lag: float
    #: Messages Slack refuses until somebody mends something.
    outbox_failed: int
    #: Seconds since the oldest run that is due should have been advanced; 0 when none is due.
    due_lag: float
    #: Millionths of a US dollar by playbook since midnight, worst cases of calls in flight included.
    cost_micros: dict[str, int]
    missed_schedules: int
    #: Audit entries that are in no Merkle tree yet.
    unsequenced: int
    checkpoint_at: datetime | None


def figures(database: Database, now: datetime, day: str) -> Figures:
    """Read how the database's workspace stands at `now`. `day` is today where the company is, `2026-11-23`.

    Raises `NotRecorded` when the database does not answer.
    """
    named: dict[str, Any] = {"ws": database.ws, "now": now, "day": day}
    with database.read() as connection:
        return _read(connection, named, now)


def _read(connection: Connection, named: dict[str, Any], now: datetime) -> Figures:
    def one(query: Select[Any]) -> Any:  # noqa: ANN401 -- a number or a time, as the query says
        return connection.execute(query, named).scalar()

    states = dict.fromkeys(RunState, 0)
    found = {row["state"]: row["n"] for row in many(connection, _RUNS, named)}
    costs = many(connection, _COST, named)
    return Figures(
        runs={state.value: found.get(state.value, n) for state, n in states.items()},
        waits=_waits(connection, named, now),
        uncertain=one(_UNCERTAIN),
        outbox_lag=_since(one(_MESSAGE_DUE), now),
        outbox_failed=one(_MESSAGE_FAILED),
        due_lag=_since(one(_RUN_DUE), now),
        cost_micros={row["playbook"]: int(row["micros"]) for row in costs},
        missed_schedules=one(_MISSED),
        unsequenced=int(one(_ENTRIES)) - int(one(_LEAVES)),
        checkpoint_at=one(_CHECKPOINT),
    )


def _waits(connection: Connection, named: dict[str, Any], now: datetime) -> Waits:
    edges = {f"edge_{age}": micros(now - timedelta(seconds=age)) for age in AGES}
    (row,) = many(connection, _OPEN, {**named, "now_micros": micros(now), **edges})
    return Waits(
        within={age: int(row[f"within_{age}"]) for age in AGES},
        count=row["n"],
        total=float(row["waited"]) / 1_000_000,
        oldest=_since(row["oldest"], now),
    )


def _since(at: datetime | None, now: datetime) -> float:
    return 0.0 if at is None else max((now - at).total_seconds(), 0.0)
