"""What happens when a run comes to a step, and when a step's result comes back. One function per row of the table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from workflows import customers, exceptions, limits, policy, signing
from workflows.action import Money, money
from workflows.assigning import assigned
from workflows.commands import Drafted, StartRun
from workflows.deadlines import deadline
from workflows.events import Event
from workflows.expressions import Condition, ExpressionError, Template, render_payload
from workflows.playbook import (
    AskStep,
    DecideStep,
    DoStep,
    DraftStep,
    ReadStep,
    StartStep,
    TaskStep,
    TellStep,
    WaitStep,
    step_kind,
    step_name,
)
from workflows.run import (
    SYSTEM,
    ApprovalRule,
    Authorship,
    Draft,
    DraftState,
    Evidence,
    Place,
    Revision,
    RunState,
    Silent,
    Task,
    Threshold,
)
from workflows.suggesting import suggest
from workflows.text import Untrusted
from workflows.trust import alone
from workflows.urgent import incidents, paging

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic import JsonValue

    from workflows.exceptions import On, Taken
    from workflows.playbook import AnyStep, Approve, Playbook
    from workflows.ports import JsonObject
    from workflows.run import Run
    from workflows.turn import Turn
    from workflows.urgent.urgency import Came, Urgent

FIXED_TEXT = Authorship(
    agent="playbook",
    model="none",
    prompt_version="",
    label="Fixed by the playbook; no agent wrote any of it",
)

#: Why a draft is taken back, or what a run was doing is left, when the customer has replied.
REPLIED = "the customer has replied"


def values(run: Run, fresh: JsonObject | None = None) -> JsonObject:
    """Return the names an expression may use: the inputs, and what each step brought.

    A step called `follow-up` is `follow_up` in an expression.
    """
    brought = {**run.results, **(fresh or {})}
    named = {name.replace("-", "_"): value for name, value in brought.items()}
    return {**named, "inputs": run.inputs}


def begin(turn: Turn) -> None:
    """Enter the first step."""
    turn.become(step="")
    advance(turn)


def advance(turn: Turn) -> None:
    """Enter the step after the current one, or end."""
    if turn.run.draft and turn.run.draft.undoes:
        finish(turn)
        return
    if turn.run.replied:
        heard = turn.run.heard
        turn.become(replied=False, heard=None)
        if instead(turn, "emergency", "the reply", heard, "reply") or instead(
            turn, "replied", REPLIED
        ):
            return
    following = turn.playbook.after(turn.run.step)
    enter(turn, following) if following else finish(turn)


def enter(turn: Turn, step: AnyStep) -> None:
    """Come to a step. What waits, waits; what is decided at once leads on to the next."""
    turn.become(step=step_name(step))
    turn.entered += 1
    if turn.entered > len(turn.playbook.steps):
        park(turn, f"The steps go round in a circle at {turn.run.step}: nothing waits in between.")
        return
    if step.when and not Condition(step.when).holds(values(turn.run)):
        advance(turn)
        return
    _ENTER[step_kind(step)](turn, step)


def finish(turn: Turn) -> None:
    """End well."""
    turn.become(state=RunState.DONE, due_at=None, why="")
    turn.record(Event.RUN_DONE, actor=SYSTEM)


def stop(turn: Turn, why: str) -> None:
    """End because there is nothing to do; said where the run lives."""
    turn.become(state=RunState.CANCELLED, due_at=None, why=why)
    turn.record(Event.RUN_STOPPED, actor=SYSTEM, body={"why": why})
    turn.post(f"run:{turn.run.id}")


def instead(turn: Turn, on: On, why: str, read: JsonValue = None, came: Came | None = None) -> bool:
    """Take the exception the playbook has for this, if any; False where the usual must happen.

    `read` is where the words of an emergency are looked for, and `came` how it got here.
    """
    found = applying(turn, on, read)
    if found:
        take(turn, found, why, came)
    return found is not None


def applying(turn: Turn, on: On, read: JsonValue = None) -> Taken | None:
    """Return the exception the playbook has for this, if any."""
    return exceptions.find(turn.playbook.exceptions, turn.run, on, values(turn.run), read)


def take(turn: Turn, found: Taken, why: str, came: Came | None = None) -> None:
    """Go on where an exception leads; one that comes up again and again is left to a person.

    What may be an emergency and has somebody on call waits for them first.
    """
    because = f'Emergency: "{found.word}" stands in {why}.' if found.word else why
    if came and found.path.on_call:
        paging.ask(turn, found, because, came)
    elif found.spent:
        park(turn, f"{_said(because)} It has happened {exceptions.MOST} times before.")
    else:
        said = Template(found.path.say).render(values(turn.run)) or _said(because)
        _lead(turn, found, because, said)


def after_emergency(turn: Turn) -> None:
    """Go on where the exception leads that found an emergency, once it is dealt with."""
    urgent = cast("Urgent", turn.run.urgent)
    turn.become(urgent=urgent.model_copy(update={"state": "over"}))
    path = turn.playbook.exceptions[urgent.n - 1]
    take(turn, exceptions.Taken(n=urgent.n, path=path, spent=False), urgent.why)


def _said(why: str) -> str:
    return f"{why[:1].upper()}{why[1:].removesuffix('.')}."


def _lead(turn: Turn, found: Taken, why: str, said: str) -> None:
    """Go on where an exception leads, on the record and said where the run lives."""
    run, then, draft = turn.run, found.path.then, turn.run.draft
    turn.become(exceptions=(*run.exceptions, found.n))
    head: JsonObject = {"exception": found.path.on, "n": found.n, "then": then}
    turn.record(Event.EXCEPTION_TAKEN, actor=SYSTEM, head=head, body={"why": why, "said": said})
    if then == "stop":
        stop(turn, said)
        return
    if draft and draft.ending and draft.step == run.step:
        turn.redrafted(ending=draft.ending.model_copy(update={"led_to": then}))
    turn.post(f"tell:{run.id}:exception:{len(turn.run.exceptions)}", {"text": said})
    if then == "next":
        advance(turn)
    else:
        enter(turn, _named(turn.playbook, then))


def fail(turn: Turn, why: str) -> None:
    """Take the exception for what can't be done; without one, park the run."""
    if not instead(turn, "failed", why):
        park(turn, why)


