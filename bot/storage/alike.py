"""Runs about the same: who they are, and which of those that wait is next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, select, union, update

from bot.storage.fetch import many
from bot.storage.tables import draft, only_once, run
from bot.storage.upsert import unless_there
from workflows.run import RunState
from workflows.turn import Other

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Select
    from sqlalchemy.engine import Connection

    from bot.storage.fetch import Columns
    from bot.storage.order import Holds
    from workflows.run import Run

#: A run that waits for its turn has not come to any step.
QUEUED = (run.c.state == "waiting") & (run.c.step == "")
_PAUSABLE = select(run.c.id).where(
    run.c.ws == bindparam("its_ws"), run.c.state.in_(("working", "holding")) | QUEUED
)
_HELD = _PAUSABLE.where(run.c.due_at.is_(None))
_about_same = (
    (run.c.ws == bindparam("its_ws"))
    & (run.c.playbook == bindparam("its_playbook"))
    & (run.c.once == bindparam("its_once"))
    # Said again for the index, which leaves out the runs that are about nothing.
    & (run.c.once != "")
)
_drafted = select(draft.c.id).where(draft.c.run_id == run.c.id).exists()
_ABOUT = select(run.c.id, run.c.state, run.c.step, run.c.created_at, _drafted.label("drafted"))
# What is done only once is known also where the run's texts, and with them what it was about, were erased.
_BEFORE = _ABOUT.join(only_once, only_once.c.run_id == run.c.id).where(
    run.c.ws == bindparam("its_ws"),
    only_once.c.ws == bindparam("its_ws"),
    only_once.c.playbook == bindparam("its_playbook"),
    only_once.c.once == bindparam("its_once"),
)
_OTHERS = union(_ABOUT.where(_about_same), _BEFORE).order_by("created_at", "id")
_NEVER_AGAIN = unless_there(only_once)
_WAKE = (
    update(run)
    .where(run.c.id == bindparam("its_id"), run.c.ws == bindparam("its_ws"))
    .values(due_at=bindparam("now", type_=run.c.due_at.type))
)
_LONGEST = select(run.c.id).where(_about_same, QUEUED).order_by(run.c.created_at, run.c.id).limit(1)
# Not waited for: whoever holds its row looks itself whether it is its turn, and each could wait for the other.
_LOCKABLE = (
    select(run.c.id)
    .where(run.c.id == _LONGEST.scalar_subquery(), QUEUED)
    .with_for_update(skip_locked=True)
    .cte("queued")
)
_WAKE_QUEUED = (
    update(run)
    .where(run.c.id.in_(select(_LOCKABLE.c.id)))
    .values(due_at=bindparam("now", type_=run.c.due_at.type))
    .returning(run.c.id)
)


def others(holds: Holds, playbook: str, once: str) -> list[Other]:
    """Return the runs about the same, oldest first; nobody starts another until this transaction is over."""
    return [
        Other(
            id=row.id,
            ended=RunState(row.state).ended,
            begun=row.state != RunState.WAITING or row.step != "",
            in_vain=row.state == RunState.FAILED and not row.drafted,
            created_at=row.created_at,
        )
        for row in holds.connection.execute(_OTHERS, _named(holds, playbook, once))
    ]


def never_again(connection: Connection, started: Run) -> None:
    """Note for ever that this was started."""
    row = {"ws": started.ws, "playbook": started.playbook, "once": started.once}
    connection.execute(_NEVER_AGAIN, {**row, "run_id": started.id})


def wake(holds: Holds, query: Select[Any], named: Columns, at: datetime) -> list[str]:
    """Make the runs due that a query names by id, and return their ids."""
    found = holds.take_runs(query, named)
    for run_id in found:
        holds.connection.execute(_WAKE, {"its_id": run_id, "its_ws": holds.ws, "now": at})
    return found


def wake_held(holds: Holds, at: datetime) -> list[str]:
    """Make every run due that waits for something to be resumed, and return their ids.

    Whoever holds the row of one may have found it paused just now, and will have it wait: that is waited for.
    """
    named: Columns = {"its_ws": holds.ws}
    holds.take_runs(_PAUSABLE, named)
    return wake(holds, _HELD, named, at)


def wake_queued(holds: Holds, playbook: str, once: str, at: datetime) -> list[str]:
    """Make the run due that waited longest, and return its id in a list."""
    named = {**_named(holds, playbook, once), "now": at}
    return [row["id"] for row in many(holds.connection, _WAKE_QUEUED, named)]


def _named(holds: Holds, playbook: str, once: str) -> dict[str, object]:
    """Keep everybody else from starting one about the same, and name what that is."""
    holds.take("about", f"{playbook} {once}")
    return {"its_ws": holds.ws, "its_playbook": playbook, "its_once": once}
