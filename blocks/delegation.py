"""The delegation matrix in Slack: the form with its five questions, and what is recommended, with the reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blocks import elements, form, picker, rich
from blocks.ids import ActionId, BlockId, CallbackId, block_id
from blocks.values import NEW_WORK, WorkValue
from workflows.delegation.matrix import LEVELS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pydantic import JsonValue

    from blocks.text import Block
    from workflows.action import Field
    from workflows.delegation.inventory import Assessment, Ranked
    from workflows.playbook import Playbook

_LINE = 300
_LEAD = "Five answers say how far it may be handed over; the rest says what it is worth. Everybody on the staff may."


def button(playbook: str, title: str) -> Block:
    """Return the button that opens the form about a playbook."""
    value = WorkValue(entry=f"playbook:{playbook}")
    return elements.button(ActionId.DELEGATE, "How far to delegate?", str(value), about=title)


def asked(
    value: WorkValue, title: str, fields: Sequence[Field], values: Mapping[str, JsonValue]
) -> Block:
    """Return the form; `title` is that of a playbook, empty for other work, whose title is a field."""
    lead = elements.plain_section(
        BlockId.NOTE, f"{title}: {_LEAD[0].lower()}{_LEAD[1:]}" if title else _LEAD
    )
    return elements.modal(
        CallbackId.DELEGATE,
        "How far to delegate?",
        [lead, *form.inputs(fields, values)],
        metadata=str(value),
        submit="Recommend",
        close="Cancel",
    )


def which(books: Sequence[Playbook]) -> Block:
    """Return the dialog that asks which playbook is meant."""
    if not books:
        return elements.modal(
            CallbackId.NOTICE,
            "How far to delegate?",
            [
                elements.plain_section(
                    BlockId.NOTE, "There is no playbook yet. Score work without one:"
                ),
                elements.actions(BlockId.BUTTONS, add()),
            ],
        )
    menu = picker.menu(ActionId.INPUT, books)
    hint = "For work that has no playbook: /sayso inventory, then Add a task."
    return elements.modal(
        CallbackId.DELEGATE_WHICH,
        "How far to delegate?",
        [elements.entry(BlockId.PLAYBOOK, "Playbook", menu, hint=hint)],
        submit="Next",
        close="Cancel",
    )


def add() -> Block:
    """Return the button that opens the form for new work."""
    return elements.button(
        ActionId.DELEGATE, "Add a task", str(WorkValue(entry=NEW_WORK)), suffix="new"
    )


def told(row: Ranked, level: int | None) -> Block:
    """Return what is recommended, why, what it needs first, and what it is worth.

    `level` is the one its playbook states; None where there is no playbook.
    """
    one, recommended = row.assessment, row.told
    key = (one.entry, one.n)
    head = rich.section(
        rich.text(f"Level {recommended.level}", bold=True),
        rich.text(f" is recommended: {LEVELS[recommended.level]}.", limit=_LINE),
    )
    parts = [head, *_part("Why", recommended.reasons)]
    parts += _part("What it needs first", recommended.missing)
    parts += _part("To go further", recommended.further)
    if level is not None:
        parts += _part("Its playbook", [beside(level, recommended.level)])
    parts += _part(f"Worth {row.worth.money} a week", row.worth.lines)
    return elements.modal(
        CallbackId.NOTICE,
        f"Level {recommended.level} recommended",
        [
            elements.header(block_id(BlockId.TITLE, *key), one.title),
            rich.block(block_id(BlockId.WHY, *key), *parts),
            rich.block(block_id(BlockId.FOOTER, *key), rich.section(*scored(one))),
            elements.actions(block_id(BlockId.BUTTONS, *key), change(one), everything()),
        ],
    )


def _part(title: str, lines: Sequence[str]) -> list[Block]:
    """Return a bold title and its list; nothing when it is empty."""
    if not lines:
        return []
    shown = [[rich.text(line, limit=_LINE)] for line in lines]
    return [rich.section(rich.text(title, bold=True)), rich.bullets(shown)]


def beside(level: int, recommended: int) -> str:
    """Return how the level a playbook states stands to the one recommended."""
    if level == recommended:
        return f"It is at level {level}, as recommended."
    if level > recommended:
        return f"It is at level {level}, which is higher than recommended. Its owner can lower `level` in its file."
    return f"It is at level {level}. Its owner may raise `level` in its file, once what it needs first is there."


def scored(one: Assessment) -> list[Block]:
    """Return who stated it and when."""
    return [rich.text("Scored by "), rich.person(one.by), rich.text(", "), rich.date(one.at)]


def change(one: Assessment) -> Block:
    """Return the button that opens the form again, as it was filled in."""
    value = str(WorkValue(entry=one.entry, n=one.n))
    return elements.button(ActionId.DELEGATE, "Change …", value, about=one.title)


def everything() -> Block:
    """Return the button that opens the inventory."""
    return elements.button(ActionId.INVENTORY, "Task inventory", "1")
