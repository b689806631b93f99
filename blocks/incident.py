"""What follows in the thread of a run that could not go on: a post-mortem to finish, and how it came there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from blocks import elements, history, rich
from blocks.ids import BlockId, block_id
from blocks.text import sentence

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from blocks.history import Logged
    from blocks.text import Block
    from workflows.run import Draft, Run

_TIMELINE = 20
_WHY = 400
_TITLE = 200
_ALIKE = 5


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
        _line("Seen before", *_alike(shown.alike)),
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
    ]
    return elements.message(
        sentence("Post-mortem, to finish: {} for {}.", run.playbook, run.subject), blocks
    )


def _line(name: str, *said: Block) -> list[Block]:
    return [rich.text(f"{name}: ", bold=True), *said]


def _left(drafts: Sequence[Draft]) -> list[Block]:
    if not drafts:
        return [rich.text("nothing")]
    return [
        part for one in drafts for part in (*rich.runs(one.title, limit=_TITLE), rich.text("; "))
    ]


def _alike(runs: Sequence[Run]) -> list[Block]:
    if not runs:
        return [rich.text("no")]
    found = [rich.text(f"{len(runs)} stand at the same step: ")]
    for run in runs[:_ALIKE]:
        found += [
            *rich.runs(run.subject, limit=_TITLE),
            rich.text(" since "),
            rich.date(run.created_at),
        ]
        found.append(rich.text("; "))
    return found
