"""Whom the messages of a turn ask to decide something, and whose card stands alone.

A new draft's card is a message of its own, unless a card to the same customer waits already, which then shows it too,
or somebody it would ask has been asked often enough today: then it is gathered for the next digest. A draft that is
gathered stands in Home all the while, and at half its time at the latest people are told of it.

A card is shared only where both are one message in the same place, so that nobody reads what isn't theirs, and only
as long as both go to the same customer. What undoes another draft stands alone, where somebody has just asked for it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from workflows import policy
from workflows.asks.asks import subject
from workflows.assigning import asked_first
from workflows.events import Event
from workflows.limits import Ask, Told
from workflows.ports import Asked, Post
from workflows.run import DraftState
from workflows.worktime import day_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from workflows.company import Company, Person
    from workflows.ports import JsonObject
    from workflows.run import Draft, Run
    from workflows.turn import Turn

#: What `Draft.shown_in` says of one that is gathered.
DIGEST = "digest"
#: One whose half time is nearer than this is asked for at once.
SOON = timedelta(hours=1)
#: So many drafts stand in the card of another one at most.
BESIDE = 4
#: So many days back digests that named a draft are drawn again.
_DAYS_BACK = 4
_UNDECIDED = frozenset({DraftState.OPEN, DraftState.REWRITING})


def settle(turn: Turn, before: Run | None) -> None:
    """See to it that nobody is asked too often by this turn, and that nothing is hidden that must be seen."""
    old, draft = before.draft if before else None, turn.run.draft
    if draft is None:
        return
    if old is None or old.id != draft.id:
        if draft.state is DraftState.OPEN:
            _place(turn, draft)
    elif draft.shown_in == DIGEST:
        _bring_out(turn, draft)
    elif draft.customer != old.customer:
        _part(turn, draft)


def _place(turn: Turn, draft: Draft) -> None:
    """Let a new draft's card be a message of its own, unless there is a better place."""
    cards = [post for post in turn.posts if post.subject == f"draft:{draft.id}"]
    if not cards or draft.undoes or turn.playbook.level < policy.SIGNING_LEVEL:
        return
    if host := _host(turn, draft, cards):
        _show_in(turn, draft, host, {"beside": host})
    elif (enough := _asked_enough(turn, draft)) and not cards[0].thread_ts:
        _show_in(turn, draft, DIGEST, {"asked": [*enough]})


def _show_in(turn: Turn, draft: Draft, where: str, head: JsonObject) -> None:
    turn.posts = [post for post in turn.posts if post.subject != f"draft:{draft.id}"]
    turn.redrafted(shown_in=where)
    turn.record(Event.DRAFT_GATHERED, head={"revision": draft.revision, **head})


def _host(turn: Turn, draft: Draft, cards: Sequence[Post]) -> str:
    """Return the draft in whose card this one is shown too: to the same customer, and asking the same people."""
    merged = turn.facts.company.customers.one_card and len(cards) == 1
    if not (merged and draft.customer and draft.address):
        return ""
    where = cards[0].channel
    ask = Ask(kind="beside", customer=draft.customer, channel=where, besides=draft.id)
    company = turn.facts.company
    mine = {person.id for person in asked(draft, company, turn.at)}
    for waits in turn.told(ask).cards if mine else ():
        able = {person.id for name in waits.by for person in company.members(name)}
        if waits.others < BESIDE and mine <= able:
            return waits.draft
    return ""


def _part(turn: Turn, draft: Draft) -> None:
    """Let nothing be shown under a customer it doesn't go to any more: a draft, or those that stand in its card."""
    if draft.shown_in:
        _own_card(turn, draft)
        return
    told = turn.told(Ask(kind="guests", host=draft.id))
    turn.posts += [
        Post(subject=f"draft:{guest.draft}", channel=guest.channel, thread_ts=guest.thread_ts)
        for guest in told.guests
    ]


def _asked_enough(turn: Turn, draft: Draft) -> tuple[str, ...]:
    """Return who of those a card would ask has been asked enough today; nobody where it can't wait."""
    company = turn.facts.company
    if draft.risk in policy.NEVER_OWN or draft.remind_at - turn.at < SOON:
        return ()
    people = asked(draft, company, turn.at)
    told = _told(turn, people, "asks", day_of(turn.at, company.tz))
    return tuple(p.id for p in people if told[p.id] >= company.asks.cards(p))


