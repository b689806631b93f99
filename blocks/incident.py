"""What follows in the thread of a run that could not go on: a post-mortem to finish, and how it came there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from blocks import elements, form, history, rich
from blocks.ids import ActionId, BlockId, CallbackId, block_id
from blocks.text import sentence

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from blocks.history import Logged
    from blocks.text import Block
    from workflows.action import Field
    from workflows.run import Draft, Run
    from workflows.urgent.incidents import Incident as Earlier

_TIMELINE = 20
_WHY = 400
_TITLE = 200
_ALIKE = 5
_NTH = {1: "first", 2: "second", 3: "third"}
_TEENS = (11, 12, 13)


@dataclass(frozen=True, kw_only=True)
class Incident:
    """A run that could not go on, and what is known of it."""

    run: Run
    #: When, at which step and why it stopped.
    at: datetime
    step: str
    why: str
    #: Person id of whoever keeps Sayso running, and who the playbook belongs to.
    keeper: str
    owner: str
    entries: Sequence[Logged] = ()
    #: What the run had sent before.
    left: Sequence[Draft] = ()
    #: Earlier incidents of the same playbook, step and error, of the last 30 days, oldest first.
    repeats: Sequence[Earlier] = ()
    #: Other runs of this playbook that stand at the same step, newest first.
    alike: Sequence[Run] = ()


def incident(shown: Incident) -> Block:
    """Return how it came there and a post-mortem with everything the record knows; people write cause and change."""
    run, key = shown.run, shown.run.id
    lines = [
        _line("What happened", *rich.runs(shown.why, limit=_WHY)),
        _line(
            "Where", rich.text(f"step {shown.step} of {run.playbook}, version {run.version[:12]}")
        ),
        _line("Began", rich.date(run.created_at)),
        _line("Stopped", rich.date(shown.at)),
        _line("What had left", *_left(shown.left)),
        _line("Seen before", *_repeats(shown), *_alike(shown)),
        _line("Looked after by", rich.person(shown.keeper), rich.text(f", owner: {shown.owner}")),
        _line("Cause", rich.text("to be written by whoever found it")),
        _line("What we change", rich.text("to be written, with who does it and until when")),
    ]
    way = [history.line(one, named=False) for one in shown.entries[-_TIMELINE:]]
    blocks = [
        elements.header(block_id(BlockId.TITLE, key), "Post-mortem, to finish"),
        rich.block(block_id(BlockId.BODY, key), rich.bullets(lines)),
        elements.context(block_id(BlockId.NOTE, key), "How it came there, from the audit log:"),
        *([rich.block(block_id(BlockId.STEPS, key), rich.bullets(way))] if way else []),
        _buttons(shown),
    ]
    return elements.message(
        sentence("Post-mortem, to finish: {} for {}.", run.playbook, run.subject), blocks
    )


def follow_up(asks: Sequence[Field], metadata: str) -> Block:
    """Return the form of an action after an incident: what, of which kind, who, until when."""
    return elements.modal(
        CallbackId.FOLLOW_UP,
        "Add an action",
        form.inputs(asks, {}),
        metadata=metadata,
        submit="Add",
        close="Cancel",
    )


def _line(name: str, *said: Block) -> list[Block]:
    return [rich.text(f"{name}: ", bold=True), *said]


def _left(drafts: Sequence[Draft]) -> list[Block]:
    if not drafts:
        return [rich.text("nothing")]
    return [
        part for one in drafts for part in (*rich.runs(one.title, limit=_TITLE), rich.text("; "))
    ]


def _repeats(shown: Incident) -> list[Block]:
    """Say the how manieth time this is, since when, and when the others were."""
    if not shown.repeats:
        return [] if shown.alike else [rich.text("no")]
    found = [
        rich.text(f"{_nth(len(shown.repeats) + 1)} time since "),
        rich.date(shown.repeats[0].at),
        rich.text("; "),
    ]
    for one in shown.repeats[1:][-_ALIKE:]:
        found += [rich.text("again "), rich.date(one.at), rich.text("; ")]
    return found


def _nth(n: int) -> str:
    if n in _NTH:
        return _NTH[n]
    like = "th" if n % 100 in _TEENS else _NTH.get(n % 10, "th")
    return f"{n}{like[-2:]}"  # 21st ends as first does


def _buttons(shown: Incident) -> Block:
    run = shown.run
    row = [elements.button(ActionId.FOLLOW_UP, "Add an action", run.id, about=run.subject)]
    if shown.repeats:
        last = shown.repeats[-1].run
        row.append(elements.button(ActionId.SHOW_RUN, "Show the one before", last))
    return elements.actions(block_id(BlockId.BUTTONS, run.id), *row)


def _alike(shown: Incident) -> list[Block]:
    runs = shown.alike
    if not runs:
        return []
    found = [rich.text(f"{len(runs)} stand at the same step: ")]
    for run in runs[:_ALIKE]:
        found += [
            *rich.runs(run.subject, limit=_TITLE),
            rich.text(" since "),
            rich.date(run.created_at),
        ]
        found.append(rich.text("; "))
    return found
