"""Choosing versions: what comes of a changed file, of a yes, of a no, of a way back. It decides and does nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflows.commands import (
    Activate,
    Complain,
    Dismiss,
    FallBack,
    Install,
    Propose,
    RollBack,
    Suggest,
)
from workflows.errors import AlreadyDecided, OldProposal, StaleProposal, UnknownProposal
from workflows.events import Event
from workflows.policy import may_take_part
from workflows.versions import proposing
from workflows.versions.choosable import CHOOSING, allowed, chosen, refuse_unless_in, usable
from workflows.versions.proposing import about
from workflows.versions.returning import give_back
from workflows.versions.version import SHOWN, Choice, Proposal, choosers

if TYPE_CHECKING:
    from workflows.commands import OnProposal
    from workflows.turn import Facts
    from workflows.versions.version import Known

Choosing = Install | Propose | Suggest | Complain | Activate | Dismiss | RollBack | FallBack


def decide(command: Choosing, known: Known, facts: Facts) -> Choice:
    """Decide. Raises `Refusal`."""
    match command:
        case Install() | Propose() | Suggest() | Complain():
            return proposing.decide(command, known, facts)
        case Activate():
            return _activate(command, known, facts)
        case Dismiss():
            return _dismiss(command, known, facts)
        case RollBack() | FallBack():
            return give_back(command, known, facts)


# --- What people press ---


def _activate(command: Activate, known: Known, facts: Facts) -> Choice:
    proposal = _pressed(command, known, facts)
    found = allowed(command.actor, known, usable(known), facts)
    decided = proposal.model_copy(
        update={
            "state": "activated",
            "base": known.version,
            "by": command.actor.id,
            "at": facts.at,
        }
    )
    now = chosen(command.actor, decided.playbook, decided.version, known, facts)
    return Choice(
        actives=(now,),
        proposals=(decided,),
        entries=(about(Event.PLAYBOOK_ACTIVATED, command.actor, decided, found),),
        redraw=(f"proposal:{decided.id}", "home"),
    )


def _dismiss(command: Dismiss, known: Known, facts: Facts) -> Choice:
    """Leave it as it is for now: nothing gets wider, so every admin may say so."""
    proposal = _pressed(command, known, facts)
    refuse_unless_in(
        choosers(known.now, facts.company, ()), command.actor, facts.company, action=CHOOSING
    )
    decided = proposal.model_copy(
        update={"state": "dismissed", "by": command.actor.id, "at": facts.at}
    )
    return Choice(
        proposals=(decided,),
        entries=(about(Event.PLAYBOOK_DISMISSED, command.actor, decided),),
        redraw=(f"proposal:{decided.id}", "home"),
    )


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
