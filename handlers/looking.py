"""Looking, from any surface: the queue, a run, the full text, why. Only for people of the company."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from blocks import asking, modal, notice, queue
from blocks.values import value_of
from handlers.replies import Opened, Reply, Said, Turned
from handlers.seeing import of_the_log, stranger, unseen, without
from workflows import policy
from workflows.answers import Recorded, Refused
from workflows.errors import UnknownDraft, UnknownPlaybook, UnknownRun
from workflows.kpi.report import KpiReport, NextAction
from workflows.run import DraftState

if TYPE_CHECKING:
    from blocks.listing import Place
    from blocks.values import ButtonValue
    from handlers.desk import Desk
    from workflows.playbook import Playbook
    from workflows.ports import JsonObject
    from workflows.run import Run

#: An answer that says and shows nothing.
NOTHING = Recorded()
#: Nobody is led by what they have not been shown.
_SILENT = "Sayso drafted this in shadow. Record what you sent, and both are shown side by side."


def full_text(desk: Desk, person: str, draft_id: str, page: int = 1) -> Reply:
    """Open a page of everything a draft would send."""
    run = desk.reading.run_of_draft(draft_id)
    if refused := unseen(desk, person, run):
        return refused
    if run is None or run.draft is None:
        return Refused(error=UnknownDraft())
    if run.draft.state is DraftState.SHADOW:
        return Said(notice.said(_SILENT))
    level = policy.level_of(run.draft, desk.reading.playbook(run.version).level)
    return Opened(modal.review(run.draft, desk.actions.get(run.draft.action), page, level=level))


def queued(desk: Desk, person: str) -> Reply:
    """Show what waits for a person."""
    if refused := stranger(desk, person):
        return refused
    return Said(queue.queue(desk.waiting(person), desk.clock.now()))


def why(desk: Desk, person: str, draft_id: str) -> Reply:
    """Say what a draft rests on and who wrote it."""
    run = desk.reading.run_of_draft(draft_id)
    if refused := unseen(desk, person, run):
        return refused
    if run is None or run.draft is None:
        return Refused(error=UnknownDraft())
    if run.draft.state is DraftState.SHADOW:
        return Said(notice.said(_SILENT))
    return Said(notice.why(run.draft))


def take_over(desk: Desk, person: str, value: ButtonValue) -> Reply:
    """Ask whether somebody wants to do it themselves; whether they may is decided when they say so."""
    run = desk.reading.run_of_draft(value.draft_id)
    if refused := unseen(desk, person, run):
        return refused
    if run is None or run.draft is None:
        return Refused(error=UnknownDraft())
    if value_of(run.draft) != str(value) or run.draft.state is not DraftState.OPEN:
        return Said(notice.said("This was changed or decided meanwhile. Look at the card."))
    return Opened(asking.take_over(run.draft))


def status(desk: Desk, person: str, run_id: str) -> Reply:
    """Say where a run stands and how it came there."""
    run = desk.reading.run(run_id) or desk.reading.run_of_draft(run_id)
    if refused := unseen(desk, person, run):
        return refused
    if run is None:
        return Refused(error=UnknownRun(run=run_id))
    return Said(notice.status(run, desk.reading.logged(about=f"run:{run.id}")))


def audit(desk: Desk, person: str, about: str) -> Reply:
    """Show audit entries about a run, a draft or a person; without a name the newest."""
    if refused := without(desk, person, "audit"):
        return refused
    found = of_the_log(desk, person, desk.reading.logged(about=about))
    return Said(notice.audit(found, about))


def learnt(desk: Desk, person: str, agent: str) -> Reply:
    """Show what agents, or one of them, learnt from edits."""
    if refused := without(desk, person, "see"):
        return refused
    return Said(desk.learnt(person, agent))


def no_such_playbook(desk: Desk, name: str) -> Refused:
    """Return the refusal of a name no playbook has, with the nearest one that is."""
    near = get_close_matches(name, [book.playbook for book in desk.shelf.books()], n=1)
    hint = f" Did you mean {near[0]}?" if near else ""
    return Refused(error=UnknownPlaybook(name=name, hint=hint))


def hand_over(desk: Desk, person: str, task_id: str) -> Reply:
    """Ask who takes a task over; whether it may be handed over is decided when it is."""
    run = desk.reading.run_of_task(task_id)
    if refused := unseen(desk, person, run):
        return refused
    if run is None or run.task is None or run.task.state == "done":
        return Said(notice.said("This task is closed. Nothing was changed."))
    return Opened(modal.hand_over(run.task))


def address_of(desk: Desk, draft_id: str) -> str:
    """Return the address a draft would have reached; empty for one that reaches nobody."""
    run = desk.reading.run_of_draft(draft_id)
    draft = run.draft if run else None
    spec = desk.actions.get(draft.action) if draft else None
    return str(draft.current.payload.get(spec.reaches) or "") if draft and spec else ""


def picker(desk: Desk, person: str, channel: str) -> Reply:
    """Open the list of playbooks."""
    if refused := without(desk, person, "start"):
        return refused
    startable = [book for book in desk.shelf.books() if book.trigger.command]
    return Opened(modal.pick(startable, desk.reading.recent(person), metadata=channel))


def form(
    desk: Desk, playbook: Playbook, metadata: str, values: JsonObject | None = None
) -> dict[str, Any]:
    """Return the form that starts a playbook, under its procedure; it says when a changed version waits."""
    waits = change_waits(desk, playbook)
    return modal.start(playbook, values, metadata=metadata, waits=waits)


def change_waits(desk: Desk, playbook: Playbook) -> bool:
    """Whether a changed version of a playbook waits for a person."""
    newest = desk.reading.newest_proposal(playbook.playbook)
    return newest is not None and newest.state == "open"


def home(desk: Desk, person: str, place: Place) -> Reply:
    """Show a list of somebody's App Home in place, and keep it there."""
    desk.watch_home(person, str(place))
    return Turned(desk.home(person, place))


def closed(answer: Reply, sentence: str) -> Reply:
    """Turn a recorded answer into the last page of a dialog."""
    done = isinstance(answer, Recorded)
    return Turned(modal.said(sentence)) if done else answer


def started(answer: Reply, sentence: str) -> Reply:
    """Say where the draft will appear, unless something better was said."""
    if isinstance(answer, Recorded) and not answer.sentence:
        return Recorded(run=answer.run, sentence=sentence)
    return answer


def next_action(desk: Desk, run_id: str, index: int) -> NextAction | None:
    """Return the n-th next action of the KPI post of a run, from the record and never from the button."""
    run = desk.reading.run(run_id)
    report = kpi_of(run) if run else None
    if report is None or not 0 <= index < len(report.actions):
        return None
    return report.actions[index]


def kpi_of(run: Run) -> KpiReport | None:
    """Return the KPI report a run has read, if it has."""
    for value in run.results.values():
        if isinstance(value, dict) and "anomalies" in value and "metrics" in value:
            return KpiReport.model_validate(value)
    return None
