"""Who may sign what: approver set, thresholds, quorum, self-approval, levels. Unknown means nobody, never everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflows import rights
from workflows.action import Money, Record, Risk
from workflows.errors import (
    AlreadySigned,
    MembersUnread,
    NotAllowed,
    OwnDraft,
    SlackSilent,
    Stranger,
)
from workflows.run import ApprovalRule, Needs

if TYPE_CHECKING:
    from datetime import datetime

    from workflows.action import ActionSpec
    from workflows.company import Company, Person
    from workflows.ports import JsonObject
    from workflows.run import Actor, Draft, Run

#: Nobody signs their own wish here, unless the company is one person.
NEVER_OWN = frozenset({Risk.MONEY, Risk.LEGAL, Risk.EMPLOYEE})
#: What may be signed from a row of a list, and together with others that are alike.
LOW_RISK = frozenset({Risk.INTERNAL, Risk.CUSTOMER, Risk.PUBLIC})
#: Below this level a playbook only reads or drafts; nothing can leave.
SIGNING_LEVEL = 3
_NUMBERS = {1: "one", 2: "two", 3: "three", 4: "four", 5: "five"}


class Absent(Record):
    """Somebody who could sign and is away: why, and who stands in, if anybody does."""

    person: str
    why: str
    stand_in: str = ""


def needs(rule: ApprovalRule, amount: Money | None, *, late: bool = False) -> Needs:
    """Return who must sign an action of this amount. The highest threshold passed wins.

    An amount in another currency than a threshold's counts as above it: what can't be compared is strict. Once it
    is late, those it was passed on to may sign as well; how many must sign stays.
    """
    more = rule.escalate if late else ()
    passed = [row for row in rule.above if amount is not None and exceeds(amount, row.amount)]
    if not passed:
        by = _together(rule.by, more)
        return Needs(by=by, quorum=rule.quorum, words=needed_words(rule.quorum, by))
    row = max(passed, key=lambda each: each.amount.minor)
    by = _together(row.by, more)
    words = f"{needed_words(row.quorum, by)} (above {row.amount})"
    return Needs(by=by, quorum=row.quorum, words=words, cites=(f"above:{row.amount}",))


def _together(names: tuple[str, ...], more: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*names, *more)))


def exceeds(amount: Money, bound: Money) -> bool:
    """Whether an amount is above another; what can't be compared is."""
    return amount.currency != bound.currency or abs(amount.minor) > bound.minor


def needed_words(quorum: int, by: tuple[str, ...]) -> str:
    """Return who is needed in words: `one of sales`, `the owner`."""
    if quorum == 1 and by == ("owner",):
        return "the owner"
    return f"{_NUMBERS.get(quorum, str(quorum))} of {' or '.join(by)}"


def signers(draft: Draft, company: Company, at: datetime) -> tuple[Person, ...]:
    """Return the people who could sign the newest revision, whether or not they have.

    Who is away may still sign; who stands in for them then may too.
    """
    by_id = named(draft, company)
    stand_ins = [company.in_place_of(person, at) for person in by_id.values()]
    found = by_id | {person.id: person for person in stand_ins if person}
    return tuple(
        person
        for person in found.values()
        if company.may_sign(person) and rights.has(company, "sign", person)
    )


def passed_on_to(draft: Draft, company: Company, at: datetime) -> tuple[Person, ...]:
    """Return who is asked besides once nobody has signed in time: those of `escalate` who could sign and have not."""
    if any(cited.startswith("limit:") for cited in draft.needs.cites):
        return ()  # beyond a limit sign those it names, and nobody else by waiting
    late = draft.needs.model_copy(update={"by": draft.rule.escalate})
    able = signers(draft.model_copy(update={"needs": late}), company, at)
    return tuple(person for person in able if person.id not in draft.signers)


def named(draft: Draft, company: Company) -> dict[str, Person]:
    """Return those the rule names, by id, whatever kind of account they have."""
    return {p.id: p for name in draft.needs.by for p in company.members(name)}


def can_pass_on(draft: Draft, company: Company, level: int, at: datetime) -> bool:
    """Whether somebody would be asked by passing it on who could not sign so far."""
    before = signers(draft, company, at)
    new = [person for person in passed_on_to(draft, company, at) if person not in before]
    # Who they are may be known again in a minute: a draft does not expire because Slack hiccups.
    unread = any(company.unread(name) for name in draft.rule.escalate)
    return level >= SIGNING_LEVEL and (bool(new) or unread)


def stands_in_for(draft: Draft, company: Company, actor: Actor, at: datetime) -> tuple[str, ...]:
    """Return the ids of those in whose place somebody signs; empty for one who is named."""
    by_id = named(draft, company)
    if actor.id in by_id:
        return ()
    return tuple(
        person.id
        for person in by_id.values()
        if (other := company.in_place_of(person, at)) and other.id == actor.id
    )


def absences(draft: Draft, company: Company, at: datetime) -> tuple[Absent, ...]:
    """Return who of those named is away, why, and who may sign in their place."""
    return tuple(
        Absent(person=person.id, why=why, stand_in=other.id if other else "")
        for person in named(draft, company).values()
        if company.works_here(person) and (why := company.why_away(person, at))
        for other in (company.in_place_of(person, at),)
    )


def whys(draft: Draft, company: Company, at: datetime) -> JsonObject:
    """Return why each of those named is away, by person: why somebody could sign in their place."""
    return {absent.person: absent.why for absent in absences(draft, company, at)}


