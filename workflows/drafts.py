"""What people do to a draft: sign, edit, reject, hold back, undo, resolve. One function per row of the table."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Literal, cast

from workflows import policy, steps
from workflows.answers import FieldErrors, Recorded, Show
from workflows.errors import AlreadyDecided, NotAllowed, NotOpen, StaleCard, Stranger, TooLateToUndo
from workflows.events import Event
from workflows.run import (
    Actor,
    Authorship,
    Draft,
    DraftState,
    Ending,
    Outcome,
    Revision,
    RunState,
    Signature,
)
from workflows.text import Untrusted

if TYPE_CHECKING:
    from datetime import datetime

    from workflows.commands import Approve, CancelRun, Edit, OnDraft, Reject, Resolve
    from workflows.ports import JsonObject
    from workflows.turn import Turn

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


def decided(turn: Turn) -> AlreadyDecided | NotOpen:
    """Return the refusal that says who was first."""
    draft = turn.draft
    if draft.state is DraftState.OPEN:
        return NotOpen(state="still open", wanted="changed like that")
    by, at = _last_decision(draft)
    return AlreadyDecided(
        state=_IN_WORDS[draft.state],
        who=_name(turn, by),
        when=at.astimezone(turn.facts.company.tz).strftime("%H:%M") if at else "an earlier time",
    )


def _last_decision(draft: Draft) -> tuple[str, datetime | None]:
    if draft.ending:
        return draft.ending.by.id, draft.ending.at
    if draft.signatures:
        return draft.signatures[-1].actor, draft.signatures[-1].at
    return "sayso", None


def _name(turn: Turn, person_id: str) -> str:
    person = turn.facts.company.person(person_id)
    return person.name if person else "Sayso"


def _current(turn: Turn, command: OnDraft) -> None:
    """Raise unless the button named the newest revision and its bytes."""
    draft = turn.draft
    same_bytes = draft.current.payload_hash.startswith(command.payload_hash)
    if command.revision != draft.revision or not same_bytes:
        raise StaleCard(
            shown=command.revision,
            who=_name(turn, draft.current.author.id),
            current=draft.revision,
        )


def _may_decide(turn: Turn) -> None:
    policy.may_decide(turn.run, turn.draft, turn.command.actor, turn.facts.company)


def sign(turn: Turn) -> None:
    """Add a signature; at the quorum the draft is held for its seconds and then leaves."""
    command, draft = cast("Approve", turn.command), turn.draft
    mark = policy.may_sign(turn.run, draft, command.actor, turn.facts.company, turn.playbook.level)
    _current(turn, command)
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
            "revision": draft.revision,
            "payload_hash": draft.current.payload_hash,
            "card_hash": command.card_hash,
            "missing": missing,
            "self": mark == "self",
            "policies": list(draft.needs.cites),
        },
    )
    if missing > 0:
        turn.sentence = f"Signed. {missing} more of {' or '.join(draft.needs.by)} must sign."
        return
    _hold(turn)


def _hold(turn: Turn) -> None:
    leaves = turn.at + timedelta(seconds=turn.draft.rule.hold)
    turn.redrafted(state=DraftState.HOLDING, leaves_at=leaves)
    turn.become(state=RunState.HOLDING, due_at=leaves, why="signed, held before it leaves")
    turn.record(Event.DRAFT_HELD, head={"leaves_at": leaves.isoformat()})


def show_edit(turn: Turn) -> None:
    """Let the edit form open for those who may edit."""
    _show(turn, "edit")


def show_reject(turn: Turn) -> None:
    """Let the reasons open for those who may reject."""
    _show(turn, "reject")


def _show(turn: Turn, view: Literal["edit", "reject"]) -> None:
    _may_decide(turn)
    _current(turn, cast("OnDraft", turn.command))
    turn.record(
        Event.DRAFT_SHOWN,
        head={"revision": turn.draft.revision, "view": view},
    )
    turn.answer = Show(view=view, run=turn.run)


def edit(turn: Turn) -> None:
    """Save a new, unsigned revision. The policy runs again on it; earlier signatures count no more."""
    command, draft = cast("Edit", turn.command), turn.draft
    _may_decide(turn)
    _current(turn, command)
    fixed = sorted(set(command.changes) - set(draft.rule.edit))
    if fixed:
        raise NotAllowed(
            action=f"Changing {', '.join(fixed)}",
            needed="another playbook",
            next_step="it comes from the record; reject the draft if it is wrong.",
        )
    payload = {**draft.current.payload, **command.changes}
    if problems := turn.facts.actions[draft.action].problems(payload):
        turn.answer = FieldErrors(errors=problems)
    elif payload == draft.current.payload:
        turn.answer = Recorded(run=turn.run, sentence="Nothing was changed.")
    else:
        _revise(turn, payload)


def _revise(turn: Turn, payload: JsonObject) -> None:
    draft = turn.draft
    revision = Revision(
        n=draft.revision + 1, payload=payload, author=turn.command.actor, at=turn.at
    )
    turn.redrafted(
        revisions=(*draft.revisions, revision), needs=policy.needs(draft.rule, draft.amount)
    )
    turn.record(
        Event.DRAFT_EDITED,
        head={"revision": revision.n, "payload_hash": revision.payload_hash},
        body={"payload": revision.payload},
    )


def reject(turn: Turn) -> None:
    """End the draft and its run, with the reason on the record."""
    command = cast("Reject", turn.command)
    _may_decide(turn)
    _current(turn, command)
    ending = Ending(by=command.actor, at=turn.at, reason=command.reason, comment=command.comment)
    end(turn, DraftState.REJECTED, ending, Event.DRAFT_REJECTED)


def end(turn: Turn, state: DraftState, ending: Ending, event: Event) -> None:
    """End the open draft without an effect; the run ends with it and can be drafted again."""
    turn.redrafted(state=state, ending=ending, leaves_at=None)
    turn.become(state=RunState.CANCELLED, due_at=None, why=f"{state}: {ending.reason}")
    turn.record(
        event,
        actor=ending.by,
        head={"revision": turn.draft.revision, "payload_hash": turn.draft.current.payload_hash},
        body={"reason": ending.reason, "comment": ending.comment.raw},
    )


def hold_back(turn: Turn) -> None:
    """Open the draft again before it left: the same text as a new revision, which nobody has signed."""
    _may_decide(turn)
    draft = turn.draft
    again = Revision(
        n=draft.revision + 1,
        payload=draft.current.payload,
        author=draft.current.author,
        at=turn.at,
    )
    turn.redrafted(state=DraftState.OPEN, leaves_at=None, revisions=(*draft.revisions, again))
    turn.become(
        state=RunState.WAITING,
        due_at=max(draft.expires_at, turn.at),
        why=f"waits for a signature: {draft.needs.words}",
    )
    turn.record(
        Event.DRAFT_UNDONE,
        head={"revision": again.n, "payload_hash": again.payload_hash, "left": False},
    )
    turn.sentence = "Held back. Nothing was sent; the draft is open again."


def compensate(turn: Turn) -> None:
    """Open a draft of the compensating action; it is signed like any other."""
    _may_decide(turn)
    done, undoing = turn.draft, turn.draft.compensation
    if undoing is None:
        raise TooLateToUndo(hint=" Nothing undoes it automatically; sort it out by hand.")
    if not turn.run.state.ended:
        raise TooLateToUndo(
            hint=f" The run is at the step {turn.run.step}; undo it when that is over."
        )
    author = Actor(kind="agent", id="playbook")
    turn.record(Event.DRAFT_UNDONE, head={"revision": done.revision, "left": True})
    steps.await_signature(
        turn,
        done.model_copy(
            update={
                "id": turn.facts.ids[1],
                "state": DraftState.OPEN,
                "action": undoing.action,
                "title": undoing.title,
                "risk": turn.facts.actions[undoing.action].risk,
                "revisions": (Revision(n=1, payload=undoing.payload, author=author, at=turn.at),),
                "signatures": (),
                "author": Authorship(
                    agent="playbook",
                    model="none",
                    prompt_version="",
                    label="Undoes what was carried out",
                ),
                "why": Untrusted(f"Undoes what left {done.leaves_at:%Y-%m-%d %H:%M} UTC."),
                "opened_at": turn.at,
                "expires_at": turn.at + timedelta(seconds=done.rule.within),
                "leaves_at": None,
                "ending": None,
                "outcome": None,
                "compensation": None,
                "undoes": done.id,
            }
        ),
    )


def resolve(turn: Turn) -> None:
    """Take a person's word for what happened; `no` sends the same bytes again under the same key."""
    command = cast("Resolve", turn.command)
    _may_decide(turn)
    turn.record(
        Event.DRAFT_RESOLVED,
        head={"revision": turn.draft.revision, "happened": command.happened},
    )
    if not command.happened:
        turn.redrafted(state=DraftState.EXECUTING, outcome=None)
        turn.work()
        return
    confirmed = Outcome(status="done", message=f"confirmed by {_name(turn, command.actor.id)}")
    turn.redrafted(
        state=DraftState.EXECUTED,
        outcome=confirmed,
        ending=Ending(by=command.actor, at=turn.at, reason="confirmed"),
    )
    steps.advance(turn)


