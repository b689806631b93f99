"""The other drafts to the same customer, in the card of the first: each with its own buttons, smaller once decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blocks import elements, queue, rich, standing
from blocks.ids import ActionId, BlockId
from blocks.text import mrkdwn
from blocks.values import value_of
from workflows.run import DraftState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from blocks.queue import Waiting
    from blocks.text import Block
    from workflows.run import Draft

_TITLE = 200


def with_others(message: Block, first: Draft, others: Sequence[Waiting]) -> Block:
    """Return the card of `first` with the drafts that stand in it, and how many messages wait in all."""
    if not others:
        return message
    buttons = [each for block in message["blocks"] for each in block.get("elements") or ()]
    quick = any(each.get("action_id") == ActionId.APPROVE for each in buttons)
    return {**message, "blocks": [*message["blocks"], *_rows(first, others, quick=quick)]}


def _rows(first: Draft, others: Sequence[Waiting], *, quick: bool) -> list[Block]:
    drafts = [first, *(one.draft for one in others)]
    waiting = [draft for draft in drafts if draft.state is DraftState.OPEN]
    blocks: list[Block] = []
    if len(waiting) > 1:
        words = mrkdwn("*{} messages to this customer wait.*", len(waiting))
        blocks.append(elements.context(standing.named(first, BlockId.NOTE, "beside"), words))
    if quick and len(waiting) > 1 and first.state is DraftState.OPEN:
        alone = _only(first, waiting, "Sign the first, set the others aside")
        blocks.append(elements.actions(standing.named(first, BlockId.NEXT, "only"), alone))
    for one in others:
        blocks += _row(one, waiting)
    return blocks


def _row(one: Waiting, waiting: Sequence[Draft]) -> list[Block]:
    draft = one.draft
    if draft.state is not DraftState.OPEN:
        title = rich.section(*rich.runs(draft.title, limit=_TITLE))
        name = standing.named(draft, BlockId.ROW)
        return [rich.block(name, title), *standing.blocks(draft, whole=False)]
    row = queue.row(one)
    buttons = row[-1]["elements"]
    if len(waiting) > 1 and buttons[0]["action_id"] == ActionId.APPROVE:
        buttons.append(_only(draft, waiting, "Sign only this"))
    return row


def _only(chosen: Draft, waiting: Sequence[Draft], words: str) -> Block:
    """Return the button that signs one and sets the others aside, each as it is shown here."""
    drafts = [chosen, *(draft for draft in waiting if draft.id != chosen.id)]
    value = " ".join(value_of(draft) for draft in drafts)
    button = elements.button(ActionId.ONLY_THIS, words, value, about=chosen.title)
    question = (
        "The others are rejected: another message was sent instead. They can be drafted again."
    )
    return elements.confirmed(button, title=words, text=question, yes="Sign this")
