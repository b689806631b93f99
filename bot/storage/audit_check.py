"""What must hold in a chain of audit entries, wherever it was read from."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from bot.storage.header import NO_ENTRY, commitment, hashed, joined
from workflows.action import Record
from workflows.events import Event

if TYPE_CHECKING:
    from workflows.ports import JsonObject

#: A verdict lists at most so many broken places, one a chain.
LISTED = 50

_WRITTEN = (Event.DRAFT_OPENED, Event.DRAFT_EDITED, Event.DRAFT_UNDONE)
_LEFT = (
    Event.DRAFT_LEAVING,
    Event.DRAFT_EXECUTED,
    Event.DRAFT_FAILED,
    Event.DRAFT_UNCERTAIN,
)
_PLAIN = ("id", "ws", "chain", "seq", "ts", "event")


class Line(Record):
    """One entry as it is kept: its searchable columns, the exact text that was hashed, and its body."""

    id: str
    ws: str
    chain: str
    seq: int
    ts: str
    actor: str
    event: str
    object: str
    hdr: str
    hash: bytes
    salt: bytes | None = None
    body: str | None = None
    #: The entry that put the erasure of the body on the record.
    redacted_by: str | None = None


class Broken(Record):
    """A place where the log is not what was written."""

    chain: str
    seq: int
    #: Empty when the entry itself is gone.
    event_id: str
    problem: str


class Verdict(Record):
    """Whether the log is as it was written, and the first place where it is not."""

    ok: bool
    entries: int
    chains: int
    first_bad: Broken | None = None
    #: The first broken place of each chain, oldest first, at most `LISTED` of them.
    bad: tuple[Broken, ...] = ()


class Told(Record):
    """What a chain says of one revision: where it says so, and which bytes it names."""

    seq: int
    event_id: str
    payload_hash: str


class ChainCheck:
    """Takes the entries of one chain in their order and stops at the first that does not fit."""

    def __init__(self, chain: str) -> None:
        """Begin a chain."""
        self.chain = chain
        self.seq, self.head, self.last_id = 0, NO_ENTRY, ""
        self.broken: Broken | None = None
        #: What was written, signed and carried out, as the entries tell it.
        self.written: dict[tuple[str, int], Told] = {}
        self.signed: dict[tuple[str, int, str], Told] = {}
        self.left: dict[str, Told] = {}
        self._approved: set[tuple[str, int, str]] = set()

    def take(self, line: Line) -> None:
        """Check one entry against the one before it."""
        if self.broken is None:
            self._check(line)
        self.seq, self.head, self.last_id = line.seq, line.hash.hex(), line.id

    def _check(self, line: Line) -> None:
        if line.seq != self.seq + 1:
            self.break_at(self.seq + 1, "", "this entry is gone")
            return
        header = _header(line)
        problem = (
            "its header was changed: it is not the text that was hashed"
            if header is None
            else _changed_column(line, header)
            or self._out_of_chain(header)
            or _changed_body(line, header)
            or self._unsigned(line, header)
        )
        if problem:
            self.break_at(line.seq, line.id, problem)

    def break_at(self, seq: int, event_id: str, problem: str) -> None:
        """Keep the first broken place of the chain."""
        if self.broken is None:
            self.broken = Broken(chain=self.chain, seq=seq, event_id=event_id, problem=problem)

    def _out_of_chain(self, header: JsonObject) -> str:
        if header.get("prev") == self.head:
            return ""
        return "it does not follow the entry before it: one of the two was rewritten"

    def _unsigned(self, line: Line, header: JsonObject) -> str:
        """Follow what the entries say of drafts; what leaves must be what enough people signed."""
        head = header.get("head")
        if not isinstance(head, dict) or not isinstance(head.get("payload_hash"), str):
            return ""
        told = Told(seq=line.seq, event_id=line.id, payload_hash=str(head["payload_hash"]))
        name, n = line.object.removeprefix("draft:"), _whole(head.get("revision"))
        if line.event in _WRITTEN:
            self.written[name, n] = told
        elif line.event == Event.DRAFT_SIGNED:
            self.signed[name, n, line.actor.removeprefix("user:")] = told
            if _whole(head.get("missing")) <= 0:
                self._approved.add((name, n, told.payload_hash))
        elif line.event in _LEFT:
            self.left[name] = told
            if (name, n, told.payload_hash) not in self._approved:
                return "it left without signatures on these very bytes"
        return ""


def _whole(value: Any) -> int:  # noqa: ANN401 -- whatever the header held
    return value if isinstance(value, int) else 0


def _header(line: Line) -> JsonObject | None:
    """Return what was hashed, taken apart; None when it is not the text the hash is of."""
    if hashed(line.hdr) != line.hash:
        return None
    try:
        return cast("JsonObject", dict(json.loads(line.hdr)))
    except (TypeError, ValueError):
        return None


def _changed_column(line: Line, header: JsonObject) -> str:
    said = {name: header.get(name) for name in _PLAIN}
    said["actor"], said["object"] = joined(header.get("actor")), joined(header.get("object"))
    changed = [name for name, value in said.items() if getattr(line, name) != value]
    return f"its column {changed[0]} was changed" if changed else ""


def _changed_body(line: Line, header: JsonObject) -> str:
    promised = header.get("payload_hash")
    if line.body is None or line.salt is None:
        gone = promised != "" and line.redacted_by is None
        return "its body is gone and no erasure is on the record" if gone else ""
    if commitment(line.salt, line.body) != promised:
        return "its body was changed: it is not what the header promises"
    return ""
