"""Choosing versions: what comes of a changed file, of a yes, of a no, of a way back. It decides and does nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflows.answers import Recorded
from workflows.changes import is_wider
from workflows.commands import Activate, Complain, Dismiss, Install, Propose, RollBack
from workflows.errors import (
    AlreadyDecided,
    NotAllowed,
    NothingBefore,
    OldProposal,
    StaleProposal,
    UnknownProposal,
    Unusable,
)
from workflows.events import Entry, Event
from workflows.policy import may_take_part
from workflows.ports import Post
from workflows.versions import SHOWN, Active, Choice, Proposal, choosers, compared, owners

if TYPE_CHECKING:
    from pydantic import JsonValue

    from workflows.changes import Change
    from workflows.commands import OnProposal
    from workflows.company import Company, Person
    from workflows.playbook import Playbook
    from workflows.ports import JsonObject
    from workflows.run import Actor
    from workflows.turn import Facts
    from workflows.versions import Known

Choosing = Install | Propose | Complain | Activate | Dismiss | RollBack


def decide(command: Choosing, known: Known, facts: Facts) -> Choice:
    """Decide. Raises `Refusal`."""
    match command:
        case Install():
            return _install(command, known, facts)
        case Propose():
            return _propose(command, known, facts)
        case Complain():
            return _complain(command, known, facts)
        case Activate():
            return _activate(command, known, facts)
        case Dismiss():
            return _dismiss(command, known, facts)
        case RollBack():
            return _roll_back(command, known, facts)


# --- What the folder says ---


def _install(command: Install, known: Known, facts: Facts) -> Choice:
    """Take what stands in the folder as it is, where nothing ever was."""
    if not known.untouched:
        return Choice()
    books = command.books
    return Choice(
        kept=books,
        actives=tuple(
            Active(playbook=book.playbook, version=book.version, at=facts.at) for book in books
        ),
        entries=tuple(
            _entry(Event.PLAYBOOK_INSTALLED, command.actor, book.playbook, book.version)
            for book in books
        ),
    )


def _propose(command: Propose, known: Known, facts: Facts) -> Choice:
    """Take note of what a file says now: a proposal, unless it is active or was proposed before."""
    book, newest = command.book, known.newest
    withdrawn = Choice()
    if newest and newest.state == "open" and newest.version != book.version:
        withdrawn = _withdrawn(command.actor, newest, facts)
    if book.version == known.version:
        return withdrawn
    if newest and newest.version == book.version and newest.state != "withdrawn":
        return Choice()
    made = Proposal(
        id=facts.ids[0],
        playbook=book.playbook,
        version=book.version,
        base=known.version,
        found_at=facts.at,
    )
    found = compared(known.now, book)
    entry = _about(Event.PLAYBOOK_PROPOSED, command.actor, made, found)
    return Choice(
        kept=(book,),
        proposals=(*withdrawn.proposals, made),
        entries=(*withdrawn.entries, entry),
        posts=tuple(
            Post(subject=f"proposal:{made.id}", channel=channel)
            for channel in _where(known.now, facts.company)
        ),
        redraw=(*withdrawn.redraw, "home"),
    )


def _withdrawn(actor: Actor, proposal: Proposal, facts: Facts) -> Choice:
    """Let go of a proposal whose file says something else now."""
    gone = proposal.model_copy(update={"state": "withdrawn", "at": facts.at})
    return Choice(
        proposals=(gone,),
        entries=(_about(Event.PLAYBOOK_WITHDRAWN, actor, gone),),
        redraw=(f"proposal:{gone.id}", "home"),
    )


def _complain(command: Complain, known: Known, facts: Facts) -> Choice:
    """Tell the owners of a file that can't be read; what is active goes on."""
    goes_on = f"{known.now.title} goes on as it was. " if known.now else ""
    text = f"{goes_on}A changed playbook can't be used:\n{command.problem}"
    entry = Entry(
        event=Event.PLAYBOOK_UNREADABLE,
        chain=f"playbook:{command.playbook}",
        actor=command.actor,
        object=f"playbook:{command.playbook}",
        head={"version": command.version},
        body={"problem": command.problem},
    )
    posts = [
        Post(subject=f"unreadable:{command.version}", channel=person.id, body={"text": text})
        for person in owners(known.now, facts.company)
    ]
    return Choice(entries=(entry,), posts=tuple(posts))


def _where(now: Playbook | None, company: Company) -> tuple[str, ...]:
    """Return where a proposal is shown: the channel the playbook lives in, else its owners' direct messages."""
    if now and now.channel:
        return (company.channel(now.channel),)
    return tuple(person.id for person in owners(now, company))


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
        entries=(_about(Event.PLAYBOOK_ACTIVATED, command.actor, decided, found),),
        redraw=(f"proposal:{decided.id}", "home"),
    )


def _dismiss(command: Dismiss, known: Known, facts: Facts) -> Choice:
    """Leave it as it is for now: nothing gets wider, so every admin may say so."""
    proposal = _pressed(command, known, facts)
    _refuse_unless_in(choosers(known.now, facts.company, ()), command.actor, facts, wider=False)
    decided = proposal.model_copy(
        update={"state": "dismissed", "by": command.actor.id, "at": facts.at}
    )
    return Choice(
        proposals=(decided,),
        entries=(_about(Event.PLAYBOOK_DISMISSED, command.actor, decided),),
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
    entry = Entry(
        event=Event.PLAYBOOK_RETURNED,
        chain=f"playbook:{active.playbook}",
        actor=command.actor,
        object=f"playbook:{active.playbook}",
        head=head,
        body={"changes": _said(found)},
    )
    newest = known.newest
    return Choice(
        answer=Recorded(
            sentence=f"{then.title} is at version {chosen.version[:SHOWN]} again. Runs under way keep theirs."
        ),
        actives=(chosen,),
        proposals=tuple(_rebased(newest, chosen)) if newest else (),
        entries=(entry,),
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
    _refuse_unless_in(able, actor, facts, wider=is_wider(found))
    return found


def _refuse_unless_in(able: tuple[Person, ...], actor: Actor, facts: Facts, *, wider: bool) -> None:
    may_take_part(actor, facts.company)
    if actor.id in {person.id for person in able}:
        return
    raise NotAllowed(
        action="Giving a playbook wider powers" if wider else "Choosing a playbook's version",
        needed=" or ".join(person.name for person in able),
        next_step="ask them.",
    )


def _chosen(actor: Actor, playbook: str, version: str, known: Known, facts: Facts) -> Active:
    return Active(
        playbook=playbook, version=version, before=known.version, by=actor.id, at=facts.at
    )


# --- The record ---


def _entry(event: Event, actor: Actor, playbook: str, version: str) -> Entry:
    chain = f"playbook:{playbook}"
    return Entry(event=event, chain=chain, actor=actor, object=chain, head={"version": version})


def _about(event: Event, actor: Actor, proposal: Proposal, found: tuple[Change, ...] = ()) -> Entry:
    return Entry(
        event=event,
        chain=f"playbook:{proposal.playbook}",
        actor=actor,
        object=f"proposal:{proposal.id}",
        head={"version": proposal.version, "base": proposal.base},
        body={"changes": _said(found)},
    )


def _said(found: tuple[Change, ...]) -> JsonValue:
    return [f"{change.kind}: {change.words}" for change in found]
