"""A move between stages, saved: what it is decided on is read first, and nobody chooses a version until it is over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflows.commands import Demote, Promote
from workflows.errors import UnknownPlaybook
from workflows.playbook import DoStep, DraftStep
from workflows.shelf import read
from workflows.trust import evidence
from workflows.trust.staging import Earned, decide

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from workflows.answers import Answer
    from workflows.ports import Tx
    from workflows.trust.staging import Moved, Staging
    from workflows.turn import Facts


def stage(tx: Tx, command: Staging, facts_of: Callable[[], Facts]) -> Answer:
    """Decide and save. Versions and stages are chosen one after another, so nobody activates one meanwhile.

    Raises `Refusal`.
    """
    tx.choose_alone()
    facts = facts_of()
    earned = _earned(tx, command, facts.at)
    if earned is None:
        raise UnknownPlaybook(name=command.playbook, hint="")
    moved = decide(command, earned, facts)
    _save(tx, moved, facts)
    return moved.answer


def take_back(tx: Tx, command: Demote, facts: Facts) -> None:
    """Demote in the transaction of what asks for it; a playbook that is gone has nothing to lose."""
    tx.choose_alone()
    if earned := _earned(tx, command, facts.at):
        _save(tx, decide(command, earned, facts), facts)


def _save(tx: Tx, moved: Moved, facts: Facts) -> None:
    if moved.footing:
        tx.place(moved.footing)
    tx.append(moved.entries, facts.at)
    tx.post(moved.posts, facts.at)
    tx.redraw(moved.redraw, facts.at)


def _earned(tx: Tx, command: Staging, at: datetime) -> Earned | None:
    name = command.playbook
    active = tx.active(name)
    book = read(tx, active.version) if active else None
    if book is None:
        return None
    writers = {s.draft: s.agent for s in book.steps if isinstance(s, DraftStep)}
    writers |= {s.do: "playbook" for s in book.steps if isinstance(s, DoStep)}
    origins = [tx.origin(name, book.version, step, agent) for step, agent in writers.items()]
    to = command.to if isinstance(command, Promote) else None
    shown = None if isinstance(command, Demote) else evidence.gathered(tx, book, at, to)
    return Earned(
        book=book,
        footing=tx.footing(name),
        origins=tuple(one for one in origins if one),
        evidence=shown,
    )
