"""A new revision of an open draft: edited by a person, or written again by the agent as a person wished."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from workflows import customers, drafts, leaving, limits, steps, weighing
from workflows.answers import FieldErrors
from workflows.commands import Drafted, Held
from workflows.errors import EnoughRounds, NotAllowed
from workflows.events import Event
from workflows.playbook import DraftStep
from workflows.run import Actor, Draft, DraftState, Revision, Wish
from workflows.turn import Finish

if TYPE_CHECKING:
    from workflows.commands import Edit, Failed, Later, RequestChange
    from workflows.ports import JsonObject
    from workflows.turn import Turn

#: How often a draft may be written again as people wish; then somebody does it themselves.
ROUNDS = 5
#: Characters of one wish.
WISH = 1_000


def edit(turn: Turn) -> None:
    """Save a new, unsigned revision. The policy runs again on it; earlier signatures count no more."""
    command, draft = cast("Edit", turn.command), turn.draft
    drafts.may_decide_now(turn)
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
        _edited(turn, command, payload)


def _edited(turn: Turn, command: Edit, payload: JsonObject) -> None:
    reasons = {turn.draft.revision + 1: command.reason} if command.reason else {}
    _revise(turn, payload, command.actor)
    turn.redrafted(edited_for={**turn.draft.edited_for, **reasons})
    turn.become(why=f"waits for a signature: {turn.draft.needs.words}")
    turn.record(
        Event.DRAFT_EDITED,
        head={
            **drafts.bytes_of(turn.draft),
            **drafts.seen(turn),
            "reason": command.reason,
            "policies": list(turn.draft.needs.cites),
        },
        body={"payload": payload},
    )


def _revise(turn: Turn, payload: JsonObject, author: Actor) -> None:
    """Make the new revision; whom it is about and who must sign it is asked again."""
    draft = turn.draft
    revision = Revision(n=draft.revision + 1, payload=payload, author=author, at=turn.at)
    spec = turn.facts.actions[draft.action]
    about = customers.customer_of(turn, spec, payload, steps.values(turn.run))
    turn.redrafted(
        revisions=(*draft.revisions, revision),
        amount=weighing.amount_of(turn, payload),
        customer=about.key,
        address=about.address,
    )
    needs = limits.needs(turn, turn.draft)
    before = draft.needs.words
    weighing.need(turn, needs)
    turn.redrafted(needed=before if before != needs.words else "")


def ask(turn: Turn) -> None:
    """Let the agent write it again as somebody wishes; until it is back nobody signs it."""
    command, draft = cast("RequestChange", turn.command), turn.draft
    drafts.may_decide_now(turn)
    _can_be_written_again(turn, draft)
    if problem := _wish_problem(command.wish.raw):
        turn.answer = FieldErrors(errors={"wish": problem})
        return
    wish = Wish(by=command.actor, at=turn.at, words=command.wish, about=draft.revision)
    turn.redrafted(state=DraftState.REWRITING, wishes=(*draft.wishes, wish))
    turn.work()
    turn.become(why="the agent writes it again")
    turn.record(
        Event.DRAFT_RETURNED,
        head={
            **drafts.bytes_of(draft),
            **drafts.seen(turn),
            "round": len(turn.draft.wishes),
        },
        body={"wish": command.wish.raw},
    )


def _can_be_written_again(turn: Turn, draft: Draft) -> None:
    step = turn.playbook.step(draft.step)
    if not isinstance(step, DraftStep) or draft.undoes:
        raise NotAllowed(
            action="Having this written again",
            needed="a text that an agent wrote",
            next_step="edit it, take it over, or reject it with a reason.",
        )
    if len(draft.wishes) >= ROUNDS:
        raise EnoughRounds(rounds=ROUNDS)
    scopes = (f"playbook:{turn.run.playbook}", f"agent:{step.agent}")
    if switch := turn.facts.pause(*scopes):
        raise drafts.paused(turn.facts, switch)


def _wish_problem(wish: str) -> str:
    if not wish.strip():
        return "is missing: say what should be different"
    return f"is longer than {WISH:,} characters" if len(wish) > WISH else ""


def came_back(turn: Turn, result: Drafted | Failed | Later | Held) -> None:
    """Take what the agent made of the wish; without anything usable the draft is open again as it was."""
    # Asked before anything is counted, as everywhere: each holds what it counts until the end.
    customers.is_silent(turn, turn.draft)
    problem = _rewritten(turn, result) if isinstance(result, Drafted) else _why_not(result)
    if problem:
        _kept(turn, problem)
    if customers.is_silent(turn, turn.draft):
        leaving.withdraw_silent(turn)


def _why_not(result: Failed | Later | Held) -> str:
    return f"{result.scope} is paused" if isinstance(result, Held) else result.problem


def _rewritten(turn: Turn, result: Drafted) -> str:
    """Open the new revision; or return what is wrong with it."""
    step, draft = cast("DraftStep", turn.playbook.step(turn.draft.step)), turn.draft
    kept = {k: v for k, v in draft.current.payload.items() if k not in step.writes}
    payload = {**result.fields, **kept}
    if problems := steps.problems_in(turn, step, payload, result):
        turn.record(
            Event.DRAFT_REFUSED, head={"context": result.context}, body={"fields": result.fields}
        )
        return f"{step.agent} wrote something that can't be used: {steps.problem_words(problems)}"
    if payload == draft.current.payload:
        return f"{step.agent} wrote the same text again"
    turn.finish = Finish(seq=turn.run.seq, state="done", outcome={"context": result.context})
    author = Actor(kind="agent", id=result.author.agent)
    made = _wished(draft, made=draft.revision + 1)
    grounds = {
        name: getattr(result, name) for name in ("why", "confidence", "author", "context", "learnt")
    }
    evidence = result.evidence or draft.evidence
    _revise(turn, payload, author)
    _open_again(turn, **grounds, evidence=evidence, wishes=made)
    turn.record(
        Event.DRAFT_REWRITTEN,
        actor=author,
        head={
            **drafts.bytes_of(turn.draft),
            "model": result.author.model,
            "prompt_version": result.author.prompt_version,
            "context": result.context,
            "policies": list(turn.draft.needs.cites),
            **({"learnt": [*result.learnt]} if result.learnt else {}),
        },
        body={
            "payload": payload,
            "why": result.why.raw,
            "author": result.author.model_dump(mode="json"),
        },
    )
    return ""


def _kept(turn: Turn, problem: str) -> None:
    problem = problem.rstrip(".")
    turn.finish = Finish(seq=turn.run.seq, state="failed", outcome={"problem": problem})
    _open_again(turn, wishes=_wished(turn.draft, problem=problem))
    turn.record(Event.DRAFT_KEPT, head={"revision": turn.draft.revision}, body={"problem": problem})


def _open_again(turn: Turn, **changes: object) -> None:
    """Open the draft; a reminder that came due meanwhile is made up for at once."""
    asked, remind = turn.draft.wishes[-1].at, turn.draft.remind_at
    drafts.reopen(turn, **changes)
    if asked < remind <= turn.at < turn.draft.expires_at:
        turn.become(due_at=turn.at)


def _wished(draft: Draft, **came: object) -> tuple[Wish, ...]:
    """Return the wishes, with what came of the newest."""
    return (*draft.wishes[:-1], draft.wishes[-1].model_copy(update=came))
