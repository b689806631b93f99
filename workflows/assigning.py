"""Who is asked first to sign a draft: whoever is closest to the work, of those the rule names.

Never the owner for want of somebody: where nobody is meant, everybody who could sign is asked alike.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from workflows import customers, policy, rights
from workflows.expressions import Template
from workflows.limits import Ask
from workflows.playbook import IN_TURN
from workflows.run import Actor

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from workflows.company import Company, Person
    from workflows.playbook import Assign, DoStep, DraftStep
    from workflows.ports import JsonObject
    from workflows.run import Draft
    from workflows.turn import Turn


def assigned(turn: Turn, step: DraftStep | DoStep, draft: Draft, known: JsonObject) -> Draft:
    """Return the draft with who is asked first; unchanged when its step has no rule for that.

    The first rule counts that is for this draft and means somebody who could sign it and is here.
    """
    rules = step.approve.assign
    if not rules:
        return draft
    able = _able(turn, draft)
    meant = (_to(turn, rule.to, able, known) for rule in rules if _is_for(turn, rule, draft, known))
    person = next((each for each in meant if each and _could_sign(turn, draft, each)), None)
    return draft.model_copy(update={"assigned": person.id if person else ""})


def _able(turn: Turn, draft: Draft) -> list[Person]:
    """Return those the rule names who could sign it, their own wish set apart, in the order of their ids."""
    company = turn.facts.company
    named = policy.named(draft, company).values()
    able = [person for person in named if _could_sign(turn, draft, person)]
    return sorted(able, key=lambda person: person.id)


def _could_sign(turn: Turn, draft: Draft, person: Person) -> bool:
    company = turn.facts.company
    barred = policy.is_barred(turn.run, draft, Actor.user(person.id), company)
    return rights.has(company, "sign", person) and not barred


# --- Which drafts a rule is for ---


def _is_for(turn: Turn, rule: Assign, draft: Draft, known: JsonObject) -> bool:
    """Whether all that a rule says of its drafts is so."""
    amount = draft.amount
    above = rule.above is None or (amount is not None and policy.exceeds(amount, rule.above))
    return above and _lives_there(turn, rule) and _is_about(turn, rule, draft, known)


def _lives_there(turn: Turn, rule: Assign) -> bool:
    place, company = turn.run.place, turn.facts.company
    channels = [company.channel(name) for name in rule.channel]
    return not channels or (place is not None and place.channel in channels)


def _is_about(turn: Turn, rule: Assign, draft: Draft, known: JsonObject) -> bool:
    if not rule.customer:
        return True
    spec = turn.facts.actions[draft.action]
    names = customers.called(turn, spec, draft.current.payload, known)
    return any(is_like(name, customers.plain(like)) for name in names for like in rule.customer)


def is_like(name: str, like: str) -> bool:
    """Whether a name is one of those meant, where `*` stands for anything and nothing else does."""
    return fnmatchcase(name, like.replace("[", "[[]").replace("?", "[?]"))


# --- Whom it means ---


def _to(turn: Turn, to: str, able: Sequence[Person], known: JsonObject) -> Person | None:
    """Return who is meant, of those who could sign: each in turn, those of a role in turn, or somebody by name."""
    name = f"{turn.playbook.playbook}:{turn.run.step}"
    if to == IN_TURN:
        return _in_turn(turn, able, name)
    if "{{" in to:
        return _in_place_of(turn, _meant(Template(to).render(known), able))
    company = turn.facts.company
    named = called(company, to)
    meant = company.members(to) or (named if len(named) == 1 else ())
    those = [person for person in able if person in meant]
    if len(those) > 1:
        return _in_turn(turn, those, f"{name}:{to}")
    return _in_place_of(turn, those[0] if those else None)


def called(company: Company, name: str) -> tuple[Person, ...]:
    """Return the people of this name; of this first name, where it is nobody's whole name."""
    wanted = name.strip().casefold()
    whole = tuple(p for p in company.people if p.name.casefold() == wanted)
    return whole or tuple(p for p in company.people if p.name.casefold().split()[:1] == [wanted])


def _in_turn(turn: Turn, able: Sequence[Person], name: str) -> Person | None:
    """Return whose turn it is among those who are here; with nobody here nobody loses theirs."""
    here = [person for person in able if not turn.facts.company.is_away(person, turn.at)]
    if not here:
        return None
    taken = turn.told(Ask(kind="turns", turn=name)).count
    turn.turns.append(name)
    return here[taken % len(here)]


def _meant(text: str, able: Sequence[Person]) -> Person | None:
    """Return whom a record names: by Slack id or name, if they could sign."""
    wanted = text.strip().casefold()
    found = [p for p in able if wanted in {p.id.casefold(), p.name.casefold()}]
    return found[0] if wanted and len(found) == 1 else None


def _in_place_of(turn: Turn, person: Person | None) -> Person | None:
    """Return who is meant, or while they are away who stands in for them, if anybody does."""
    company = turn.facts.company
    if person and company.is_away(person, turn.at):
        return company.in_place_of(person, turn.at)
    return person


def asked_first(draft: Draft, company: Company, at: datetime) -> Person | None:
    """Return who is asked first, if they are here, could sign now and have not."""
    able = [p for p in policy.signers(draft, company, at) if not company.is_away(p, at)]
    waits = (p for p in able if p.id == draft.assigned and p.id not in draft.signers)
    return next(waits, None)
