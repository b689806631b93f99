"""Rich text: the only place, beside `plain_text`, where words of customers and models are shown.

Its `text` elements are characters to Slack: no mention, no link, no formatting comes of them. What
is empty becomes a dash, since Slack refuses empty text, and what is invisible is made visible.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, LiteralString

from blocks import text as words
from blocks.text import EMPTY, Block, begun, epoch, utc_words, visible

if TYPE_CHECKING:
    from datetime import datetime

    from workflows.text import Untrusted

#: Characters of one text element; longer text becomes several elements side by side.
_RUN = 3000
#: Characters of a text element that is a label or a few words.
_SHORT = 300
_GROUP_PREFIX = "S"


def text(
    shown: str | Untrusted,
    *,
    bold: bool = False,
    italic: bool = False,
    strike: bool = False,
    code: bool = False,
    limit: int = _SHORT,
) -> Block:
    """Return one short `text` element, invisible characters marked; longer text goes to `runs`."""
    style = {"bold": bold, "italic": italic, "strike": strike, "code": code}
    element: Block = {"type": "text", "text": begun(shown, limit) or EMPTY}
    if any(style.values()):
        element["style"] = {name: True for name, on in style.items() if on}
    return element


def runs(shown: str | Untrusted, *, limit: int | None = None) -> list[Block]:
    """Return `text` elements that show all of `shown`, or its first `limit` characters and "…"."""
    characters = (visible(shown) if limit is None else begun(shown, limit)) or EMPTY
    pieces = [characters[at : at + _RUN] for at in range(0, len(characters), _RUN)]
    return [{"type": "text", "text": piece} for piece in pieces]


def coded(shown: str, limit: int) -> list[Block]:
    """Return a line with what stands in `backticks` as code and Slack ids outside of it as people.

    At most `limit` characters. For the words of a playbook, which its owner wrote.
    """
    found: list[Block] = []
    for at, piece in enumerate(begun(shown, limit).split("`")):
        if at % 2 == 0:
            found += _with_people(piece, limit)
        elif piece:
            found.append(text(piece, limit=limit, code=True))
    return found or [text("")]


def _with_people(shown: str, limit: int) -> list[Block]:
    pieces = [piece for piece in words.ID.split(shown) if piece]
    return [
        person(piece) if words.ID.fullmatch(piece) else text(piece, limit=limit) for piece in pieces
    ]


def person(name: str) -> Block:
    """Return a mention for a Slack user or user-group id; any other name as plain words."""
    mention = words.person(name)
    if not mention.startswith("<"):
        return text(name)
    if name.startswith(_GROUP_PREFIX):
        return {"type": "usergroup", "usergroup_id": name}
    return {"type": "user", "user_id": name}


def date(at: datetime, style: LiteralString = "{date_short_pretty} {time}") -> Block:
    """Return `at` in the reader's zone. Raises `ValueError` for a naive time."""
    return {"type": "date", "timestamp": epoch(at), "format": style, "fallback": utc_words(at)}


def link(url: str, shown: str) -> Block:
    """Return a link to one of our own records; never for an address found in untrusted text."""
    return {"type": "link", "url": url, "text": visible(shown) or EMPTY}


def section(*elements: Block) -> Block:
    """Return one paragraph."""
    return {"type": "rich_text_section", "elements": list(elements)}


def quote(*elements: Block) -> Block:
    """Return a paragraph with a bar on its left: words that will leave, or that somebody wrote."""
    return {"type": "rich_text_quote", "elements": list(elements)}


def bullets(lines: list[list[Block]], *, ordered: bool = False) -> Block:
    """Return a list with one item per line."""
    return {
        "type": "rich_text_list",
        "style": "ordered" if ordered else "bullet",
        "elements": [section(*line) for line in lines],
    }


def block(block_id: str, *parts: Block) -> Block:
    """Return the block that holds paragraphs, quotes and lists."""
    return {"type": "rich_text", "block_id": block_id, "elements": list(parts)}