def redraft(turn: Turn) -> None:
    """Let the agent write again; it is told why the last one was not taken."""
    _may_decide(turn)
    step = turn.playbook.step(turn.draft.step)
    if step is None or turn.draft.undoes:
        raise NotOpen(state=turn.draft.state, wanted="drafted again")
    turn.sentence = "Drafting again; the new card appears here."
    turn.record(Event.RUN_WOKEN, body={"why": "drafted again"})
    steps.enter(turn, step)


def cancel(turn: Turn) -> None:
    """Stop the run. A draft that has not left is withdrawn; one that is leaving can't be stopped."""
    command = cast("CancelRun", turn.command)
    if turn.facts.company.person(command.actor.id) is None:
        raise Stranger(company=turn.facts.company.name)
    draft = turn.run.draft
    if draft and draft.state is DraftState.EXECUTING:
        raise TooLateToUndo(hint=" It is being carried out now.")
    turn.become(state=RunState.CANCELLED, due_at=None, why="cancelled")
    turn.record(Event.RUN_CANCELLED)
    if draft and draft.state in {DraftState.OPEN, DraftState.HOLDING}:
        ending = Ending(by=command.actor, at=turn.at, reason="the run was cancelled")
        end(turn, DraftState.WITHDRAWN, ending, Event.DRAFT_WITHDRAWN)
    turn.post(f"run:{turn.run.id}")
    turn.sentence = "Cancelled. Nothing of it leaves any more."
