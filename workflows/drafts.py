"""What people do to an open draft: sign, edit, reject. One function per row of the table."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Literal, cast

from workflows import customers, limits, policy, steps, weighing
from workflows.answers import FieldErrors, Refused, Show
from workflows.errors import (
    AlreadyDecided,
    NotAllowed,
    NotOpen,
    Paused,
    Refusal,
    StaleCard,
    Stranger,
)
from workflows.events import Event
from workflows.playbook import DoStep, DraftStep
from workflows.run import (
    SYSTEM,
    Actor,
    Draft,
    DraftState,
    Ending,
    Revision,
    RunState,
    Signature,
)

if TYPE_CHECKING:
    from pydantic import JsonValue

    from workflows.commands import Approve, Edit, OnDraft, Reject
    from workflows.ports import JsonObject
    from workflows.turn import Facts, Turn

#: Why something that was signed has not left.
NIGHT = "signed; it leaves when the customer's day begins"
#: States a draft only comes to by somebody's decision or by time, in words for the one who comes late.
_IN_WORDS = {
    DraftState.HOLDING: "approved",
    DraftState.SIGNED: "approved",
    DraftState.EXECUTING: "approved",
    DraftState.EXECUTED: "approved and carried out",
    DraftState.FAILED: "approved, and could not be carried out",
    DraftState.REJECTED: "rejected",
    DraftState.WITHDRAWN: "withdrawn",
    DraftState.EXPIRED: "expired",
    DraftState.UNCERTAIN: "approved, with an unknown outcome",
}


def known(turn: Turn, command: OnDraft) -> None:
    """Raise unless the command comes from a person of the company; a stranger learns nothing else."""
    if turn.facts.company.person(command.actor.id) is None:
        raise Stranger(company=turn.facts.company.name)


def decided(turn: Turn) -> AlreadyDecided | NotAllowed:
    """Return the refusal that says who was first."""
    if turn.draft.state is DraftState.OPEN:
        return NotAllowed(
            action="That", needed="a draft that was decided", next_step="this one is still open."
        )
    return first(turn, _IN_WORDS[turn.draft.state], _last_decision(turn.draft))


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


def _current(turn: Turn, command: OnDraft) -> None:
    """Raise unless the button named the newest revision and its bytes."""
    draft = turn.draft
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


def sign(turn: Turn) -> None:
    """Add a signature; at the quorum the draft is held for its seconds and then leaves.

    Who must sign is asked again first: more may have been signed since it was drafted. Where that is somebody
    else now, the card says so even if this press is refused.
    """
    changed = weighing.weigh(turn)
    try:
        _sign(turn)
    except Refusal as refusal:
        if not changed:
            raise
        turn.answer = Refused(error=refusal)


def _sign(turn: Turn) -> None:
    command, draft = cast("Approve", turn.command), turn.draft
    company, actor = turn.facts.company, command.actor
    mark = policy.may_sign(turn.run, draft, actor, company, turn.playbook.level, turn.at)
    _current(turn, command)
    if turn.at >= draft.expires_at:
        raise NotOpen(state="past its time", wanted="signed")
    customers.refuse_silent(turn, draft)
    limits.refuse_beyond(turn, draft)
    signature = Signature(
        n=draft.revision,
        actor=command.actor.id,
        payload_hash=draft.current.payload_hash,
        at=turn.at,
        card_hash=command.card_hash,
    )
    turn.redrafted(signatures=(*draft.signatures, signature))
    missing = draft.needs.quorum - len(turn.draft.signers)
    turn.record(
        Event.DRAFT_SIGNED,
        head={
            **_bytes(draft),
            **_seen(command),
            **_made_from(turn),
            "missing": missing,
            "self": mark == "self",
            "stands_in_for": [*policy.stands_in_for(draft, company, actor, turn.at)],
            "policies": list(draft.needs.cites),
        },
        body={"sources": _sources(turn)},
    )
    if missing > 0:
        turn.sentence = f"Signed. {missing} more of {' or '.join(draft.needs.by)} must sign."
        return
    _hold(turn)


def _bytes(draft: Draft) -> JsonObject:
    """Return which bytes a decision was about."""
    return {"revision": draft.revision, "payload_hash": draft.current.payload_hash}


def _seen(command: OnDraft) -> JsonObject:
    """Return what the person had in front of them, as evidence: anybody can draw and hash it again."""
    return {"card_hash": command.card_hash, "shown": command.shown}


def _made_from(turn: Turn) -> JsonObject:
    """Return what the signed text comes from: the rules, and the author with its exact versions."""
    draft = turn.draft
    return {
        "playbook": turn.run.playbook,
        "version": turn.run.version,
        "revised_by": draft.current.author.kind,
        "agent": draft.author.agent,
        "model": draft.author.model,
        "prompt_version": draft.author.prompt_version,
        "context": draft.context,
    }


def _sources(turn: Turn) -> list[JsonValue]:
    """Return where everything comes from that the draft rests on; a record's key may name a person."""
    rests_on = [fact.source for fact in turn.draft.evidence]
    return [*dict.fromkeys([*turn.run.sources.values(), *rests_on])]


