"""Finding entries: by run, draft, person, kind, time or words of the body.

The newest come first, by their place in the log. Each search walks one index in that order and stops when it has
enough; a time says where in the log to begin and to end. Words alone have no index: bodies are read, newest first.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import bindparam, func, or_, select, text, union_all

from bot.storage.columns import Whole
from bot.storage.fetch import many
from bot.storage.header import stamp
from bot.storage.tables import audit_event, audit_payload
from workflows.action import Record
from workflows.errors import BadInput
from workflows.events import Entry, Event
from workflows.loading.problems import did_you_mean
from workflows.ports import JsonObject

if TYPE_CHECKING:
    from sqlalchemy import BindParameter, ColumnElement, Select
    from sqlalchemy.engine import Connection

    from bot.storage.database import Database
    from bot.storage.fetch import Columns

#: How far a clock may have gone back. What was stamped by one that was further off is found without a time.
SKEW = timedelta(hours=1)
_LAST = 2**63 - 1
#: Columns of which few entries have the same value; bodies are then read of these alone.
_NARROW = frozenset({"chain", "object"})
#: Numbers of the log whose bodies are read at a time, and at most where few of them match.
STRETCH, MOST_STRETCH = 2_000, 64_000

_of = audit_event.c
_mine = select(_of.n).where(_of.ws == bindparam("ws")).limit(1)
_LAST_BEFORE = _mine.where(_of.ts < bindparam("at")).order_by(_of.ts.desc())
_FIRST_AFTER = _mine.where(_of.ts >= bindparam("at")).order_by(_of.ts)
_HIGHEST = select(func.coalesce(func.max(_of.n), 0)).where(_of.ws == bindparam("ws"))
# A plan made for any values at all reads the whole log for some of them.
_PLAN = text("SET LOCAL plan_cache_mode = force_custom_plan")
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
    #: Look no further back than so many numbers from the newest; 0 looks at all. Words alone need it.
    within: int = 0
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


class _Shape(NamedTuple):
    """Which parts a search has; searches of one shape share a statement."""

    #: Columns that are compared, the one that narrows most first: `chain`, `object`, `actor`.
    compared: tuple[str, ...]
    #: How many kinds of entry are named; 0 when the kind does not matter.
    events: int
    #: How many spellings of the words are looked for.
    words: int
    #: Whether a time is given.
    timed: bool

    @property
    def walked(self) -> str:
        """The column whose index is walked; empty for the whole log, newest first."""
        first = next(iter(self.compared), "event" if self.events else "")
        return first if first in _NARROW or not self.words else ""


def search(
    database: Database, filters: Filters, *, ws: str = "local", before: int | None = None
) -> list[Recorded]:
    """Return the newest entries that match, oldest of them first; `before` goes on from an entry's `n`.

    Raises `BadInput` for a kind of entry there is none of.
    """
    named, words = _named(filters), spellings(filters.text)
    events = events_of(filters.event) if filters.event else ()
    values: Columns = {
        "ws": ws,
        "since": stamp(filters.since) if filters.since else "",
        "until": stamp(filters.until) if filters.until else "~",
        **named,
        **{f"which_{n}": event for n, event in enumerate(events)},
        **{f"words_{n}": spelling for n, spelling in enumerate(words)},
    }
    timed = filters.since is not None or filters.until is not None
    shape = _Shape(tuple(named), len(events), len(words), timed)
    with database.read() as connection:
        if database.dialect == "postgresql":
            connection.execute(_PLAN)
        first, last = _window(connection, filters, ws)
        last = last if before is None else min(last, before - 1)
        found = _read(connection, shape, {**values, "first": first, "last": last}, filters.limit)
    return [_recorded(row) for row in reversed(found)]


def _read(connection: Connection, shape: _Shape, values: Columns, limit: int) -> list[Columns]:
    """Return the newest rows. Bodies are read a stretch at a time: no plan knows how many hold the words."""
    if not shape.words or shape.walked in _NARROW:
        return many(connection, _statement(shape), {**values, "most": limit})
    found: list[Columns] = []
    stretch, last = STRETCH, min(values["last"], _highest(connection, values["ws"]))
    while len(found) < limit and last >= values["first"]:
        first = max(last - stretch + 1, values["first"])
        part = {**values, "first": first, "last": last, "most": limit - len(found)}
        before = len(found)
        found += many(connection, _statement(shape), part)
        # Numbers of one workspace lie far apart where there are many.
        stretch = STRETCH if len(found) > before else min(2 * stretch, MOST_STRETCH)
        last = first - 1
    return found


def events_of(name: str) -> tuple[str, ...]:
    """Return the kinds of entry a name stands for: itself, all that end in it, or every one for an empty name.

    Raises `BadInput` when there is none, with the nearest name there is.
    """
    found = tuple(e.value for e in Event if not name or name in {e.value, e.value.split(":")[-1]})
    if found:
        return found
    known = {e.value if ":" in name else e.value.split(":")[-1] for e in Event}
    hint = did_you_mean(name, known)
    raise BadInput(field=name, problem=f"there is no such kind of entry. {hint}".strip())


def spellings(words: str) -> tuple[str, ...]:
    """Return the patterns that find `words` in a JSON text that was lowered, whatever their case.

    SQLite lowers ASCII letters only, so that other letters are looked for in each case.
    """
    if not words:
        return ()
    written = (words, words.lower(), words.upper(), words.title())
    lowered = [_ascii_lower(json.dumps(each, ensure_ascii=False)[1:-1]) for each in written]
    return tuple(dict.fromkeys(f"%{_escaped(each)}%" for each in lowered))


def holds(column: ColumnElement[str], count: int) -> ColumnElement[bool]:
    """Return the condition that a JSON text holds one of `words_0`, `words_1` ..., as `spellings` made them."""
    lowered = func.lower(column)
    return or_(*(lowered.like(bindparam(f"words_{n}"), escape="\\") for n in range(count)))


def _ascii_lower(text: str) -> str:
    return "".join(sign.lower() if sign.isascii() else sign for sign in text)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _named(filters: Filters) -> dict[str, str]:
    """Return what is compared with a column, the one that narrows most first."""
    return {
        **({"chain": f"run:{filters.run}"} if filters.run else {}),
        **({"object": f"draft:{filters.draft}"} if filters.draft else {}),
        **({"actor": _actor(filters.actor)} if filters.actor else {}),
    }


def _actor(name: str) -> str:
    return name if ":" in name else f"user:{name}"


def _window(connection: Connection, filters: Filters, ws: str) -> tuple[int, int]:
    """Return the first and the last number in the log that a time can mean: between what is surely too old or new."""
    first, last = 0, _LAST
    if filters.since:
        first = _number(connection, _LAST_BEFORE, ws, filters.since - SKEW) or first
    if filters.until:
        last = _number(connection, _FIRST_AFTER, ws, filters.until + SKEW) or last
    if filters.within:
        first = max(first, _highest(connection, ws) - filters.within + 1)
    return first, last


def _highest(connection: Connection, ws: str) -> int:
    return int(connection.execute(_HIGHEST, {"ws": ws}).scalar_one())


def _number(connection: Connection, query: Select[int], ws: str, at: datetime) -> int | None:
    return connection.execute(query, {"ws": ws, "at": stamp(at)}).scalar_one_or_none()


@cache
def _statement(shape: _Shape) -> Select[Any]:
    """Return the statement of a shape, made once: making one takes longer than running it."""
    kinds: list[BindParameter[str]] = [bindparam(f"which_{n}") for n in range(shape.events)]
    most = bindparam("most", type_=Whole)
    # Places in a chain and in the whole log have the same order; the index of chains has the first.
    order = _of.seq.desc() if shape.walked == "chain" else _of.n.desc()
    if shape.walked in {"actor", "event"} and kinds:
        # Each kind has a stretch of the index of its own.
        walks = [[*_walk(shape), _of.event == kind] for kind in kinds]
    else:
        walks = [[*_walk(shape), *([_aside("event").in_(kinds)] if kinds else [])]]
    if shape.words:
        (walk,) = walks
        holding = _ENTRIES.where(*walk, holds(audit_payload.c.body, shape.words))
        return holding.order_by(order).limit(most)
    parts = [select(_of.n).where(*walk).order_by(order).limit(most).subquery() for walk in walks]
    numbers = union_all(*(select(part.c.n) for part in parts)).subquery()
    newest = select(numbers.c.n).order_by(numbers.c.n.desc()).limit(most)
    return _ENTRIES.where(_of.n.in_(newest)).order_by(_of.n.desc())


def _walk(shape: _Shape) -> list[ColumnElement[bool]]:
    number = _of.n + 0 if shape.walked == "chain" else _of.n
    stamped = [_aside("ts") >= bindparam("since"), _aside("ts") < bindparam("until")]
    return [
        _of.ws == bindparam("ws"),
        *(
            (_of[name] if name == shape.walked else _aside(name)) == bindparam(name)
            for name in shape.compared
        ),
        number.between(bindparam("first"), bindparam("last")),
        *(stamped if shape.timed else []),
    ]


def _aside(name: str) -> ColumnElement[str]:
    """Return a column as no index has it: the walked one alone decides how entries are reached."""
    return _of[name].concat("")


def _recorded(row: Columns) -> Recorded:
    header = json.loads(row["hdr"])
    body = None if row["body"] is None else json.loads(row["body"])
    named = {name: row[name] for name in ("id", "n", "chain", "seq", "actor", "event", "object")}
    ts = datetime.fromisoformat(row["ts"])
    return Recorded(**named, ts=ts, head=header["head"], body=body, hash=row["hash"].hex())
