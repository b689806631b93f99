"""What one person is told besides the cards: what waits for them, and what was handled while they were away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blocks import elements, many, queue, rich, standing
from blocks.ids import ActionId, BlockId, block_id
from blocks.text import Block, sentence

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from blocks.queue import Waiting
    from workflows.run import Draft

#: Drafts that are named; the others stand in Home.
NAMED = 5
#: What was handled meanwhile and is named.
HANDLED = 10
_TITLE = 200


def digest(waiting: Sequence[Waiting], now: datetime, most: int) -> Block:
    """Return what waits for somebody, most pressing first, with one way to each of them.

    `most`: so many alike may be signed together.
    """
    if not waiting:
        done = "All of this has been decided."
        return elements.message(sentence("{}", done), [elements.plain_section(BlockId.TITLE, done)])
    head = queue.counts(waiting, now)
    lines = [_line(one.draft) for one in waiting[:NAMED]]
    blocks = [
        elements.plain_section(block_id(BlockId.TITLE, "digest", len(waiting)), head),
        rich.block(block_id(BlockId.ROW, "digest", len(waiting)), rich.bullets(lines)),
    ]
    if len(waiting) > NAMED:
        more = f"and {len(waiting) - NAMED} more in the Home tab of Sayso"
        blocks.append(elements.context(BlockId.FOOTER, more))
    look = elements.button(ActionId.SHOW_QUEUE, "Show them", "mine", about="what waits for you")
    alike = many.button(many.groups(waiting, most))
    blocks.append(elements.actions(BlockId.NEXT, queue.claim_next(), look, *alike))
    return elements.message(sentence("{}", head), blocks)


def _line(draft: Draft) -> list[Block]:
    line = [*rich.runs(draft.title, limit=_TITLE)]
    if draft.amount:
        line.append(rich.text(f" · {draft.amount}"))
    return [*line, rich.text(" · due "), rich.date(draft.expires_at)]


def returned(drafts: Sequence[Draft], since: datetime) -> Block:
    """Return what became of the drafts that were somebody's to decide while they were away."""
    n = len(drafts)
    head = (
        f"Welcome back. {n} {'draft was' if n == 1 else 'drafts were'} handled while you were away"
    )
    head += f"{_by_rule(n, sum(bool(draft.ruled) for draft in drafts))}."
    blocks: list[Block] = [elements.plain_section(BlockId.TITLE, head)]
    for draft in drafts[:HANDLED]:
        blocks += _handled(draft)
    if n > HANDLED:
        words = f"and {n - HANDLED} more; all of it: /sayso audit"
        blocks.append(elements.context(BlockId.FOOTER, words))
    blocks.append(
        rich.block(BlockId.NOTE, rich.section(rich.text("Away since "), rich.date(since)))
    )
    return elements.message(sentence("{}", head), blocks)


def _by_rule(n: int, ruled: int) -> str:
    """Return how many of them a rule signed; nothing where none did."""
    return f", {ruled if ruled < n else 'all'} of them by rule" if ruled else ""


def _handled(draft: Draft) -> list[Block]:
    key = (draft.id, draft.state)
    title = rich.text(draft.title, bold=True, limit=_TITLE)
    past = elements.button(ActionId.SHOW_RUN, "History", draft.run_id, about=draft.title)
    return [
        rich.block(
            block_id(BlockId.ROW, *key),
            rich.section(title),
            rich.section(*standing.line(draft)),
        ),
        elements.actions(block_id(BlockId.BUTTONS, *key), past),
    ]
