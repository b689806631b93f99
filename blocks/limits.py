"""Our own Block Kit checker: what Slack would refuse, found before it is sent.

`check` takes a whole message (`{"text": …, "blocks": […]}`) or view (`{"type": "modal" | "home"}`)
and returns every problem with a JSON pointer to it. The official client library checks some of
these limits, knows nothing of the newest blocks, and drops what it doesn't know.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any, cast

from blocks.kit.layout import BLOCKS
from blocks.kit.objects import check_fields, check_length, check_object
from blocks.kit.parts import VIEW
from blocks.kit.problem import Problem, Spot, walk
from blocks.kit.shape import Surface

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Problem", "Surface", "budget", "check", "check_blocks"]

#: Blocks in one message, and in one view.
BLOCKS_PER = {"message": 50, "modal": 100, "home": 100}
#: Characters of the top-level `text`. Slack cuts at 40,000; nobody reads that far.
TEXT = 4_000
#: Characters over all blocks of one message. Slack is silent; 9,597 went through, 11,341 did not.
MESSAGE_BUDGET = 9_000
#: Characters over all `markdown` blocks of one message, and of `markdown_text`.
MARKDOWN_BUDGET = 12_000
#: Characters over all cells of all tables of one message.
CELL_BUDGET = 10_000
#: Bytes of a view as JSON.
VIEW_BYTES = 250_000
#: Legacy attachments of one message.
ATTACHMENTS = 100
#: Blocks of one type a message holds at most.
AT_MOST = {"data_visualization": 2, "table": 1}

_TABLES = frozenset({"table", "data_table"})
#: Fields whose strings a reader sees.
_SEEN = ("text", "title", "alt_text", "caption", "fallback", "label", "name", "x_label", "y_label")


def check(payload: dict[str, Any]) -> list[Problem]:
    """Return everything Slack would refuse in a message, modal or Home tab; empty when sound."""
    kind = str(payload.get("type"))
    if kind in VIEW:
        return list(_view(payload, Spot(surface=cast("Surface", kind))))
    return list(_message(payload, Spot(surface="message")))


def check_blocks(blocks: object, surface: Surface) -> list[Problem]:
    """Return what is wrong with `blocks` as the blocks of a message, modal or Home tab."""
    return list(_blocks(blocks, Spot(surface=surface).down("blocks")))


def budget(blocks: object) -> int:
    """Return the characters a reader sees in `blocks`; a message holds `MESSAGE_BUDGET`."""
    return sum(
        len(item[field])
        for item in walk(blocks)
        for field in _SEEN
        if isinstance(item.get(field), str)
    )


def _message(payload: dict[str, Any], spot: Spot) -> Iterator[Problem]:
    if "markdown_text" in payload:
        yield from check_length(
            payload["markdown_text"], MARKDOWN_BUDGET, spot.down("markdown_text")
        )
        if "text" in payload or "blocks" in payload:
            yield spot.problem("one_of", "markdown_text can't go with text or blocks")
        return
    text = payload.get("text")
    if not isinstance(text, str) or not text.strip():
        yield spot.down("text").problem("no_text", "a message needs text: phones show nothing else")
    else:
        yield from check_length(text, TEXT, spot.down("text"))
    attachments = payload.get("attachments")
    if isinstance(attachments, list) and len(cast("list[object]", attachments)) > ATTACHMENTS:
        yield spot.down("attachments").problem("too_many", f"at most {ATTACHMENTS}")
    if "blocks" in payload:
        yield from _blocks(payload["blocks"], spot.down("blocks"))


def _view(payload: dict[str, Any], spot: Spot) -> Iterator[Problem]:
    yield from check_fields(payload, VIEW[spot.surface], spot)
    blocks = payload.get("blocks")
    yield from _blocks(blocks, spot.down("blocks"))
    inputs = any(item.get("type") == "input" for item in walk(blocks))
    if spot.surface == "modal" and inputs and not payload.get("submit"):
        yield spot.down("submit").problem("missing", "a modal with inputs needs a submit button")
    if sum(item.get("focus_on_load") is True for item in walk(blocks)) > 1:
        yield spot.problem("focus", "only one element may have focus_on_load")
    if len(_json_bytes(payload)) > VIEW_BYTES:
        yield spot.problem("view_too_large", f"a view holds at most {VIEW_BYTES:,} bytes")


def _json_bytes(payload: dict[str, Any]) -> bytes:
    return json.dumps(payload, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _blocks(blocks: object, spot: Spot) -> Iterator[Problem]:
    if not isinstance(blocks, list):
        yield spot.problem("type", "blocks must be a list")
        return
    items = cast("list[object]", blocks)
    most = BLOCKS_PER[spot.surface]
    if len(items) > most:
        yield spot.problem("too_many", f"{len(items)} blocks; at most {most}")
    for at, block in enumerate(items):
        yield from check_object(block, frozenset(BLOCKS), spot.down(at))
    found = [cast("dict[str, Any]", block) for block in items if isinstance(block, dict)]
    yield from _unique(found, spot)
    if spot.surface == "message":
        yield from _whole_message(found, spot)


def _unique(blocks: list[dict[str, Any]], spot: Spot) -> Iterator[Problem]:
    for block_id in _repeated(item.get("block_id") for item in walk(blocks)):
        yield spot.problem("duplicate_block_id", f"block_id {block_id} is used twice")
    for at, block in enumerate(blocks):
        for action_id in _repeated(item.get("action_id") for item in walk(block)):
            words = f"action_id {action_id} is used twice in one block"
            yield spot.down(at).problem("duplicate_action_id", words)


def _repeated(ids: Iterator[Any]) -> list[str]:
    given = Counter(str(one) for one in ids if one)
    return [one for one, times in given.items() if times > 1]


def _whole_message(blocks: list[dict[str, Any]], spot: Spot) -> Iterator[Problem]:
    for kind, times in Counter(str(item.get("type")) for item in walk(blocks)).items():
        most = AT_MOST.get(kind, times)
        if times > most:
            yield spot.problem("too_many", f"{times} {kind} blocks; a message holds {most}")
    sums = [
        ("cells_too_long", CELL_BUDGET, [b for b in walk(blocks) if str(b.get("type")) in _TABLES]),
        ("markdown_too_long", MARKDOWN_BUDGET, [b for b in blocks if b.get("type") == "markdown"]),
        ("msg_blocks_too_long", MESSAGE_BUDGET, blocks),
    ]
    for code, most, counted in sums:
        total = sum(budget(block.get("rows", block)) for block in counted)
        if total > most:
            yield spot.problem(code, f"{total:,} characters; a message holds {most:,}")
