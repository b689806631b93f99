"""Message rows as a decision writes them: what should be shown, and that it changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, func, or_, select, update

from bot.storage.tables import message
from bot.storage.upsert import unless_there

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from workflows.ports import Ids, Post

_NEW = unless_there(message)
# A row that is due already, or leased by the outbox, is looked at again anyway: its time stays.
_WANT = {
    "wanted": message.c.wanted + 1,
    "due_at": func.coalesce(message.c.due_at, bindparam("now", type_=message.c.due_at.type)),
}
_AGAIN = (
    update(message)
    .where(
        message.c.ws == bindparam("its_ws"),
        message.c.subject == bindparam("its_subject"),
        message.c.channel == bindparam("its_channel"),
    )
    .values({**_WANT, "body": bindparam("new_body")})
)
# `home` means every `home:<person>`; the range keeps it on the index.
_THESE = (
    select(message.c.id)
    .where(
        message.c.ws == bindparam("its_ws"),
        or_(
            message.c.subject == bindparam("its_subject"),
            (message.c.subject >= bindparam("first")) & (message.c.subject <= bindparam("last")),
        ),
    )
    # Locked in one order, so that two transactions never wait for each other.
    .order_by(message.c.id)
    .with_for_update()
)
_REDRAW = update(message).where(message.c.id.in_(_THESE)).values(_WANT)
_OF_SUBJECT = (
    select(message)
    .where(message.c.ws == bindparam("its_ws"), message.c.subject == bindparam("its_subject"))
    .order_by(message.c.channel, message.c.copy)
)


class Messages:
    """The message rows of one workspace, inside one transaction."""

    def __init__(self, connection: Connection, ws: str, ids: Ids) -> None:
        """Take the transaction's connection, the workspace, and where row ids come from."""
        self._connection, self._ws, self._ids = connection, ws, ids
        self._posts: list[tuple[Post, datetime]] = []
        self._subjects: dict[str, datetime] = {}

    def want(self, posts: Iterable[Post], at: datetime) -> None:
        """Take what is to be posted by `write`."""
        self._posts.extend((each, at) for each in posts)

    def want_again(self, subjects: Iterable[str], at: datetime) -> None:
        """Take what is to be drawn again by `write`."""
        self._subjects.update(dict.fromkeys(subjects, at))

    def write(self) -> None:
        """Write what was wanted: last in a transaction, since these rows are many transactions'."""
        for each, at in self._posts:
            self.post([each], at)
        for at in sorted(set(self._subjects.values())):
            self.redraw([name for name, when in self._subjects.items() if when == at], at)

    def post(self, posts: Iterable[Post], at: datetime) -> None:
        """Insert rows to be shown; a post that is there already is drawn again with its new body."""
        for each in posts:
            if not self._insert(each, at):
                self._again(each, at)

    def _insert(self, post: Post, at: datetime) -> bool:
        row = self._row(post.subject, post.channel, at)
        row.update(thread_ts=post.thread_ts, body=post.body)
        return self._connection.execute(_NEW, row).rowcount == 1

    def _again(self, post: Post, at: datetime) -> None:
        named = {"its_ws": self._ws, "its_subject": post.subject, "its_channel": post.channel}
        self._connection.execute(_AGAIN, {**named, "new_body": post.body, "now": at})

    def _row(self, subject: str, channel: str, at: datetime) -> dict[str, object]:
        return {
            "id": self._ids.new(),
            "ws": self._ws,
            "subject": subject,
            "channel": channel,
            "copy": "",
            "thread_ts": "",
            "posted_in": "",
            "ts": "",
            "body": {},
            "wanted": 1,
            "shown": 0,
            "shown_hash": "",
            "due_at": at,
            "fence": 0,
            "problem": "",
        }

    def redraw(self, subjects: Iterable[str], at: datetime) -> None:
        """Ask for every message of these subjects again; `home` stands for everybody's."""
        wanted = [
            {
                "its_ws": self._ws,
                "its_subject": subject,
                "first": f"{subject}:",
                "last": f"{subject}:\U0010ffff",
                "now": at,
            }
            for subject in sorted(subjects)
        ]
        if wanted:
            self._connection.execute(_REDRAW, wanted)

    def adopt(self, subject: str, channel: str, ts: str, at: datetime) -> None:
        """Take a message found in Slack as a copy of `subject`'s, if it is not known, and draw it."""
        rows = self._connection.execute(_OF_SUBJECT, {"its_ws": self._ws, "its_subject": subject})
        if any(row.ts == ts and channel in {row.posted_in, row.channel} for row in rows):
            return
        row = self._row(subject, channel, at)
        row.update(copy=ts, posted_in=channel, ts=ts)
        self._connection.execute(_NEW, row)
