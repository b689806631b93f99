"""Scoring a piece of work, or taking it off the inventory: on the record, whoever of the staff does it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflows import policy
from workflows.answers import FieldErrors, Recorded
from workflows.commands import Assess, Unlist
from workflows.delegation import stating
from workflows.delegation.inventory import PLAYBOOK, Assessment
from workflows.delegation.matrix import classes_of, recommend
from workflows.errors import Rescored, UnknownPlaybook, UnknownWork
from workflows.events import Entry, Event
from workflows.shelf import LookedUp
from workflows.text import Untrusted

if TYPE_CHECKING:
    from pydantic import JsonValue

    from workflows.answers import Answer
    from workflows.delegation.matrix import Recommendation
    from workflows.playbook import Playbook
    from workflows.ports import Tx
    from workflows.turn import Facts

Assessing = Assess | Unlist


def assess(tx: Tx, command: Assessing, facts: Facts) -> Answer:
    """Decide and save. Raises `NotAllowed`, `Rescored`, `UnknownPlaybook` and `UnknownWork`."""
    policy.may_take_part(command.actor, facts.company)
    newest = tx.assessment(command.entry)
    if command.base != (newest.n if newest else 0):
        raise _rescored(newest, facts)
    if isinstance(command, Unlist):
        return _unlist(tx, command, newest, facts)
    book = _book(tx, command.entry)
    if wrong := stating.problems(command.entry, command.values, facts.company):
        return FieldErrors(errors=wrong)
    scores, effort = stating.stated(command.values)
    told = recommend(scores, classes_of(book, facts.actions) if book else None)
    made = Assessment(
        entry=command.entry,
        n=command.base + 1,
        title=Untrusted(book.title if book else str(command.values["title"])),
        owner=book.owner if book else str(command.values["owner"]),
        scores=scores,
        effort=effort,
        level=told.level,
        reasons=told.reasons,
        by=command.actor.id,
        at=facts.at,
    )
    _keep(tx, made, Event.INVENTORY_SCORED, command, facts, told)
    return Recorded()


def _unlist(tx: Tx, command: Unlist, newest: Assessment | None, facts: Facts) -> Answer:
    if newest is None or not newest.listed:
        raise UnknownWork
    gone = {"n": newest.n + 1, "listed": False, "by": command.actor.id, "at": facts.at}
    made = newest.model_copy(update=gone)
    _keep(tx, made, Event.INVENTORY_REMOVED, command, facts)
    return Recorded(sentence="It is off the inventory. What was stated of it stays on the record.")


def _book(tx: Tx, entry: str) -> Playbook | None:
    """Return the playbook an entry is about; None for other work."""
    if not entry.startswith(PLAYBOOK):
        return None
    name = entry.removeprefix(PLAYBOOK)
    book = LookedUp(tx).get(name)
    if book is None:
        raise UnknownPlaybook(name=name, hint="")
    return book


def _rescored(newest: Assessment | None, facts: Facts) -> Rescored | UnknownWork:
    if newest is None:
        return UnknownWork()
    return Rescored(who=facts.company.name_of(newest.by))


def _keep(
    tx: Tx,
    made: Assessment,
    event: Event,
    command: Assessing,
    facts: Facts,
    told: Recommendation | None = None,
) -> None:
    if not tx.assess(made):
        raise Rescored(who="somebody else")
    said = made.model_dump(mode="json", include={"title", "owner", "effort"})
    body: dict[str, JsonValue] = (
        {**said, "recommended": told.model_dump(mode="json")} if told else said
    )
    entry = Entry(
        event=event,
        chain=made.entry if made.playbook else f"ws:{facts.company.ws}",
        actor=command.actor,
        object=made.entry,
        head={"n": made.n, "level": made.level, **made.scores.model_dump()},
        body=body,
    )
    tx.append([entry], facts.at)
    newest = tx.newest_proposal(made.playbook) if made.playbook else None
    cards = [f"proposal:{newest.id}"] if newest else []
    tx.redraw(["home", *cards], facts.at)
