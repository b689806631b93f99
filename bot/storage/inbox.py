"""Slack events, stored before they are acknowledged, so that a crash loses none."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, select, update

from bot.storage.fetch import many
from bot.storage.tables import inbox, seen
from bot.storage.upsert import unless_there
from workflows.action import Record
from workflows.ports import JsonObject

if TYPE_CHECKING:
    from bot.storage.store import SqlStore

_STORE = unless_there(inbox)
_OPEN = (
    select(inbox)
    .where(inbox.c.handled_at.is_(None), inbox.c.ws == bindparam("its_ws"))
    .order_by(inbox.c.at, inbox.c.event_id)
    .limit(bindparam("most"))
)
_HANDLED = (
    update(inbox)
    .where(inbox.c.ws == bindparam("its_ws"), inbox.c.event_id == bindparam("its_id"))
    .values(handled_at=bindparam("new_at"))
)
_OLD_SEEN = delete(seen).where(seen.c.ws == bindparam("its_ws"), seen.c.at < bindparam("before"))
_OLD_EVENTS = delete(inbox).where(
    inbox.c.ws == bindparam("its_ws"), inbox.c.handled_at < bindparam("before")
)


class Incoming(Record):
    """An event as Slack sent it."""

    event_id: str
    body: JsonObject
    at: datetime


class Inbox:
    """The events of one workspace, each taken once."""

    def __init__(self, store: SqlStore) -> None:
        """Take the store whose workspace's events these are."""
        self._database, self._ws, self._clock = store.database, store.ws, store.clock

    def store_event(self, event_id: str, body: JsonObject, deadline: float | None = None) -> bool:
        """Keep an event; False when it is here already. Raises `NotRecorded`: then don't acknowledge."""
        row = {
            "ws": self._ws,
            "event_id": event_id,
            "body": body,
            "at": self._clock.now(),
            "handled_at": None,
        }
        with self._database.write(deadline) as connection:
            return connection.execute(_STORE, row).rowcount == 1

    def handled(self, event_id: str) -> None:
        """Say that an event was dealt with."""
        named = {"its_ws": self._ws, "its_id": event_id, "new_at": self._clock.now()}
        with self._database.write() as connection:
            connection.execute(_HANDLED, named)

    def unhandled(self, limit: int = 100) -> list[Incoming]:
        """Return events nobody dealt with yet, oldest first: what a crash left behind."""
        with self._database.read() as connection:
            found = many(connection, _OPEN, {"its_ws": self._ws, "most": limit})
        return [Incoming(event_id=r["event_id"], body=r["body"], at=r["at"]) for r in found]

    def forget(self, before: datetime) -> int:
        """Drop kept answers and handled events from before that time (seven days ago); return how many."""
        with self._database.write() as connection:
            named = {"its_ws": self._ws, "before": before}
            answers = connection.execute(_OLD_SEEN, named).rowcount
            return answers + connection.execute(_OLD_EVENTS, named).rowcount
