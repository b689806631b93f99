"""Copies of checkpoints that were kept elsewhere, read from whatever they were kept in."""

from __future__ import annotations

import json
import re
from email import message_from_string, policy
from typing import TYPE_CHECKING

from bot.storage.notes import BadNote, origin, read

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from bot.storage.notes import Checkpoint, Keyring

#: Lines of a checkpoint's text, at most.
_LINES = 10
#: A saved letter begins with the lines of its head.
_HEAD = re.compile(r"[A-Za-z][A-Za-z0-9-]*: ")


def copies_in(path: Path) -> list[str]:
    """Return every note in a file: JSON lines as a witness keeps them, pasted text, or a saved letter.

    Raises `UnicodeDecodeError` for what is no text.
    """
    text = path.read_text(encoding="utf-8").replace("\r\n", "\n")
    if _HEAD.match(text):
        text = _told(text) or text
    lines = [line.strip() for line in text.split("\n")]
    return [*_in_json(lines), *_in_letters(lines)]


def ours(notes: Iterable[str], ws: str, keys: Keyring | None) -> Iterable[Checkpoint | BadNote]:
    """Yield the checkpoints of a workspace among copies of notes, and a problem for each that can't be trusted."""
    for note in notes:
        try:
            said = keys.opened(note) if keys else read(note)
        except BadNote as problem:
            yield problem
            continue
        if said.origin == origin(ws):
            yield said


def _told(text: str) -> str:
    """Return what a letter says; empty when it is none."""
    part = message_from_string(text, policy=policy.default).get_body(("plain",))
    said: object = part.get_content() if part else ""
    return said if isinstance(said, str) else ""


def _in_json(lines: list[str]) -> Iterable[str]:
    for line in lines:
        if line.startswith("{"):
            try:
                note: object = json.loads(line).get("note")
            except (ValueError, RecursionError):
                continue
            if isinstance(note, str):
                yield note


def _in_letters(lines: list[str]) -> Iterable[str]:
    for start, line in enumerate(lines):
        after = lines[start : start + _LINES]
        if not line.startswith("sayso/") or "" not in after:
            continue
        text = after[: after.index("")]
        signed: list[str] = []
        for each in lines[start + len(text) + 1 :]:
            if not each.startswith("— "):
                break
            signed.append(each)
        if signed:
            yield "\n".join([*text, "", *signed]) + "\n"
