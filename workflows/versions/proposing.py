"""What a folder's files say, and what somebody filled in: proposals come of it, and nothing gets active by it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from workflows.answers import FieldErrors, Recorded
from workflows.commands import Complain, Install, Propose, Suggest
from workflows.errors import StaleForm
from workflows.events import Entry, Event
from workflows.ports import Post
from workflows.versions.choosable import listed, places, refuse_unless_in
from workflows.versions.version import SHOWN, Active, Choice, Proposal, compared, owners, suggesters

if TYPE_CHECKING:
    from workflows.company import Company
    from workflows.playbook import Playbook
    from workflows.run import Actor
    from workflows.turn import Facts
    from workflows.versions.changes import Change
    from workflows.versions.version import Known


def decide(command: Install | Propose | Suggest | Complain, known: Known, facts: Facts) -> Choice:
    """Decide. Raises `Refusal`."""
    match command:
        case Install():
            return _install(command, known, facts)
        case Propose():
            return _propose(command, known, facts)
        case Suggest():
            return _suggest(command, known, facts)
        case Complain():
            return _complain(command, known, facts)


# --- What the folder says ---


def _install(command: Install, known: Known, facts: Facts) -> Choice:
    """Take what stands in the folder as it is, where nothing ever was."""
    if not known.untouched:
        return Choice()
    books = command.books
    return Choice(
        kept=books,
        actives=tuple(
            Active(playbook=book.playbook, version=book.version, filed=book.version, at=facts.at)
            for book in books
        ),
        entries=tuple(
            entry(Event.PLAYBOOK_INSTALLED, command.actor, book.playbook, book.version)
            for book in books
        ),
        filed=tuple((book.playbook, book.version) for book in books),
    )


def _propose(command: Propose, known: Known, facts: Facts) -> Choice:
    """Take note of what a file says now: a proposal, unless it is active or was proposed before.

    A file that says what it said when it was last looked at, by any process, says nothing new: what was changed in
    Slack since then stays. Nor does one that is set back to what it said when the active version was chosen.
    """
    book, newest, active = command.book, known.newest, known.active
    if book.version == known.filed:
        return Choice()
    filed = ((book.playbook, book.version),)
    if active and book.version in {active.version, active.filed}:
        return replace(_set_back(command, active, known, facts), filed=filed)
    if newest and newest.version == book.version and newest.state != "withdrawn":
        return Choice(filed=filed)
    return replace(_proposed(command, known, facts), filed=filed)


def _set_back(command: Propose, active: Active, known: Known, facts: Facts) -> Choice:
    """Take back what the file said meanwhile; what somebody filled in is not the file's."""
    newest, version = known.newest, command.book.version
    of_file = newest if newest and not newest.author else None
    withdrawn = _withdrawn(command.actor, of_file, facts)
    if version != active.version:
        return withdrawn
    return replace(withdrawn, actives=(active.model_copy(update={"filed": version}),))


def _suggest(command: Suggest, known: Known, facts: Facts) -> Choice:
    """Take what somebody filled in as a proposal, in place of the one that waits, which it goes on from.

    Raises `StaleForm` where another version is active or waits than the form was filled with.
    """
    may_suggest(command.actor, known.now, facts.company)
    if known.waiting and not command.base:
        taken = "is the name of another playbook; choose another one"
        return Choice(answer=FieldErrors(errors={"playbook": taken}))
    if command.base != known.waiting[:SHOWN]:
        raise StaleForm
    if command.book.version != known.version:
        return _proposed(command, known, facts)
    said = Recorded(sentence="That is what is active. Nothing waits to be activated any more.")
    return replace(_withdrawn(command.actor, known.newest, facts), answer=said)


def _proposed(command: Propose | Suggest, known: Known, facts: Facts) -> Choice:
    """Make a proposal; the one that waits gives way to it."""
    book = command.book
    withdrawn = _withdrawn(command.actor, known.newest, facts)
    made = Proposal(
        id=facts.ids[0],
        playbook=book.playbook,
        version=book.version,
        base=known.version,
        author=command.actor.id if command.actor.kind == "user" else "",
        found_at=facts.at,
    )
    found = compared(known.now, book)
    return Choice(
        kept=(book,),
        proposals=(*withdrawn.proposals, made),
        entries=(
            *withdrawn.entries,
            about(Event.PLAYBOOK_PROPOSED, command.actor, made, found),
        ),
        posts=tuple(
            Post(subject=f"proposal:{made.id}", channel=channel)
            for channel in places(known.now, facts.company)
        ),
        redraw=(*withdrawn.redraw, "home"),
    )


def _withdrawn(actor: Actor, proposal: Proposal | None, facts: Facts) -> Choice:
    """Let go of what waits: something newer takes its place, or its file says again what is active."""
    if proposal is None or proposal.state != "open":
        return Choice()
    gone = proposal.model_copy(update={"state": "withdrawn", "at": facts.at})
    return Choice(
        proposals=(gone,),
        entries=(about(Event.PLAYBOOK_WITHDRAWN, actor, gone),),
        redraw=(f"proposal:{gone.id}", "home"),
    )


def _complain(command: Complain, known: Known, facts: Facts) -> Choice:
    """Tell the owners of a file that can't be read; what is active goes on."""
    goes_on = f"{known.now.title} goes on as it was. " if known.now else ""
    text = f"{goes_on}A changed playbook can't be used:\n{command.problem}"
    said = Entry(
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
    return Choice(entries=(said,), posts=tuple(posts))


def may_suggest(actor: Actor, book: Playbook | None, company: Company) -> None:
    """Raise `Refusal` for somebody who may not fill in a change of this playbook; None is a new one."""
    action = "Changing a playbook" if book else "Making a new playbook"
    refuse_unless_in(suggesters(book, company), actor, company, action=action)


# --- The record ---


def entry(event: Event, actor: Actor, playbook: str, version: str) -> Entry:
    """Return what goes on the record of a playbook."""
    chain = f"playbook:{playbook}"
    return Entry(event=event, chain=chain, actor=actor, object=chain, head={"version": version})


def about(event: Event, actor: Actor, proposal: Proposal, found: tuple[Change, ...] = ()) -> Entry:
    """Return what goes on the record of a proposal, with what would be different."""
    return Entry(
        event=event,
        chain=f"playbook:{proposal.playbook}",
        actor=actor,
        object=f"proposal:{proposal.id}",
        head={"version": proposal.version, "base": proposal.base},
        body={"changes": listed(found)},
    )
