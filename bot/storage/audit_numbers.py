"""Checking the numbers of all entries: a gap is a removed entry, even when its whole chain went with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import exists, func, select

from bot.storage.audit_check import Broken
from bot.storage.tables import audit_event, audit_leaf

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.engine import Connection

_event = audit_event.c
_NUMBERS = select(func.count(), func.coalesce(func.max(_event.n), 0))
_after = audit_event.alias("after")
_GAP = select(func.min(_event.n + 1)).where(~exists().where(_after.c.n == _event.n + 1))
_FIRST = select(func.coalesce(func.min(_event.n), 1))
_in_order = (
    select(
        _event.id,
        _event.n,
        func.lag(_event.n).over(partition_by=audit_leaf.c.ws, order_by=audit_leaf.c.leaf_index),
    )
    .join(audit_leaf, audit_leaf.c.event_id == _event.id)
    .subquery()
)
_MISPLACED = select(_in_order.c.id).where(_in_order.c[2] > _in_order.c.n).limit(1)
_EARLY = (
    select(_event.id)
    .outerjoin(audit_leaf, audit_leaf.c.event_id == _event.id)
    .where(
        audit_leaf.c.event_id.is_(None),
        _event.n
        < select(func.max(_after.c.n))
        .join(audit_leaf, audit_leaf.c.event_id == _after.c.id)
        .where(_after.c.ws == _event.ws)
        .scalar_subquery(),
    )
    .limit(1)
)


def check_numbers(connection: Connection, note: Callable[[Broken], object]) -> None:
    """Check that entries are numbered without gaps and sealed in that order: on SQLite, which has one writer."""
    if connection.dialect.name != "sqlite":
        return
    count, newest = connection.execute(_NUMBERS).one()
    first = connection.execute(_FIRST).scalar_one()
    if count != newest or first != 1:
        number = 1 if first != 1 else connection.execute(_GAP).scalar()
        words = f"entry number {number} of the whole log is gone"
        note(Broken(chain="", seq=0, event_id="", problem=words))
    for query, words in (
        (
            _EARLY,
            "later entries are sealed and it is not: it was put in by hand, or its leaf is gone",
        ),
        (_MISPLACED, "its number is not in the order in which entries were sealed"),
    ):
        event_id = connection.execute(query).scalar()
        if event_id is not None:
            note(Broken(chain="", seq=0, event_id=event_id, problem=words))
