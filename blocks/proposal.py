"""A changed playbook as a card: what would be different, in words, and who may let it be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from blocks import elements, rich, sop
from blocks.ids import ActionId, BlockId, CallbackId, block_id
from blocks.text import sentence
from blocks.values import ProposalValue, ReturnValue
from workflows.text import digest
from workflows.versions.changes import NOTHING, is_wider, unchanged
from workflows.versions.version import SHOWN, choosers, compared

if TYPE_CHECKING:
    from blocks.text import Block, Mrkdwn
    from workflows.company import Company, Person
    from workflows.playbook import Playbook
    from workflows.versions.changes import Change
    from workflows.versions.version import Proposal

#: Characters of one change, and of all of them together; a message holds 9,000.
_LINE, _PAGE = 300, 6_000
_MARKS = {"wider": "wider: ", "tighter": "tighter: ", "neither": ""}


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A proposal and everything its card says of it."""

    proposal: Proposal
    title: str
    found: tuple[Change, ...]
    #: Who may activate it.
    able: tuple[Person, ...]
    #: What the delegation matrix says, where the level gets higher.
    advised: tuple[str, ...] = ()
    #: It was activated, and is not active any more.
    is_left: bool = False


def shown(
    proposal: Proposal,
    now: Playbook | None,
    then: Playbook,
    company: Company,
    active: str,
    advised: tuple[str, ...] = (),
) -> Shown:
    """Compare; `active` is the version that is active now, `advised` what the matrix says of the proposed level."""
    found = compared(now, then)
    return Shown(
        proposal=proposal,
        title=then.title,
        found=found,
        able=choosers(now, company, found),
        advised=advised,
        is_left=proposal.state == "activated" and active != proposal.version,
    )


def card(seen: Shown) -> Block:
    """Return the message."""
    return elements.message(_in_short(seen), _blocks(seen))


def dialog(seen: Shown) -> Block:
    """Return the same as a dialog, for App Home."""
    return elements.modal(CallbackId.NOTICE, "A changed playbook", _blocks(seen))


def text(then: Playbook) -> Block:
    """Return the dialog with the whole procedure as it would be."""
    blocks = [block for block in sop.sop(then)["blocks"] if block["type"] != "actions"]
    return elements.modal(CallbackId.NOTICE, "As it would be", blocks)


def gone() -> Block:
    """Return what stands in place of a proposal that this program can't read any more."""
    words = "This version does not fit this installation any more; it can't be activated."
    return elements.message(sentence("{}", words), [elements.plain_section(BlockId.NOTE, words)])


def _in_short(seen: Shown) -> Mrkdwn:
    count = len(seen.found)
    many = f"{count} changes" if count != 1 else "1 change"
    wider = ", wider powers among them" if is_wider(seen.found) else ""
    return sentence("{}: a changed version, {}{}.", seen.title, many, wider)


def _blocks(seen: Shown) -> list[Block]:
    proposal = seen.proposal
    advice = digest([*seen.advised])[:SHOWN] if seen.advised else ""
    key = (proposal.id, proposal.base[:SHOWN], proposal.state, str(seen.is_left), advice)
    head = f"{seen.title}: {'a changed version' if proposal.base else 'a new playbook'}"
    instead = f" instead of {proposal.base[:SHOWN]}" if proposal.base else ""
    version = f"Version {proposal.version[:SHOWN]}{instead}"
    blocks = [
        elements.header(block_id(BlockId.TITLE, *key), head),
        elements.context(block_id(BlockId.FACTS, *key), version),
        *([_author(seen, key)] if proposal.author else []),
        rich.block(block_id(BlockId.DIFF, *key), *_changes(seen.found), *_advised(seen.advised)),
        rich.block(block_id(BlockId.STATE, *key), rich.section(*_state(seen))),
    ]
    buttons = _buttons(seen)
    return [*blocks, elements.actions(block_id(BlockId.BUTTONS, *key), *buttons)]


