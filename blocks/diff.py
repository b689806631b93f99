"""What an edit changed, word by word: ~old words~ *new words*, as rich text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Literal

from blocks import contents, rich
from blocks.text import Block, shorten

if TYPE_CHECKING:
    from workflows.action import ActionSpec
    from workflows.run import Revision

#: Characters of the diff of one field on a card; unchanged stretches are shortened first.
SHOWN = 600
_AROUND = 24
#: An address is one word: whom a letter goes to is read whole, not in pieces of two addresses.
_WORDS = re.compile(r"\s+|[\w.+-]{1,64}+@[\w.-]{0,254}\w|\w+|[^\w\s]")
#: What a cut may have left of a word.
_FIRST_WORD, _LAST_WORD = re.compile(r"^\S*\s+"), re.compile(r"\s+\S*$")
_LINES = re.compile(r"[^\n]*\n|[^\n]+")
#: Texts of more words than this are compared line by line, of more lines as a whole.
_MOST = 1_500


@dataclass(frozen=True, kw_only=True)
class Change:
    """A stretch of text that stayed, went or came."""

    kind: Literal["same", "old", "new"]
    text: str


def words(old: str, new: str) -> list[Change]:
    """Return the stretches in order; same and old ones make `old`, same and new ones `new`."""
    before, after = _tokens(old, new)
    found: list[Change] = []
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            found.append(Change(kind="same", text="".join(before[i1:i2])))
        else:
            found += _swap("".join(before[i1:i2]), "".join(after[j1:j2]))
    return _phrases(found)


def _swap(old: str, new: str) -> list[Change]:
    """Return what went and what came, each only if there is any."""
    went = [Change(kind="old", text=old)] if old else []
    return [*went, *([Change(kind="new", text=new)] if new else [])]


def _phrases(changes: list[Change]) -> list[Change]:
    """Join changes with only spaces between them: a phrase reads better whole than word after word."""
    found: list[Change] = []
    old = new = ""
    for at, change in enumerate(changes):
        between = change.kind == "same" and not change.text.strip(" ") and (old or new)
        if change.kind == "old" or (between and at + 1 < len(changes)):
            old += change.text
        if change.kind == "new" or (between and at + 1 < len(changes)):
            new += change.text
        elif change.kind == "same":
            found += [*_swap(old, new), change]
            old = new = ""
    return [*found, *_swap(old, new)]


def _tokens(old: str, new: str) -> tuple[list[str], list[str]]:
    for pattern in (_WORDS, _LINES):
        before: list[str] = pattern.findall(old)
        after: list[str] = pattern.findall(new)
        if len(before) + len(after) <= _MOST:
            return before, after
    return [old] if old else [], [new] if new else []


def elements(changes: list[Change]) -> list[Block]:
    """Return the stretches as rich text, old struck, new bold, at most `SHOWN` characters."""
    room, last = SHOWN, len(changes) - 1
    found: list[Block] = []
    for at, change in enumerate(changes):
        text = shorten(_around(change, first=at == 0, last=at == last), room)
        old, new = change.kind == "old", change.kind == "new"
        if new and at and changes[at - 1].kind == "old":
            found.append(rich.text(" "))
            room -= 1
        found.append(rich.text(text, strike=old, bold=new, limit=SHOWN))
        room -= len(text)
        if room <= 1:
            break
    return found or [rich.text("")]


def _around(change: Change, *, first: bool, last: bool) -> str:
    """Return a stretch as shown: of a long one that stayed, only the words next to a change."""
    if change.kind != "same" or len(change.text) <= 2 * _AROUND:
        return change.text
    head = "" if first else f"{_LAST_WORD.sub('', change.text[:_AROUND])} "
    tail = "" if last else f" {_FIRST_WORD.sub('', change.text[-_AROUND:])}"
    return f"{head}…{tail}"


def changed(before: Revision, after: Revision, spec: ActionSpec | None) -> list[Block]:
    """Return one paragraph per changed field in the card's order; empty when none changed."""
    old = {part.name: part for part in contents.parts(before.payload, spec)}
    new = {part.name: part for part in contents.parts(after.payload, spec)}
    found: list[Block] = []
    for name in dict.fromkeys([*new, *old]):
        was, now = old.get(name), new.get(name)
        texts = was.text if was else "", now.text if now else ""
        if texts[0] != texts[1]:
            label = (now or was or new[name]).label
            found.append(rich.section(rich.text(f"{label} ", bold=True), *elements(words(*texts))))
    return found
