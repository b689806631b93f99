"""The ways back to the version before: by a person's press, or by itself where the active one does badly."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from workflows.answers import Recorded
from workflows.commands import FallBack, RollBack
from workflows.errors import NotAllowed, NothingBefore, StaleProposal
from workflows.events import Entry, Event
from workflows.policy import may_take_part
from workflows.ports import Post
from workflows.run import SYSTEM
from workflows.versions.changes import is_wider
from workflows.versions.choosable import allowed, chosen, listed, places, usable
from workflows.versions.version import SHOWN, Active, Choice, Proposal, compared

if TYPE_CHECKING:
    from workflows.ports import JsonObject
    from workflows.turn import Facts
    from workflows.versions.changes import Change
    from workflows.versions.version import Known


def give_back(command: RollBack | FallBack, known: Known, facts: Facts) -> Choice:
    """Decide on a way back. Raises `Refusal`."""
    if isinstance(command, FallBack):
        return _fall_back(command, known, facts)
    return _roll_back(command, known, facts)


def _roll_back(command: RollBack, known: Known, facts: Facts) -> Choice:
    may_take_part(command.actor, facts.company)
    _refuse_stale(command, known)
    then = usable(known)
    return _returned(command, known, allowed(command.actor, known, then, facts), facts)


def _fall_back(command: FallBack, known: Known, facts: Facts) -> Choice:
    """Return by itself where nothing gets wider by it; where something would, a person is asked."""
    if command.actor != SYSTEM:
        raise NotAllowed(
            action="This", needed="Sayso itself", next_step="return to the version before instead."
        )
    _refuse_stale(command, known)
    then = usable(known)
    found = compared(known.now, then)
    does = f"{then.title} does badly with version {command.active}: {command.why}."
    if is_wider(found):
        return _asked(
            command, known, found, f"{does} The version before may do more, so you say.", facts
        )
    choice = _returned(command, known, found, facts)
    words = f"{does} It is at the version before again, {command.to}. Runs under way keep theirs."
    return replace(choice, posts=_shown(command, known, words, facts))


def _asked(
    command: FallBack, known: Known, found: tuple[Change, ...], words: str, facts: Facts
) -> Choice:
    entry = _entry_of(Event.PLAYBOOK_DOUBTED, command, known, found)
    return Choice(entries=(entry,), posts=_shown(command, known, words, facts))


def _shown(command: FallBack, known: Known, words: str, facts: Facts) -> tuple[Post, ...]:
    subject = f"fallback:{command.playbook}:{command.active}:{command.to}"
    body: JsonObject = {"text": words}
    channels = places(known.now, facts.company)
    return tuple(Post(subject=subject, channel=each, body=body) for each in channels)


def _refuse_stale(command: RollBack | FallBack, known: Known) -> None:
    """Raise unless these are the active version and the one before."""
    active = known.active
    if active is None or not active.before:
        raise NothingBefore
    if (command.active, command.to) != (active.version[:SHOWN], active.before[:SHOWN]):
        raise StaleProposal


def _entry_of(
    event: Event, command: RollBack | FallBack, known: Known, found: tuple[Change, ...]
) -> Entry:
    before = known.active.before if known.active else ""
    why: JsonObject = {"why": command.why} if isinstance(command, FallBack) else {}
    return Entry(
        event=event,
        chain=f"playbook:{command.playbook}",
        actor=command.actor,
        object=f"playbook:{command.playbook}",
        head={"version": before, "base": known.version},
        body={"changes": listed(found), **why},
    )


def _returned(
    command: RollBack | FallBack, known: Known, found: tuple[Change, ...], facts: Facts
) -> Choice:
    """Make the version before the active one."""
    then, newest = usable(known), known.newest
    now = chosen(command.actor, command.playbook, then.version, known, facts)
    entry = _entry_of(Event.PLAYBOOK_RETURNED, command, known, found)
    return Choice(
        answer=Recorded(
            sentence=f"{then.title} is at version {now.version[:SHOWN]} again. Runs under way keep theirs."
        ),
        actives=(now,),
        proposals=tuple(_rebased(newest, now)) if newest else (),
        entries=(entry,),
        redraw=(*((f"proposal:{newest.id}",) if newest else ()), "home"),
    )


def _rebased(newest: Proposal, now: Active) -> list[Proposal]:
    """Return the waiting proposal as it is compared from now on; activated, if it is what was returned to."""
    if newest.state in {"activated", "withdrawn"}:
        return []
    if newest.version == now.version:
        update = {"state": "activated", "by": now.by, "at": now.at}
        return [newest.model_copy(update=update)]
    return [newest.model_copy(update={"base": now.version})]
