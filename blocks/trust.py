"""What a playbook has shown, and what is missing for its next stage, on one card its owner decides on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blocks import elements, rich
from blocks.ids import ActionId, BlockId, block_id
from blocks.text import sentence
from blocks.values import ReturnValue, TrustValue
from workflows.trust import stages
from workflows.trust.figures import percent
from workflows.versions.version import SHOWN

if TYPE_CHECKING:
    from blocks.text import Block
    from workflows.trust.evidence import TrackRecord
    from workflows.trust.figures import Figures
    from workflows.trust.grants import Kind

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
    head = f"{title}: {_ready(found)}"
    does = stages.does(found.stage, found.granted)
    blocks = [
        elements.header(block_id(BlockId.TITLE, *key), head),
        elements.context(
            block_id(BlockId.FACTS, *key),
            f"Stage {found.stage}: it {does} · {int(found.days)} days · "
            f"version {found.version[:SHOWN]}",
        ),
        rich.block(block_id(BlockId.BODY, *key), *_numbers(found)),
        rich.block(block_id(BlockId.STATE, *key), *_missing(found)),
        *[_offer(block_id(BlockId.ROW, *key, kind.key), found, kind) for kind in found.kinds],
    ]
    if buttons := _buttons(title, found):
        blocks.append(elements.actions(block_id(BlockId.BUTTONS, *key), *buttons))
    return elements.message(sentence("{}", head), blocks)


def _ready(found: TrackRecord) -> str:
    if _is_ready(found):
        return f"ready for {found.to}"
    if found.kinds:
        return f"some drafts are ready for {found.to}"
    return f"not ready for {found.to or 'more'}"


def _is_ready(found: TrackRecord) -> bool:
    return bool(found.to) and not found.lacking


def _offer(block: str, found: TrackRecord, kind: Kind) -> Block:
    """Return one kind of drafts that may be let go alone, with its button."""
    words = kind.segment.words
    sure = f"{words}: {kind.words}; surely {percent(kind.known.bound)}"
    text = f"{sure}. Let only these go by themselves? People sign everything else."
    value = _value(found, kind.key[:SHOWN])
    yes = elements.button(
        ActionId.PROMOTE, "Only these", value, about=words, suffix=kind.key[:SHOWN]
    )
    return elements.plain_section(block, text, accessory=yes)


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
        f"{found.words}; {count.opened} {'draft' if count.opened == 1 else 'drafts'} in all",
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
        words = f"Nothing is missing. At {found.to} it {stages.does(found.to)}."
        return [rich.section(rich.text(words))]
    return [
        rich.section(rich.text(f"Missing for {found.to}", bold=True)),
        rich.bullets([[rich.text(why)] for why in found.lacking]),
    ]


def _buttons(title: str, found: TrackRecord) -> list[Block]:
    is_ready = _is_ready(found)
    if not (is_ready or found.kinds):
        return []
    value = _value(found)
    up = elements.button(
        ActionId.PROMOTE, f"Promote to {found.to}", value, about=title, primary=True
    )
    later = elements.button(ActionId.HOLD_OFF, "Not yet", value, about=title)
    return [up, later] if is_ready else [later]


def _value(found: TrackRecord, only: str = "") -> str:
    shown = TrustValue(
        playbook=found.playbook,
        seen=found.stage,
        to=found.to or "",
        evidence=found.hash[:SHOWN],
        only=only,
    )
    return str(shown)


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