def park(turn: Turn, why: str) -> None:
    """Let a person decide what next; what happened is said where the run lives."""
    turn.become(state=RunState.FAILED, due_at=None, why=why)
    turn.record(Event.RUN_FAILED, actor=SYSTEM, body={"why": why})
    turn.post(f"run:{turn.run.id}", {"incident": True})
    incidents.open_task(turn, why)


def _work(turn: Turn, _step: AnyStep) -> None:
    turn.work()


def _do(turn: Turn, step: DoStep) -> None:
    payload = render_payload(step.with_, values(turn.run))
    if problems := problems_of(turn, step.action, payload):
        fail(turn, problem_words(problems))
        return
    open_draft(
        turn, step, payload, Drafted(fields={}, why=Untrusted(""), author=FIXED_TEXT, context="")
    )


def _give(turn: Turn, step: AskStep | TaskStep) -> None:
    company, known = turn.facts.company, values(turn.run)
    who = Template(step.who).render(known).strip()
    owner = company.first_here(who, turn.at)
    if owner is None:
        fail(turn, f"Nobody is {who}, so nobody can be asked. Add them to company.yml.")
        return
    remind_at, due_at = deadline(step, known, turn.at, company.door)
    task = Task(
        id=turn.facts.ids[2],
        run_id=turn.run.id,
        step=step_name(step),
        owner=owner.id,
        title=Untrusted(Template(step.title).render(known)),
        opened_at=turn.at,
        remind_at=remind_at,
        due_at=due_at,
    )
    if isinstance(step, AskStep):
        task = suggest(turn, step, known, task)
    turn.become(state=RunState.WAITING, due_at=task.remind_at, task=task, why=waits_for(owner.name))
    turn.record(Event.TASK_OPENED, actor=SYSTEM, head={"task": task.id, "owner": task.owner})
    turn.post(f"task:{task.id}")


def waits_for(name: str) -> str:
    """Return why a run waits whose work somebody of this name has."""
    return f"waits for {name}"


def _wait(turn: Turn, step: WaitStep) -> None:
    until = step.for_.after(turn.at, turn.facts.company.door)
    turn.become(state=RunState.WAITING, due_at=until, why=f"waits until {until:%Y-%m-%d %H:%M} UTC")
    turn.record(Event.STEP_WAITED, actor=SYSTEM, head={"until": until.isoformat()})


def _decide(turn: Turn, step: DecideStep) -> None:
    known = values(turn.run)
    yes = Condition(step.if_).holds(known)
    turn.record(Event.STEP_DECIDED, actor=SYSTEM, head={"yes": yes}, body={"if": step.if_})
    said = Template(step.say).render(known) if step.say and not yes else ""
    target = step.then if yes else step.otherwise
    if target == "stop":
        stop(turn, said or f"{step.decide}: {'yes' if yes else 'no'}")
    elif target == "next":
        advance(turn)
    else:
        enter(turn, _named(turn.playbook, target))


