"""What an agent is asked: everything it may see, frozen into one record."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from workflows.action import Field
from workflows.expressions import Template, render_payload
from workflows.playbook import DraftStep
from workflows.ports import DraftRequest
from workflows.run import DraftState, Evidence
from workflows.steps import values
from workflows.text import Untrusted

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from workflows.action import ActionSpec
    from workflows.company import Company
    from workflows.playbook import Playbook, ReadStep
    from workflows.ports import JsonObject
    from workflows.run import Confidence, Run


class _Wish(TypedDict):
    wish: Untrusted
    last: JsonObject


#: What an agent that only summarises may write.
SUMMARY = Field(name="summary", type="text", max=300)


def draft_request(
    run: Run,
    playbook: Playbook,
    step: DraftStep | ReadStep,
    *,
    company: Company,
    now: datetime,
    actions: Mapping[str, ActionSpec],
    accepted: Confidence,
) -> DraftRequest:
    """Return the request for a draft step, or for a read step in which an agent summarises."""
    known = values(run)
    drafting = isinstance(step, DraftStep)
    seen = {
        name: value for name, value in run.results.items() if not step.uses or name in step.uses
    }
    return DraftRequest(
        agent=step.agent,
        playbook=playbook.playbook,
        version=playbook.version,
        run_id=run.id,
        action=step.action if drafting else "summary",
        writes=_open_fields(step, actions) if isinstance(step, DraftStep) else (SUMMARY,),
        fixed=render_payload(step.with_, known),
        records=seen,
        sources={name: run.sources[name] for name in seen if name in run.sources},
        facts=_facts(step, known, run) if isinstance(step, DraftStep) else (),
        company=company.name,
        currency=company.currency,
        today=now.astimezone(company.tz).date().isoformat(),
        rejected=_rejection(run),
        **_wish(run, step),
        accepted=accepted,
    )


def _open_fields(step: DraftStep, actions: Mapping[str, ActionSpec]) -> tuple[Field, ...]:
    return tuple(field for field in actions[step.action].fields if field.name in step.writes)


def _facts(step: DraftStep, known: JsonObject, run: Run) -> tuple[Evidence, ...]:
    source = next(iter(run.sources.values()), "")
    return tuple(
        Evidence(fact=Untrusted(Template(fact).render(known)), source=source) for fact in step.facts
    )


def _wish(run: Run, step: DraftStep | ReadStep) -> _Wish:
    """Return what a person wants different, and the text they mean: what the agent may write, as it stands."""
    draft = run.draft
    if draft is None or draft.state is not DraftState.REWRITING or not isinstance(step, DraftStep):
        return {"wish": Untrusted(""), "last": {}}
    written = draft.current.payload
    last = {name: written[name] for name in step.writes if name in written}
    return {"wish": draft.wishes[-1].words, "last": last}


def _rejection(run: Run) -> str:
    draft = run.draft
    if draft is None or draft.state is not DraftState.REJECTED or draft.ending is None:
        return ""
    return f"{draft.ending.reason}: {draft.ending.comment.raw}".rstrip(": ")
