"""What may be an emergency, as a message: what came in, who is asked or paged, and what can be answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from blocks import elements, history, rich
from blocks.ids import ActionId, BlockId, block_id
from blocks.text import sentence
from blocks.values import UrgentValue
from workflows.text import Untrusted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from blocks.history import Logged
    from blocks.text import Block
    from workflows.run import Run
    from workflows.urgent.on_call import Skipped
    from workflows.urgent.urgency import Urgent

_TITLE, _PASSAGE, _VALUE = 200, 600, 200
_KNOWN, _TIMELINE = 15, 12


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A run and what may be an emergency in it."""

    run: Run
    urgent: Urgent
    #: Who is passed over in the rota now, and why.
    skipped: Sequence[Skipped] = ()
    entries: Sequence[Logged] = ()


def urgent(shown: Shown) -> Block:
    """Return the message: to whoever is asked or paged, and where the run lives. All of them are drawn alike."""
    run, it = shown.run, shown.urgent
    key = (run.id, it.since.isoformat(), it.state, len(it.pages))
    head = [*_asks(it), *rich.runs(run.subject, limit=_TITLE), rich.text(f" · {run.playbook}")]
    blocks = [
        rich.block(block_id(BlockId.TITLE, *key), rich.section(*head)),
        rich.block(
            block_id(BlockId.BODY, *key),
            rich.section(*rich.runs(it.why, limit=_PASSAGE)),
            rich.quote(*rich.runs(it.passage, limit=_PASSAGE)),
        ),
        *_line(shown, key),
        *_buttons(run, it, key),
    ]
    return elements.message(sentence("{}: {}.", _WORDS[it.state], run.subject), blocks)


def gone(run: Run) -> Block:
    """Return what stands where an earlier emergency of the run was shown."""
    line = [*rich.runs(run.subject, limit=_TITLE), rich.text(": this was dealt with.")]
    block = rich.block(block_id(BlockId.NOTE, "urgent", run.id), rich.section(*line))
    return elements.message(sentence("Dealt with: {}.", run.subject), [block])


def pack(shown: Shown) -> Block:
    """Return what whoever takes it should know: what is known of it, and how it came there."""
    run = shown.run
    known = [
        [rich.text(f"{name}: ", bold=True), *rich.runs(value, limit=_VALUE)]
        for name, value in _facts(run)[:_KNOWN]
    ]
    way = [history.line(one, named=False) for one in shown.entries[-_TIMELINE:]]
    key = ("pack", run.id)
    blocks = [
        elements.header(block_id(BlockId.TITLE, *key), "What is known"),
        *([rich.block(block_id(BlockId.FACTS, *key), rich.bullets(known))] if known else []),
        elements.context(block_id(BlockId.NOTE, *key), "How it came here, from the audit log:"),
        *([rich.block(block_id(BlockId.STEPS, *key), rich.bullets(way))] if way else []),
    ]
    return elements.message(sentence("What is known: {}.", run.subject), blocks)


_WORDS = {
    "asked": "Is this an emergency?",
    "paging": "Emergency",
    "taken": "Emergency, taken on",
    "over": "No emergency any more",
}


def _asks(it: Urgent) -> list[Block]:
    words = rich.text(f"{_WORDS[it.state]}  ", bold=True)
    return [rich.person(it.person), rich.text("  "), words] if it.is_open else [words]


def _line(shown: Shown, key: tuple[str | int, ...]) -> list[Block]:
    """Say who has it or was asked, who is next and when, and who is passed over."""
    it = shown.urgent
    if not it.is_open:
        by = [rich.text(f"{it.said} by "), rich.person(it.by)] if it.by else [rich.text("over")]
        at = [rich.text(", "), rich.date(it.at)] if it.at else []
        return [rich.block(block_id(BlockId.STATE, *key), rich.section(*by, *at))]
    verb = "Paged" if it.state == "paging" else "Asked"
    line = [rich.text(f"{verb}, round {it.round}: ")]
    for page in [each for each in it.pages if (each.kind, each.round) == (it.state, it.round)]:
        line += [
            rich.person(page.person),
            rich.text(" "),
            rich.date(page.at, "{time}"),
            rich.text("; "),
        ]
    if it.next_at:
        line += [rich.text("the next in line "), rich.date(it.next_at, "{time}")]
    else:
        line.append(rich.text("nobody has answered, and nobody else is asked by itself"))
    for each in shown.skipped:
        line += [
            rich.text(" · passed over: "),
            rich.person(each.person),
            rich.text(f", {each.why}"),
        ]
    return [rich.block(block_id(BlockId.STATE, *key), rich.section(*line))]


def _buttons(run: Run, it: Urgent, key: tuple[str | int, ...]) -> list[Block]:
    if not it.is_open:
        return []
    value, about = str(UrgentValue(run_id=run.id, found=it.since.isoformat())), run.subject
    mine = elements.button(ActionId.HAVE_IT, "I have it", value, about=about, primary=True)
    yes = elements.button(ActionId.URGENT_YES, "Emergency: page", value, about=about)
    no = elements.button(ActionId.URGENT_NO, "Not an emergency", value, about=about)
    row = [mine] if it.state == "paging" else [mine, yes, no]
    return [elements.actions(block_id(BlockId.BUTTONS, *key), *row)]


def _facts(run: Run) -> list[tuple[str, Untrusted]]:
    """Return the inputs and what was read, as lines; what is nested is left to the run itself."""
    found: list[tuple[str, object]] = [*run.inputs.items()]
    for name, value in run.results.items():
        found += [*value.items()] if isinstance(value, dict) else [(name, value)]
    return [
        (name, Untrusted(str(value)))
        for name, value in found
        if isinstance(value, str | int | float)
    ]
