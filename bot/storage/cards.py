"""What approvers saw: every card that could be signed, kept by the hash of its bytes, and which one stands where."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sqlalchemy import and_, bindparam, literal, or_, select

from bot.storage.database import LOOK
from bot.storage.tables import document, draft, message

if TYPE_CHECKING:
    from sqlalchemy import BindParameter

    from bot.storage.store import SqlStore

KIND = "card"

_subject: BindParameter[str] = bindparam("its_subject")
_HOST = (
    select(draft.c.shown_in)
    .where(draft.c.ws == bindparam("its_ws"), draft.c.id == bindparam("its_draft"))
    .scalar_subquery()
)
_SHOWN = (
    select(message.c.shown_hash, document.c.body)
    .join_from(
        message,
        document,
        and_(document.c.hash == message.c.shown_hash, document.c.ws == message.c.ws),
        isouter=True,
    )
    .where(
        message.c.ws == bindparam("its_ws"),
        # Its own card, or that of another draft to the same customer in which it is shown.
        message.c.subject.in_((_subject, literal("draft:") + _HOST)),
        message.c.ts == bindparam("its_ts"),
        or_(
            message.c.posted_in == bindparam("its_channel"),
            message.c.channel == bindparam("its_channel"),
        ),
    )
)
_TEXT = select(document.c.body).where(
    document.c.ws == bindparam("its_ws"),
    document.c.hash == bindparam("its_hash"),
    document.c.kind == KIND,
)


_AT = select(message.c.subject).where(
    message.c.ws == bindparam("its_ws"),
    message.c.posted_in == bindparam("its_channel"),
    message.c.ts == bindparam("its_ts"),
    message.c.subject.startswith("draft:"),
)


class Cards:
    """The cards of one workspace as people saw them."""

    def __init__(self, store: SqlStore) -> None:
        """Take the store whose workspace's cards these are."""
        self._store = store

    def keep(self, text: str, hash_: str) -> None:
        """Keep a card's canonical text under its hash, before it is shown. Raises `NotRecorded`."""
        with self._store.transaction() as tx:
            tx.keep(KIND, text, hash_)

    def shown(self, draft_id: str, channel: str, ts: str, block_id: str = "") -> str:
        """Return the hash of what a message of a draft's card shows; empty when that is not known.

        `block_id` is the block that was pressed on. Its name is new for each version of a card, so a
        press on a version the message shows no more is not taken for one on the newer version.
        """
        named = {
            "its_ws": self._store.ws,
            "its_subject": f"draft:{draft_id}",
            "its_draft": draft_id,
            "its_channel": channel,
            "its_ts": ts,
        }
        with self._store.database.read(LOOK) as connection:
            found = connection.execute(_SHOWN, named).first()
        if found is None or not _holds(found.body, block_id):
            return ""
        return str(found.shown_hash)

    def card_at(self, channel: str, ts: str) -> str:
        """Return the draft whose card a message is; empty for any other message."""
        named = {"its_ws": self._store.ws, "its_channel": channel, "its_ts": ts}
        with self._store.database.read(LOOK) as connection:
            subject = connection.execute(_AT, named).scalars().first()
        return str(subject).removeprefix("draft:") if subject else ""

    def text(self, hash_: str) -> str | None:
        """Return a kept card's canonical text: the JSON of exactly what was shown. None when not kept, or erased."""
        with self._store.database.read(LOOK) as connection:
            named = {"its_ws": self._store.ws, "its_hash": hash_}
            return connection.execute(_TEXT, named).scalar_one_or_none() or None


def _holds(body: str | None, block_id: str) -> bool:
    """Whether a kept card has the block; one that was not kept, or was erased, can't be asked."""
    if not body or not block_id:
        return True
    return f'"block_id":{json.dumps(block_id, ensure_ascii=False)}' in body
