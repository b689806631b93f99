"""The owner's form: what of a playbook is to change, the fields of it, and a new playbook from one that ships."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blocks import elements, form, picker
from blocks.ids import ActionId, BlockId, CallbackId, block_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    from blocks.text import Block
    from workflows.playbook import Playbook
    from workflows.versions.ownerform import Knob, Part

_WAITS = (
    "A changed version waits to be activated: the form goes on from it. To begin from what is active instead, "
    "press Not now on its card first."
)
_PROPOSES = "This makes a proposal: its card shows what would be different, and nothing changes before it is activated."


def parts(book: Playbook, found: Sequence[Part], *, waits: bool = False) -> Block:
    """Return the choice of what is to change; `waits` says that a changed version is proposed already."""
    options = [elements.option(one.title, one.key) for one in found]
    blocks = [
        elements.plain_section(block_id(BlockId.TITLE, book.playbook), book.title),
        *([elements.context(BlockId.STATE, _WAITS)] if waits else []),
        elements.entry(
            block_id(BlockId.PLAYBOOK, book.playbook),
            "What do you want to change?",
            elements.select(str(ActionId.INPUT), options),
        ),
    ]
    return elements.modal(
        CallbackId.CHANGE_PART,
        "Change a playbook",
        blocks,
        metadata=book.playbook,
        submit="Next",
        close="Cancel",
    )


def fields(book: Playbook, part: Part, metadata: str) -> Block:
    """Return the fields of one part, filled with what holds now."""
    blocks = [
        elements.plain_section(
            block_id(BlockId.TITLE, book.playbook, part.key), f"{book.title}. {part.title}"
        ),
        elements.context(BlockId.NOTE, _PROPOSES),
        *_inputs(part.knobs),
    ]
    return elements.modal(
        CallbackId.CHANGE_FORM,
        "Change a playbook",
        blocks,
        metadata=metadata,
        submit="Propose",
        close="Cancel",
    )


def shipped(books: Sequence[Playbook]) -> Block:
    """Return the choice of a playbook to take the steps from."""
    menu = picker.menu(ActionId.INPUT, books)
    blocks = [elements.entry(BlockId.PLAYBOOK, "Take the steps of", menu)]
    return elements.modal(
        CallbackId.NEW_FROM, "A new playbook", blocks, submit="Next", close="Cancel"
    )


def new(base: Playbook, part: Part) -> Block:
    """Return the form of a new playbook that takes its steps from `base`."""
    blocks = [
        elements.plain_section(
            block_id(BlockId.TITLE, base.playbook), f"It does what “{base.title}” does. {base.goal}"
        ),
        elements.context(BlockId.NOTE, _PROPOSES),
        *_inputs(part.knobs),
    ]
    return elements.modal(
        CallbackId.NEW_FORM,
        "A new playbook",
        blocks,
        metadata=base.playbook,
        submit="Propose",
        close="Cancel",
    )


def _inputs(knobs: Sequence[Knob]) -> list[Block]:
    values = {knob.field.name: knob.now for knob in knobs}
    return form.inputs([knob.field for knob in knobs], values)


def change_button(name: str, title: str) -> Block:
    """Return the button that opens the form of a playbook."""
    return elements.button(ActionId.CHANGE_PLAYBOOK, "Change", name, about=title)


def new_button() -> Block:
    """Return the button that begins a new playbook."""
    return elements.button(ActionId.NEW_PLAYBOOK, "New playbook", "new")