def _author(seen: Shown, key: tuple[str, ...]) -> Block:
    """Return who filled it in, and that the file does not say it."""
    proposal = seen.proposal
    line = [rich.text("Filled in by "), rich.person(proposal.author), rich.text(". ")]
    words = "The file in the folder does not say this; "
    if not proposal.base:
        words = "No file in the folder says this; "
    command = f"`sayso playbook write {proposal.playbook}` writes what is active there."
    line += rich.coded(words + command, _LINE)
    return rich.block(block_id(BlockId.NOTE, *key), rich.section(*line))


def _changes(found: tuple[Change, ...]) -> list[Block]:
    if not found:
        return [rich.section(rich.text(NOTHING))]
    lines: list[list[Block]] = []
    room = _PAGE
    for change in found:
        room -= min(len(change.words), _LINE)
        if room < 0:
            rest = f"and {len(found) - len(lines)} more; Show the text has everything"
            lines.append([rich.text(rest, bold=True)])
            break
        mark = _MARKS[change.kind]
        first = [rich.text(mark, bold=change.kind == "wider")] if mark else []
        lines.append([*first, *_said(change)])
    parts = [rich.bullets(lines)]
    if same := unchanged(found):
        parts.append(rich.section(rich.text(f"Unchanged: {', '.join(same)}.")))
    return parts


def _advised(lines: tuple[str, ...]) -> list[Block]:
    """Return what the delegation matrix says of the level."""
    if not lines:
        return []
    shown = [rich.coded(line, _LINE) for line in lines]
    return [rich.section(rich.text("How far to delegate", bold=True)), rich.bullets(shown)]


def _said(change: Change) -> list[Block]:
    """Return a change's words; what gets wider stands out."""
    words = rich.coded(change.words, _LINE)
    if change.kind != "wider":
        return words
    return [
        {**one, "style": {**one.get("style", {}), "bold": True}} if one["type"] == "text" else one
        for one in words
    ]


def _state(seen: Shown) -> list[Block]:
    proposal = seen.proposal
    if proposal.state == "withdrawn":
        words = "It was taken back, or something newer took its place; this was not activated."
        return [rich.text(words)]
    line: list[Block] = []
    if proposal.at:
        done = "Activated by " if proposal.state == "activated" else "Not now, says "
        line = [rich.text(done), rich.person(proposal.by), rich.text(", "), rich.date(proposal.at)]
        line.append(rich.text(". "))
    if seen.is_left:
        return [*line, rich.text("It is not the active version any more.")]
    line.append(rich.text("Runs under way keep the version they were started with."))
    if proposal.state != "activated":
        line += [rich.text(" It can be activated by "), *_listed(seen.able), rich.text(".")]
    return line


def _listed(people: tuple[Person, ...]) -> list[Block]:
    found: list[Block] = []
    for person in people:
        found += [rich.text(" or ")] if found else []
        found.append(rich.person(person.id))
    return found


def _buttons(seen: Shown) -> list[Block]:
    proposal = seen.proposal
    show = elements.button(ActionId.SHOW_TEXT, "Show the text", proposal.id, about=seen.title)
    if proposal.state == "activated" and proposal.base and not seen.is_left:
        back = ReturnValue(
            playbook=proposal.playbook,
            active=proposal.version[:SHOWN],
            to=proposal.base[:SHOWN],
        )
        text = "Return to the version before"
        return [elements.button(ActionId.ROLL_BACK, text, str(back), about=seen.title), show]
    if proposal.state in {"activated", "withdrawn"}:
        return [show]
    value = str(
        ProposalValue(
            proposal_id=proposal.id,
            version=proposal.version[:SHOWN],
            active=proposal.base[:SHOWN],
            state=proposal.state,
        )
    )
    activate = elements.button(
        ActionId.ACTIVATE, "Activate", value, about=seen.title, primary=proposal.state == "open"
    )
    dismiss = elements.button(ActionId.DISMISS, "Not now", value, about=seen.title)
    return [activate, *([dismiss] if proposal.state == "open" else []), show]
