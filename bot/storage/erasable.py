"""All that an erasure takes, listed by id: bodies of entries, drafts, and the texts they name by hash."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select

from bot.storage import stands
from bot.storage.choosing import KEPT
from bot.storage.copies import PERSONAL
from bot.storage.tables import audit_event, audit_payload, document
from workflows.action import Record

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import BindParameter, Executable
    from sqlalchemy.engine import Connection

    from bot.storage.choosing import Chosen
    from bot.storage.copies import Copies
    from workflows.ports import JsonObject

_MINE: BindParameter[str] = bindparam("its_ws")
_BODIES = (
    select(audit_event.c.id, audit_event.c.hdr)
    .join(audit_payload, audit_payload.c.event_id == audit_event.c.id)
    .where(audit_event.c.ws == _MINE, audit_event.c.event.not_in(KEPT))
)
_OF_CHAIN = _BODIES.where(audit_event.c.chain == bindparam("name"))
_OF_OBJECT = _BODIES.where(audit_event.c.object == bindparam("name"))
_ONE = _BODIES.where(audit_event.c.id == bindparam("name"))
_TEXT = select(document.c.hash).where(
    document.c.ws == _MINE,
    document.c.hash == bindparam("name"),
    document.c.kind.in_(PERSONAL),
    document.c.body != "",
)


class Listed(Record):
    """Everything an erasure takes, by id; what was erased before is not in it."""

    runs: tuple[str, ...]
    drafts: tuple[str, ...]
    entries: tuple[str, ...]
    documents: tuple[str, ...]
    events: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to erase."""
        return not any(ids for _, ids in self)

    @property
    def objects(self) -> list[str]:
        """What it is about, as entries name it: runs, and drafts whose run is not erased with them."""
        if self.runs:
            return [f"run:{name}" for name in self.runs]
        return [f"draft:{name}" for name in self.drafts]

    @property
    def copies(self) -> list[str]:
        """The copies outside the log, as their digest names them."""
        texts = [f"revision:{name}" for name in self.drafts]
        return sorted([*texts, *(f"document:{name}" for name in self.documents)])


def drafts_of(copies: Copies, chosen: Chosen) -> list[str]:
    """Return the drafts of what was chosen whose texts are still there."""
    of_runs = [name for run_id in chosen.runs for name in copies.drafts_of(run_id)]
    return [name for name in (*of_runs, *chosen.drafts) if not copies.is_erased(name)]


def listed(
    connection: Connection, ws: str, chosen: Chosen, copies: Copies, cards: Iterable[str]
) -> Listed:
    """Return what an erasure takes; `cards` were looked for before."""
    drafts = drafts_of(copies, chosen)
    bodies = {
        **_bodies(connection, ws, _OF_CHAIN, (f"run:{name}" for name in chosen.runs)),
        **_bodies(connection, ws, _OF_OBJECT, (f"draft:{name}" for name in chosen.drafts)),
        **_bodies(connection, ws, _ONE, chosen.entries),
    }
    named = {*cards, *chosen.documents, *copies.documents_of(drafts)}
    named.update(hash_ for hdr in bodies.values() for hash_ in _named_in(hdr))
    named.update(stands.of_these_alone(connection, ws, frozenset(chosen.runs)))
    texts = [name for name in sorted(named) if _is_there(connection, ws, name)]
    return Listed(
        runs=tuple(name for name in chosen.runs if not copies.is_blank(name)),
        drafts=tuple(drafts),
        entries=tuple(sorted(bodies)),
        documents=tuple(texts),
        events=chosen.events,
    )


def _bodies(
    connection: Connection, ws: str, query: Executable, names: Iterable[str]
) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in names:
        rows = connection.execute(query, {"its_ws": ws, "name": name})
        found.update({row.id: row.hdr for row in rows})
    return found


def _is_there(connection: Connection, ws: str, hash_: str) -> bool:
    return connection.execute(_TEXT, {"its_ws": ws, "name": hash_}).first() is not None


def _named_in(hdr: str) -> list[str]:
    """Return the hashes of texts that a header names: what an agent was shown, the card that was pressed."""
    head: JsonObject = json.loads(hdr).get("head", {})
    return [str(head[name]) for name in ("context", "card_hash") if head.get(name)]
