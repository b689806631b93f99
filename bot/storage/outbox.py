"""The store's side of the outbox: message rows that want another drawing than they show, one lease at a time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from sqlalchemy import bindparam, case, select, update

from bot.storage.columns import Instant
from bot.storage.fetch import many
from bot.storage.messages import Messages
from bot.storage.tables import message
from workflows.action import Record
from workflows.ports import JsonObject

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.storage.fetch import Columns
    from bot.storage.store import SqlStore
    from workflows.ports import Post

#: Seconds the outbox has to show a row before somebody else may try.
LEASE = 60.0

_NOW = bindparam("now", type_=Instant())
_DUE = (
    select(message.c.id)
    .where(message.c.due_at <= bindparam("now"), message.c.ws == bindparam("its_ws"))
    .order_by(message.c.due_at, message.c.id)
    .limit(bindparam("most"))
)
_CLAIM = (
    update(message)
    # Named before it is used, as in claims.py.
    .where(message.c.id.in_(select(_DUE.with_for_update(skip_locked=True).cte("due").c.id)))
    .values(due_at=bindparam("until"), fence=message.c.fence + 1)
    .returning(message)
)
_MINE = (message.c.id == bindparam("its_id")) & (message.c.fence == bindparam("its_fence"))
_SHOWN = (
    update(message)
    .where(_MINE)
    .values(
        ts=bindparam("new_ts"),
        posted_in=bindparam("new_place"),
        shown=bindparam("drawn"),
        shown_hash=bindparam("new_hash"),
        problem="",
        # Somebody wanted it again while it was drawn: due at once, else at rest.
        due_at=case((message.c.wanted > bindparam("drawn"), _NOW), else_=None),
    )
)
_LATER = (
    update(message)
    .where(_MINE)
    .values(due_at=bindparam("new_due"), problem=bindparam("new_problem"))
)
_TAKE_UP = (
    update(message)
    .where(message.c.ws == bindparam("its_ws"), message.c.due_at.is_(None), message.c.problem != "")
    .values(due_at=bindparam("now"))
)
_OF_SUBJECT = (
    select(message)
    .where(message.c.ws == bindparam("its_ws"), message.c.subject == bindparam("its_subject"))
    .order_by(message.c.id)
)


class Message(Record):
    """A message row. While it is claimed nobody else draws it, unless the lease runs out."""

    id: str
    subject: str
    #: Where it is, or where it shall be posted.
    channel: str
    thread_ts: str = ""
    #: Slack's name for it; empty until it was posted.
    ts: str = ""
    wanted: int
    shown: int
    shown_hash: str = ""
    fence: int
    body: JsonObject = {}
    due_at: datetime | None = None
    #: Why it is not shown yet.
    problem: str = ""


class Held(Protocol):
    """What tells which claim a report belongs to."""

    @property
    def id(self) -> str:
        """The row's id."""
        ...

    @property
    def fence(self) -> int:
        """The claim's number."""
        ...

    @property
    def wanted(self) -> int:
        """Which drawing was wanted when it was claimed."""
        ...


class OutboxRows:
    """Claims message rows and keeps what Slack shows. Late reports of an old claim change nothing."""

    def __init__(self, store: SqlStore) -> None:
        """Take the store whose workspace's messages these are."""
        self._database, self._ws = store.database, store.ws
        self._clock, self._ids = store.clock, store.ids

    def claim_messages(self, now: datetime, limit: int) -> Sequence[Message]:
        """Lease rows that want another drawing than they show, longest due first."""
        named = {"now": now, "its_ws": self._ws, "most": limit}
        with self._database.read() as connection:
            # Looking first keeps an idle outbox from taking the writer's place.
            if connection.execute(_DUE, named).first() is None:
                return []
        until = now + timedelta(seconds=LEASE)
        with self._database.write() as connection:
            rows = many(connection, _CLAIM, {**named, "until": until})
        return sorted((_message(row) for row in rows), key=lambda each: each.id)

    def shown(
        self, row: Held, *, ts: str, drawing: str, channel: str, replies: Sequence[Post] = ()
    ) -> None:
        """Keep what is on the screen now and what is to follow, unless a newer claim holds the row."""
        values = {"new_ts": ts, "new_place": channel, "new_hash": drawing, "drawn": row.wanted}
        now = self._clock.now()
        with self._database.write() as connection:
            kept = connection.execute(_SHOWN, {**_mine(row), **values, "now": now})
            if kept.rowcount:
                Messages(connection, self._ws, self._ids).post(replies, now)

    def later(self, row: Held, at: datetime, problem: str) -> None:
        """Look at the row again at that time."""
        self._postpone(row, at, problem)

    def give_up(self, row: Held, problem: str) -> None:
        """Stop showing this row until somebody redraws it or it is taken up."""
        self._postpone(row, None, problem)

    def take_up(self, now: datetime) -> int:
        """Make the rows that were given up due again; return how many."""
        with self._database.write() as connection:
            return connection.execute(_TAKE_UP, {"its_ws": self._ws, "now": now}).rowcount

    def _postpone(self, row: Held, at: datetime | None, problem: str) -> None:
        with self._database.write() as connection:
            connection.execute(_LATER, {**_mine(row), "new_due": at, "new_problem": problem})

    def adopt(self, subject: str, channel: str, ts: str) -> None:
        """Take a message found in Slack as a copy of `subject`'s, if it is not known, and draw it."""
        # Looking first keeps every press of a known card from taking the writer's place once more.
        if any(each.ts == ts and each.channel == channel for each in self.messages_of(subject)):
            return
        with self._database.write() as connection:
            messages = Messages(connection, self._ws, self._ids)
            messages.adopt(subject, channel, ts, self._clock.now())

    def messages_of(self, subject: str) -> Sequence[Message]:
        """Return every message of a subject."""
        with self._database.read() as connection:
            named = {"its_ws": self._ws, "its_subject": subject}
            return [_message(row) for row in many(connection, _OF_SUBJECT, named)]


def _mine(row: Held) -> dict[str, object]:
    return {"its_id": row.id, "its_fence": row.fence}


def _message(row: Columns) -> Message:
    where = row["posted_in"] or row["channel"]
    values = {name: row[name] for name in Message.model_fields if name != "channel"}
    return Message(channel=where, **values)
