"""Somebody's App Home: what waits for them and what is theirs, or one of its lists."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

from blocks import home, listing, looked
from blocks.listing import View
from blocks.queue import Waiting
from bot.slack import lessons, manners, owned, powers
from bot.slack.eyes import Eyes
from workflows import queue
from workflows.errors import Stranger
from workflows.flags import is_on
from workflows.policy import LOW_RISK, SIGNING_LEVEL, level_of, may_go_together, signers
from workflows.run import DraftState
from workflows.versions.version import suggesters
from workflows.worktime import monday

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from blocks.listing import Place
    from blocks.text import Block
    from bot.storage.queue import Left
    from workflows.action import ActionSpec
    from workflows.asks.asks import AskedWeek
    from workflows.company import Company
    from workflows.playbook import Playbook
    from workflows.ports import Clock, Directory, Finding, Shelf
    from workflows.run import Draft, Run, Task


class Looking(lessons.Looking, manners.Looking, owned.Looking, powers.Looking, Protocol):
    """What is looked up to draw it."""

    def playbook(self, version: str) -> Playbook:
        """Return a playbook as it was when runs were pinned to it."""
        ...

    def run(self, run_id: str) -> Run | None:
        """Return a run."""
        ...

    def open_runs(self) -> Sequence[Run]:
        """Return the runs whose draft waits for a person."""
        ...

    def active(self, limit: int = ...) -> Sequence[Run]:
        """Return the runs under way, newest first."""
        ...

    def runs_of(self, person: str) -> Sequence[Run]:
        """Return the runs under way that a person started."""
        ...

    def tasks_of(self, person: str, /) -> Sequence[Task]:
        """Return a person's open tasks."""
        ...

    def late_tasks(self, now: datetime) -> Sequence[Task]:
        """Return everybody's open tasks whose time is over."""
        ...

    def to_look_at(self) -> Sequence[Run]:
        """Return the runs, each carrying a draft that went by itself and nobody has looked at."""
        ...

    def yesterday(self, now: datetime, zone: ZoneInfo) -> Left:
        """Count what was carried out on the company's yesterday."""
        ...

    def asked_week(self, now: datetime, zone: ZoneInfo) -> AskedWeek:
        """Return who was asked how often since the company's Monday."""
        ...


