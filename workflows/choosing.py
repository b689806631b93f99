"""Choosing versions: what comes of a changed file, of a yes, of a no, of a way back. It decides and does nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflows import proposing
from workflows.answers import Recorded
from workflows.changes import is_wider
from workflows.commands import Activate, Complain, Dismiss, Install, Propose, RollBack, Suggest
from workflows.errors import (
    AlreadyDecided,
    NothingBefore,
    OldProposal,
    StaleProposal,
    UnknownProposal,
    Unusable,
)
from workflows.events import Entry, Event
from workflows.policy import may_take_part
from workflows.proposing import about, refuse_unless_in, words_of
from workflows.versions import SHOWN, Active, Choice, Proposal, choosers, compared

if TYPE_CHECKING:
    from workflows.changes import Change
    from workflows.commands import OnProposal
    from workflows.playbook import Playbook
    from workflows.ports import JsonObject
    from workflows.run import Actor
    from workflows.turn import Facts
    from workflows.versions import Known

_CHOOSING = "Choosing a playbook's version"
Choosing = Install | Propose | Suggest | Complain | Activate | Dismiss | RollBack


def decide(command: Choosing, known: Known, facts: Facts) -> Choice:
    """Decide. Raises `Refusal`."""
    match command:
        case Install() | Propose() | Suggest() | Complain():
            return proposing.decide(command, known, facts)
        case Activate():
            return _activate(command, known, facts)
        case Dismiss():
            return _dismiss(command, known, facts)
        case RollBack():
            return _roll_back(command, known, facts)


# --- What people press ---


def _activate(command: Activate, known: Known, facts: Facts) -> Choice:
    proposal = _pressed(command, known, facts)
    found = _allowed(command.actor, known, _usable(known), facts)
    decided = proposal.model_copy(
        update={
            "state": "activated",
            "base": known.version,
            "by": command.actor.id,
            "at": facts.at,
        }
    )
    chosen = _chosen(command.actor, decided.playbook, decided.version, known, facts)
    return Choice(
        actives=(chosen,),
        proposals=(decided,),
        entries=(about(Event.PLAYBOOK_ACTIVATED, command.actor, decided, found),),
        redraw=(f"proposal:{decided.id}", "home"),
    )


def _dismiss(command: Dismiss, known: Known, facts: Facts) -> Choice:
    """Leave it as it is for now: nothing gets wider, so every admin may say so."""
    proposal = _pressed(command, known, facts)
    refuse_unless_in(
        choosers(known.now, facts.company, ()), command.actor, facts.company, action=_CHOOSING
    )
    decided = proposal.model_copy(
        update={"state": "dismissed", "by": command.actor.id, "at": facts.at}
    )
    return Choice(
        proposals=(decided,),
        entries=(about(Event.PLAYBOOK_DISMISSED, command.actor, decided),),
        redraw=(f"proposal:{decided.id}", "home"),
    )


def _roll_back(command: RollBack, known: Known, facts: Facts) -> Choice:
    may_take_part(command.actor, facts.company)
    active = known.active
    if active is None or not active.before:
        raise NothingBefore
    if (command.active, command.to) != (active.version[:SHOWN], active.before[:SHOWN]):
        raise StaleProposal
    then = _usable(known)
    found = _allowed(command.actor, known, then, facts)
    chosen = _chosen(command.actor, active.playbook, active.before, known, facts)
    head: JsonObject = {"version": chosen.version, "base": active.version}
    returned = Entry(
        event=Event.PLAYBOOK_RETURNED,
        chain=f"playbook:{active.playbook}",
        actor=command.actor,
        object=f"playbook:{active.playbook}",
        head=head,
        body={"changes": words_of(found)},
    )
    newest = known.newest
    return Choice(
        answer=Recorded(
            sentence=f"{then.title} is at version {chosen.version[:SHOWN]} again. Runs under way keep theirs."
        ),
        actives=(chosen,),
        proposals=tuple(_rebased(newest, chosen)) if newest else (),
        entries=(returned,),
        redraw=(*((f"proposal:{newest.id}",) if newest else ()), "home"),
    )


def _rebased(newest: Proposal, chosen: Active) -> list[Proposal]:
    """Return the waiting proposal as it is compared from now on; activated, if it is what was returned to."""
    if newest.state in {"activated", "withdrawn"}:
        return []
    if newest.version == chosen.version:
        update = {"state": "activated", "by": chosen.by, "at": chosen.at}
        return [newest.model_copy(update=update)]
    return [newest.model_copy(update={"base": chosen.version})]


def _pressed(command: OnProposal, known: Known, facts: Facts) -> Proposal:
    """Return the proposal, if it stands as the card showed it."""
    may_take_part(command.actor, facts.company)
    proposal, company = known.pressed, facts.company
    if proposal is None:
        raise UnknownProposal
    if proposal != known.newest or proposal.state == "withdrawn":
        raise OldProposal
    if proposal.state == "activated" or proposal.state != command.state:
        at = (proposal.at or proposal.found_at).astimezone(company.tz)
        raise AlreadyDecided(
            state=_STATES[proposal.state], who=company.name_of(proposal.by), when=f"{at:%a %H:%M}"
        )
    shown = (command.version, command.active)
    if shown != (proposal.version[:SHOWN], known.version[:SHOWN]):
        raise StaleProposal
    return proposal


_STATES = {"activated": "activated", "dismissed": "put off", "open": "opened again"}


def _usable(known: Known) -> Playbook:
    if known.then is None:
        raise Unusable
    return known.then


def _allowed(actor: Actor, known: Known, then: Playbook, facts: Facts) -> tuple[Change, ...]:
    """Return what would be different. Raises `NotAllowed` for somebody who may not make it so."""
    found = compared(known.now, then)
    able = choosers(known.now, facts.company, found)
    action = "Giving a playbook wider powers" if is_wider(found) else _CHOOSING
    refuse_unless_in(able, actor, facts.company, action=action)
    return found


def _chosen(actor: Actor, playbook: str, version: str, known: Known, facts: Facts) -> Active:
    return Active(
        playbook=playbook, version=version, before=known.version, by=actor.id, at=facts.at
    )
