"""Who is looking at a draft: for a quarter of an hour nobody else decides it, so that two don't do the same work."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from workflows import policy
from workflows.errors import ClaimedBy
from workflows.events import Event
from workflows.run import Actor, Claimed

if TYPE_CHECKING:
    from workflows.turn import Turn

#: How long a claim lasts; it lapses by itself.
LASTS = timedelta(minutes=15)


def respect(turn: Turn) -> None:
    """Raise while somebody else is looking at it. Who could sign it is kept out by those alone who could too."""
    claim = turn.draft.claim
    if claim is None or turn.at >= claim.until or claim.by == turn.command.actor.id:
        return
    if _could_sign(turn, turn.command.actor) and not _could_sign(turn, Actor.user(claim.by)):
        return
    company = turn.facts.company
    until = claim.until.astimezone(company.tz)
    raise ClaimedBy(who=company.name_of(claim.by), until=f"{until:%H:%M}")


def _could_sign(turn: Turn, actor: Actor) -> bool:
    draft, company = turn.draft, turn.facts.company
    able = {person.id for person in policy.signers(draft, company, turn.at)}
    return actor.id in able and not policy.is_barred(turn.run, draft, actor, company)


def claim(turn: Turn) -> None:
    """Claim it, or go on claiming it. An admin may whatever anybody claimed, others once that has lapsed."""
    company, actor = turn.facts.company, turn.command.actor
    if not company.is_admin(actor.id):
        policy.may_decide(turn.run, turn.draft, actor, company, turn.at)
        respect(turn)
    until = turn.at + LASTS
    turn.redrafted(claim=Claimed(by=actor.id, until=until))
    head = {"revision": turn.draft.revision, "until": until.isoformat()}
    turn.record(Event.DRAFT_CLAIMED, head={**head})
    turn.sentence = f"It is yours until {until.astimezone(company.tz):%H:%M}."
