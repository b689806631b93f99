"""Leases on runs that are due. A claim moves the due time on and raises the fence; it decides nothing."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select, update

from bot.storage import worksteps
from bot.storage.audit import AuditLog
from bot.storage.columns import Instant
from bot.storage.runs import Runs
from bot.storage.tables import run
from workflows.action import Record
from workflows.claims import claimed
from workflows.ports import StepState
from workflows.run import Run, RunState

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from bot.storage.store import SqlStore

#: Seconds a worker has before another may take the run.
LEASE = 60.0

_DUE = (
    select(run.c.id)
    .where(run.c.due_at <= bindparam("now"), run.c.ws == bindparam("its_ws"))
    .order_by(run.c.due_at, run.c.id)
    .limit(bindparam("most"))
)
_THIS = (
    select(run.c.id)
    .where(
        run.c.id == bindparam("its_id"),
        run.c.due_at <= bindparam("now"),
        run.c.ws == bindparam("its_ws"),
    )
    .limit(bindparam("most"))
)
_LEASED = {
    "due_at": bindparam("until", type_=Instant()),
    "fence": run.c.fence + 1,
    "attempts": run.c.attempts + 1,
}
_CLAIM, _CLAIM_THIS = (
    update(run)
    # Named before it is used: PostgreSQL may ask a subquery more than once, and gets other rows each time.
    .where(run.c.id.in_(select(due.with_for_update(skip_locked=True).cte("due").c.id)))
    .values(_LEASED)
    .returning(run.c.id)
    for due in (_DUE, _THIS)
)
_RENEW = (
    update(run)
    .where(
        run.c.id == bindparam("its_id"),
        run.c.ws == bindparam("its_ws"),
        run.c.fence == bindparam("its_fence"),
        run.c.due_at.is_not(None),
    )
    .values(due_at=bindparam("until"))
)


class Claim(Record):
    """A run held until `until`, and what is known of the work it is at."""

    run: Run
    until: datetime
    #: The idempotency key of its work; empty when only a timer is due.
    step_key: str = ""
    #: What an earlier try under this key left.
    earlier: StepState | None = None

    @property
    def found_intent(self) -> bool:
        """Whether an earlier worker began this very work and never reported."""
        return self.earlier == "intent"


class Claims:
    """Hands out due runs, each to one worker at a time."""

    def __init__(self, store: SqlStore) -> None:
        """Take the store whose workspace's runs these are."""
        self._database, self._ws, self._ids = store.database, store.ws, store.ids

    def claim(
        self,
        now: datetime,
        lease_seconds: float = LEASE,
        limit: int = 1,
        run_id: str | None = None,
    ) -> list[Claim]:
        """Lease due runs, longest due first. For a working one the intent of its step is written too.

        Claim effects one at a time: the second of two is in doubt as soon as the first one's worker dies.
        """
        named: dict[str, object] = {"now": now, "its_ws": self._ws, "most": limit}
        if run_id is not None:
            named["its_id"] = run_id
        if run_id is None and not self._any_due(named):
            return []
        until = now + timedelta(seconds=lease_seconds)
        with self._database.write() as connection:
            statement = _CLAIM_THIS if run_id else _CLAIM
            ids = connection.execute(statement, {**named, "until": until}).scalars().all()
            return [self._begin(connection, each, now, until) for each in ids]

    def _any_due(self, named: dict[str, object]) -> bool:
        """Look first, so that an idle worker does not take the writer's place."""
        with self._database.read() as connection:
            return connection.execute(_DUE, named).first() is not None

    def _begin(self, connection: Connection, run_id: str, now: datetime, until: datetime) -> Claim:
        held = Runs(connection, self._ws).load(run_id, lock=False)
        if held is None:
            msg = f"run {run_id} was claimed and is not there"
            raise LookupError(msg)
        works = held.state is RunState.WORKING
        earlier = worksteps.begin(connection, held, now) if works else None
        key = worksteps.key_of(held) if works else ""
        entry = claimed(held, until, key=key, earlier=earlier)
        AuditLog(connection, self._ws, self._ids).append([entry], now)
        return Claim(run=held, until=until, step_key=key, earlier=earlier)

    def renew(self, run_id: str, fence: int, until: datetime) -> bool:
        """Hold a run longer, for work known to be slow; False when somebody else has it by now."""
        named = {"its_id": run_id, "its_ws": self._ws, "its_fence": fence, "until": until}
        with self._database.write() as connection:
            return connection.execute(_RENEW, named).rowcount == 1
