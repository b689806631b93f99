"""How long the log keeps what was written in full: after that bodies and copies go, by themselves and on the record."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pydantic import Field
from sqlalchemy import Text, bindparam, exists, literal, or_, select, type_coerce

from bot.storage.choosing import ENDED, KEPT, Chosen
from bot.storage.columns import Instant
from bot.storage.copies import NOWHERE
from bot.storage.erasing import Asked
from bot.storage.header import stamp
from bot.storage.tables import audit_event, audit_payload, draft, run
from workflows.action import Record
from workflows.errors import BadInput
from workflows.events import Event
from workflows.run import SYSTEM

if TYPE_CHECKING:
    from sqlalchemy import BindParameter
    from sqlalchemy.engine import Connection

    from bot.storage.database import Database
    from bot.storage.erasing import Erased, Eraser
    from workflows.ports import Clock

#: Time between two looks, once nothing old is left.
PAUSE = timedelta(days=1)
#: Runs, and entries outside of runs, that are erased in one transaction: a press waits behind it.
RUNS, ENTRIES = 20, 500

_WS: BindParameter[str] = bindparam("ws")
_MOST: BindParameter[int] = bindparam("most")
_BEFORE: BindParameter[str] = bindparam("before")
_is_money = exists().where(
    draft.c.ws == run.c.ws,
    draft.c.run_id == run.c.id,
    type_coerce(draft.c.data, Text()).contains('"risk":"money"'),
)
_happened_since = exists().where(
    audit_event.c.ws == run.c.ws,
    audit_event.c.chain == literal("run:") + run.c.id,
    audit_event.c.ts >= _BEFORE,
)
_OLD_RUNS = (
    select(run.c.id)
    .where(
        run.c.ws == _WS,
        run.c.state.in_(ENDED),
        run.c.created_at < bindparam("begun_before", type_=Instant()),
        run.c.step != NOWHERE,
        ~_happened_since,
        or_(~_is_money, run.c.created_at < bindparam("money_before", type_=Instant())),
    )
    .order_by(run.c.created_at, run.c.id)
    .limit(_MOST)
)
# Bodies of no run, and late ones of runs that were erased before.
_has_texts = exists().where(
    run.c.ws == audit_event.c.ws,
    literal("run:") + run.c.id == audit_event.c.chain,
    run.c.step != NOWHERE,
)
_OLD_BODIES = (
    select(audit_event.c.id)
    .join(audit_payload, audit_payload.c.event_id == audit_event.c.id)
    .where(
        audit_event.c.ws == _WS,
        audit_event.c.ts >= bindparam("since"),
        audit_event.c.ts < _BEFORE,
        audit_event.c.event.not_in(KEPT),
        ~_has_texts,
    )
    .order_by(audit_event.c.ts)
    .limit(_MOST)
)


class Retention(Record):
    """How many days texts are kept after the last thing that happened to their run."""

    bodies_days: int = Field(default=180, ge=1)
    #: For runs that moved money, counted from their start: tax law asks for years.
    money_days: int = Field(default=3650, ge=1)


class Expiry:
    """Erases what was kept long enough, in small steps, once a day. What is under way is never touched."""

    def __init__(
        self, eraser: Eraser, database: Database, clock: Clock, retention: Retention
    ) -> None:
        """Take what erases, and the workspace's database to look for what is old."""
        self._eraser, self._database, self._clock = eraser, database, clock
        self._retention = retention
        self._next: datetime | None = None
        # Everything stamped before is erased already, or belongs to a run, which is looked for by itself.
        self._since = ""

    def tick(self) -> None:
        """Take one step, if there may be something old."""
        now = self._clock.now()
        if self._next is None or now >= self._next:
            try:
                is_more = not self.step(now).is_empty
            except BadInput:
                # Somebody took one of the runs up again this very moment: the next look leaves it out.
                is_more = False
            if not is_more:
                self._next = now + PAUSE

    def step(self, now: datetime) -> Erased:
        """Erase the oldest texts that were kept long enough; empty when there are none. Raises `NotRecorded`."""
        before = now - timedelta(days=self._retention.bodies_days)
        with self._database.read() as connection:
            chosen = self._old(connection, now, before)
        days = self._retention.bodies_days
        asked = Asked(
            by=SYSTEM,
            event=Event.PAYLOAD_EXPIRED,
            ground="retention",
            reason=f"kept for {days} days",
        )
        erased = self._eraser.erase(chosen, asked)
        if erased.is_empty:
            self._since = stamp(before)
        return erased

    def _old(self, connection: Connection, now: datetime, before: datetime) -> Chosen:
        values: dict[str, object] = {"ws": self._database.ws, "before": stamp(before)}
        money = now - timedelta(days=max(self._retention.money_days, self._retention.bodies_days))
        of_runs = {**values, "begun_before": before, "money_before": money, "most": RUNS}
        bodies = {**values, "since": self._since, "most": ENTRIES}
        return Chosen(
            runs=tuple(connection.execute(_OLD_RUNS, of_runs).scalars()),
            entries=tuple(connection.execute(_OLD_BODIES, bodies).scalars()),
        )
