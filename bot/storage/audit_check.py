"""What must hold in a chain of audit entries, wherever it was read from."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from pydantic_core import from_json

from bot.storage.header import NO_ENTRY, joined, stamp
from workflows.action import Record
from workflows.events import Event

if TYPE_CHECKING:
    from workflows.ports import JsonObject

#: A verdict lists at most so many broken places, one a chain.
LISTED = 50

# Plain texts: comparing a million entries with members of an enumeration takes seconds.
_WRITTEN = frozenset(
    map(
        str,
        (Event.DRAFT_OPENED, Event.DRAFT_SHADOWED, Event.DRAFT_EDITED, Event.DRAFT_REWRITTEN),
    )
)
#: The same text as a new revision, which nobody has signed; its author is that of the one before.
_AGAIN = frozenset(map(str, (Event.DRAFT_UNDONE, Event.DRAFT_LIMITED, Event.DRAFT_ASKED)))
_LEFT = frozenset(
    map(
        str,
        (
            Event.DRAFT_LEAVING,
            Event.DRAFT_EXECUTED,
            Event.DRAFT_FAILED,
            Event.DRAFT_UNCERTAIN,
        ),
    )
)
_SIGNED = frozenset(map(str, (Event.DRAFT_SIGNED, Event.DRAFT_RULED)))
_REDACTED = ":payload:redacted"
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
    #: Its place in the Merkle log; None before it is sealed.
    leaf: int | None = None


class Stored(NamedTuple):
    """The same as `Line`, straight from the database, which checks types itself: made a million times, quickly."""

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
    salt: bytes | None
    body: str | None
    redacted_by: str | None
    leaf: int | None


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
    #: Entries that no checkpoint covers yet: the newest, until the next one is made.
    unsealed: int = 0
    checkpoints: int = 0
    #: Whether the checkpoints' signatures were checked: only with a key.
    signed: bool = False
    #: Copies of checkpoints, kept elsewhere, that were compared.
    witnessed: int = 0


class Told(NamedTuple):
    """What a chain says of one revision or signature: where, when and by whom, and which bytes it names."""

    seq: int
    event_id: str
    payload_hash: str
    ts: str
    actor: str
    #: Whether the actor wrote the revision; who undoes signs nothing anew and leaves its author.
    wrote: bool
    #: What was on the screen of who signed; empty where that is not told.
    card_hash: str


class ChainCheck:
    """Takes the entries of one chain in their order and stops at the first that does not fit."""

    def __init__(self, ws: str, chain: str) -> None:
        """Begin a chain of a workspace."""
        self.ws, self.chain = ws, chain
        self.seq, self.head, self.last_id = 0, NO_ENTRY, ""
        self.broken: Broken | None = None
        #: What was written, signed and carried out, as the entries tell it.
        self.written: dict[tuple[str, int], Told] = {}
        self.signed: dict[tuple[str, int, str], Told] = {}
        self.left: dict[str, Told] = {}
        #: The heads of entries that say what was erased, by their id.
        self.erased: dict[str, JsonObject] = {}
        self._approved: set[tuple[str, int, str]] = set()

    def take(self, line: Line | Stored) -> None:
        """Check one entry against the one before it."""
        if self.broken is None:
            self._check(line)
        self.seq, self.head, self.last_id = line.seq, line.hash.hex(), line.id

    def _check(self, line: Line | Stored) -> None:
        if line.seq != self.seq + 1:
            self.break_at(self.seq + 1, "", "this entry is gone")
            return
        text = line.hdr.encode()
        header = _header(text) if hashlib.sha256(text).digest() == line.hash else None
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

    def _unsigned(self, line: Line | Stored, header: JsonObject) -> str:
        """Follow what the entries say of drafts; what leaves must be what enough people signed."""
        head = header.get("head")
        if not isinstance(head, dict):
            return ""
        if line.event.endswith(_REDACTED):
            self.erased[line.id] = head
        payload_hash = head.get("payload_hash")
        if not isinstance(payload_hash, str):
            return ""
        name, n = line.object.removeprefix("draft:"), _whole(head.get("revision"))
        if line.event in _WRITTEN:
            self.written[name, n] = _told(line, head, payload_hash)
        elif line.event in _AGAIN:
            # Who must sign can change without a new revision.
            self.written.setdefault((name, n), _told(line, head, payload_hash))
        elif line.event in _SIGNED:
            who = line.actor.removeprefix("user:").removeprefix("system:")
            self.signed[name, n, who] = _told(line, head, payload_hash)
            if _whole(head.get("missing")) <= 0:
                self._approved.add((name, n, payload_hash))
        elif line.event in _LEFT:
            self.left[name] = _told(line, head, payload_hash)
            if (name, n, payload_hash) not in self._approved:
                return "it left without signatures on these very bytes"
        return ""


def _told(line: Line | Stored, head: JsonObject, payload_hash: str) -> Told:
    card = head.get("card_hash")
    return Told(
        seq=line.seq,
        event_id=line.id,
        payload_hash=payload_hash,
        ts=line.ts,
        actor=line.actor,
        wrote=line.event in _WRITTEN,
        card_hash=card if isinstance(card, str) else "",
    )


def stamp_of(micros: int) -> str:
    """Return a time, in microseconds since 1970, as headers have it; empty for what is no time."""
    try:
        return stamp(datetime.fromtimestamp(0, UTC) + timedelta(microseconds=micros))
    except OverflowError:
        return ""


def _whole(value: Any) -> int:  # noqa: ANN401 -- whatever the header held
    return value if isinstance(value, int) else 0


def _header(text: bytes) -> JsonObject | None:
    """Return a header taken apart; None when it is not one."""
    try:
        read = from_json(text, allow_inf_nan=False)
    except ValueError:
        return None
    return cast("JsonObject", read) if isinstance(read, dict) else None


def _changed_column(line: Line | Stored, header: JsonObject) -> str:
    said = header.get
    as_told = (said("id"), said("ws"), said("chain"), said("seq"), said("ts"), said("event"))
    kept = (line.id, line.ws, line.chain, line.seq, line.ts, line.event)
    if as_told != kept:
        changed = next(n for n, told in enumerate(as_told) if told != kept[n])
        return f"its column {_PLAIN[changed]} was changed"
    if joined(said("actor")) != line.actor:
        return "its column actor was changed"
    return "" if joined(said("object")) == line.object else "its column object was changed"


def _changed_body(line: Line | Stored, header: JsonObject) -> str:
    promised = header.get("payload_hash")
    if line.body is None or line.salt is None:
        gone = promised != "" and line.redacted_by is None
        return "its body is gone and no erasure is on the record" if gone else ""
    # The commitment of `header`, in one call: it is made a million times.
    if hmac.digest(line.salt, line.body.encode(), "sha256").hex() != promised:
        return "its body was changed: it is not what the header promises"
    return ""
