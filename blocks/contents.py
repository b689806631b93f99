"""What exactly will leave: the fields of a payload in reading order, whole or on pages.

Nothing of a payload is left out. What does not fit on a card is read on pages, and only the last
page can be signed from.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from math import ceil
from typing import TYPE_CHECKING

from blocks import rich
from blocks.text import EMPTY, begun, visible
from workflows.action import ActionSpec, Field, money

if TYPE_CHECKING:
    from pydantic import JsonValue

    from blocks.text import Block

#: A card shows at most this many short fields, so long each, and so much long text.
SHORT_FIELDS = 6
SHORT = 150
LONG = 1_000
LONG_LINES = 14
#: Characters of a long text a card shows when it can't show all of it.
PREVIEW = 300
#: Characters on one page of the full text.
PAGE = 2_500
_LINE = 80
_LABEL = 60
_RECIPIENTS = frozenset({"to", "cc", "bcc", "recipient", "phone", "channel"})


@dataclass(frozen=True, kw_only=True)
class Part:
    """One field of a payload as it is shown; `text` is all of it, invisible characters marked."""

    name: str
    label: str
    text: str
    long: bool = False
    person: bool = False

    def elements(self, limit: int | None = None) -> list[Block]:
        """Return the value as rich text, or its first `limit` characters."""
        if self.person:
            return [rich.person(self.text)]
        return rich.runs(self.text, limit=limit)


def parts(payload: dict[str, JsonValue], spec: ActionSpec | None) -> tuple[Part, ...]:
    """Return every field of the payload: recipients, amounts, the rest, long texts last.

    One that the action knows is shown blank too: to clear something is an effect.
    """
    fields = {field.name: field for field in spec.fields} if spec else {}
    known = [fields.get(name) or Field(name=name) for name in (*fields, *payload)]
    ordered = sorted(dict.fromkeys(field.name for field in known), key=lambda n: _rank(n, fields))
    return tuple(
        _part(fields.get(name) or Field(name=name), payload[name])
        for name in ordered
        if payload.get(name) not in (None, "") or (name in payload and name in fields)
    )


def _rank(name: str, fields: dict[str, Field]) -> int:
    kind = fields[name].type if name in fields else "text"
    if kind == "long_text":
        return 3
    if name in _RECIPIENTS or kind in {"email", "person"}:
        return 0
    return 1 if kind == "money" else 2


def _part(field: Field, value: JsonValue) -> Part:
    text = visible("" if value is None else value_words(field, value)) or EMPTY
    return Part(
        name=field.name,
        label=begun(field.title, _LABEL) or EMPTY,
        text=text,
        long=field.type == "long_text" or "\n" in text,
        person=field.type == "person",
    )


def value_words(field: Field, value: JsonValue) -> str:
    """Return a value as people read it: money with separators, yes or no, a date with its day."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return _text_words(field, value)
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return ", ".join(str(item) for item in value)
    return json.dumps(value, ensure_ascii=False)


def _text_words(field: Field, value: str) -> str:
    try:
        if field.type == "money":
            return str(money(value))
        if field.type == "date":
            return f"{value} ({date.fromisoformat(value):%A})"
    except ValueError:
        return value
    return value


def is_whole(shown: tuple[Part, ...]) -> bool:
    """Whether a card can show all of it, so that it may be signed from the card."""
    short = [part for part in shown if not part.long]
    long = [part for part in shown if part.long]
    return (
        len(short) <= SHORT_FIELDS
        and all(len(part.text) <= SHORT for part in short)
        and sum(len(part.text) for part in long) <= LONG
        and sum(_lines(part.text) for part in long) <= LONG_LINES
    )


def _lines(text: str) -> int:
    return sum(max(1, ceil(len(line) / _LINE)) for line in text.split("\n"))


def length(shown: tuple[Part, ...]) -> int:
    """Return the characters of all values."""
    return sum(len(part.text) for part in shown)


def pages(shown: tuple[Part, ...]) -> list[list[Part]]:
    """Return the parts cut into pages; the pieces of a field, put together, are its text again."""
    found: list[list[Part]] = [[]]
    room = PAGE
    for part in shown:
        rest = part.text
        while rest:
            piece = _piece(rest, room)
            if not piece:
                found.append([])
                room = PAGE
                continue
            found[-1].append(_cut(part, piece))
            rest, room = rest[len(piece) :], room - len(piece) - len(part.label)
    return found


def _piece(text: str, room: int) -> str:
    """Return what fits into `room`, cut after white space if some is in the second half."""
    if len(text) <= room:
        return text
    if room < _LINE:
        return ""
    cut = max(text.rfind(" ", room // 2, room), text.rfind("\n", room // 2, room))
    return text[: cut + 1] if cut >= 0 else text[:room]


def _cut(part: Part, piece: str) -> Part:
    return Part(name=part.name, label=part.label, text=piece, long=part.long, person=part.person)
