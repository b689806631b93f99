"""What agents learnt from people's edits: each with its difference as the agent sees it, and what can be done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from blocks import diff, elements, rich
from blocks.ids import ActionId, BlockId, block_id
from blocks.text import sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from blocks.text import Block
    from workflows.lessons.examples import Example, Lesson
    from workflows.trust.stages import Stage

#: Examples one answer shows; Home has them all.
_MOST = 12
#: Playbooks whose edits one answer counts.
_RATES = 8
_EMPTY = "No agent has learnt anything from edits here."


@dataclass(frozen=True, kw_only=True)
class Learnt:
    """An example as one person sees it."""

    example: Example
    lesson: Lesson
    #: Whether the reader may switch it.
    mine: bool
    #: The stage at which it waits to be taken in; empty where it does not.
    waits: Stage | Literal[""] = ""


def row(one: Learnt) -> list[Block]:
    """Return an example: for whom, the difference, why, by whom, since when, how often shown; and its buttons."""
    example = one.example
    head = [
        rich.text(f"{example.agent}  ", bold=True),
        rich.text(f"{example.playbook}, {example.step} · edited by "),
        rich.person(example.by),
        rich.text(" · since "),
        rich.date(example.at),
        rich.text(f" · {_shown(example.shown)}"),
        rich.text(f" · {example.reason}" if example.reason else " · no reason given"),
    ]
    if example.state == "off":
        by = rich.person(example.changed_by) if example.changed_by else rich.text("Sayso")
        head += [rich.text(" · off, by "), by]
    elif one.waits:
        head.append(rich.text(f" · waits while {example.playbook} stands at {one.waits}"))
    parts = [rich.section(*head)]
    for change in one.lesson.changes:
        stretches = diff.elements(diff.words(change.before.raw, change.after.raw))
        parts.append(rich.section(rich.text(f"{change.field} ", bold=True), *stretches))
    if not one.lesson.changes:
        parts.append(
            rich.section(rich.text("Only names or numbers were changed: it is not shown."))
        )
    blocks = [
        rich.block(block_id(BlockId.ROW, "example", example.id, example.state, one.waits), *parts)
    ]
    return [*blocks, *([_buttons(one)] if one.mine else [])]


def _shown(times: int) -> str:
    return "shown once" if times == 1 else f"shown {times} times"


def _buttons(one: Learnt) -> Block:
    example = one.example
    about = f"an edit of {example.playbook}"
    remove = elements.confirmed(
        elements.button(
            ActionId.EXAMPLE, "Remove", f"removed:{example.id}", about=about, suffix="removed"
        ),
        title="Remove this edit?",
        text="No agent is shown it again, and it can't be brought back. The draft stays on the record.",
        yes="Remove",
    )
    off = elements.button(
        ActionId.EXAMPLE, "Switch off", f"off:{example.id}", about=about, suffix="off"
    )
    is_on = example.state == "on"
    shown = [*([] if is_on and not one.waits else [_on(one, about)]), *([off] if is_on else [])]
    return elements.actions(
        block_id(BlockId.BUTTONS, "example", example.id, example.state, one.waits), *shown, remove
    )


def _on(one: Learnt, about: str) -> Block:
    """Return the button that has an example shown; where it costs what was earned, it asks first."""
    example = one.example
    text = "Take in" if example.state == "on" else "Switch on"
    button = elements.button(ActionId.EXAMPLE, text, f"on:{example.id}", about=about, suffix="to")
    if not one.waits:
        return button
    return elements.confirmed(
        button,
        title="Take this edit in?",
        text=f"{example.playbook} then writes with another prompt than it was promoted with: people sign what it"
        " writes until its owner promotes it again.",
        yes=text,
    )


def rate_row(playbook: str, words: str) -> list[Block]:
    """Return how much of what a playbook sent was edited first."""
    text = f"{playbook}: {words}"
    return [elements.plain_section(block_id(BlockId.ROW, "edits", playbook), text)]


def learnt(found: Sequence[Learnt], rates: Sequence[tuple[str, str]], agent: str = "") -> Block:
    """Return all of it as a message that only one person sees."""
    blocks = [block for name, words in rates[:_RATES] for block in rate_row(name, words)]
    blocks += [block for one in found[:_MOST] for block in row(one)]
    if not found:
        words = f"{agent} has learnt nothing from edits here." if agent else _EMPTY
        blocks.append(elements.plain_section(BlockId.NOTE, words))
    elif len(found) > _MOST:
        more = (
            f"The newest {_MOST} of {len(found)}. App Home has them all: choose What agents learnt."
        )
        blocks.append(elements.context(BlockId.FOOTER, more))
    return elements.message(sentence("What agents learnt from edits."), blocks)
