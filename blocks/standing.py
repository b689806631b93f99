"""How a decided draft stands: who did what and when, what came of it, and what is left to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blocks import elements, looked, rich
from blocks.ids import ActionId, BlockId, block_id
from blocks.text import Block, Mrkdwn, begun, joined, moment, mrkdwn, people, person
from blocks.values import value_of
from workflows.run import Actor, Draft, DraftState, Evidence

if TYPE_CHECKING:
    from datetime import datetime

#: What a state is called at the start of a notification.
WORDS = {
    DraftState.OPEN: "To sign",
    DraftState.REWRITING: "Being written again",
    DraftState.SIGNED: "Signed",
    DraftState.HOLDING: "Signed, not sent yet",
    DraftState.EXECUTING: "Signed, being carried out",
    DraftState.EXECUTED: "Done",
    DraftState.REJECTED: "Rejected",
    DraftState.TAKEN: "Taken over, nothing was sent",
    DraftState.WITHDRAWN: "Withdrawn",
    DraftState.EXPIRED: "Expired, nothing was sent",
    DraftState.UNCERTAIN: "Outcome unknown, please check",
    DraftState.FAILED: "Failed",
    DraftState.SHADOW: "In shadow",
    DraftState.KEPT: "Closed, nothing was sent",
}
#: What people press when the customer was faster.
REPLIED = "The customer has replied"
_REASON = 300
_RECEIPT = 120
_SOURCE = 80


def blocks(draft: Draft, *, whole: bool, replies: bool = False) -> list[Block]:
    """Return the lines that say how it stands and the buttons that are left, if any.

    `replies`: a reply of the customer would take back what is held.
    """
    version = keys(draft)
    line = rich.section(*_LINES[draft.state](draft))
    buttons = _buttons(draft, whole=whole, replies=replies)
    return [
        rich.block(block_id(BlockId.STATE, *version), line, *comments(draft)),
        *([elements.actions(block_id(BlockId.BUTTONS, *version), *buttons)] if buttons else []),
    ]


def keys(draft: Draft) -> tuple[str | int, ...]:
    """Return what names the version of a card that shows `draft` as it stands."""
    more = [f"asked{len(draft.wishes)}"] if draft.wishes else []
    if draft.tries:
        more.append(f"tried{draft.tries}")
    if draft.review:
        more.append(f"look{draft.review.verdict}")
    if draft.claim:
        more.append(f"{draft.claim.by}{draft.claim.until.timestamp():.0f}")
    return (draft.id, draft.revision, draft.state, len(draft.signatures), *more)


def named(draft: Draft, part: BlockId, *more: str) -> str:
    """Return the block id of a part of its card, new for each version of the card."""
    return block_id(part, *keys(draft), *more)


def comments(draft: Draft) -> list[Block]:
    """Return what people said with their signatures on the newest revision, one quote each."""
    said = [each for each in draft.comments if each.n == draft.revision]
    return [
        rich.quote(rich.person(each.by), rich.text(": "), *rich.runs(each.words, limit=_REASON))
        for each in said
    ]


def who(actor: Actor) -> Block:
    """Return a mention of a person, or the name of an agent; the system is "Sayso"."""
    if actor.kind == "user":
        return rich.person(actor.id)
    return rich.text(f"the agent {actor.id}" if actor.kind == "agent" else "Sayso")


def source(fact: Evidence) -> list[Block]:
    """Return where a fact was read, as a link to our record where there is one."""
    if not fact.source:
        return []
    name = fact.source[:_SOURCE]
    ours = fact.url.startswith(("https://", "http://"))
    return [rich.text(" ("), rich.link(fact.url, name) if ours else rich.text(name), rich.text(")")]


def signed_so_far(draft: Draft) -> Mrkdwn | None:
    """Return "@ana signed 14:02 · one more of finance", or None before the first signature."""
    if not draft.signers:
        return None
    times = {s.actor: s.at for s in draft.signatures}
    signed = [mrkdwn("{} signed {}", person(a), moment(times[a], "{time}")) for a in draft.signers]
    missing = max(draft.needs.quorum - len(draft.signers), 0)
    by = people(" or ".join(draft.needs.by))
    return joined([*signed, mrkdwn("{} more of {}", missing, by)])


def _signed(draft: Draft) -> list[Block]:
    if draft.ruled:
        asks = f"By rule, no person signed it ({draft.ruled}); ask {draft.needs.words}"
        return [rich.text(asks), rich.text(" · "), _time(draft.signatures[-1].at)]
    line = [rich.text("Signed by ")]
    for at, name in enumerate(draft.signers):
        line += [rich.text(" and ")] if at else []
        line.append(rich.person(name))
    if draft.signatures:
        line += [rich.text(" "), _time(draft.signatures[-1].at)]
    return line


def _time(at: datetime) -> Block:
    return rich.date(at, "{time}")


def _holding(draft: Draft) -> list[Block]:
    if draft.leaves_at is None:
        return [*_signed(draft), rich.text(" · leaves in a moment")]
    if draft.outcome:
        line = [*_signed(draft), rich.text(" · could not be carried out yet, is tried again at ")]
        why = rich.runs(draft.outcome.message, limit=_REASON)
        return [*line, rich.date(draft.leaves_at), rich.text(": "), *why]
    return [*_signed(draft), rich.text(" · leaves at "), rich.date(draft.leaves_at, "{time_secs}")]


def _executing(draft: Draft) -> list[Block]:
    return [*_signed(draft), rich.text(" · being carried out")]


def _executed(draft: Draft) -> list[Block]:
    line = [*_signed(draft), rich.text(" · done ")]
    at = draft.ending.at if draft.ending else draft.leaves_at
    line += [_time(at)] if at else []
    outcome = draft.outcome
    if outcome and outcome.receipt:
        line += [rich.text(" · receipt "), *rich.runs(outcome.receipt, limit=_RECEIPT)]
    if outcome and outcome.message:
        line += [rich.text(" · "), *rich.runs(outcome.message, limit=_REASON)]
    return [*line, *looked.line(draft)]


def _led(draft: Draft) -> list[Block]:
    """Return where an exception led the run after it."""
    to = draft.ending.led_to if draft.ending else ""
    words = "the run goes on" if to == "next" else f"the run goes on with {to}"
    return [rich.text(f" · {words}")] if to else []


def _reason(draft: Draft, lead: str) -> list[Block]:
    ending = draft.ending
    if ending is None:
        return []
    line = [rich.text(lead), *rich.runs(ending.reason, limit=_REASON)] if ending.reason else []
    if ending.comment.raw:
        line += [rich.text(" · "), *rich.runs(ending.comment, limit=_REASON)]
    return [*line, *_led(draft)]


def _rejected(draft: Draft) -> list[Block]:
    by = [rich.text(" by "), who(draft.ending.by)] if draft.ending else []
    return [rich.text("Rejected"), *by, *_reason(draft, ": ")]


def _rewriting(draft: Draft) -> list[Block]:
    line = [rich.text("Being written again")]
    if draft.wishes:
        wish = draft.wishes[-1]
        line += [rich.text(", as "), who(wish.by), rich.text(" asked "), _time(wish.at)]
        line += [rich.text(": "), *rich.runs(wish.words, limit=_REASON)]
    return line


def _taken(draft: Draft) -> list[Block]:
    by = [rich.text(" by "), who(draft.ending.by)] if draft.ending else []
    return [rich.text("Taken over"), *by, rich.text(". Nothing was sent from here")]


def _withdrawn(draft: Draft) -> list[Block]:
    return [rich.text("Withdrawn, nothing was sent"), *_reason(draft, ": ")]


def _expired(draft: Draft) -> list[Block]:
    line = [rich.text("Nobody signed by "), rich.date(draft.expires_at)]
    needed = rich.coded(draft.needs.words, _REASON)
    line += [rich.text(". Nothing was sent. It needed "), *needed]
    return [*line, *_led(draft), rich.text(".")]


def _uncertain(draft: Draft) -> list[Block]:
    message = draft.outcome.message if draft.outcome else ""
    line = [*_signed(draft), rich.text(" · nobody knows whether it happened")]
    line += [rich.text(": "), *rich.runs(message, limit=_REASON)] if message else []
    return [*line, rich.text(". Please look there and say.")]


def _failed(draft: Draft) -> list[Block]:
    line = [*_signed(draft), rich.text(" · it could not be carried out")]
    return [*line, *_reason(draft, ": ")]


def _kept(draft: Draft) -> list[Block]:
    why = f": {draft.ending.reason}" if draft.ending else ""
    return [rich.text(f"Drafted in shadow, nothing was sent{why}")]


_LINES = {
    DraftState.OPEN: _signed,
    DraftState.REWRITING: _rewriting,
    DraftState.SIGNED: _holding,
    DraftState.HOLDING: _holding,
    DraftState.EXECUTING: _executing,
    DraftState.EXECUTED: _executed,
    DraftState.REJECTED: _rejected,
    DraftState.TAKEN: _taken,
    DraftState.WITHDRAWN: _withdrawn,
    DraftState.EXPIRED: _expired,
    DraftState.UNCERTAIN: _uncertain,
    DraftState.FAILED: _failed,
    DraftState.SHADOW: _kept,
    DraftState.KEPT: _kept,
}


def _buttons(draft: Draft, *, whole: bool, replies: bool) -> list[Block]:
    value = value_of(draft)
    found = [
        elements.button(action, text, value, about=draft.title)
        for action, text in left_to_do(draft)
    ]
    if replies and draft.state is DraftState.HOLDING:
        found.append(replied(draft))
    if not whole:
        found.append(elements.button(ActionId.REVIEW, "Full text", value, about=draft.title))
    return found


def line(draft: Draft) -> list[Block]:
    """Return how a draft stands, in one line: who did what and when, what came of it."""
    return _LINES[draft.state](draft)


def replied(draft: Draft) -> Block:
    """Return the button that says so: what was prepared before the reply must not leave."""
    value = value_of(draft)
    return elements.button(ActionId.REPLIED, REPLIED, value, about=draft.title)


def _undo(draft: Draft) -> list[tuple[ActionId, str]]:
    if draft.compensation is None:
        return []
    return [(ActionId.UNDO_DONE, f"Undo: {begun(draft.compensation.title, 60)}")]


def left_to_do(draft: Draft) -> list[tuple[ActionId, str]]:
    """Return the buttons a decided draft still has, each with its words."""
    match draft.state:
        case DraftState.REWRITING:
            return [(ActionId.REJECT, "Reject")]
        case DraftState.HOLDING:
            return [(ActionId.UNDO, "Undo")]
        case DraftState.EXECUTED:
            return [*looked.buttons(draft), *_undo(draft)]
        case DraftState.UNCERTAIN:
            return [
                (ActionId.ARRIVED, "It happened"),
                (ActionId.SEND_AGAIN, "It did not: send again"),
            ]
        case DraftState.REJECTED | DraftState.WITHDRAWN | DraftState.EXPIRED | DraftState.FAILED:
            went_on = draft.ending is not None and draft.ending.led_to
            return [] if draft.undoes or went_on else [(ActionId.DRAFT_AGAIN, "Draft again")]
        case _:
            return []