def _tell(turn: Turn, step: TellStep) -> None:
    known = values(turn.run)
    if step.report:
        body: JsonObject = {"report": step.report}
        turn.post(f"kpi:{turn.run.id}", body, step.channel)
    else:
        body = {"text": Template(step.text).render(known)}
        # Where an exception led back, it is said again.
        again = f":{len(turn.run.exceptions)}" if turn.run.exceptions else ""
        turn.post(f"tell:{turn.run.id}:{step.tell}{again}", body, step.channel)
    turn.record(Event.STEP_TOLD, actor=SYSTEM, body=body)
    advance(turn)


def _start(turn: Turn, step: StartStep) -> None:
    turn.starts.append(
        StartRun(
            actor=SYSTEM,
            key=f"start:{turn.run.id}:{turn.run.seq}:{step.start}",
            playbook=step.playbook,
            inputs=render_payload(step.with_, values(turn.run)),
            trigger=f"run:{turn.run.id}",
            place=turn.run.place,
        )
    )
    advance(turn)


#: By kind of step; each takes the step of its own kind.
_ENTER: dict[str, Callable[[Turn, Any], None]] = {
    "read": _work,
    "draft": _work,
    "do": _do,
    "ask": _give,
    "task": _give,
    "wait": _wait,
    "decide": _decide,
    "tell": _tell,
    "start": _start,
}


def _named(playbook: Playbook, name: str) -> AnyStep:
    step = playbook.step(name)
    if step is None:
        msg = f"{playbook.playbook} has no step {name}"  # the loader refuses such a file
        raise LookupError(msg)
    return step


def missing_fields(step: ReadStep, value: JsonValue) -> list[str]:
    """Return the required fields that are absent or empty in what was read."""
    record = value if isinstance(value, dict) else {}
    return [name for name in step.require if record.get(name) is None or record.get(name) == ""]


def payload_of(turn: Turn, step: DraftStep, drafted: Drafted) -> tuple[JsonObject, dict[str, str]]:
    """Return fixed fields and written ones together, and what is wrong with them by field.

    Fixed fields come from records: recipients and amounts.
    """
    fixed = render_payload(step.with_, values(turn.run))
    payload = {**drafted.fields, **fixed}
    return payload, problems_in(turn, step, payload, drafted)


def problems_in(
    turn: Turn, step: DraftStep, payload: JsonObject, drafted: Drafted
) -> dict[str, str]:
    """Return what is wrong with what an agent wrote, by field; one that it may not write is wrong in any case."""
    foreign = {
        name: "is not the agent's to write" for name in drafted.fields if name not in step.writes
    }
    return {**problems_of(turn, step.action, payload), **foreign}


def problems_of(turn: Turn, action: str, payload: JsonObject) -> dict[str, str]:
    """Return what is wrong with a payload, by field; an action nobody carries out any more is wrong too."""
    spec = turn.facts.actions.get(action)
    return spec.problems(payload) if spec else {action: "is not known here"}


def open_draft(turn: Turn, step: DraftStep | DoStep, payload: JsonObject, drafted: Drafted) -> None:
    """Open a draft for people to sign; the run waits for them until it expires."""
    spec, known = turn.facts.actions[step.action], values(turn.run)
    amount = _amount(step, known, turn.facts.company.currency)
    rule = rule_of(step.approve)
    author = SYSTEM.model_copy(update={"kind": "agent", "id": drafted.author.agent})
    stated = tuple(
        Evidence(fact=Untrusted(Template(fact).render(known)), source=_source(turn))
        for fact in step.facts
    )
    about = customers.customer_of(turn, spec, payload, known)
    draft = Draft(
        id=turn.facts.ids[1],
        run_id=turn.run.id,
        step=step_name(step),
        state=DraftState.OPEN,
        action=step.action,
        title=Untrusted(Template(step.title).render(known)),
        risk=spec.risk,
        amount=amount,
        rule=rule,
        needs=policy.needs(rule, amount),
        revisions=(Revision(n=1, payload=payload, author=author, at=turn.at),),
        why=drafted.why,
        evidence=drafted.evidence or stated,
        confidence=drafted.confidence,
        author=drafted.author,
        context=drafted.context,
        learnt=drafted.learnt,
        opened_at=turn.at,
        remind_at=rule.within.half(turn.at, turn.facts.company.door),
        expires_at=rule.within.after(turn.at, turn.facts.company.door),
        customer=about.key,
        address=about.address,
        zone=about.zone,
        country=about.country,
        region=about.region,
        stage=alone.stage(turn),
    )
    if customers.is_silent(turn, draft):
        stop(turn, customers.NO_MORE)
        return
    known_before = customers.is_known(turn, draft)
    draft = draft.model_copy(update={"known": known_before})
    if draft.stage == "shadow":
        _keep_silently(turn, assigned(turn, step, draft, known), step)
        return
    draft = draft.model_copy(update={"needs": limits.needs(turn, draft)})
    verdict = alone.verdict(turn, draft)
    if verdict.goes:
        await_signature(turn, draft)
        signing.by_rule(turn, verdict)
    else:
        draft = draft.model_copy(update={"asked": verdict.why})
        await_signature(turn, assigned(turn, step, draft, known))


