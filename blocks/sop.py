"""A playbook as a one-page operating procedure, and in one glance before it is started.

The words are those of `workflows.sop`, the same as in the docs; here they are only laid out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from blocks import delegation, elements, rich
from blocks.ids import ActionId, BlockId, block_id
from blocks.ownerform import change_button
from blocks.text import sentence
from workflows import sop as procedure
from workflows.checklist import checklist as ticked
from workflows.playbook import step_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from blocks.text import Block
    from workflows.playbook import Playbook
    from workflows.sop import Section, Sop

_LINE = 250
#: Characters of all lines together; a message holds 9,000 with its heading and buttons.
_PAGE = 7_000
_VERSION = 12
_NUMBERED = "Steps"


def sop(
    playbook: Playbook,
    titles: Mapping[str, str] | None = None,
    *,
    waits: bool = False,
    advised: Sequence[str] = (),
    stands: str = "",
) -> Block:
    """Return the message with the whole procedure; `titles` names actions and reads in words.

    `waits` says that a changed version is proposed, `advised` what the delegation matrix recommends, `stands` at
    which stage it stands.
    """
    made = procedure.sop(playbook, titles, advised, stands=stands)
    key = (made.playbook, made.version[:_VERSION])
    blocks = [
        elements.header(block_id(BlockId.TITLE, *key), made.title),
        rich.block(block_id(BlockId.NOTE, *key), rich.section(*rich.runs(made.goal, limit=_LINE))),
        rich.block(block_id(BlockId.STEPS, *key), *_page(made)),
        *([waiting(playbook)] if waits else []),
        elements.context(block_id(BlockId.FOOTER, *key), _footer(made)),
        elements.actions(
            block_id(BlockId.BUTTONS, *key),
            elements.button(ActionId.PICK, "Start", made.playbook, about=made.title, primary=True),
            elements.button(ActionId.SHOW_CHECKLIST, "Checklist", made.playbook, about=made.title),
            change_button(made.playbook, made.title),
            delegation.button(made.playbook, made.title),
        ),
    ]
    return elements.message(sentence("How {} works: {}", made.title, made.goal), blocks)


def checklist(playbook: Playbook) -> Block:
    """Return the procedure as a list to tick off: each step one line with who does it, until when."""
    key = (playbook.playbook, playbook.version[:_VERSION])
    lines: list[list[Block]] = []
    room = _PAGE
    for item in ticked(playbook):
        room -= len(item.line)
        if room < 0:
            lines.append([rich.text("and more; sayso playbook explain has everything", bold=True)])
            break
        lines.append([rich.text("☐ "), *rich.coded(item.line, _LINE)])
    blocks = [
        elements.header(block_id(BlockId.TITLE, *key), f"{playbook.title}: a checklist"),
        rich.block(block_id(BlockId.STEPS, *key), rich.bullets(lines, ordered=True)),
        elements.context(block_id(BlockId.FOOTER, *key), f"Owner: {playbook.owner}"),
    ]
    return elements.message(sentence("{} as a checklist", playbook.title), blocks)


def _page(made: Sop) -> list[Block]:
    """Return each section as a bold title and its list; what is beyond one page is counted."""
    room = _PAGE
    found: list[Block] = []
    for section in made.sections:
        lines, room = _fitting(section, room)
        left = len(section.lines) - len(lines)
        title = f"{section.title} (and {left} more in the docs)" if left else section.title
        found.append(rich.section(rich.text(title, bold=True)))
        if lines:
            found.append(rich.bullets(lines, ordered=section.title == _NUMBERED))
    return found


def _fitting(section: Section, room: int) -> tuple[list[list[Block]], int]:
    """Return the lines that fit, and the room that is left; after the first that doesn't, none."""
    found: list[list[Block]] = []
    for at, line in enumerate(section.lines, start=1):
        words = line.removeprefix(f"{at}. ") if section.title == _NUMBERED else line
        shown = rich.coded(words, _LINE)
        room -= len(line)
        if room < 0:
            return found, 0
        found.append(shown)
    return found, room


def glance(playbook: Playbook) -> list[Block]:
    """Return the procedure in a few lines, for the head of its start form."""
    made = procedure.sop(playbook)
    lines = {section.title: section.lines for section in made.sections}
    facts = [
        ("Owner", _one_line(lines["Owner"])),
        ("Steps", " → ".join(step_name(step) for step in playbook.steps)),
        ("Approval", _one_line(lines["Approval"])),
    ]
    shown = [rich.section(*rich.runs(made.goal, limit=_LINE))]
    for label, words in facts:
        shown.append(rich.section(rich.text(f"{label}  ", bold=True), *rich.coded(words, _LINE)))
    return [rich.block(block_id(BlockId.FACTS, made.playbook, made.version[:_VERSION]), *shown)]


def waiting(playbook: Playbook) -> Block:
    """Return the line that says that this is what is started, although a changed version waits."""
    words = "A changed version waits to be activated; until then this one is started."
    return elements.context(block_id(BlockId.STATE, playbook.playbook), words)


def _one_line(lines: tuple[str, ...]) -> str:
    return "; ".join(lines)


def _footer(made: Sop) -> str:
    version = made.version[:_VERSION] or "not published"
    return f"Playbook {made.playbook} · version {version}"
