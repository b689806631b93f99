"""Signing a draft: who may now, the amount typed where nothing brings it back, the hold, and letting it go."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, cast

from workflows import amounts, claiming, customers, drafts, limits, policy, weighing
from workflows.answers import FieldErrors, Refused
from workflows.errors import NotAllowed, NotOpen, Refusal
from workflows.events import Event
from workflows.flags import is_on
from workflows.playbook import DoStep, DraftStep
from workflows.run import SYSTEM, Actor, Comment, DraftState, RunState, Signature
from workflows.trust import alone

if TYPE_CHECKING:
    from pydantic import JsonValue

    from workflows.commands import Approve, OnDraft
    from workflows.ports import JsonObject
    from workflows.trust.alone import Verdict
    from workflows.turn import Turn

#: Why something that was signed has not left.
NIGHT = "signed; it leaves when the customer's day begins"


def _may_sign_now(turn: Turn) -> str:
    """Raise unless this person may sign this revision now; return the policy's mark.

    Where several must sign, one who is looking at it keeps nobody from it.
    """
    draft, company = turn.draft, turn.facts.company
    actor, level = turn.command.actor, policy.level_of(draft, turn.playbook.level)
    mark = policy.may_sign(turn.run, draft, actor, company, level, turn.at)
    _refuse_late(turn)
    if cast("OnDraft", turn.command).shown == "together":
        _refuse_unlike(turn)
    if draft.needs.quorum == 1:
        claiming.respect(turn)
    return mark


def _refuse_late(turn: Turn) -> None:
    drafts.current(turn)
    if turn.at >= turn.draft.expires_at:
        raise NotOpen(state="past its time", wanted="signed")


def _refuse_unlike(turn: Turn) -> None:
    company = turn.facts.company
    if not (
        is_on("sign_together", company, turn.playbook)
        and policy.may_go_together(turn.draft, company)
    ):
        raise NotAllowed(
            action="Signing this together with others",
            needed="a small action of low risk that one person signs",
            next_step="open it and sign it alone.",
        )


def show_sign(turn: Turn) -> None:
    """Let the dialog open in which it is signed with a comment, for those who may sign."""
    _may_sign_now(turn)
    drafts.show(turn, "sign")


def sign(turn: Turn) -> None:
    """Add a signature; at the quorum the draft is held for its seconds and then leaves.

    Who must sign is asked again first: more may have been signed since it was drafted. Where that is somebody
    else now, the card says so even if this press is refused.
    """
    # Asked for in one order wherever it is: each holds what it counts, and two must not wait for each other.
    customers.is_silent(turn, turn.draft)
    changed = weighing.weigh(turn)
    try:
        _sign(turn)
    except Refusal as refusal:
        if not changed:
            raise
        turn.answer = Refused(error=refusal)


def _sign(turn: Turn) -> None:
    if turn.command.actor.id in turn.draft.signers and weighing.is_enough(turn):
        # They signed when more had to, and these very bytes: one signature of theirs is one.
        _refuse_late(turn)
        customers.refuse_silent(turn, turn.draft)
        _hold(turn)
        return
    mark = _may_sign_now(turn)
    customers.refuse_silent(turn, turn.draft)
    limits.refuse_beyond(turn, turn.draft)
    if _amount_is_typed(turn):
        _add_signature(turn, mark)


def _amount_is_typed(turn: Turn) -> bool:
    """Whether the amount was typed where it must be; else answer with the dialog, or with what is wrong."""
    command, draft = cast("Approve", turn.command), turn.draft
    if command.amount:
        if draft.amount and amounts.is_same(command.amount, draft.amount):
            return True
        turn.answer = FieldErrors(errors={"amount": "is not the amount on the card"})
        turn.record(Event.PRESS_REFUSED, head={"reason": "wrong-amount", "command": "Approve"})
        return False
    if policy.must_type_amount(draft, turn.facts.actions.get(draft.action)):
        drafts.show(turn, "sign")
        return False
    return True


def _add_signature(turn: Turn, mark: str) -> None:
    command, draft = cast("Approve", turn.command), turn.draft
    company, actor = turn.facts.company, command.actor
    signature = Signature(
        n=draft.revision,
        actor=actor.id,
        payload_hash=draft.current.payload_hash,
        at=turn.at,
        card_hash=command.card_hash,
    )
    said = Comment(by=actor.id, n=draft.revision, words=command.comment)
    missing = draft.needs.quorum - len({*draft.signers, actor.id})
    others = draft.claim and draft.claim.by != actor.id
    turn.redrafted(
        signatures=(*draft.signatures, signature),
        comments=(*draft.comments, said) if said.words.raw.strip() else draft.comments,
        claim=draft.claim if others and missing > 0 else None,
    )
    turn.record(
        Event.DRAFT_SIGNED,
        head={
            **drafts.bytes_of(draft),
            **drafts.seen(turn),
            **_made_from(turn),
            "missing": missing,
            "self": mark == "self",
            "typed": bool(command.amount),
            **policy.grounds(draft, company, actor, turn.at),
            "policies": list(draft.needs.cites),
        },
        body={
            "sources": _sources(turn),
            "comment": command.comment.raw,
            "away": policy.whys(draft, company, turn.at),
        },
    )
    if missing > 0:
        turn.sentence = f"Signed. {missing} more of {' or '.join(draft.needs.by)} must sign."
        return
    _hold(turn)


def by_rule(turn: Turn, verdict: Verdict) -> None:
    """Sign in nobody's name what may go by itself. It is held like everything that is signed, with Undo."""
    draft, rule = turn.draft, Actor(kind="system", id=alone.signer(turn.run.playbook))
    signature = Signature(
        n=draft.revision, actor=rule.id, payload_hash=draft.current.payload_hash, at=turn.at
    )
    turn.redrafted(signatures=(signature,), ruled=verdict.words)
    footing, acceptance = turn.facts.footing, turn.facts.acceptance
    turn.record(
        Event.DRAFT_RULED,
        actor=rule,
        head={
            **drafts.bytes_of(draft),
            **_made_from(turn),
            "stage": draft.stage,
            "rule": draft.rule.kind,
            "earned": footing.version if footing else "",
            "evidence": footing.evidence if footing else "",
            "n": acceptance.n if acceptance else 0,
            "policies": [*verdict.cites],
        },
        body={"sources": _sources(turn), "grounds": verdict.words},
    )
    _hold(turn)


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
    turn.redrafted(state=DraftState.EXECUTING, outcome=None)
    turn.work()
    turn.become(attempts=0)
    turn.record(Event.DRAFT_LEAVING, actor=actor, head=drafts.bytes_of(turn.draft))