def await_signature(turn: Turn, draft: Draft) -> None:
    """Make `draft` the run's open draft, put it on the record and show it."""
    turn.become(
        state=RunState.WAITING,
        due_at=draft.remind_at,
        draft=draft,
        why=f"waits for a signature: {draft.needs.words}",
    )
    _record_opened(turn, draft, Event.DRAFT_OPENED, "why")


def _keep_silently(turn: Turn, draft: Draft, step: DraftStep | DoStep) -> None:
    """Show nobody the draft; people do it as always, and say afterwards what they sent."""
    fields = step.writes if isinstance(step, DraftStep) else step.approve.edit
    silent = Silent(fields=fields)
    draft = draft.model_copy(update={"state": DraftState.SHADOW, "silent": silent})
    turn.become(
        state=RunState.WAITING,
        due_at=draft.expires_at,
        draft=draft,
        why="people do it as always; a draft is kept silently",
    )
    # The history in Slack shows what stands under `why`, and nobody is to be led by it.
    _record_opened(turn, draft, Event.DRAFT_SHADOWED, "grounds")


def _record_opened(turn: Turn, draft: Draft, event: Event, why: str) -> None:
    turn.record(
        event,
        actor=draft.current.author,
        head={
            **({"stage": draft.stage} if draft.stage != "assist" else {}),
            "revision": draft.revision,
            "payload_hash": draft.current.payload_hash,
            "action": draft.action,
            "model": draft.author.model,
            "prompt_version": draft.author.prompt_version,
            "context": draft.context,
            "assigned": draft.assigned,
            "policies": list(draft.needs.cites),
            **({"learnt": [*draft.learnt]} if draft.learnt else {}),
        },
        body={
            "payload": draft.current.payload,
            why: draft.why.raw,
            "title": draft.title.raw,
            "evidence": [e.model_dump(mode="json") for e in draft.evidence],
            "author": draft.author.model_dump(mode="json"),
        },
    )
    turn.post(f"draft:{draft.id}")


def rule_of(approve: Approve) -> ApprovalRule:
    """Return the approval rule a step states."""
    above = tuple(Threshold(amount=a.amount, by=a.by, quorum=a.quorum) for a in approve.above)
    return ApprovalRule(
        by=approve.by,
        quorum=approve.quorum,
        above=above,
        within=approve.within,
        escalate=approve.escalate,
        hold=approve.hold,
        edit=approve.edit,
        kind=approve.rule,
        confidence=approve.confidence,
        review=approve.review,
    )


def _amount(step: DraftStep | DoStep, known: JsonObject, currency: str) -> Money | None:
    """Read the amount a step names: `quote.total` or `{{ quote.total }} USD`."""
    if not step.amount:
        return None
    text = Template(step.amount).render(known).strip()
    try:
        return money(text if text[-3:].isalpha() else f"{text} {currency}")
    except ValueError as fault:
        problem = f"gives {text[:40]!r}, and an amount is like 2,480.00 USD"
        raise ExpressionError(step.amount, problem) from fault


def _source(turn: Turn) -> str:
    return next(iter(turn.run.sources.values()), "")


def problem_words(problems: dict[str, str]) -> str:
    """Return what is wrong with a payload as one line."""
    return "; ".join(f"{name} {problem}" for name, problem in sorted(problems.items()))


def place_of(turn_place: Place | None, playbook: Playbook, channel_id: str) -> Place | None:
    """Return where a run lives: the thread it was started in, else the playbook's channel, else where asked."""
    if turn_place and turn_place.thread_ts:
        return turn_place
    return Place(channel=channel_id) if playbook.channel else turn_place