def _hold(turn: Turn) -> None:
    """Hold the draft for its seconds; one without any, and with nothing to look at again, leaves at once."""
    draft, step = turn.draft, turn.playbook.step(turn.draft.step)
    looked_at = isinstance(step, DraftStep | DoStep) and step.still and not draft.undoes
    held = turn.at + timedelta(seconds=draft.rule.hold)
    leaves = customers.reachable_from(turn, draft, held)
    if leaves == turn.at and not (looked_at or turn.held_by):
        turn.redrafted(signed_at=turn.at, leaves_at=turn.at)
        let_go(turn, SYSTEM)
        return
    turn.redrafted(state=DraftState.HOLDING, signed_at=turn.at, leaves_at=leaves)
    why = NIGHT if leaves > held else "signed, held before it leaves"
    turn.become(state=RunState.HOLDING, due_at=leaves, why=why)
    turn.record(Event.DRAFT_HELD, head={"leaves_at": leaves.isoformat()})


def let_go(turn: Turn, actor: Actor) -> None:
    """Let the workers carry out what was signed."""
    turn.redrafted(state=DraftState.EXECUTING)
    turn.work()
    turn.record(Event.DRAFT_LEAVING, actor=actor, head=_bytes(turn.draft))


def show_edit(turn: Turn) -> None:
    """Let the edit form open for those who may edit."""
    _show(turn, "edit")


def show_reject(turn: Turn) -> None:
    """Let the reasons open for those who may reject."""
    _show(turn, "reject")


def _show(turn: Turn, view: Literal["edit", "reject"]) -> None:
    command = cast("OnDraft", turn.command)
    may_decide(turn)
    _current(turn, command)
    head: JsonObject = {"revision": turn.draft.revision, "view": view}
    turn.record(Event.DRAFT_SHOWN, head={**head, **_seen(command)})
    turn.answer = Show(view=view, run=turn.run)


def edit(turn: Turn) -> None:
    """Save a new, unsigned revision. The policy runs again on it; earlier signatures count no more."""
    command, draft = cast("Edit", turn.command), turn.draft
    may_decide(turn)
    _current(turn, command)
    fixed = sorted(set(command.changes) - set(draft.rule.edit))
    if fixed:
        raise NotAllowed(
            action=f"Changing {', '.join(fixed)}",
            needed="another playbook",
            next_step="it comes from the record; reject the draft if it is wrong.",
        )
    payload = {**draft.current.payload, **command.changes}
    if problems := steps.problems_of(turn, draft.action, payload):
        turn.answer = FieldErrors(errors=problems)
    elif payload == draft.current.payload:
        turn.sentence = "Nothing was changed."
        head: JsonObject = {"revision": draft.revision, "view": "edit", "changed": False}
        turn.record(Event.DRAFT_SHOWN, head=head)
    else:
        _revise(turn, payload)


def _revise(turn: Turn, payload: JsonObject) -> None:
    draft = turn.draft
    revision = Revision(
        n=draft.revision + 1, payload=payload, author=turn.command.actor, at=turn.at
    )
    spec = turn.facts.actions[draft.action]
    about = customers.customer_of(turn, spec, payload, steps.values(turn.run))
    turn.redrafted(
        revisions=(*draft.revisions, revision),
        amount=weighing.amount_of(turn, payload),
        customer=about.key,
        address=about.address,
    )
    turn.redrafted(needs=limits.needs(turn, turn.draft))
    turn.record(
        Event.DRAFT_EDITED,
        head={**_bytes(turn.draft), **_seen(cast("Edit", turn.command))},
        body={"payload": revision.payload},
    )


def reject(turn: Turn) -> None:
    """End the draft and its run, with the reason on the record."""
    command = cast("Reject", turn.command)
    may_decide(turn)
    _current(turn, command)
    ending = Ending(by=command.actor, at=turn.at, reason=command.reason, comment=command.comment)
    end(turn, DraftState.REJECTED, ending, Event.DRAFT_REJECTED, _seen(command))


def end(
    turn: Turn,
    state: DraftState,
    ending: Ending,
    event: Event,
    head: JsonObject | None = None,
) -> None:
    """End the open draft without an effect; the run ends with it and can be drafted again."""
    turn.redrafted(state=state, ending=ending, leaves_at=None)
    turn.become(state=RunState.CANCELLED, due_at=None, why=f"{state}: {ending.reason}")
    turn.record(
        event,
        actor=ending.by,
        head={**_bytes(turn.draft), **(head or {})},
        body={"reason": ending.reason, "comment": ending.comment.raw},
    )


def paused(facts: Facts, switch: tuple[str, str]) -> Paused:
    """Return the refusal for what is switched off: what, and by whom."""
    scope, by = switch
    what = scope.partition(":")[2] or "Everything"
    return Paused(what=what, who=facts.company.name_of(by))
