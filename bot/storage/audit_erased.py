"""Checking erasures: each says on the record how many texts went and which, and exactly those are gone."""

from __future__ import annotations

import hashlib
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from sqlalchemy import select

from bot.storage.audit_check import Broken
from bot.storage.tables import audit_redaction, erasure

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

    from sqlalchemy import Executable
    from sqlalchemy.engine import Connection

    from workflows.ports import JsonObject

_ENTRIES = select(audit_redaction.c.by_event, audit_redaction.c.event_id.label("what")).order_by(
    audit_redaction.c.by_event, audit_redaction.c.event_id
)
_COPIES = select(
    erasure.c.by_event, (erasure.c.kind + ":" + erasure.c.name).label("what")
).order_by(erasure.c.by_event, erasure.c.kind + ":" + erasure.c.name)


def digest_of(names: Iterable[str]) -> str:
    """Return the digest of the names of erased texts, as their entry has it: sorted, one on each line."""
    return hashlib.sha256("\n".join(sorted(names)).encode()).hexdigest()


def check_erasures(
    connection: Connection, told: dict[str, JsonObject], note: Callable[[Broken], object]
) -> None:
    """Compare what was erased with what the entries say of it; `told` are the heads of those by their id."""
    for query, name in ((_ENTRIES, "entries"), (_COPIES, "copies")):
        left = dict(told)
        for event_id, found in groupby(_rows(connection, query), key=itemgetter(0)):
            names = [what for _, what in found]
            head = left.pop(event_id, None)
            if head is None or (head.get(name), head.get(f"{name}_digest")) != _said(names):
                words = "texts were erased that it does not name"
                note(Broken(chain="", seq=0, event_id=event_id, problem=words))
        for event_id, head in left.items():
            if head.get(name):
                words = "it says that texts were erased, and no trace of that is left"
                note(Broken(chain="", seq=0, event_id=event_id, problem=words))


def _rows(connection: Connection, query: Executable) -> Generator[tuple[str, str]]:
    for row in connection.execute(query, execution_options={"yield_per": 1000}):
        yield row.by_event, row.what


def _said(names: list[str]) -> tuple[int, str]:
    return len(names), digest_of(names)
