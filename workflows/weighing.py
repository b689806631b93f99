"""Who must sign, asked again: after an edit, when somebody signs, and just before a signed draft leaves."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from workflows import drafts, limits, policy
from workflows.action import Money, money
from workflows.events import Event
from workflows.run import TIMER, Actor, Revision

if TYPE_CHECKING:
    from workflows.ports import JsonObject
    from workflows.run import Draft, Needs
    from workflows.turn import Turn


def weigh(turn: Turn) -> bool:
    """Set who must sign by what has been signed elsewhere; True when that has changed.

    What was signed is void where that has become stricter; where it has only become looser it counts on.
    """
    draft = turn.draft
    needed = limits.needs(turn, draft)
    if needed == draft.needs:
        return False
    stricter = _is_stricter(turn, needed)
    need(turn, needed)
    if draft.signers and stricter:
        _same_again(turn)
    turn.become(why=f"waits for a signature: {needed.words}")
    turn.record(Event.DRAFT_LIMITED, head=_limited(turn.draft))
    return True


def _is_stricter(turn: Turn, needed: Needs) -> bool:
    """Whether more is passed than before, others or more people must sign, or one who did can't any more."""
    draft, before = turn.draft, turn.draft.needs
    more = set(needed.cites) - set(before.cites)
    others = needed.cites == before.cites and bool(set(before.by) - set(needed.by))
    return (
        bool(more) or others or needed.quorum > before.quorum or not _all_able(turn, draft, needed)
    )


def _all_able(turn: Turn, draft: Draft, needed: Needs) -> bool:
    return len(_able(turn, draft, needed)) == len(draft.signers)


def _able(turn: Turn, draft: Draft, needed: Needs) -> list[str]:
    """Return which of those who have signed could sign by what is needed now."""
    could = policy.signers(draft.model_copy(update={"needs": needed}), turn.facts.company, turn.at)
    return [person.id for person in could if person.id in draft.signers]


def is_enough(turn: Turn) -> bool:
    """Whether those who have signed are as many as must."""
    return 0 < turn.draft.needs.quorum <= len(turn.draft.signers)


def need(turn: Turn, needed: Needs) -> None:
    """Set who must sign. Whoever was asked first and can't sign it any more is asked no longer."""
    turn.redrafted(needs=needed)
    draft, company = turn.draft, turn.facts.company
    able = {person.id for person in policy.signers(draft, company, turn.at)}
    first = Actor.user(draft.assigned)
    if draft.assigned not in able or policy.is_barred(turn.run, draft, first, company):
        turn.redrafted(assigned="")


def _same_again(turn: Turn) -> None:
    """Make a new revision of the same text, which nobody has signed."""
    draft = turn.draft
    again = Revision(
        n=draft.revision + 1,
        payload=draft.current.payload,
        author=draft.current.author,
        at=turn.at,
    )
    turn.redrafted(revisions=(*draft.revisions, again), needed="", ruled="", outcome=None, tries=0)


def open_again(turn: Turn) -> None:
    """Open a held draft again: the same text as a new revision, which nobody has signed.

    One whose time went by while it waited for the customer's day is given that time again.
    """
    draft = turn.draft
    held = draft.signed_at and draft.signed_at + timedelta(seconds=draft.rule.hold)
    _same_again(turn)
    if held and draft.leaves_at and held < draft.leaves_at and turn.at >= draft.expires_at:
        until = draft.rule.within.after(turn.at, turn.facts.company.door)
        turn.redrafted(expires_at=until)
    drafts.reopen(turn, signed_at=None)


def signed_enough(turn: Turn, needed: Needs) -> bool:
    """Whether those who signed are enough by what was signed before them, which may have become stricter."""
    draft = turn.draft
    if not set(needed.cites) - set(draft.needs.cites) and needed.quorum <= draft.needs.quorum:
        return True
    return len(_able(turn, draft, needed)) >= needed.quorum


def ask_others(turn: Turn, needed: Needs) -> None:
    """Open a held draft again for those who must sign by now."""
    need(turn, needed)
    open_again(turn)
    turn.record(Event.DRAFT_LIMITED, actor=TIMER, head=_limited(turn.draft))


def ask_people(turn: Turn, why: str) -> None:
    """Open a held draft again that a rule had signed and may not any more."""
    turn.redrafted(asked=why)
    open_again(turn)
    turn.record(
        Event.DRAFT_ASKED,
        actor=TIMER,
        head=drafts.bytes_of(turn.draft),
        body={"why": why},
    )


def _limited(draft: Draft) -> JsonObject:
    """Return what goes on record when others must sign."""
    return {
        **drafts.bytes_of(draft),
        "policies": list(draft.needs.cites),
        "quorum": draft.needs.quorum,
    }


def amount_of(turn: Turn, payload: JsonObject) -> Money | None:
    """Return the amount the thresholds look at after an edit.

    An edited amount takes the place of the one the draft had. Where that was another (a total, and a
    deposit was edited), the higher of the two counts.
    """
    draft, before = turn.draft, turn.draft.current.payload
    fields = [f.name for f in turn.facts.actions[draft.action].fields if f.type == "money"]
    edited = [name for name in fields if payload.get(name) != before.get(name)]
    replaced = [money(str(before[name])) for name in edited if before.get(name)]
    amounts = [money(str(payload[name])) for name in edited if payload.get(name)]
    if draft.amount and draft.amount not in replaced:
        amounts.append(draft.amount)
    return max(amounts, key=lambda amount: abs(amount.minor), default=draft.amount)
