"""What a playbook has shown, and what is missing for its next stage, on one card its owner decides on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blocks import elements, rich
from blocks.ids import ActionId, BlockId, ReturnValue, TrustValue, block_id
from blocks.text import sentence
from workflows.figures import percent
from workflows.stages import WORDS
from workflows.versions import SHOWN

if TYPE_CHECKING:
    from blocks.text import Block
    from workflows.figures import Figures
    from workflows.trust import TrackRecord

_LINE = 250
_ENDS = {
    "unchanged": "sent as it was",
    "touched": "sent with a small edit",
    "edited": "edited, then sent",
    "rejected": "rejected",
    "taken": "taken over",
    "alone": "sent by rule",
    "right": "sent by rule, found right",
    "wrong": "sent by rule, found wrong",
}


def report(title: str, found: TrackRecord) -> Block:
    """Return the report: the numbers, what is alike, what would have gone by itself, and the choice."""
    key = (found.playbook, found.hash[:SHOWN], found.stage)
    ready = found.to is not None and not found.lacking
    head = f"{title}: {'ready for' if ready else 'not ready for'} {found.to or 'more'}"
    blocks = [
        elements.header(block_id(BlockId.TITLE, *key), head),
        elements.context(
            block_id(BlockId.FACTS, *key),
            f"Stage {found.stage}: it {WORDS[found.stage]} · {int(found.days)} days · "
            f"version {found.version[:SHOWN]}",
        ),
        rich.block(block_id(BlockId.BODY, *key), *_numbers(found)),
        rich.block(block_id(BlockId.STATE, *key), *_missing(found)),
    ]
    if buttons := _buttons(title, found):
        blocks.append(elements.actions(block_id(BlockId.BUTTONS, *key), *buttons))
    return elements.message(sentence("{}", head), blocks)


def _numbers(found: TrackRecord) -> list[Block]:
    parts = [rich.bullets([[rich.text(line)] for line in _lines(found)])]
    if found.alike:
        parts.append(rich.section(rich.text("Alike", bold=True)))
        parts.append(
            rich.bullets(
                [
                    rich.runs(
                        f"{one.words}: {one.accepted} of {one.n} sent as written; "
                        f"surely {percent(one.bound)}",
                        limit=_LINE,
                    )
                    for one in found.alike
                ]
            )
        )
    if found.samples:
        parts.append(rich.section(rich.text("To look at", bold=True)))
        parts.append(
            rich.bullets(
                [
                    [rich.text(f"/sayso status {run_id}"), rich.text(f": {_ENDS.get(end, end)}")]
                    for run_id, end in found.samples
                ]
            )
        )
    return parts


def _lines(found: TrackRecord) -> list[str]:
    count = found.figures
    lines = [
        f"{found.words}; {count.opened} drafts in all",
        f"{count.unchanged} sent as written, {count.touched} with a small edit, {count.edited} edited",
        f"{count.rejected} rejected{_reasons(found)}, {count.taken} taken over, {count.expired} expired",
        f"{count.undone} held back or undone, {count.trouble} failed, in doubt or found wrong",
        *_besides(count),
    ]
    gone = found.gone
    if gone.drafts:
        bad = f"people rejected {gone.rejected}, edited {gone.edited}, did otherwise with {gone.otherwise}"
        lines.append(f"Last month {gone.drafts} would have gone by themselves; {bad}")
    else:
        lines.append("Last month none would have gone by itself: too little was known")
    return lines


def _besides(count: Figures) -> list[str]:
    """Return what nobody decided: what went by rule, and the runs that could not go on; nothing where none did."""
    lines: list[str] = []
    if count.by_rule:
        looked = f"{count.right} found right, {count.wrong} wrong, {count.alone} not looked at"
        lines.append(f"{count.by_rule} sent by rule: {looked}")
    if count.failed:
        runs = "1 run" if count.failed == 1 else f"{count.failed} runs"
        lines.append(f"{runs} could not go on, before a draft or after it")
    return lines


def _reasons(found: TrackRecord) -> str:
    named = ", ".join(f"{why} {n}" for why, n in found.figures.reasons)
    return f" ({named})" if named else ""


def _missing(found: TrackRecord) -> list[Block]:
    if found.to is None:
        return [rich.section(rich.text("There is no stage after this one."))]
    if not found.lacking:
        words = f"Nothing is missing. At {found.to} it {WORDS[found.to]}."
        return [rich.section(rich.text(words))]
    return [
        rich.section(rich.text(f"Missing for {found.to}", bold=True)),
        rich.bullets([[rich.text(why)] for why in found.lacking]),
    ]


def _buttons(title: str, found: TrackRecord) -> list[Block]:
    if found.to is None or found.lacking:
        return []
    value = str(
        TrustValue(
            playbook=found.playbook, seen=found.stage, to=found.to, evidence=found.hash[:SHOWN]
        )
    )
    up = elements.button(
        ActionId.PROMOTE, f"Promote to {found.to}", value, about=title, primary=True
    )
    return [up, elements.button(ActionId.HOLD_OFF, "Not yet", value, about=title)]


def gone() -> Block:
    """Return what stands where the playbook is not there any more."""
    words = "This playbook is not there any more."
    return elements.message(sentence("{}", words), [elements.plain_section(BlockId.NOTE, words)])


def fell_back(words: str, back: ReturnValue, *, ask: bool) -> Block:
    """Return what is said of a version that does badly; `ask` offers to return to the one before."""
    key = (back.playbook, back.active, back.to, str(ask))
    blocks = [elements.plain_section(block_id(BlockId.NOTE, *key), words)]
    if ask:
        button = elements.button(
            ActionId.ROLL_BACK, "Return to the version before", str(back), about=back.playbook
        )
        blocks.append(elements.actions(block_id(BlockId.BUTTONS, *key), button))
    return elements.message(sentence("{}", words), blocks)
