"""Adding to the audit log: each entry chained to the one before it, inside the transaction it describes."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, insert, select, update

from bot.storage.alone import alone
from bot.storage.header import (
    FORM,
    NO_ENTRY,
    actor_name,
    commitment,
    hashed,
    split,
    stamp,
    text_of,
)
from bot.storage.tables import audit_event, audit_payload, chain
from workflows.text import normalised, recordable

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy.engine import Connection, Row

    from workflows.events import Entry
    from workflows.ports import Ids, JsonObject

_HEAD = (
    select(chain.c.seq, chain.c.head)
    .where(chain.c.ws == bindparam("ws"), chain.c.name == bindparam("name"))
    .with_for_update()
)
_NEW_CHAIN = insert(chain)
_MOVE_HEAD = (
    update(chain)
    .where(chain.c.ws == bindparam("chain_ws"), chain.c.name == bindparam("chain_name"))
    .values(seq=bindparam("new_seq"), head=bindparam("new_head"))
)
_EVENT = insert(audit_event)
_PAYLOAD = insert(audit_payload)


class AuditLog:
    """The audit log as one transaction writes it. If it can't be written, the transaction fails."""

    def __init__(self, connection: Connection, ws: str, ids: Ids) -> None:
        """Take the transaction's connection, the workspace, and where entry ids come from."""
        self._connection, self._ws, self._ids = connection, ws, ids

    def append(self, entries: Iterable[Entry], at: datetime) -> None:
        """Chain the entries in their order. Each chain's head is locked, last of all rows."""
        by_chain: dict[str, list[Entry]] = {}
        for entry in entries:
            by_chain.setdefault(entry.chain, []).append(entry)
        for name in sorted(by_chain):
            self._extend(name, by_chain[name], stamp(at))

    def _extend(self, name: str, entries: list[Entry], ts: str) -> None:
        found = self._head(name)
        if found is None and alone(self._connection, f"chain {self._ws} {name}"):
            found = self._head(name)  # somebody else's first entry came in between
        seq, head = (found.seq, found.head) if found else (0, NO_ENTRY)
        events: list[dict[str, object]] = []
        payloads: list[dict[str, object]] = []
        for entry in entries:
            seq += 1
            row, payload = self._row(entry, seq, head, ts)
            head = row["hash"].hex() if isinstance(row["hash"], bytes) else NO_ENTRY
            events.append(row)
            payloads.extend(payload)
        self._connection.execute(_EVENT, events)
        if payloads:
            self._connection.execute(_PAYLOAD, payloads)
        if found:
            moved = {"chain_ws": self._ws, "chain_name": name, "new_seq": seq, "new_head": head}
            self._connection.execute(_MOVE_HEAD, moved)
        else:
            new = {"name": name, "ws": self._ws, "seq": seq, "head": head}
            self._connection.execute(_NEW_CHAIN, new)

    def _head(self, name: str) -> Row[Any, Any] | None:
        return self._connection.execute(_HEAD, {"ws": self._ws, "name": name}).one_or_none()

    def _row(
        self, entry: Entry, seq: int, prev: str, ts: str
    ) -> tuple[dict[str, object], list[dict[str, object]]]:
        head, head_changed = recordable(entry.head)
        body, body_changed = recordable(entry.body)
        columns = {
            "id": self._ids.new(),
            "ws": self._ws,
            "chain": entry.chain,
            "seq": seq,
            "ts": ts,
            "actor": normalised(actor_name(entry)),
            "event": entry.event.value,
            "object": normalised(entry.object),
        }
        payload: list[dict[str, object]] = []
        promise = ""
        if body:
            salt, text = secrets.token_bytes(32), text_of(body)
            promise = commitment(salt, text)
            payload = [{"event_id": columns["id"], "ws": self._ws, "salt": salt, "body": text}]
        header: JsonObject = {
            **columns,
            "v": FORM,
            "prev": prev,
            "actor": split(str(columns["actor"])),
            "object": split(str(columns["object"])),
            "payload_hash": promise,
            "head": head,
        }
        if head_changed or body_changed:
            header["normalised"] = True
        text = text_of(header)
        return {**columns, "hdr": text, "hash": hashed(text)}, payload
