"""Drafts that are alike, in one dialog: each one whole, each ticked or not, signed together or left."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from blocks import contents, elements, rich
from blocks.ids import ActionId, BlockId, CallbackId, block_id
from blocks.values import value_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from blocks.queue import Waiting
    from blocks.text import Block

#: So many alike are worth a dialog of their own.
WORTH = 3
#: All that would leave has to be shown whole: what is longer is signed alone.
MOST = 1_200
_TITLE = 200
_TICK = "sign"


def groups(waiting: Sequence[Waiting], most: int) -> dict[str, list[Waiting]]:
    """Return what may be signed together, by what makes it alike; at most so many of each, most pressing first."""
    found: dict[str, list[Waiting]] = defaultdict(list)
    for one in waiting:
        if one.alike and len(text_of(one)) <= MOST and len(found[one.alike]) < most:
            found[one.alike].append(one)
    return {alike: those for alike, those in found.items() if len(those) >= WORTH}


def text_of(waiting: Waiting) -> str:
    """Return all that would leave, a line for each field."""
    parts = contents.parts(waiting.draft.current.payload, waiting.spec)
    return "\n".join(f"{part.label}: {part.text}" for part in parts)


def button(found: Mapping[str, Sequence[Waiting]]) -> list[Block]:
    """Return the button that opens the largest group, if there is one."""
    if not found:
        return []
    alike, those = max(found.items(), key=lambda pair: len(pair[1]))
    words = f"Sign {len(those)} alike …"
    return [elements.button(ActionId.TOGETHER, words, alike, about=those[0].draft.action)]


def dialog(those: Sequence[Waiting]) -> Block:
    """Return the dialog: every draft with all that would leave, ticked."""
    lead = "Each one is signed for itself, exactly as it stands here. Untick what you want to look at alone."
    blocks = [elements.plain_section(BlockId.NOTE, lead)]
    for one in those:
        blocks += item(one)
    return elements.modal(
        CallbackId.TOGETHER,
        "Sign these together",
        blocks,
        submit="Sign the ticked",
        close="Cancel",
    )


def item(waiting: Waiting) -> list[Block]:
    """Return one draft of the dialog: what it is, all that would leave, and its tick."""
    draft = waiting.draft
    value = value_of(draft)
    line = [*rich.runs(draft.title, limit=_TITLE)]
    if draft.amount:
        line.append(rich.text(f" · {draft.amount}"))
    whole = rich.quote(*rich.runs(text_of(waiting)))
    tick = elements.option("Sign this one", _TICK)
    element = {
        "type": "checkboxes",
        "action_id": str(ActionId.INPUT),
        "options": [tick],
        "initial_options": [tick],
    }
    return [
        rich.block(block_id(BlockId.ROW, value), rich.section(*line), whole),
        elements.entry(block_id(BlockId.TICK, value), "Sign it", element, optional=True),
    ]
