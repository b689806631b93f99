"""The task inventory as a dialog: what to begin with, each piece of work with its level and worth, page by page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blocks import delegation, elements, rich
from blocks.ids import ActionId, BlockId, CallbackId, block_id
from blocks.values import WorkValue

if TYPE_CHECKING:
    from blocks.text import Block
    from workflows.delegation.inventory import Inventory, Ranked

#: Rows on one page: a phone scrolls through it in a few strokes.
PAGE = 8
_TITLE, _LINE, _NAMES = 150, 400, 12
_EMPTY = (
    "Nothing is on the inventory yet. Write down what is done again and again, score it with five answers, and this "
    "list says what to hand over first."
)


def inventory(found: Inventory, page: int = 1) -> Block:
    """Return one page of it; a page that doesn't exist is the nearest one that does."""
    last = max(1, -(-len(found.rows) // PAGE))
    page = min(max(page, 1), last)
    first = (page - 1) * PAGE
    here = found.rows[first : first + PAGE]
    blocks = _head(found) if page == 1 else []
    for at, row in enumerate(here, start=first + 1):
        blocks += _row(row, at)
    buttons = [delegation.add(), _score(), *_turning(page, last)]
    blocks.append(elements.actions(block_id(BlockId.PAGES, "inventory", page), *buttons))
    return elements.modal(
        CallbackId.NOTICE, "Task inventory", [*blocks, *_foot(found)], metadata=str(page)
    )


def _score() -> Block:
    return elements.button(ActionId.DELEGATE_WHICH, "Score a playbook", "which")


def _head(found: Inventory) -> list[Block]:
    """Return how much there is, and the first three."""
    if not found.rows:
        return [elements.plain_section(BlockId.NOTE, _EMPTY)]
    count = len(found.rows)
    pieces = f"{count} pieces of work" if count > 1 else "1 piece of work"
    lines = [
        [
            rich.text(row.assessment.title, limit=_TITLE, bold=True),
            rich.text(f" · level {row.told.level} · {row.worth.money} a week"),
        ]
        for row in found.first
    ]
    none = "Nothing here can be handed over yet: each row says what holds it back."
    parts = [rich.section(rich.text("Begin with", bold=True)), rich.bullets(lines, ordered=True)]
    return [
        elements.header(block_id(BlockId.TITLE, "inventory"), f"{pieces}, {found.total} a week"),
        rich.block(
            block_id(BlockId.FACTS, "inventory"),
            *(parts if lines else [rich.section(rich.text(none))]),
        ),
    ]


def _row(row: Ranked, at: int) -> list[Block]:
    one = row.assessment
    key = (one.entry, one.n, at)
    title = [
        rich.text(f"{at}. "),
        rich.text(one.title, limit=_TITLE, bold=True),
        rich.text(f" · level {row.told.level} · {row.worth.money} a week"),
    ]
    who = [rich.person(one.owner), rich.text(f" · {'; '.join(row.worth.lines)}", limit=_LINE)]
    why = [rich.text(row.told.reasons[0], limit=_LINE)]
    lines = (title, who, why, delegation.scored(one))
    value = str(WorkValue(entry=one.entry, n=one.n))
    remove = elements.confirmed(
        elements.button(ActionId.UNLIST, "Remove", value, about=one.title),
        title="Take it off the inventory?",
        text="It is listed and recommended no more. What was stated stays on the record.",
        yes="Remove",
    )
    return [
        rich.block(block_id(BlockId.ROW, *key), *[rich.section(*line) for line in lines]),
        elements.actions(block_id(BlockId.BUTTONS, *key), delegation.change(one), remove),
    ]


def _turning(page: int, last: int) -> list[Block]:
    steps = [("Back", page - 1), ("Next", page + 1)]
    return [
        elements.button(ActionId.INVENTORY, f"{text} to page {to}", str(to), suffix=text.lower())
        for text, to in steps
        if 1 <= to <= last
    ]


def _foot(found: Inventory) -> list[Block]:
    """Return what nobody has scored, and what is taken for granted."""
    names = [book.title for book in found.unscored]
    more = f" and {len(names) - _NAMES} more" if len(names) > _NAMES else ""
    blocks = [elements.context(block_id(BlockId.FOOTER, "inventory"), *found.assumptions)]
    if names:
        words = f"Playbooks nobody has scored: {', '.join(names[:_NAMES])}{more}"
        blocks.append(elements.context(block_id(BlockId.STATE, "inventory"), words))
    return blocks
