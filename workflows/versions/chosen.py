"""A choice of versions, saved: what it is decided on is read first, and nobody else chooses until it is over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflows.commands import OnProposal, Propose
from workflows.shelf import read
from workflows.versions import choosing
from workflows.versions.version import Known

if TYPE_CHECKING:
    from collections.abc import Callable

    from workflows.answers import Answer
    from workflows.ports import Tx
    from workflows.turn import Facts


def choose(tx: Tx, command: choosing.Choosing, facts_of: Callable[[], Facts]) -> Answer:
    """Decide and save. The time is read once nobody else chooses, so that times have one order. Raises `Refusal`."""
    untouched = tx.choose_alone()
    facts = facts_of()
    choice = choosing.decide(command, _known(tx, command, untouched=untouched), facts)
    for book in choice.kept:
        tx.keep("playbook", book.source, book.version)
    for active in choice.actives:
        tx.activate(active)
    for name, version in choice.filed:
        tx.file(name, version, facts.at)
    for proposal in choice.proposals:
        tx.propose(proposal)
    tx.append(choice.entries, facts.at)
    tx.post(choice.posts, facts.at)
    tx.redraw(choice.redraw, facts.at)
    return choice.answer


def _known(tx: Tx, command: choosing.Choosing, *, untouched: bool) -> Known:
    pressed = tx.proposal(command.proposal_id) if isinstance(command, OnProposal) else None
    name = pressed.playbook if pressed else getattr(command, "playbook", "")
    active = tx.active(name)
    then = pressed.version if pressed else active.before if active else ""
    is_found = isinstance(command, Propose)
    return Known(
        active=active,
        now=read(tx, active.version) if active else None,
        then=command.book if is_found else read(tx, then) if then else None,
        pressed=pressed,
        newest=tx.newest_proposal(name),
        filed=tx.filed(name),
        untouched=untouched,
    )
