"""What waits for a person: rows with their risk, their time and their buttons, in Home and on demand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from blocks import contents, elements, rich, standing
from blocks.card import RISK_WORDS, is_final
from blocks.ids import ActionId, BlockId, block_id
from blocks.text import Block, sentence
from blocks.values import value_of
from workflows.run import DraftState

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from workflows.action import ActionSpec
    from workflows.run import Draft

#: Rows of one answer to /sayso queue; Home shows all of them, page by page.
ROWS = 8
#: A row shows a payload of at most so many characters; only then it can be signed from the row.
ONE_TAP = 240
_TITLE = 200


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A draft that waits for this person, and the action it would carry out."""

    draft: Draft
    spec: ActionSpec | None
    #: Whether this person may sign it from a row, by policy: low risk, level 3 or above.
    one_tap: bool = False
    #: What it has in common with others it may be signed together with; empty when it is signed alone.
    alike: str = ""

    def is_free(self, person: str, at: datetime) -> bool:
        """Whether nobody else is looking at it."""
        claim = self.draft.claim
        return claim is None or claim.by == person or claim.until <= at


def row(waiting: Waiting) -> list[Block]:
    """Return one row: risk, title, amount and due time, then the buttons its card has."""
    draft = waiting.draft
    keys = standing.keys(draft)
    line = [
        rich.text(f"{RISK_WORDS[draft.risk]}  ", bold=True),
        *rich.runs(draft.title, limit=_TITLE),
    ]
    if draft.amount:
        line.append(rich.text(f" · {draft.amount}"))
    line += [rich.text(" · due "), rich.date(draft.expires_at)]
    if claim := draft.claim:
        line += [rich.text(" · "), rich.person(claim.by), rich.text(" is looking at it until ")]
        line.append(rich.date(claim.until, "{time}"))
    body = [rich.section(*line)]
    leaving = _leaving(waiting)
    if leaving:
        body.append(rich.quote(rich.text(leaving)))
    return [
        rich.block(block_id(BlockId.ROW, *keys), *body),
        elements.actions(block_id(BlockId.BUTTONS, *keys), *_buttons(waiting, leaving)),
    ]


def _leaving(waiting: Waiting) -> str:
    """Return all that would leave, in one line, if the row may be signed and can show it."""
    if not _is_quick(waiting):
        return ""
    parts = contents.parts(waiting.draft.current.payload, waiting.spec)
    text = " · ".join(f"{part.label} {part.text}" for part in parts)
    return text if len(text) <= ONE_TAP and "\n" not in text else ""


def _is_quick(waiting: Waiting) -> bool:
    draft = waiting.draft
    is_open = draft.state is DraftState.OPEN
    return waiting.one_tap and is_open and not is_final(draft, waiting.spec)


def _buttons(waiting: Waiting, leaving: str) -> list[Block]:
    """Return the card's buttons in the card's order; Approve only where the row shows all that leaves."""
    draft = waiting.draft
    value = value_of(draft)
    wanted = [(ActionId.EDIT, "Edit"), (ActionId.REJECT, "Reject"), (ActionId.OPEN, "Open")]
    if leaving:
        wanted = [(ActionId.APPROVE, "Approve"), *wanted]
    if draft.state is not DraftState.OPEN:
        wanted = [*standing.left_to_do(draft), (ActionId.OPEN, "Open")]
    return [elements.button(action, text, value, about=draft.title) for action, text in wanted]


def counts(waiting: Sequence[Waiting], now: datetime) -> str:
    """Return "4 wait for you · oldest 2 h · 1 is urgent"; urgent is due within the hour."""
    if not waiting:
        return "Nothing waits for you."
    verb = "waits" if len(waiting) == 1 else "wait"
    oldest = max((now - one.draft.opened_at).total_seconds() for one in waiting)
    urgent = sum((one.draft.expires_at - now).total_seconds() < 3600 for one in waiting)  # noqa: PLR2004 -- an hour
    soon = f" · {urgent} {'is' if urgent == 1 else 'are'} urgent" if urgent else ""
    return f"{len(waiting)} {verb} for you · oldest {age(oldest)}{soon}"


def age(seconds: float) -> str:
    """Return an age in its largest unit: `5 min`, `2 h`, `3 days`."""
    minutes = max(int(seconds // 60), 0)
    if minutes < 60:  # noqa: PLR2004 -- minutes of an hour
        return f"{minutes} min"
    hours = minutes // 60
    return f"{hours} h" if hours < 48 else f"{hours // 24} days"  # noqa: PLR2004 -- two days


def queue(waiting: Sequence[Waiting], now: datetime) -> Block:
    """Return the answer to /sayso queue: the first rows, and where the others are."""
    head = counts(waiting, now)
    blocks: list[Block] = [elements.plain_section(BlockId.TITLE, head)]
    for one in waiting[:ROWS]:
        blocks += row(one)
    more = len(waiting) - ROWS
    if more > 0:
        blocks.append(elements.context(BlockId.FOOTER, f"{more} more in the Home tab of Sayso"))
    if waiting:
        blocks.append(elements.actions(BlockId.NEXT, claim_next()))
    return elements.message(sentence("{}", head), blocks)


def claim_next() -> Block:
    """Return the button that opens the most pressing draft nobody has claimed."""
    return elements.button(ActionId.CLAIM_NEXT, "Claim next", "next", about="draft that waits")
