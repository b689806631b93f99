"""Whom messages asked to decide something, and when: counted by person, and looked at by day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, func, literal, select

from bot.storage.database import LOOK
from bot.storage.fetch import many
from bot.storage.tables import ask as row
from bot.storage.tables import away as gone
from bot.storage.tables import draft, message
from bot.storage.upsert import unless_there
from workflows.limits import Card, Guest, Told

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from bot.storage.fetch import Columns
    from bot.storage.store import SqlStore
    from workflows.limits import Ask
    from workflows.ports import Asked

#: Kinds of `Ask` that are answered here.
KINDS = ("asks", "digests", "beside", "guests")
_NOTE = unless_there(row)
_COUNTS = (
    select(row.c.person, func.count().label("n"))
    .where(
        row.c.ws == bindparam("ws"),
        row.c.person.in_(bindparam("people", expanding=True)),
        row.c.at >= bindparam("since", type_=row.c.at.type),
    )
    .group_by(row.c.person)
)
_is_digest = (row.c.subject >= "digest:") & (row.c.subject < "digest;")
_DIGESTS = _COUNTS.where(_is_digest)
_subject = literal("draft:") + draft.c.id
_elsewhere = message.alias()
_HOSTS = (
    select(draft.c.id, draft.c.data)
    .join(message, (message.c.ws == draft.c.ws) & (message.c.subject == _subject))
    .where(
        draft.c.ws == bindparam("ws"),
        draft.c.customer == bindparam("customer"),
        draft.c.customer != "",
        draft.c.address != "",
        draft.c.state == "open",
        draft.c.id != bindparam("besides"),
        message.c.channel == bindparam("channel"),
        # One message, so that nobody else reads what is put into it.
        ~select(_elsewhere.c.id)
        .where(
            _elsewhere.c.ws == message.c.ws,
            _elsewhere.c.subject == message.c.subject,
            _elsewhere.c.channel != message.c.channel,
            _elsewhere.c.copy == "",
        )
        .exists(),
    )
    .order_by(draft.c.opened_at.desc(), draft.c.id.desc())
    .limit(5)
)
_GUESTS = (
    select(draft.c.id, message.c.channel, message.c.thread_ts)
    .join(
        message,
        (message.c.ws == draft.c.ws)
        & (message.c.subject == literal("draft:") + draft.c.shown_in)
        & (message.c.copy == ""),
    )
    .where(draft.c.ws == bindparam("ws"), draft.c.shown_in == bindparam("host"))
    .order_by(draft.c.opened_at, draft.c.id, message.c.channel)
)
_SHOWN = select(func.count()).where(
    draft.c.ws == bindparam("ws"), draft.c.shown_in == bindparam("host"), draft.c.shown_in != ""
)
_LAST = select(func.max(row.c.at)).where(
    row.c.ws == bindparam("ws"), row.c.person == bindparam("person"), _is_digest
)
_SINCE = (
    select(row.c.person, row.c.at)
    .where(row.c.ws == bindparam("ws"), row.c.at >= bindparam("since", type_=row.c.at.type))
    .order_by(row.c.at, row.c.person)
)
_AWAY = select(gone.c.person, gone.c.since).where(gone.c.ws == bindparam("ws"))
_GONE = unless_there(gone)
_BACK = delete(gone).where(gone.c.ws == bindparam("ws"), gone.c.person == bindparam("person"))
_FORGET = delete(row).where(row.c.ws == bindparam("ws"), row.c.at < bindparam("before"))


def note(connection: Connection, ws: str, asks: Iterable[Asked], at: datetime) -> None:
    """Note whom messages ask; the first time of each counts."""
    rows = [{"ws": ws, "subject": a.subject, "person": a.person, "at": at} for a in asks]
    if rows:
        connection.execute(_NOTE, rows)


def tell(connection: Connection, ws: str, ask: Ask) -> Told:
    """Answer a rule.

    Nobody waits for it: two cards at one moment may both find room for one, and the room kept free takes that.
    """
    if ask.kind == "beside":
        return _beside(connection, ws, ask)
    if ask.kind == "guests":
        guests = many(connection, _GUESTS, {"ws": ws, "host": ask.host})
        named = [{"draft": one.pop("id"), **one} for one in guests]
        return Told(guests=tuple(Guest.model_validate(one) for one in named))
    query = _DIGESTS if ask.kind == "digests" else _COUNTS
    found = many(connection, query, {"ws": ws, "people": list(ask.people), "since": ask.since})
    counts = {each["person"]: each["n"] for each in found}
    return Told(each=tuple(counts.get(person, 0) for person in ask.people))


def _beside(connection: Connection, ws: str, ask: Ask) -> Told:
    named = {"ws": ws, "customer": ask.customer, "channel": ask.channel, "besides": ask.besides}
    found = [each for each in many(connection, _HOSTS, named) if not each["data"].get("undoes")]
    return Told(cards=tuple(_card(connection, ws, each) for each in found))


def _card(connection: Connection, ws: str, host: Columns) -> Card:
    kept = host["data"]
    by = (kept["assigned"],) if kept["assigned"] else tuple(kept["needs"]["by"])
    others = connection.execute(_SHOWN, {"ws": ws, "host": host["id"]}).scalar_one()
    return Card(draft=host["id"], by=by, others=others)


def forget(connection: Connection, ws: str, before: datetime) -> int:
    """Drop what was asked before; return how many rows."""
    return connection.execute(_FORGET, {"ws": ws, "before": before}).rowcount


class AskedRows:
    """Who was asked when, and who is away, in one workspace."""

    def __init__(self, store: SqlStore) -> None:
        """Take the store whose workspace this is."""
        self._database, self._ws = store.database, store.ws

    def last_digest(self, person: str) -> datetime | None:
        """Return when somebody was told last what was gathered for them."""
        with self._database.read(LOOK) as connection:
            named = {"ws": self._ws, "person": person}
            return connection.execute(_LAST, named).scalar_one_or_none()

    def asked(self, since: datetime) -> list[tuple[str, datetime]]:
        """Return who was asked since then and when, oldest first."""
        with self._database.read(LOOK) as connection:
            found = many(connection, _SINCE, {"ws": self._ws, "since": since})
        return [(each["person"], each["at"]) for each in found]

    def away(self) -> dict[str, datetime]:
        """Return who was found away, and since when."""
        with self._database.read(LOOK) as connection:
            found = many(connection, _AWAY, {"ws": self._ws})
        return {each["person"]: each["since"] for each in found}

    def note_away(self, person: str, since: datetime) -> None:
        """Note that somebody is away; the first time stays."""
        with self._database.write() as connection:
            connection.execute(_GONE, {"ws": self._ws, "person": person, "since": since})

    def note_back(self, person: str) -> None:
        """Note that somebody is back."""
        with self._database.write() as connection:
            connection.execute(_BACK, {"ws": self._ws, "person": person})

    def forget(self, before: datetime) -> int:
        """Drop what was asked before; return how many rows."""
        with self._database.write() as connection:
            return forget(connection, self._ws, before)
