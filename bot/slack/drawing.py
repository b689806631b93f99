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
    proposal,
    telling,
    trust,
    urgent,
)
from blocks.ids import ReturnValue
from blocks.listing import Place
from bot.slack.outbox import Drawing
from workflows.assigning import asked_first
from workflows.delegation.inventory import advised, of_playbook
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
    from workflows.delegation.inventory import Assessment
    from workflows.playbook import Playbook
    from workflows.ports import Clock, Directory
    from workflows.run import Draft, Run
    from workflows.trust.evidence import TrackRecord
    from workflows.urgent.incidents import Incident
    from workflows.versions.version import Active, Proposal


class Looking(Protocol):
    """What is looked up to draw."""

    def playbook(self, version: str) -> Playbook:
        """Return a playbook as it was when runs were pinned to it."""
        ...

    def standing(self, name: str) -> Active | None:
        """Return which version of a playbook is active."""
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

    def version(self, version: str) -> Playbook | None:
        """Return a version of a playbook; None where this program can't read it."""
        ...

    def assessment(self, entry: str, /) -> Assessment | None:
        """Return what was stated last of a piece of work."""
        ...

    def proposal(self, proposal_id: str) -> Proposal | None:
        """Return a proposed version."""
        ...

    def track_record(self, book: Playbook, now: datetime) -> TrackRecord:
        """Return what a playbook has shown, and what is missing for its next stage."""
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
            "proposal": self._proposal,
            "unreadable": self._said,
            "trust": self._trust,
            "fallback": self._fallback,
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

    def _proposal(self, _row: Row, proposal_id: str) -> Drawing | None:
        seen = self.change(proposal_id)
        return Drawing(message=proposal.card(seen) if seen else proposal.gone())

    def change(self, proposal_id: str) -> proposal.Shown | None:
        """Return what a proposed version would change; None where there is none that can be read."""
        found = self._reading.proposal(proposal_id)
        then = self._reading.version(found.version) if found else None
        if found is None or then is None:
            return None
        now = self._reading.version(found.base) if found.base else None
        active = self._reading.standing(found.playbook)
        company = self._directory.company()
        lines = self._raised(now, then)
        return proposal.shown(found, now, then, company, active.version if active else "", lines)

    def _raised(self, now: Playbook | None, then: Playbook) -> tuple[str, ...]:
        """Return what the matrix says of a version whose level is higher than before, or of a new playbook."""
        if now and now.level >= then.level:
            return ()
        stated = self._reading.assessment(of_playbook(then.playbook))
        if stated is None or not stated.listed:
            ask = f"Nobody has scored it: `/sayso delegate {then.playbook}`"
            return (ask,) if now else ()
        zone = self._directory.company().tz
        return advised(stated, then, self._actions, by=stated.by, zone=zone)

    def _trust(self, _row: Row, name: str) -> Drawing:
        active = self._reading.standing(name.partition(":")[0])
        book = self._reading.version(active.version) if active else None
        if book is None:
            return Drawing(message=trust.gone())
        found = self._reading.track_record(book, self._clock.now())
        return Drawing(message=trust.report(book.title, found))

    def _fallback(self, row: Row, name: str) -> Drawing:
        playbook, now, before = name.split(":")
        back = ReturnValue(playbook=playbook, active=now, to=before)
        active = self._reading.standing(playbook)
        asks = active is not None and active.version.startswith(now)
        return Drawing(message=trust.fell_back(str(row.body.get("text", "")), back, ask=asks))

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