def _told(
    turn: Turn, people: Sequence[Person], kind: Literal["asks", "digests"], since: datetime
) -> dict[str, int]:
    """Return how often each of these people has been asked, or told by a digest, since then."""
    ids = tuple(sorted(person.id for person in people))
    told = turn.told(Ask(kind=kind, people=ids, since=since)) if ids else Told()
    return dict(zip(ids, told.each, strict=True))


def _bring_out(turn: Turn, draft: Draft) -> None:
    """Give a gathered draft a card once it is decided or late; at half time tell whom no digest has told of it."""
    kinds = {post.subject.partition(":")[0] for post in turn.posts}
    if draft.state not in _UNDECIDED or "escalate" in kinds:
        _own_card(turn, draft)
    elif "remind" in kinds:
        company = turn.facts.company
        told = _told(turn, asked(draft, company, turn.at), "digests", draft.opened_at)
        if untold := [person for person, n in told.items() if not n]:
            turn.posts = [post for post in turn.posts if not post.subject.startswith("remind:")]
            turn.posts += [digest(person, turn.at, company) for person in untold]
        else:
            _own_card(turn, draft)


def _own_card(turn: Turn, draft: Draft) -> None:
    turn.redrafted(shown_in="")
    later, turn.posts = turn.posts, []
    turn.post(f"draft:{draft.id}")
    turn.posts += later


def digest(person: str, at: datetime, company: Company) -> Post:
    """Return the message that tells somebody what waits for them."""
    named = subject(person, at, company)
    return Post(subject=named, channel=person, body={"until": at.isoformat()})


def asked(draft: Draft, company: Company, at: datetime) -> tuple[Person, ...]:
    """Return whom a draft's card or reminder asks: the one who is asked first, else all who are here and could sign."""
    if first := asked_first(draft, company, at):
        return (first,)
    able = [p for p in policy.signers(draft, company, at) if p.id not in draft.signers]
    here = tuple(person for person in able if not company.is_away(person, at))
    return here or tuple(able)


def touched(turn: Turn, before: Run | None) -> tuple[str, ...]:
    """Return what else shows something of this turn: the card it stands in, and the digests that named it."""
    drafts = [run.draft for run in (before, turn.run) if run and run.draft]
    hosts = [f"draft:{d.shown_in}" for d in drafts if d.shown_in not in {"", DIGEST}]
    if not drafts or drafts[0].shown_in != DIGEST:
        return tuple(dict.fromkeys(hosts))
    company, draft = turn.facts.company, drafts[0]
    first, today = (day.astimezone(company.tz).date() for day in (draft.opened_at, turn.at))
    days = [today - timedelta(days=n) for n in range(min((today - first).days, _DAYS_BACK) + 1)]
    people = (
        {draft.assigned}
        if draft.assigned
        else {p.id for p in policy.named(draft, company).values()}
    )
    return tuple(f"digest:{person}:{day:%Y-%m-%d}" for person in sorted(people) for day in days)


def asks(turn: Turn) -> tuple[Asked, ...]:
    """Return who is asked something by which message of this turn."""
    found = [
        Asked(subject=post.subject, person=person)
        for post in turn.posts
        for person in _asked_by(turn, post)
    ]
    return tuple(dict.fromkeys(found))


def _asked_by(turn: Turn, post: Post) -> list[str]:
    kind, task = post.subject.partition(":")[0], turn.run.task
    if kind == DIGEST:
        return [post.channel]
    if kind == "nudge":
        return [str(post.body["person"])]
    if kind == "task":
        return [task.owner] if task and task.state == "open" else []
    if kind == "draft" and turn.run.draft and post.subject != f"draft:{turn.run.draft.id}":
        return []  # it stood in the card of this one, which asked for both
    return [person.id for person in _signing(turn, kind)]


def _signing(turn: Turn, kind: str) -> tuple[Person, ...]:
    """Return who is asked to sign the run's draft by a message of this kind."""
    draft, company = turn.run.draft, turn.facts.company
    if draft is None or draft.state is not DraftState.OPEN:
        return ()
    if turn.playbook.level < policy.SIGNING_LEVEL:
        return ()
    if kind == "escalate":
        return policy.passed_on_to(draft, company, turn.at)
    return asked(draft, company, turn.at) if kind in {"draft", "remind"} else ()
