"""Reading a message or dialog as a person does: its words, its buttons, its fields."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Iterator

Json = dict[str, Any]

_SPACE = re.compile(r"[^\S\n]+")
#: Parts whose pieces stand side by side.
_LINES = ("rich_text_section", "rich_text_quote")


def words(part: object) -> str:
    """Return everything readable, in reading order, without what only Slack sees."""
    return _SPACE.sub(" ", " ".join(_words(part))).strip()


def _words(part: object) -> Iterator[str]:
    if isinstance(part, list):
        for one in cast("list[object]", part):
            yield from _words(one)
    elif isinstance(part, dict) and cast("Json", part).get("type") in _LINES:
        yield "".join(_words(cast("Json", part)["elements"]))
    elif isinstance(part, dict):
        for name, value in cast("Json", part).items():
            if name in {"text", "fallback", "user_id"} and isinstance(value, str):
                yield value
            elif name not in {"value", "accessibility_label", "private_metadata"}:
                yield from _words(value)


def elements(part: Json) -> list[tuple[str, Json]]:
    """Return what can be pressed or filled in, each with its block id."""
    found: list[tuple[str, Json]] = []
    blocks: list[Json] = part.get("blocks") or []
    for block in blocks:
        row: list[Json] = block.get("elements") or []
        held: list[Json] = [*row, block.get("accessory") or {}, block.get("element") or {}]
        found += [(block["block_id"], one) for one in held if "action_id" in one]
    return found


def buttons(part: Json) -> list[str]:
    """Return the words on the buttons."""
    return [one["text"]["text"] for _, one in elements(part) if one["type"] == "button"]


def find(part: Json, action: str, about: str = "") -> tuple[str, Json]:
    """Return the one element of this action; `about` stands in its words, its value or its label."""
    found = [
        (block, one)
        for block, one in elements(part)
        if one["action_id"].partition(":")[0] == action or one["action_id"] == action
        if one["type"] in {"overflow", "static_select"}
        or about in f"{words(one)} {one.get('value')} {one.get('accessibility_label')}"
    ]
    there = [(one["action_id"], one.get("value")) for _, one in elements(part)]
    assert found, f"there is no {action!r} about {about!r}; there is {there}"
    return found[0]