def may_take_part(actor: Actor, company: Company) -> None:
    """Raise unless this is current staff: strangers, guests and those who left start and stop nothing."""
    if not company.may_sign(known(actor, company)):
        raise NotAllowed(
            action="This",
            needed=f"somebody who works at {company.name} now and is no guest",
            next_step="ask one of them.",
        )


def may_start(actor: Actor, company: Company) -> None:
    """Raise unless this is current staff with the right to start playbooks."""
    may_take_part(actor, company)
    rights.refuse_without(company, "start", known(actor, company))


def may_decide(run: Run, draft: Draft, actor: Actor, company: Company, at: datetime) -> None:
    """Raise unless this person may edit or reject: whoever could sign, and whoever started the run."""
    person = known(actor, company)
    allowed = person in signers(draft, company, at) or actor == run.started_by
    if not allowed or not company.may_sign(person):
        raise _not_allowed(draft, company, at)


def may_sign(
    run: Run, draft: Draft, actor: Actor, company: Company, level: int, at: datetime
) -> str:
    """Raise unless this person may sign the newest revision now; return a mark for the audit entry.

    The mark is `self` when somebody signs what they started or wrote and the rules allow it, else empty.
    """
    person = known(actor, company)
    if person not in signers(draft, company, at):
        raise _not_allowed(draft, company, at)
    if level < SIGNING_LEVEL:
        raise NotAllowed(
            action="Sending this",
            needed=_leave(draft, level),
            next_step="copy the text and send it yourself, or ask the owner to raise the level.",
        )
    if actor.id in draft.signers:
        missing = draft.needs.quorum - len(draft.signers)
        raise AlreadySigned(missing=missing, needed=draft.needs.words)
    return _self_signed(run, draft, actor, company, at)


def _leave(draft: Draft, level: int) -> str:
    """Return what it takes to send something at all."""
    if draft.rule.kind == "draft only":
        return "a step that sends; this one is a draft only"
    return f"a playbook of level {SIGNING_LEVEL}; this one is at level {level} and only drafts"


def level_of(draft: Draft, level: int) -> int:
    """Return the level that counts for a draft: one that is only to be copied is never signed."""
    return min(level, SIGNING_LEVEL - 1) if draft.rule.kind == "draft only" else level


def _self_signed(run: Run, draft: Draft, actor: Actor, company: Company, at: datetime) -> str:
    relation = _relation(run, draft, actor)
    if not relation:
        return ""
    if is_barred(run, draft, actor, company):
        others = [p.name for p in signers(draft, company, at) if p.id != actor.id]
        raise OwnDraft(
            relation=relation, risk=draft.risk, others=" or ".join(others) or "Nobody else"
        )
    return "self"


def _relation(run: Run, draft: Draft, actor: Actor) -> str:
    if draft.current.author == actor:
        return "wrote this revision"
    if any(wish.made and wish.by == actor for wish in draft.wishes):
        return "had this written"
    return "started this run" if run.started_by == actor else ""


def is_barred(run: Run, draft: Draft, actor: Actor, company: Company) -> bool:
    """Whether this is somebody's own wish, of a kind nobody signs for themselves."""
    return bool(_relation(run, draft, actor)) and draft.risk in NEVER_OWN and not company.solo


def may_go_together(draft: Draft, company: Company) -> bool:
    """Whether a draft may be signed in a dialog with others: low risk, one signature, no limit passed, small enough."""
    needs, under = draft.needs, company.together.under
    small = draft.amount is None or (
        under is not None
        and draft.amount.currency == under.currency
        and abs(draft.amount.minor) <= under.minor
    )
    return draft.risk in LOW_RISK and needs.quorum == 1 and not needs.cites and small


def must_type_amount(draft: Draft, spec: ActionSpec | None) -> bool:
    """Whether whoever signs types the amount: money that nothing brings back."""
    undoable = spec is not None and spec.undo != ""
    return draft.risk is Risk.MONEY and draft.amount is not None and not undoable


def known(actor: Actor, company: Company) -> Person:
    """Return the person of the company who acts. Raises for a stranger, and when nobody can tell who is one."""
    person = company.person(actor.id) if actor.kind == "user" else None
    if person is None:
        raise Stranger(company=company.name)
    if since := company.silent_since:
        raise SlackSilent(company=company.name, since=_moment(since, company))
    return person


def grounds(draft: Draft, company: Company, actor: Actor, at: datetime) -> JsonObject:
    """Return why this person could sign, for the record: by which names of the rule, for whom, as of which reading."""
    means = [name for name in draft.needs.by if actor.id in {p.id for p in company.members(name)}]
    return {
        "stands_in_for": [*stands_in_for(draft, company, actor, at)],
        "named_by": [*means],
        "read_at": company.read_at,
    }


def _moment(at: datetime, company: Company) -> str:
    return f"{at.astimezone(company.tz):%d %b %H:%M}"


def _not_allowed(draft: Draft, company: Company, at: datetime) -> NotAllowed | MembersUnread:
    if unread := [name for name in draft.needs.by if company.unread(name)]:
        read_at = company.slack.read_at(unread[0]) if company.slack else None
        since = f"since {_moment(read_at, company)}" if read_at else "so far"
        return MembersUnread(groups=" and ".join(unread), since=since)
    names = [person.name for person in signers(draft, company, at)]
    return NotAllowed(
        action=f"Signing {draft.risk} actions like this",
        needed=draft.needs.words,
        next_step=f"{', '.join(names)} can."
        if names
        else "nobody is in that group; tell the owner.",
    )
