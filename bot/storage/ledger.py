"""What models may cost and did cost: the worst case is put aside before a call, the real cost after it."""

from __future__ import annotations

from datetime import UTC, tzinfo
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, func, insert, select, update

from bot.storage.alone import alone
from bot.storage.audit import AuditLog
from bot.storage.tables import spend
from workflows.events import Entry, Event
from workflows.run import Actor

if TYPE_CHECKING:
    from bot.storage.store import SqlStore
    from workflows.ports import ModelCall

_TAKEN = select(func.coalesce(func.sum(spend.c.micros), 0)).where(
    spend.c.ws == bindparam("ws"),
    spend.c.playbook == bindparam("playbook"),
    spend.c.day == bindparam("day"),
)
_RESERVE = insert(spend)
_SETTLE = (
    update(spend)
    .where(spend.c.id == bindparam("its_id"), spend.c.ws == bindparam("its_ws"))
    .values(micros=bindparam("cost"), settled_at=bindparam("now"))
)


class SqlLedger:
    """The budget of each playbook and day, in millionths of a US dollar. A crash leaves the worst case counted."""

    def __init__(self, store: SqlStore, *, daily_micros: int, zone: tzinfo = UTC) -> None:
        """Take what each playbook may cost a day, and the zone in which a day ends."""
        self._database, self._ws, self._ids = store.database, store.ws, store.ids
        self._clock, self._daily, self._zone = store.clock, daily_micros, zone

    def reserve(self, playbook: str, micros: int) -> str | None:
        """Put the worst case aside; return a reservation id, or None when the day's budget is spent."""
        now = self._clock.now()
        named = {
            "ws": self._ws,
            "playbook": playbook,
            "day": now.astimezone(self._zone).date().isoformat(),
        }
        with self._database.write() as connection:
            alone(connection, f"spend {self._ws} {playbook}")
            taken = connection.execute(_TAKEN, named).scalar_one()
            if int(taken) + micros > self._daily:
                return None
            row = {**named, "id": self._ids.new(), "micros": micros, "at": now, "settled_at": None}
            connection.execute(_RESERVE, row)
            return str(row["id"])

    def spent(self, playbook: str) -> int:
        """Return what is spent or put aside today."""
        day = self._clock.now().astimezone(self._zone).date().isoformat()
        with self._database.read() as connection:
            named = {"ws": self._ws, "playbook": playbook, "day": day}
            return int(connection.execute(_TAKEN, named).scalar_one())

    def settle(self, reservation: str, call: ModelCall) -> None:
        """Replace a reservation by what it really cost and put the call on the record."""
        now = self._clock.now()
        with self._database.write() as connection:
            values = {
                "its_id": reservation,
                "its_ws": self._ws,
                "cost": call.cost_micros,
                "now": now,
            }
            connection.execute(_SETTLE, values)
            AuditLog(connection, self._ws, self._ids).append([self._entry(call)], now)

    def _entry(self, call: ModelCall) -> Entry:
        numbers = call.model_dump(mode="json", exclude={"answer", "run_id"})
        return Entry(
            event=Event.MODEL_ANSWERED,
            chain=f"run:{call.run_id}" if call.run_id else f"ws:{self._ws}",
            actor=Actor(kind="agent", id=call.agent),
            object=f"run:{call.run_id}",
            head=numbers,
            body={"answer": call.answer.raw},
        )
