"""Step rows: the intent before an effect, what came of it after. A row belongs to its key, not to its try."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from sqlalchemy import bindparam, insert, select, update

from bot.storage.tables import step
from workflows.run import DraftState

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from workflows.ports import JsonObject, StepState
    from workflows.run import Run

_FIND = select(step).where(step.c.idem_key == bindparam("key"))
_FAILED = select(step.c.idem_key).where(
    step.c.ws == bindparam("ws"), step.c.idem_key == bindparam("key"), step.c.state == "failed"
)
_BEGIN = insert(step)
_AGAIN = (
    update(step)
    .where(step.c.idem_key == bindparam("key"))
    .values(seq=bindparam("new_seq"), state="intent", at=bindparam("new_at"))
)
_FINISH = (
    update(step)
    .where(
        step.c.ws == bindparam("its_ws"),
        step.c.run_id == bindparam("run"),
        step.c.seq == bindparam("its_seq"),
    )
    .values(state=bindparam("new_state"), outcome=bindparam("new_outcome"))
)


def key_of(run: Run) -> str:
    """Return the idempotency key of the work a run is at: its draft's when that leaves, else its step's."""
    if run.draft and run.draft.state is DraftState.EXECUTING:
        return run.draft.key
    return f"run:{run.id}:{run.seq}"


def begin(connection: Connection, run: Run, at: datetime) -> StepState | None:
    """Write the intent to do the run's work. Return what an earlier try under this key left, or None.

    `intent` means an earlier worker began and nobody knows how far it came.
    """
    key = key_of(run)
    found = connection.execute(_FIND, {"key": key}).one_or_none()
    if found is None:
        new = {
            "run_id": run.id,
            "seq": run.seq,
            "ws": run.ws,
            "name": run.step,
            "state": "intent",
            "idem_key": key,
            "outcome": None,
            "at": at,
        }
        connection.execute(_BEGIN, new)
        return None
    connection.execute(_AGAIN, {"key": key, "new_seq": run.seq, "new_at": at})
    return cast("StepState", found.state)


def has_failed(connection: Connection, ws: str, key: str) -> bool:
    """Whether the last try under this key is known not to have happened, and nobody has begun another."""
    return connection.execute(_FAILED, {"ws": ws, "key": key}).first() is not None


def finish(
    connection: Connection,
    ws: str,
    run_id: str,
    seq: int,
    *,
    state: StepState,
    outcome: JsonObject,
) -> None:
    """Write what came of the step of `seq`."""
    named = {
        "its_ws": ws,
        "run": run_id,
        "its_seq": seq,
        "new_state": state,
        "new_outcome": outcome,
    }
    connection.execute(_FINISH, named)
