"""What Slack said of the people here: one row, which every process decides on and one at a time renews."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, case, select, update

from bot.storage.columns import Instant, JsonText
from bot.storage.database import LOOK
from bot.storage.messages import Messages
from bot.storage.tables import draft, reading
from bot.storage.upsert import unless_there
from workflows.basis.reading import Reading

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from bot.storage.store import SqlStore

#: Time between two readings in the background: less than `workflows.basis.reading.FRESH` by two tries that failed.
PAUSE = timedelta(minutes=3)
#: Time a process has to ask Slack before another may; also the time between two tries that fail.
LEASE = timedelta(seconds=45)
#: Time between a reading and the next one that an event of Slack's asks for: they come in bursts.
GAP = timedelta(seconds=10)

_OURS = reading.c.ws == bindparam("its_ws")
_FIRST = unless_there(reading)
_DUE = select(reading.c.due_at).where(_OURS)
_CLAIM = (
    update(reading)
    # Due later than ever said: the clock was set back since.
    .where(
        _OURS,
        (reading.c.due_at <= bindparam("now")) | (reading.c.due_at > bindparam("latest")),
    )
    .values(due_at=bindparam("until"))
)
_HINT = (
    update(reading)
    .where(_OURS, reading.c.due_at > bindparam("soon"))
    .values(due_at=bindparam("soon"))
)
_N = select(reading.c.n).where(_OURS, reading.c.n > 0)
_DATA = select(reading.c.data).where(_OURS)
_OPEN = select(draft.c.id).where(draft.c.ws == bindparam("its_ws"), draft.c.state == "open")
_AT = select(reading.c.at).where(_OURS)
_KEEP = (
    update(reading)
    # An older look that took longer must not take the place of a newer one; one of the future is no newer one.
    .where(
        _OURS,
        reading.c.at.is_(None)
        | (reading.c.at < bindparam("new_at"))
        | (reading.c.at > bindparam("latest")),
    )
    .values(
        n=reading.c.n + 1,
        at=bindparam("new_at"),
        data=bindparam("new_data", type_=JsonText()),
        # Somebody said meanwhile that it has changed again: that stays due.
        due_at=case(
            (
                reading.c.due_at == bindparam("claimed", type_=Instant()),
                bindparam("next", type_=Instant()),
            ),
            else_=reading.c.due_at,
        ),
    )
)


def newest(
    connection: Connection, ws: str, known: tuple[int, Reading] | None
) -> tuple[int, Reading] | None:
    """Return the newest reading with its number; the one that is known, if it is that. None before the first."""
    named = {"its_ws": ws}
    n = connection.execute(_N, named).scalar_one_or_none()
    if n is None or (known and known[0] == n):
        return known if n is not None else None
    return n, Reading.model_validate(connection.execute(_DATA, named).scalar_one())


class Readings:
    """The reading of one workspace."""

    def __init__(self, store: SqlStore) -> None:
        """Take the store whose workspace this is."""
        self._store, self._database, self._ws = store, store.database, store.ws

    def newest(self) -> Reading | None:
        """Return the newest reading; None before the first. Raises `NotRecorded`."""
        with self._database.read(LOOK) as connection:
            return self._store.reading(connection)

    def claim(self, now: datetime) -> datetime | None:
        """Take the turn to ask Slack; None when it is not due, or somebody else has it.

        Return what `keep` is told. Raises `NotRecorded`.
        """
        named, until = {"its_ws": self._ws}, now + LEASE
        with self._database.read(LOOK) as connection:
            # Looking first keeps an idle process from taking the writer's place.
            due = connection.execute(_DUE, named).scalar_one_or_none()
        latest = now + PAUSE
        if due is not None and now < due <= latest:
            return None
        with self._database.write() as connection:
            self._begin(connection, now)
            taken = connection.execute(
                _CLAIM, {**named, "now": now, "latest": latest, "until": until}
            ).rowcount
        return until if taken else None

    def hint(self, now: datetime) -> None:
        """Note that something has changed in Slack, so that it is asked again soon. Raises `NotRecorded`."""
        named = {"its_ws": self._ws}
        with self._database.write() as connection:
            at = connection.execute(_AT, named).scalar_one_or_none()
            soon = max(now, at + GAP) if at and at <= now else now
            connection.execute(_HINT, {**named, "soon": soon})

    def keep(self, found: Reading, claimed: datetime | None) -> bool:
        """Keep a reading; False when a newer one is there. What people see of it is drawn again.

        Raises `NotRecorded`.
        """
        values = {
            "its_ws": self._ws,
            "new_at": found.at,
            "new_data": found.model_dump(mode="json"),
            "latest": found.at + LEASE,
            "claimed": claimed,
            "next": found.at + PAUSE,
        }
        with self._database.write() as connection:
            before = self._store.reading(connection)
            self._begin(connection, found.at + PAUSE)
            kept = connection.execute(_KEEP, values).rowcount == 1
            if kept and not (before and before.agrees(found)):
                self._redraw(connection, found)
        return kept

    def _begin(self, connection: Connection, due_at: datetime) -> None:
        """Make the row, if it is not there."""
        nothing: dict[str, str] = {}
        first = {"ws": self._ws, "n": 0, "at": None, "due_at": due_at, "data": nothing}
        connection.execute(_FIRST, first)

    def _redraw(self, connection: Connection, found: Reading) -> None:
        """Draw what says who is asked: Home, and the cards that are open."""
        ids = connection.execute(_OPEN, {"its_ws": self._ws}).scalars()
        messages = Messages(connection, self._ws, self._store.ids)
        messages.redraw(["home", *(f"draft:{each}" for each in ids)], found.at)
