"""What went by itself and is to be looked at: how it stands on its card, the reminder, the list, what was wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blocks import elements, rich
from blocks.ids import ActionId, BlockId, CallbackId, block_id
from blocks.text import Block, sentence
from blocks.values import value_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workflows.company import Person
    from workflows.run import Draft, Run

_TITLE = 300
_REASON = 1000
_SHOWN = 300


def line(draft: Draft) -> list[Block]:
    """Return whether it was looked at, to stand after what was done."""
    review = draft.review
    if review is None:
        return []
    if not review.verdict:
        return [rich.text(" · to be looked at by "), rich.date(review.due_at)]
    by = [rich.text(f" · found {review.verdict} by "), rich.person(review.by)]
    return [*by, rich.text(f": {review.reason[:_SHOWN]}")] if review.reason else by


def buttons(draft: Draft) -> list[tuple[ActionId, str]]:
    """Return the buttons of what nobody has looked at yet."""
    if draft.review is None or draft.review.verdict:
        return []
    return [(ActionId.LOOKS_RIGHT, "Looks right"), (ActionId.LOOKS_WRONG, "Wrong …")]


def reminder(draft: Draft, able: Sequence[Person]) -> Block:
    """Return the message that asks for a look; once somebody has said, that they have."""
    note = block_id(BlockId.NOTE, "look", draft.id, draft.review.verdict if draft.review else "")
    if not buttons(draft):
        done = [*rich.runs(draft.title, limit=_TITLE), rich.text(" was looked at.")]
        words = sentence("Looked at: {}.", draft.title)
        return elements.message(words, [rich.block(note, rich.section(*done))])
    asked = [part for person in able for part in (rich.person(person.id), rich.text(" "))]
    asked += [rich.text("this went by itself, please look at it: ")]
    asked += [*rich.runs(draft.title, limit=_TITLE), *line(draft)]
    late = " Late, the playbook goes back to where people sign everything."
    asked.append(rich.text(f".{late} The card is above."))
    words = sentence("Please look at what went by itself: {}.", draft.title)
    return elements.message(words, [rich.block(note, rich.section(*asked))])


def row(run: Run) -> list[Block]:
    """Return what is to be looked at as a row of a list."""
    draft = run.draft
    if draft is None:
        return []
    words = [*rich.runs(draft.title, limit=_TITLE), *line(draft)]
    return [
        rich.block(block_id(BlockId.ROW, "look", draft.id), rich.section(*words)),
        _pressed(draft),
    ]


def _pressed(draft: Draft) -> Block:
    value = value_of(draft)
    shown = [
        elements.button(action, text, value, about=draft.title) for action, text in buttons(draft)
    ]
    full = elements.button(ActionId.OPEN, "Full text", value, about=draft.title)
    return elements.actions(block_id(BlockId.BUTTONS, "look", draft.id), *shown, full)


def wrong(draft: Draft) -> Block:
    """Return the form in which somebody says what was wrong."""
    words: Block = {
        "type": "plain_text_input",
        "action_id": str(ActionId.INPUT),
        "multiline": True,
        "max_length": _REASON,
    }
    hint = "It counts as an error of the playbook. Where it can be undone, its card offers Undo."
    return elements.modal(
        CallbackId.WRONG,
        "What was wrong?",
        [
            rich.block(
                block_id(BlockId.TITLE, draft.id),
                rich.section(*rich.runs(draft.title, limit=_TITLE)),
            ),
            elements.entry(BlockId.OWN_WORDS, "What was wrong?", words, hint=hint),
        ],
        metadata=value_of(draft),
        submit="Say so",
        close="Cancel",
    )
