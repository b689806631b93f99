"""What may be signed in all, over a while and across playbooks, so that three times 300 asks like 900 does."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Literal, Self

from pydantic import Field as Setting
from pydantic import model_validator

from workflows import policy
from workflows.action import Money, Record
from workflows.durations import words
from workflows.errors import OverLimit
from workflows.playbook import Amount, Duration, Names
from workflows.run import Needs
from workflows.trust.calibration import Acceptance
from workflows.trust.stages import Segment

if TYPE_CHECKING:
    from workflows.action import ActionSpec
    from workflows.run import Draft
    from workflows.turn import Turn


class Limit(Record):
    """How much, or how often, for whom, within which time; beyond it others sign, or nobody.

    With `per: action` each one is looked at alone; everything else is added up, whichever playbook it came from.
    """

    #: What people call it: "messages to one customer".
    limit: str = Setting(min_length=1, max_length=80)
    #: Names of actions (`mail.send`) or risk classes (`money`).
    on: Names = Setting(min_length=1)
    #: Whose are added up: each customer's, each signer's, each playbook's, all of the company, or none (`action`).
    per: Literal["action", "customer", "person", "playbook", "company"]
    #: Counted backwards from now: `7 days`.
    within: Duration | None = Setting(default=None, alias="in")
    #: At most so many.
    count: int | None = Setting(default=None, ge=0)
    #: At most so much in all.
    amount: Amount | None = None
    #: Who signs beyond it instead of those the step names; nobody: it can't be signed.
    by: Names = ()
    #: How many of them.
    quorum: int = Setting(default=1, ge=1)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.count is None) == (self.amount is None):
            msg = f"the limit {self.limit!r} says `count` or `amount`, one of them"
            raise ValueError(msg)
        alone = self.per == "action"
        if alone == bool(self.within):
            hint = "takes no `in`" if alone else "says `in`: `7 days`"
            msg = f"the limit {self.limit!r} per {self.per} {hint}"
            raise ValueError(msg)
        if alone and self.count is not None:
            msg = f"the limit {self.limit!r} per action says `amount`: each one counts as one"
            raise ValueError(msg)
        return self

    def concerns(self, spec: ActionSpec) -> bool:
        """Whether an action is counted here."""
        return spec.name in self.on or spec.risk in self.on

    @property
    def words(self) -> str:
        """As a person says it: "messages to one customer: 3 in 7 days"."""
        most = self.amount if self.amount is not None else self.count
        window = f" in {words(self.within)}" if self.within else ""
        return f"{self.limit}: {most}{window}"


class Ask(Record):
    """Something a rule wants to be told before it can decide: read in the same transaction, then it decides again.

    `signed` counts what was signed and has left or will; `silent` is 1 for who wants no more messages; `turns`
    counts how often something of that name came: that somebody was asked first, that a suggestion was followed;
    `failed` is 1 for work whose last try is known not to have happened, and that nobody has begun again since;
    `asks` how often each of some people was asked to decide something, and `digests` how often by a digest; `beside`
    finds the cards that wait for the same customer in a channel, each of them one message, and `guests` what stands in
    a draft's card; `holidays` are the public ones of a country from a
    day on; `known` is 1 for a customer something was carried out for; `accepted` says how surely drafts alike are
    accepted.
    """

    kind: Literal[
        "signed",
        "silent",
        "turns",
        "failed",
        "asks",
        "digests",
        "beside",
        "guests",
        "holidays",
        "known",
        "accepted",
    ] = "signed"
    alike: Segment | None = None
    #: The digest `Draft.customer` holds; empty counts everybody.
    customer: str = ""
    person: str = ""
    people: tuple[str, ...] = ()
    channel: str = ""
    country: str = ""
    region: str = ""
    playbook: str = ""
    #: The idempotency key of what is carried out.
    work: str = ""
    #: What is counted: `playbook:step` for people who are asked in turn, else a name of its own.
    turn: str = ""
    actions: tuple[str, ...] = ()
    since: datetime | None = None
    #: Only what was signed before this.
    before: datetime | None = None
    #: The draft that is asked for is not counted.
    besides: str = ""
    #: The draft in whose card others stand.
    host: str = ""


class Card(Record):
    """A card that waits for a customer: its draft, whom it asks by name, and how many other drafts stand in it."""

    draft: str
    by: tuple[str, ...]
    others: int = 0


class Guest(Record):
    """A draft that stands in another one's card, and where that card is."""

    draft: str
    channel: str
    thread_ts: str = ""


