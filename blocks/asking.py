"""The dialogs before a decision that takes words: what should be different, taking over, signing with a comment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blocks import contents, elements, form, rich
from blocks.ids import ActionId, BlockId, CallbackId, block_id
from blocks.text import Block, moment, mrkdwn
from blocks.values import value_of
from workflows.policy import must_type_amount
from workflows.revising import WISH

if TYPE_CHECKING:
    from blocks.contents import Part
    from workflows.action import ActionSpec
    from workflows.run import Draft

#: Fields the dialog that signs shows; a card shows no more, and a longer text was read on pages.
_SIGNED = 40


def change(draft: Draft) -> Block:
    """Return the form for what should be different."""
    hint = (
        "The agent reads it beside its last text. Who gets it, and fixed amounts, stay as they are."
    )
    asked = elements.entry(form.input_id("wish"), "What should be different?", _typed(), hint=hint)
    return elements.modal(
        CallbackId.CHANGE,
        "Request changes",
        [_titled(draft), asked],
        metadata=value_of(draft),
        submit="Ask",
        close="Cancel",
    )


def take_over(draft: Draft) -> Block:
    """Return the question before somebody does it themselves: there is no way back."""
    words = mrkdwn(
        "Nothing is sent from here. You get a task with this text to copy, due {}.",
        moment(draft.expires_at),
    )
    return elements.modal(
        CallbackId.TAKE,
        "Take over",
        [_titled(draft), elements.section(BlockId.NOTE, words)],
        metadata=value_of(draft),
        submit="Take over",
        close="Cancel",
    )


def sign(draft: Draft, spec: ActionSpec | None) -> Block:
    """Return what is signed and a field for a comment; above it one for the amount, where it must be typed."""
    shown = contents.parts(draft.current.payload, spec)
    whole = contents.is_whole(shown)
    typed = [_amount(draft)] if must_type_amount(draft, spec) else []
    comment = elements.entry(
        BlockId.OWN_WORDS,
        "Comment",
        _typed(),
        hint="It stands on the card and in the audit log; it is not sent.",
        optional=True,
    )
    return elements.modal(
        CallbackId.SIGN,
        "Approve",
        [_titled(draft), *_signed_text(draft, shown, whole=whole), *typed, comment],
        metadata=value_of(draft),
        submit="Approve",
        close="Cancel",
    )


def _signed_text(draft: Draft, shown: tuple[Part, ...], *, whole: bool) -> list[Block]:
    limit = None if whole else contents.PREVIEW
    return [
        rich.block(
            block_id(BlockId.BODY, draft.id, draft.revision, at),
            rich.section(rich.text(part.label, bold=True)),
            rich.quote(*part.elements(limit)),
        )
        for at, part in enumerate(shown[:_SIGNED])
    ]


def _amount(draft: Draft) -> Block:
    hint = f"Signing sends {draft.amount}. Nothing brings it back."
    return elements.entry(
        form.input_id("amount"), "Type the amount", _typed(multiline=False), hint=hint
    )


def _titled(draft: Draft) -> Block:
    return rich.block(
        block_id(BlockId.TITLE, draft.id), rich.section(*rich.runs(draft.title, limit=300))
    )


def _typed(*, multiline: bool = True) -> Block:
    return {
        "type": "plain_text_input",
        "action_id": str(ActionId.INPUT),
        "multiline": multiline,
        "max_length": WISH,
    }
