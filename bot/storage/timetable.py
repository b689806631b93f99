"""Schedules and their fires. A fire is a row under a unique key, so that many nodes fire once."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal

from sqlalchemy import bindparam, select, update

from bot.storage.audit import AuditLog
from bot.storage.fetch import many, one
from bot.storage.tables import fire, schedule
from bot.storage.upsert import unless_there
from workflows.action import Record
from workflows.events import Entry, Event
from workflows.run import TIMER

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy.engine import Connection

    from bot.storage.fetch import Columns
    from bot.storage.store import SqlStore
    from workflows.ports import JsonObject

_FIND = select(schedule).where(
    schedule.c.id == bindparam("id"), schedule.c.ws == bindparam("its_ws")
)
_ALL = select(schedule).where(schedule.c.ws == bindparam("its_ws")).order_by(schedule.c.id)
_DUE = _ALL.where(schedule.c.next_at <= bindparam("now"))
_ADD = unless_there(schedule)
_CHANGE = (
    update(schedule)
    .where(schedule.c.id == bindparam("its_id"), schedule.c.ws == bindparam("its_ws"))
    .values(
        {
            name: bindparam(f"new_{name}", type_=schedule.c[name].type)
            for name in ("playbook", "cron", "tz", "missed", "late", "next_at")
        }
    )
)
_MOVE = (
    update(schedule)
    .where(schedule.c.id == bindparam("its_id"), schedule.c.ws == bindparam("its_ws"))
    .values(next_at=bindparam("new_next"))
)
_FIRE = unless_there(fire)


class Timing(Record):
    """A schedule: which playbook, when by whose clock, and what to do about a missed hour."""

    id: str
    playbook: str
    cron: str
    tz: str
    missed: Literal["latest", "skip"] = "latest"
    #: Seconds after which a missed fire is too old to make up for.
    late: int = 12 * 3600
    #: None: it does not fire any more.
    next_at: datetime | None


class Timetable:
    """The schedules of one workspace."""

    def __init__(self, store: SqlStore) -> None:
        """Take the store whose workspace's schedules these are."""
        self._database, self._ws, self._ids = store.database, store.ws, store.ids

    def upsert_schedule(self, timing: Timing) -> None:
        """Keep a schedule. One whose times did not change keeps its next fire, so a restart misses none."""
        with self._database.write() as connection:
            if connection.execute(_ADD, {**timing.model_dump(), "ws": self._ws}).rowcount == 1:
                return
            found = one(connection, _FIND, {"id": timing.id, "its_ws": self._ws})
            kept = _timing(found) if found else timing
            same = (kept.cron, kept.tz) == (timing.cron, timing.tz) and kept.next_at is not None
            next_at = kept.next_at if same else timing.next_at
            new = {
                f"new_{name}": value for name, value in timing.model_dump().items() if name != "id"
            }
            its = {"its_id": timing.id, "its_ws": self._ws}
            connection.execute(_CHANGE, {**new, "new_next_at": next_at, **its})

    def schedules(self) -> list[Timing]:
        """Return every schedule."""
        with self._database.read() as connection:
            return [_timing(row) for row in many(connection, _ALL, {"its_ws": self._ws})]

    def due_schedules(self, now: datetime) -> list[Timing]:
        """Return the schedules whose next fire has come."""
        with self._database.read() as connection:
            found = many(connection, _DUE, {"its_ws": self._ws, "now": now})
        return [_timing(row) for row in found]

    def retire(self, kept: Collection[str]) -> None:
        """Stop every schedule but these; their fires stay on the record."""
        with self._database.write() as connection:
            for row in many(connection, _ALL, {"its_ws": self._ws}):
                if row["id"] not in kept and row["next_at"] is not None:
                    self._move(connection, row["id"], None)

    def fire(
        self, timing: Timing, at_local: str, *, next_at: datetime | None, at: datetime
    ) -> bool:
        """Fire for this local wall time (`2026-11-23T08:00`) and move on; False when it has fired before.

        Start the run first, under a key made of the schedule and the local time: then a crash between
        the two only asks for the same run again.
        """
        with self._database.write() as connection:
            row = {"schedule": timing.id, "at_local": at_local, "ws": self._ws, "at": at}
            first = connection.execute(_FIRE, row).rowcount == 1
            self._move(connection, timing.id, next_at)
            if first:
                body: JsonObject = {"local": at_local, "tz": timing.tz}
                self._record(connection, Event.SCHEDULE_FIRED, timing, body, at)
        return first

    def miss(
        self, timing: Timing, at_local: str, *, next_at: datetime | None, at: datetime, why: str
    ) -> None:
        """Put on the record that this fire was missed, and move on."""
        with self._database.write() as connection:
            self._move(connection, timing.id, next_at)
            body: JsonObject = {"local": at_local, "tz": timing.tz, "why": why}
            self._record(connection, Event.SCHEDULE_MISSED, timing, body, at)

    def _move(self, connection: Connection, schedule_id: str, next_at: datetime | None) -> None:
        named = {"its_id": schedule_id, "its_ws": self._ws, "new_next": next_at}
        connection.execute(_MOVE, named)

    def _record(
        self, connection: Connection, event: Event, timing: Timing, body: JsonObject, at: datetime
    ) -> None:
        entry = Entry(
            event=event,
            chain=f"playbook:{timing.playbook}",
            actor=TIMER,
            object=f"schedule:{timing.id}",
            head=body,
        )
        AuditLog(connection, self._ws, self._ids).append([entry], at)


def _timing(row: Columns) -> Timing:
    return Timing.model_validate({name: row[name] for name in Timing.model_fields})