class Tab:
    """Draws App Home for whoever opens it."""

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
        self._eyes = Eyes(reading=reading, directory=directory, clock=clock, actions=actions)
        self.lessons = lessons.Lessons(
            reading=reading, directory=directory, shelf=shelf, clock=clock, actions=actions
        )
        self._owned = owned.Owned(
            reading=reading, directory=directory, shelf=shelf, clock=clock, actions=actions
        )
        self._rows: dict[View, Callable[[str], list[list[Block]]]] = {
            View.TEAM: self._team,
            View.LATE: self._late,
            View.LOOK: self._look,
            View.TASKS: self._tasks,
            View.RUNS: self._runs,
            View.PLAYBOOKS: self._playbooks,
            View.LEARNT: self.lessons.rows,
            View.DECIDING: lambda person: manners.rows(reading, person, clock.now()),
            View.SWITCHES: self._switches,
        }

    def home(self, person: str, place: Place) -> dict[str, Any]:
        """Return what somebody's Home shows; a list only admins have is what waits for anybody else."""
        company = self._directory.company()
        if company.person(person) is None:
            return home.closed(Stranger(company=company.name).sentence)
        views = self._eyes.views(person)
        rows = self._rows.get(place.view)
        if rows is None or place.view not in views:
            return self._mine(person, place.page, views)
        return listing.listing(place, rows(person), views)

    def _mine(self, person: str, page: int, views: tuple[View, ...]) -> dict[str, Any]:
        admin = View.SWITCHES in views
        company, now = self._directory.company(), self._clock.now()
        yesterday = self._reading.yesterday(now, company.tz)
        asked = self._reading.asked_week(now, company.tz) if person == company.owner else None
        return home.home(
            home.Home(
                now=now,
                waiting=self.waiting(person),
                page=page,
                most_together=company.together.most,
                tasks=self._reading.tasks_of(person),
                runs=self._reading.runs_of(person),
                owned=self._owned.of(person),
                admin=admin,
                views=views,
                switches=self._reading.switches(),
                findings=self._findings() if admin else (),
                sent_yesterday=yesterday.left,
                edited_yesterday=yesterday.edited,
                ruled_yesterday=yesterday.by_rule,
                asked=(*asked.lines(company), asked.value) if asked and asked.is_any else (),
            )
        )

    def waiting(self, person: str) -> list[Waiting]:
        """Return what waits for somebody, most pressing first."""
        company, now = self._directory.company(), self._clock.now()
        runs = queue.queue_of(person, self._reading.open_runs(), company, now)
        return [self.row(run, run.draft, person) for run in runs if run.draft]

    def row(self, run: Run, draft: Draft, person: str = "") -> Waiting:
        """Return a draft as a row of a list, of somebody's own or of a card."""
        signable, now = _may(draft, self._level(run.version)), self._clock.now()
        mine = signable and not _is_anothers(draft, person, now)
        alike = self._alike(run, draft, self._directory.company()) if mine else ""
        one_tap = draft.risk in LOW_RISK and signable
        spec = self._actions.get(draft.action)
        return Waiting(draft=draft, spec=spec, one_tap=one_tap, alike=alike)

    def _alike(self, run: Run, draft: Draft, company: Company) -> str:
        """Return what tells which drafts may be signed together with this one; empty for none."""
        playbook = self._reading.playbook(run.version)
        together = draft.state is DraftState.OPEN and may_go_together(draft, company)
        together = together and is_on("sign_together", company, playbook)
        return f"{run.playbook}:{draft.step}:{draft.action}" if together else ""

    def _level(self, version: str) -> int:
        return self._reading.playbook(version).level

    def _team(self, person: str) -> list[list[Block]]:
        company, now = self._directory.company(), self._clock.now()
        found = queue.team_queue(
            person, self._eyes.runs(person, self._reading.open_runs()), company, now
        )
        return [listing.waiting_row(run, names) for run, names in found]

    def _late(self, person: str) -> list[list[Block]]:
        """Drafts that were passed on and tasks whose time is over, of one's team."""
        company, now = self._directory.company(), self._clock.now()
        team = queue.team_of(person, company)
        late = [run for run in self._reading.open_runs() if run.draft and run.draft.escalated_at]
        found = queue.waiting_for(team, self._eyes.runs(person, late), company, now)
        tasks = [
            task
            for task in self._reading.late_tasks(now)
            if task.owner in team and self._eyes.task(person, task)
        ]
        return [
            *(listing.waiting_row(run, names) for run, names in found),
            *(listing.late_task(task) for task in tasks),
        ]

    def _look(self, person: str) -> list[list[Block]]:
        """What went by itself, nobody has looked at, and this person could have signed."""
        company, now = self._directory.company(), self._clock.now()
        able = [
            run
            for run in self._reading.to_look_at()
            if run.draft and person in {one.id for one in signers(run.draft, company, now)}
        ]
        return [looked.row(run) for run in able]

    def _tasks(self, person: str) -> list[list[Block]]:
        return [home.task_row(task) for task in self._reading.tasks_of(person)]

    def _runs(self, person: str) -> list[list[Block]]:
        return [listing.run_row(run) for run in self._eyes.runs(person, self._reading.active(1000))]

    def _playbooks(self, person: str) -> list[list[Block]]:
        """Every playbook, since everybody on the staff may read a procedure; fewer may change one."""
        company = self._directory.company()
        reader, books = company.person(person), {b.playbook: b for b in self._shelf.books()}
        return [
            home.playbook_rows(
                replace(one, may_change=reader in suggesters(books.get(one.name), company))
            )
            for one in self._owned.all()
        ]

    def _switches(self, person: str) -> list[list[Block]]:
        del person  # only admins come here
        since = monday(self._clock.now(), self._directory.company().tz)
        books, findings = self._shelf.books(), self._findings()
        return powers.rows(self._reading, books, self._actions, findings, since)


def _may(draft: Draft, level: int) -> bool:
    return level_of(draft, level) >= SIGNING_LEVEL


def _is_anothers(draft: Draft, person: str, now: datetime) -> bool:
    """Whether somebody else is looking at it; it stands in the queue with who that is."""
    claim = draft.claim
    return claim is not None and claim.by != person and now < claim.until
