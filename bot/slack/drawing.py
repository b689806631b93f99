"""From a message row to what it looks like now. The row says which record; the record says everything else."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

from blocks import card, home, kpi, notice
from blocks.queue import Waiting
from bot.slack.outbox import Drawing
from workflows.action import Risk
from workflows.errors import Stranger
from workflows.kpi.phrases import kept_sentences
from workflows.kpi.report import KpiReport
from workflows.policy import SIGNING_LEVEL, passed_on_to, signers
from workflows.queue import queue_of
from workflows.text import Untrusted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from bot.storage.outbox import Message as Row
    from bot.storage.queue import Left, Week
    from workflows.action import ActionSpec
    from workflows.playbook import Playbook
    from workflows.ports import Clock, Directory, Finding, Shelf, Switch
    from workflows.run import Run, Task

#: Risk classes that may be signed from a row of the queue, if the row shows all that leaves.
ONE_TAP = frozenset({Risk.INTERNAL, Risk.CUSTOMER, Risk.PUBLIC})


class Looking(Protocol):
    """What is looked up to draw."""

    def run(self, run_id: str) -> Run | None:
        """Return a run."""
        ...

    def run_of_draft(self, draft_id: str) -> Run | None:
        """Return the run a draft belongs to, carrying that draft."""
        ...

    def run_of_task(self, task_id: str) -> Run | None:
        """Return the run a task belongs to."""
        ...

    def playbook(self, version: str) -> Playbook:
        """Return a playbook as it was when runs were pinned to it."""
        ...

    def open_runs(self) -> Sequence[Run]:
        """Return the runs whose draft waits for a person."""
        ...

    def runs_of(self, person: str) -> Sequence[Run]:
        """Return the runs under way that a person started."""
        ...

    def tasks_of(self, person: str, /) -> Sequence[Task]:
        """Return a person's open tasks."""
        ...

    def switches(self) -> Sequence[Switch]:
        """Return what is switched off."""
        ...

    def yesterday(self, now: datetime, zone: ZoneInfo) -> Left:
        """Count what was carried out on the company's yesterday."""
        ...

    def this_week(self, now: datetime, zone: ZoneInfo) -> Mapping[str, Week]:
        """Count each playbook's drafts since the company's Monday."""
        ...


class Drawings:
    """Draws every subject there is."""

    def __init__(
        self,
        *,
        reading: Looking,
        directory: Directory,
        shelf: Shelf,
        clock: Clock,
        actions: Mapping[str, ActionSpec],
        findings: Callable[[], tuple[Finding, ...]],
    ) -> None:
        """Take what is looked at; `findings` is what the doctor last found."""
        self._reading, self._directory, self._shelf = reading, directory, shelf
        self._clock, self._actions, self._findings = clock, actions, findings
        self._of: dict[str, Callable[[Row, str], Drawing | None]] = {
            "draft": self._draft,
            "run": self._run,
            "tell": self._tell,
            "kpi": self._kpi,
            "remind": self._remind,
            "escalate": self._escalate,
            "task": self._task,
            "nudge": self._nudge,
            "home": self._home,
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
        setting = card.Setting(level=self._level(run), solo=self._directory.company().solo)
        return Drawing(message=card.card(run.draft, self._actions.get(run.draft.action), setting))

    def _remind(self, _row: Row, draft_id: str) -> Drawing | None:
        run = self._reading.run_of_draft(draft_id)
        if run is None or run.draft is None:
            return None
        able = signers(run.draft, self._directory.company(), self._clock.now())
        waited = [person for person in able if person.id not in run.draft.signers]
        return Drawing(message=notice.reminder(run.draft, waited))

    def _escalate(self, _row: Row, draft_id: str) -> Drawing | None:
        run = self._reading.run_of_draft(draft_id)
        if run is None or run.draft is None:
            return None
        asked = passed_on_to(run.draft, self._directory.company(), self._clock.now())
        return Drawing(message=notice.passed_on(run.draft, asked))

    def _run(self, _row: Row, run_id: str) -> Drawing | None:
        run = self._reading.run(run_id)
        return Drawing(message=notice.status(run)) if run else None

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
        return Drawing(message=notice.task(run.task)) if run and run.task else None

    def _nudge(self, row: Row, name: str) -> Drawing | None:
        run = self._reading.run_of_task(name.partition(":")[0])
        if run is None or run.task is None:
            return None
        said = {key: str(value) for key, value in row.body.items()}
        return Drawing(message=notice.nudge(run.task, said))

    def _home(self, row: Row, _person: str) -> Drawing:
        return Drawing(message=self.home(row.channel))

    def home(self, person: str, page: int = 1) -> dict[str, Any]:
        """Return somebody's App Home: what waits for them first, then what is theirs."""
        company, now = self._directory.company(), self._clock.now()
        if company.person(person) is None:
            return home.closed(Stranger(company=company.name).sentence)
        admin = company.is_admin(person)
        yesterday = self._reading.yesterday(now, company.tz)
        return home.home(
            home.Home(
                now=now,
                waiting=self.waiting(person),
                page=page,
                tasks=self._reading.tasks_of(person),
                runs=self._reading.runs_of(person),
                owned=self._owned(person),
                admin=admin,
                switches=self._reading.switches() if admin else (),
                findings=self._findings() if admin else (),
                sent_yesterday=yesterday.left,
                edited_yesterday=yesterday.edited,
            )
        )

    def waiting(self, person: str) -> list[Waiting]:
        """Return what waits for somebody, most pressing first."""
        company, now = self._directory.company(), self._clock.now()
        runs = queue_of(person, self._reading.open_runs(), company, now)
        return [
            Waiting(
                draft=run.draft,
                spec=self._actions.get(run.draft.action),
                one_tap=run.draft.risk in ONE_TAP and self._level(run) >= SIGNING_LEVEL,
            )
            for run in runs
            if run.draft
        ]

    def _level(self, run: Run) -> int:
        return self._reading.playbook(run.version).level

    def _owned(self, person: str) -> list[home.Owned]:
        company, now = self._directory.company(), self._clock.now()
        books = [book for name in self._shelf.names() if (book := self._shelf.get(name))]
        mine = [b for b in books if person in {owner.id for owner in company.members(b.owner)}]
        weeks = self._reading.this_week(now, company.tz)
        return [_owned(book, weeks.get(book.playbook)) for book in mine]


def _owned(book: Playbook, week: Week | None) -> home.Owned:
    shown = home.Owned(name=book.playbook, title=book.title, version=book.version, level=book.level)
    if week is None:
        return shown
    return replace(shown, sent=week.sent, edited=week.edited, rejected=week.rejected)


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
