"""Finding entries: by run, draft, person, kind, time or words of the body."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from bot.storage.fetch import many
from bot.storage.header import stamp
from bot.storage.tables import audit_event, audit_payload
from workflows.action import Record
from workflows.events import Entry
from workflows.ports import JsonObject

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

    from bot.storage.database import Database
    from bot.storage.fetch import Columns

_ENTRIES = select(audit_event, audit_payload.c.body).outerjoin(
    audit_payload, audit_payload.c.event_id == audit_event.c.id
)


class Filters(Record):
    """What to look for; what is left empty does not matter."""

    run: str = ""
    draft: str = ""
    #: `user:U01ANA`, or just the Slack id.
    actor: str = ""
    #: A whole event (`run:draft:signed`) or its end (`signed`).
    event: str = ""
    #: Words in the body, whatever their case.
    text: str = ""
    since: datetime | None = None
    until: datetime | None = None
    limit: int = 100


class Recorded(Record):
    """An entry as it is read by people: what was hashed, taken apart, and its body if it is still there."""

    id: str
    #: Where it stands in the whole log; a page goes on from here.
    n: int
    ts: datetime
    chain: str
    seq: int
    actor: str
    event: str
    object: str
    head: JsonObject
    body: JsonObject | None
    hash: str

    @property
    def entry(self) -> Entry:
        """The entry as it was put on the record."""
        kind, _, name = self.actor.partition(":")
        return Entry.model_validate(
            {
                "event": self.event,
                "chain": self.chain,
                "actor": {"kind": kind, "id": name},
                "object": self.object,
                "head": self.head,
                "body": self.body or {},
            }
        )


def search(
    database: Database, filters: Filters, *, ws: str = "local", before: int | None = None
) -> list[Recorded]:
    """Return the newest entries that match, oldest of them first; `before` goes on from an entry's `n`."""
    wanted = [audit_event.c.ws == ws, *_conditions(filters)]
    if before is not None:
        wanted.append(audit_event.c.n < before)
    query = _ENTRIES.where(*wanted).order_by(audit_event.c.n.desc()).limit(filters.limit)
    with database.read() as connection:
        found = many(connection, query, {})
    return [_recorded(row) for row in reversed(found)]


def _conditions(filters: Filters) -> list[ColumnElement[bool]]:
    of = audit_event.c
    return [
        *([of.chain == f"run:{filters.run}"] if filters.run else []),
        *([of.object == f"draft:{filters.draft}"] if filters.draft else []),
        *([of.actor == _actor(filters.actor)] if filters.actor else []),
        *([_event(filters.event)] if filters.event else []),
        *([of.ts >= stamp(filters.since)] if filters.since else []),
        *([of.ts < stamp(filters.until)] if filters.until else []),
        *([_holds(filters.text)] if filters.text else []),
    ]


def _actor(name: str) -> str:
    return name if ":" in name else f"user:{name}"


def _event(name: str) -> ColumnElement[bool]:
    if name.count(":") == 2:  # noqa: PLR2004 -- source:subject:action
        return audit_event.c.event == name
    return audit_event.c.event.endswith(f":{name}", autoescape=True)


def _holds(words: str) -> ColumnElement[bool]:
    return func.lower(audit_payload.c.body).contains(words.lower(), autoescape=True)


def _recorded(row: Columns) -> Recorded:
    header = json.loads(row["hdr"])
    body = None if row["body"] is None else json.loads(row["body"])
    named = {name: row[name] for name in ("id", "n", "chain", "seq", "actor", "event", "object")}
    ts = datetime.fromisoformat(row["ts"])
    return Recorded(**named, ts=ts, head=header["head"], body=body, hash=row["hash"].hex())
