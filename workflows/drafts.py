"""What people do to an open draft: look at it, sign, reject. One function per row of the table."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from workflows import claiming, policy
from workflows.answers import Show
from workflows.commands import ReviewDue
from workflows.errors import (
    AlreadyDecided,
    BeingRewritten,
    NotAllowed,
    Paused,
    StaleCard,
    Stranger,
)
from workflows.events import Event
from workflows.flags import is_on
from workflows.run import (
    TIMER,
    Actor,
    Draft,
    DraftState,
    Ending,
    RunState,
)

if TYPE_CHECKING:
    from workflows.answers import View
    from workflows.commands import OnDraft, Reject
    from workflows.errors import Refusal
    from workflows.ports import JsonObject
    from workflows.turn import Facts, Turn

#: States a draft only comes to by somebody's decision or by time, in words for the one who comes late.
_IN_WORDS = {
    DraftState.HOLDING: "approved",
    DraftState.SIGNED: "approved",
    DraftState.EXECUTING: "approved",
    DraftState.EXECUTED: "approved and carried out",
    DraftState.FAILED: "approved, and could not be carried out",
    DraftState.REJECTED: "rejected",
    DraftState.TAKEN: "taken over",
    DraftState.WITHDRAWN: "withdrawn",
    DraftState.EXPIRED: "expired",
    DraftState.UNCERTAIN: "approved, with an unknown outcome",
    DraftState.KEPT: "closed",
}


def known(turn: Turn, command: OnDraft) -> None:
    """Raise unless the command comes from a person of the company; a stranger learns nothing else."""
    if command.actor == TIMER and isinstance(command, ReviewDue):
        return
    if turn.facts.company.person(command.actor.id) is None:
        raise Stranger(company=turn.facts.company.name)
    if command.shown == "words" and not is_on("plain_words", turn.facts.company, turn.playbook):
        raise NotAllowed(
            action="Deciding by plain words",
            needed="them to be switched on for this playbook",
            next_step="use the buttons of the card.",
        )


def decided(turn: Turn) -> Refusal:
    """Return the refusal that says who was first, or that it is not to be decided now."""
    if turn.draft.state is DraftState.REWRITING:
        return _being_rewritten(turn)
    if turn.draft.state is DraftState.SHADOW:
        return NotAllowed(
            action="That",
            needed="another stage than shadow",
            next_step="do it as always, and record what you sent.",
        )
    if turn.draft.state is DraftState.OPEN:
        return NotAllowed(
            action="That", needed="a draft that was decided", next_step="this one is still open."
        )
    return first(turn, _IN_WORDS[turn.draft.state], _last_decision(turn.draft))


def _being_rewritten(turn: Turn) -> BeingRewritten:
    wish, company = turn.draft.wishes[-1], turn.facts.company
    when = wish.at.astimezone(company.tz)
    return BeingRewritten(who=company.name_of(wish.by.id), when=f"{when:%H:%M}")


def first(turn: Turn, state: str, ending: Ending) -> AlreadyDecided:
    """Return the refusal for whoever comes second."""
    when = ending.at.astimezone(turn.facts.company.tz).strftime("%H:%M")
    return AlreadyDecided(state=state, who=turn.facts.company.name_of(ending.by.id), when=when)


def _last_decision(draft: Draft) -> Ending:
    """Return how the draft ended, else its last signature: only by one of them is a draft not open."""
    if draft.ending:
        return draft.ending
    last = draft.signatures[-1]
    return Ending(by=Actor.user(last.actor), at=last.at)


def current(turn: Turn) -> None:
    """Raise unless the button named the newest revision and its bytes."""
    command, draft = cast("OnDraft", turn.command), turn.draft
    same_bytes = draft.current.payload_hash.startswith(command.payload_hash)
    if command.revision != draft.revision or not same_bytes:
        raise StaleCard(
            shown=command.revision,
            who=turn.facts.company.name_of(draft.current.author.id),
            current=draft.revision,
        )


def may_decide(turn: Turn) -> None:
    """Raise unless this person may edit, reject or undo."""
    policy.may_decide(turn.run, turn.draft, turn.command.actor, turn.facts.company, turn.at)


def may_decide_now(turn: Turn) -> None:
    """Raise unless they may, saw the newest revision, and nobody else is looking at it."""
    may_decide(turn)
    current(turn)
    claiming.respect(turn)


def claim(turn: Turn) -> None:
    """Let one person look at it in peace."""
    current(turn)
    claiming.claim(turn)


def bytes_of(draft: Draft) -> JsonObject:
    """Return which bytes a decision was about."""
    return {"revision": draft.revision, "payload_hash": draft.current.payload_hash}


def seen(turn: Turn) -> JsonObject:
    """Return what the person had in front of them, as evidence: anybody can draw and hash it again."""
    command = cast("OnDraft", turn.command)
    return {"card_hash": command.card_hash, "shown": command.shown}


def show_edit(turn: Turn) -> None:
    """Let the edit form open for those who may edit."""
    _show(turn, "edit")


def show_reject(turn: Turn) -> None:
    """Let the reasons open for those who may reject."""
    _show(turn, "reject")


def show_change(turn: Turn) -> None:
    """Let the form for what should be different open for those who may ask for it."""
    _show(turn, "change")


def _show(turn: Turn, view: View) -> None:
    may_decide_now(turn)
    show(turn, view)


def show(turn: Turn, view: View) -> None:
    """Answer with a form, and put on the record who was shown it."""
    head: JsonObject = {"revision": turn.draft.revision, "view": view}
    turn.record(Event.DRAFT_SHOWN, head={**head, **seen(turn)})
    turn.answer = Show(view=view, run=turn.run)


def reject(turn: Turn) -> None:
    """End the draft and its run, with the reason on the record."""
    command = cast("Reject", turn.command)
    may_decide_now(turn)
    ending = Ending(by=command.actor, at=turn.at, reason=command.reason, comment=command.comment)
    end(turn, DraftState.REJECTED, ending, Event.DRAFT_REJECTED, seen(turn))


def end(
    turn: Turn,
    state: DraftState,
    ending: Ending,
    event: Event,
    head: JsonObject | None = None,
) -> None:
    """End the open draft without an effect; the run ends with it and can be drafted again."""
    turn.redrafted(state=state, ending=ending, leaves_at=None, claim=None)
    turn.become(state=RunState.CANCELLED, due_at=None, why=f"{state}: {ending.reason}")
    turn.record(
        event,
        actor=ending.by,
        head={**bytes_of(turn.draft), **(head or {})},
        body={"reason": ending.reason, "comment": ending.comment.raw},
    )


def reopen(turn: Turn, **changes: object) -> None:
    """Let the draft wait for signatures again; its time has gone on all the while."""
    draft = turn.draft
    turn.redrafted(state=DraftState.OPEN, leaves_at=None, **changes)
    turn.become(
        state=RunState.WAITING,
        due_at=draft.remind_at if turn.at < draft.remind_at else max(draft.expires_at, turn.at),
        why=f"waits for a signature: {turn.draft.needs.words}",
    )


def paused(facts: Facts, switch: tuple[str, str]) -> Paused:
    """Return the refusal for what is switched off: what, and by whom."""
    scope, by = switch
    what = scope.partition(":")[2] or "Everything"
    return Paused(what=what, who=facts.company.name_of(by))
