"""From a message row to what it looks like now. The row says which record; the record says everything else."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol, cast

from blocks import (
    beside,
    card,
    incident,
    kpi,
    looked,
    notice,
    telling,
    urgent,
)
from blocks.listing import Place
from bot.slack import playbooks
from bot.slack.outbox import Drawing
from workflows.assigning import asked_first
from workflows.events import Event
from workflows.exceptions import listens
from workflows.kpi.phrases import kept_sentences
from workflows.kpi.report import KpiReport
from workflows.policy import absences, level_of, passed_on_to, signers
from workflows.text import Untrusted
from workflows.urgent.on_call import line

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from blocks.history import Logged
    from bot.slack.tab import Tab
    from bot.storage.outbox import Message as Row
    from workflows.action import ActionSpec
    from workflows.playbook import Playbook
    from workflows.ports import Clock, Directory
    from workflows.run import Draft, Run
    from workflows.urgent.incidents import Incident


class Looking(playbooks.Looking, Protocol):
    """What is looked up to draw."""

    def playbook(self, version: str) -> Playbook:
        """Return a playbook as it was when runs were pinned to it."""
        ...

    def run(self, run_id: str) -> Run | None:
        """Return a run."""
        ...

    def run_of_draft(self, draft_id: str) -> Run | None:
        """Return the run a draft belongs to, carrying that draft."""
        ...

    def beside(self, draft_id: str) -> Sequence[Run]:
        """Return the runs whose drafts are shown in the card of this one."""
        ...

    def run_of_task(self, task_id: str) -> Run | None:
        """Return the run a task belongs to."""
        ...

    def logged(self, *, about: str = "") -> Sequence[Logged]:
        """Return the newest audit entries about a run, oldest first."""
        ...

    def carried_out(self, run_id: str) -> Sequence[Draft]:
        """Return what a run has carried out."""
        ...

    def failed_alike(self, run: Run) -> Sequence[Run]:
        """Return other runs that could not go on from the same step."""
        ...

    def repeats(self, run: Run, step: str, why: str, at: datetime) -> Sequence[Incident]:
        """Return the incidents before `at` of the same playbook, step and error, oldest first."""
        ...


class Drawings:
    """Draws every subject there is."""

    def __init__(
        self,
        *,
        reading: Looking,
        directory: Directory,
        clock: Clock,
        actions: Mapping[str, ActionSpec],
        tab: Tab,
    ) -> None:
        """Take what is looked at, and what draws App Home."""
        self._reading, self._directory = reading, directory
        self._clock, self._actions, self._tab = clock, actions, tab
        self.home, self.waiting = tab.home, tab.waiting
        self.learnt = tab.lessons.answer
        about = playbooks.Playbooks(
            reading=reading, directory=directory, clock=clock, actions=actions
        )
        self.change = about.change
        self._of: dict[str, Callable[[Row, str], Drawing | None]] = {
            "draft": self._draft,
            "run": self._run,
            "tell": self._tell,
            "kpi": self._kpi,
            "remind": self._remind,
            "look": self._look,
            "escalate": self._escalate,
            "task": self._task,
            "nudge": self._nudge,
            "urgent": self._urgent,
            "home": self._home,
            "digest": self._digest,
            "back": self._back,
            "proposal": about.proposal,
            "unreadable": self._said,
            "trust": about.trust,
            "fallback": about.fallback,
            "stage": self._said,
            "prompt": self._said,
        }

    def draw(self, row: Row) -> Drawing | None:
        """Return what a row looks like now; None when there is nothing to show any more."""
        subject, _, reply = row.subject.partition("#")
        kind, _, name = subject.partition(":")
        drawing = self._of[kind](row, name)
        return _reply(drawing, int(reply)) if drawing and reply else drawing

    def _draft(self, _row: Row, draft_id: str) -> Drawing | None:
        run = self._reading.run_of_draft(draft_id)
        if run is None or run.draft is None:
            return None
        company, now = self._directory.company(), self._clock.now()
        book = self._reading.playbook(run.version)
        setting = card.Setting(
            level=level_of(run.draft, book.level),
            solo=company.solo,
            replies=listens(book.exceptions, run.draft),
            away=absences(run.draft, company, now),
        )
        found = self._reading.beside(draft_id)
        others = [self._tab.row(one, one.draft) for one in found if one.draft]
        drawn = card.card(run.draft, self._actions.get(run.draft.action), setting)
        return Drawing(message=beside.with_others(drawn, run.draft, others))

    def _digest(self, row: Row, name: str) -> Drawing | None:
        until = datetime.fromisoformat(str(row.body["until"]))
        company, now = self._directory.company(), self._clock.now()
        person = name.partition(":")[0]
        mine = [one for one in self.waiting(person) if one.draft.opened_at <= until]
        mine = [one for one in mine if one.draft.assigned in {"", person}]
        return Drawing(message=telling.digest(mine, now, company.together.most))

    def _back(self, row: Row, _name: str) -> Drawing | None:
        ids = cast("list[str]", row.body["drafts"])
        runs = [run for one in ids if (run := self._reading.run_of_draft(one))]
        since = datetime.fromisoformat(str(row.body["since"]))
        return Drawing(message=telling.returned([r.draft for r in runs if r.draft], since))

    def _remind(self, _row: Row, draft_id: str) -> Drawing | None:
        run = self._reading.run_of_draft(draft_id)
        if run is None or run.draft is None:
            return None
        company, now = self._directory.company(), self._clock.now()
        if first := asked_first(run.draft, company, now):
            return Drawing(message=notice.reminder(run.draft, [first]))
        able = signers(run.draft, company, now)
        waited = [person for person in able if person.id not in run.draft.signers]
        here = [person for person in waited if not company.is_away(person, now)]
        return Drawing(message=notice.reminder(run.draft, here or waited))

    def _look(self, _row: Row, draft_id: str) -> Drawing | None:
        run = self._reading.run_of_draft(draft_id)
        if run is None or run.draft is None:
            return None
        able = signers(run.draft, self._directory.company(), self._clock.now())
        return Drawing(message=looked.reminder(run.draft, able))

    def _escalate(self, _row: Row, draft_id: str) -> Drawing | None:
        run = self._reading.run_of_draft(draft_id)
        if run is None or run.draft is None:
            return None
        asked = passed_on_to(run.draft, self._directory.company(), self._clock.now())
        return Drawing(message=notice.passed_on(run.draft, asked))

    def _run(self, row: Row, run_id: str) -> Drawing | None:
        run = self._reading.run(run_id)
        if run is None:
            return None
        entries = self._reading.logged(about=f"run:{run.id}") if row.body.get("incident") else ()
        stopped = [each for each in entries if each.entry.event is Event.RUN_FAILED]
        replies = (self._incident(run, entries, stopped[0]),) if stopped else ()
        return Drawing(message=notice.status(run), replies=replies)

    def _incident(self, run: Run, entries: Sequence[Logged], stopped: Logged) -> dict[str, Any]:
        """Return what follows in the thread of a run that could not go on: it stays as it was then."""
        reading, company = self._reading, self._directory.company()
        step = str(stopped.entry.head.get("step", ""))
        why = str(stopped.entry.body.get("why", ""))
        return incident.incident(
            incident.Incident(
                run=run,
                at=stopped.at,
                step=step,
                why=why,
                repeats=reading.repeats(run, step, why, stopped.at),
                keeper=company.keeper,
                owner=reading.playbook(run.version).owner,
                entries=[each for each in entries if each.at <= stopped.at],
                left=[one for one in reading.carried_out(run.id) if _left_before(one, stopped.at)],
                alike=reading.failed_alike(run),
            )
        )

    def _tell(self, row: Row, name: str) -> Drawing | None:
        run = self._reading.run(name.partition(":")[0])
        text = Untrusted(str(row.body.get("text", "")))
        messages = [
            notice.told(piece, run) if run else notice.said(piece) for piece in notice.pieces(text)
        ]
        return Drawing(message=messages[0], replies=tuple(messages[1:]))

    def _kpi(self, row: Row, run_id: str) -> Drawing | None:
        run = self._reading.run(run_id)
        report = _report(run, str(row.body.get("report", ""))) if run else None
        if run is None or report is None:
            return None
        return Drawing(
            message=kpi.kpi(report, run.id),
            plainer=kpi.kpi(report, run.id, native=False),
            replies=tuple(kpi.replies(report, run.id)),
        )

    def _task(self, _row: Row, task_id: str) -> Drawing | None:
        run = self._reading.run_of_task(task_id)
        if run is None or run.task is None:
            return None
        draft = run.draft
        if draft is None or draft.id != run.task.draft_id:
            return Drawing(message=notice.task(run.task))
        return Drawing(message=notice.task(run.task, draft, self._actions.get(draft.action)))

    def _nudge(self, row: Row, name: str) -> Drawing | None:
        run = self._reading.run_of_task(name.partition(":")[0])
        if run is None or run.task is None:
            return None
        said = {key: str(value) for key, value in row.body.items()}
        return Drawing(message=notice.nudge(run.task, said))

    def _urgent(self, row: Row, name: str) -> Drawing | None:
        run = self._reading.run(name.partition(":")[0])
        if run is None or run.urgent is None:
            return None
        it = run.urgent
        if row.body.get("found") != it.since.isoformat():
            return Drawing(message=urgent.gone(run))
        shown = urgent.Shown(
            run=run,
            urgent=it,
            skipped=line(self._directory.company(), it.rota, self._clock.now()).skipped,
            entries=self._reading.logged(about=f"run:{run.id}"),
        )
        return Drawing(message=urgent.urgent(shown), replies=(urgent.pack(shown),))

    def _said(self, row: Row, _name: str) -> Drawing:
        pieces = notice.pieces(Untrusted(str(row.body.get("text", ""))))
        messages = [notice.said(piece) for piece in pieces]
        return Drawing(message=messages[0], replies=tuple(messages[1:]))

    def _home(self, row: Row, _person: str) -> Drawing:
        where = Place.parse(str(row.body.get("place", "")))
        return Drawing(message=self._tab.home(row.channel, where))


def _left_before(draft: Draft, at: datetime) -> bool:
    return draft.leaves_at is not None and draft.leaves_at <= at


def _reply(whole: Drawing, n: int) -> Drawing | None:
    return Drawing(message=whole.replies[n]) if n < len(whole.replies) else None


def _report(run: Run, step: str) -> KpiReport | None:
    """Return a run's report, phrased by its agent as far as every number in the sentence is in the report."""
    value = run.results.get(step)
    if not isinstance(value, dict):
        return None
    report = KpiReport.model_validate(value)
    written = next((text for text in run.results.values() if isinstance(text, str)), "")
    kept = kept_sentences(written, report).kept
    return report.model_copy(update={"text_summary": " ".join(kept)}) if kept else report
