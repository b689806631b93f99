"""Rows of what people stated of pieces of work. Each change is a row more; the newest of an entry counts."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from sqlalchemy import and_, bindparam, func, select

from bot.storage.copies import ERASED
from bot.storage.fetch import many, one
from bot.storage.tables import assessment, document
from bot.storage.upsert import unless_there
from workflows.delegation.inventory import Assessment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.engine import Connection

    from bot.storage.fetch import Columns

_ADD, _NAME = unless_there(assessment), unless_there(document)
_newer = assessment.alias("newer")
_NEWEST = (
    select(assessment, document.c.body)
    .join(document, and_(document.c.ws == assessment.c.ws, document.c.hash == assessment.c.title))
    .where(
        assessment.c.ws == bindparam("ws"),
        assessment.c.n
        == select(func.max(_newer.c.n))
        .where(_newer.c.ws == assessment.c.ws, _newer.c.entry == assessment.c.entry)
        .scalar_subquery(),
    )
    .order_by(assessment.c.entry)
)
_ONE = _NEWEST.where(assessment.c.entry == bindparam("entry"))
#: What stands in columns of its own.
_APART = frozenset({"entry", "n", "title", "by", "at"})


def add(connection: Connection, ws: str, made: Assessment) -> bool:
    """Write a version; False when it is there: somebody else wrote it meanwhile."""
    title = hashlib.sha256(made.title.raw.encode()).hexdigest()
    row = {
        "ws": ws,
        "entry": made.entry,
        "n": made.n,
        "title": title,
        "by": made.by,
        "at": made.at,
        "data": made.model_dump(mode="json", exclude=set(_APART)),
    }
    added = connection.execute(_ADD, row).rowcount == 1
    if added:
        kept = {"ws": ws, "hash": title, "kind": "work", "body": made.title.raw}
        connection.execute(_NAME, kept)
    return added


def newest(connection: Connection, ws: str, entry: str) -> Assessment | None:
    """Return the newest version of an entry, listed or not."""
    row = one(connection, _ONE, {"ws": ws, "entry": entry})
    return _read(row) if row else None


def listed(connection: Connection, ws: str) -> Sequence[Assessment]:
    """Return the newest version of everything on the inventory, by entry."""
    found = [_read(row) for row in many(connection, _NEWEST, {"ws": ws})]
    return [each for each in found if each.listed]


def _read(row: Columns) -> Assessment:
    apart = {name: row[name] for name in _APART - {"title"}}
    return Assessment.model_validate({**row["data"], **apart, "title": row["body"] or ERASED})
