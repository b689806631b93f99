"""Who is asked first to sign a draft: whoever is closest to the work, of those the rule names.

Never the owner for want of somebody: where nobody is meant, everybody who could sign is asked alike.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflows import policy
from workflows.expressions import Template
from workflows.limits import Ask
from workflows.playbook import IN_TURN
from workflows.run import Actor

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from workflows.company import Company, Person
    from workflows.playbook import DoStep, DraftStep
    from workflows.ports import JsonObject
    from workflows.run import Draft
    from workflows.turn import Turn


def assigned(turn: Turn, step: DraftStep | DoStep, draft: Draft, known: JsonObject) -> Draft:
    """Return the draft with who is asked first; unchanged when its step names nobody who could sign it."""
    rule, company = step.approve.assign, turn.facts.company
    if not rule:
        return draft
    able = _able(turn, draft)
    if rule == IN_TURN:
        name = f"{turn.playbook.playbook}:{draft.step}"
        person = _in_turn(turn, able, name)
    else:
        person = _meant(Template(rule).render(known), able)
    if person and company.is_away(person, turn.at):
        person = company.in_place_of(person, turn.at)
    return draft.model_copy(update={"assigned": person.id if person else ""})


def _able(turn: Turn, draft: Draft) -> list[Person]:
    """Return those the rule names who could sign it, their own wish set apart, in the order of their ids."""
    company = turn.facts.company
    able = [
        person
        for person in policy.named(draft, company).values()
        if company.works_here(person)
        and not policy.is_barred(turn.run, draft, Actor.user(person.id), company)
    ]
    return sorted(able, key=lambda person: person.id)


def _in_turn(turn: Turn, able: Sequence[Person], name: str) -> Person | None:
    """Return whose turn it is among those who are here; with nobody here nobody loses theirs."""
    here = [person for person in able if not turn.facts.company.is_away(person, turn.at)]
    if not here:
        return None
    taken = turn.told(Ask(kind="turns", turn=name)).count
    turn.turns.append(name)
    return here[taken % len(here)]


def _meant(text: str, able: Sequence[Person]) -> Person | None:
    """Return who a record names: by Slack id or name, if they could sign."""
    wanted = text.strip().casefold()
    found = [p for p in able if wanted in {p.id.casefold(), p.name.casefold()}]
    return found[0] if wanted and len(found) == 1 else None


def asked_first(draft: Draft, company: Company, at: datetime) -> Person | None:
    """Return who is asked first, if they are here, could sign now and have not."""
    able = [p for p in policy.signers(draft, company, at) if not company.is_away(p, at)]
    waits = (p for p in able if p.id == draft.assigned and p.id not in draft.signers)
    return next(waits, None)