class Told(Record):
    """What was counted: how many, and the sum in each currency."""

    count: int = 0
    sums: tuple[Money, ...] = ()
    #: How often each of `Ask.people` was, in their order.
    each: tuple[int, ...] = ()
    #: The cards that wait, newest first.
    cards: tuple[Card, ...] = ()
    #: What stands in a card, oldest first.
    guests: tuple[Guest, ...] = ()
    #: Holidays; `count` is 0 where there is no such place.
    days: tuple[date, ...] = ()
    acceptance: Acceptance | None = None


class Untold(Exception):
    """A rule has to be told something before it can decide."""

    def __init__(self, ask: Ask) -> None:
        """Take what is to be counted."""
        self.ask = ask
        super().__init__(ask.kind)


def needs(turn: Turn, draft: Draft) -> Needs:
    """Return who must sign the newest revision: what the step says, made stricter by every limit it would pass.

    The last limit passed says who, in the order of company.yml; the highest number asked for counts.
    """
    base = policy.needs(draft.rule, draft.amount, late=draft.escalated_at is not None)
    passed = [limit for limit in _concerned(turn, draft) if limit.per != "person"]
    passed = [limit for limit in passed if _passes(turn, draft, limit)]
    if not passed:
        return base
    last, quorum = passed[-1], max(base.quorum, *(limit.quorum for limit in passed))
    who = policy.needed_words(quorum, last.by) if last.by else "nobody"
    return Needs(
        by=last.by,
        quorum=quorum,
        words=f"{who} (beyond the limit, {last.words})",
        cites=(*base.cites, *(f"limit:{limit.limit}" for limit in passed)),
    )


def refuse_beyond(turn: Turn, draft: Draft) -> None:
    """Raise when this person has signed as much as one person may, and is not one who signs beyond that."""
    if limit := used_up(turn, draft, turn.command.actor.id):
        others = " or ".join(limit.by)
        hint = f"{others} can sign it." if others else "sign it when some of that time is over."
        raise OverLimit(limit=limit.words, next_step=hint)


def used_up(turn: Turn, draft: Draft, person: str) -> Limit | None:
    """Return the limit for each signer that this one would pass, and is not one who signs beyond it."""
    company = turn.facts.company
    for limit in _concerned(turn, draft):
        if limit.per != "person":
            continue
        beyond = [each.id for name in limit.by for each in company.members(name)]
        if person not in beyond and _passes(turn, draft, limit, person):
            return limit
    return None


def _concerned(turn: Turn, draft: Draft) -> list[Limit]:
    """Return the limits a draft counts for. What makes up for something done is not counted again."""
    spec = turn.facts.actions.get(draft.action)
    if spec is None or draft.undoes:
        return []
    return [limit for limit in turn.facts.company.limits if limit.concerns(spec)]


def _passes(turn: Turn, draft: Draft, limit: Limit, person: str = "") -> bool:
    """Whether this draft would go beyond a limit. What can't be counted or compared does."""
    if limit.per == "customer" and not draft.customer:
        return True
    told = turn.told(_ask(turn, draft, limit, person)) if limit.within else Told()
    if limit.amount is None:
        return limit.count is not None and told.count + 1 > limit.count
    amounts = [*told.sums, draft.amount]
    known = [each for each in amounts if each and each.currency == limit.amount.currency]
    return len(known) < len(amounts) or sum(abs(each.minor) for each in known) > limit.amount.minor


def _ask(turn: Turn, draft: Draft, limit: Limit, person: str) -> Ask:
    actions = turn.facts.actions.values()
    return Ask(
        customer=draft.customer if limit.per == "customer" else "",
        person=person,
        playbook=turn.run.playbook if limit.per == "playbook" else "",
        actions=tuple(sorted(spec.name for spec in actions if limit.concerns(spec))),
        since=turn.at - timedelta(seconds=limit.within or 0),
        before=draft.signed_at,
        besides=draft.id,
    )
