"""The sample company at work in one process: each shipped playbook from its start to its end, step by step.

Slack is the local workspace and mail a real mail server, both in the process of the test, so they outlive this one.
The clock stands still until nothing is left to do; then it moves to what is due next.
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import SecretStr
from sqlalchemy import select

from bot import crash
from bot.app import Foundation, build, found
from bot.folder import CompanyFolder
from bot.jobs.embedded import Embedded
from bot.outside import connectors
from bot.sandbox.mailbox import Mailbox
from bot.settings import Settings
from bot.storage import tables
from tests.fakes.clock import FakeClock
from workflows.commands import Approve, StartRun
from workflows.run import Actor

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.crash import Boundary
    from workflows.ports import Drafter
    from workflows.run import Run

#: Rounds after which something goes round in a circle.
ROUNDS = 300
#: Exit code of a process that died at a boundary, as after SIGKILL.
DEAD = 137


@dataclass(frozen=True, kw_only=True)
class Given:
    """What a process is given to work with; the same after a death, but for the clock and the ids."""

    home: str
    database: str
    api_url: str
    bot_token: str
    app_token: str
    smtp: str
    mail: str
    playbook: str
    inputs: tuple[tuple[str, str], ...]
    began: datetime
    #: Where ids begin to count, so that no two processes draw the same.
    ids: int = 0

    @property
    def path(self) -> Path:
        """The company's folder."""
        return Path(self.home)

    def settings(self) -> Settings:
        """Return the product's own settings, pointed at this test."""
        return Settings(
            slack_bot_token=SecretStr(self.bot_token),
            slack_app_token=SecretStr(self.app_token),
            slack_api_url=self.api_url,
            database_url=self.database,
            sayso_home=self.path,
            smtp_url=SecretStr(self.smtp),
            mail_from="Alder Ovens <hello@alder-ovens.example>",
        )

    def found(self, clock: FakeClock, drafter: Drafter | None = None) -> Foundation:
        """Put the program together, with a mailbox that can be searched."""
        settings, folder = self.settings(), CompanyFolder(self.path)
        return found(
            settings,
            clock=clock,
            ids=_Ids(self.ids),
            drafter=drafter,
            connectors=connectors(
                settings, folder, clock, lambda name: Mailbox(Path(self.mail)).find(name)
            ),
            carrier=Embedded(),
        )


class _Ids:
    """The `Ids` port: sorted in the order they were drawn, over processes too."""

    def __init__(self, first: int) -> None:
        self._numbers = count(first)

    def new(self) -> str:
        return f"01900000-0000-7000-8000-{next(self._numbers):012d}"


class Day:
    """One process's day at the given."""

    def __init__(self, given: Given, drafter: Drafter | None = None) -> None:
        self._given = given
        self._kept = given.path / "clock.txt"
        started = self._kept.read_text() if self._kept.exists() else given.began.isoformat()
        self.clock = FakeClock(datetime.fromisoformat(started))
        foundation = given.found(self.clock, drafter)
        self.program = build(foundation, seconds=self._seconds)
        self.engine = self.program.foundation.engine
        self.program.foundation.watching.begin()
        self.program.schedules.keep()

    def _seconds(self) -> float:
        """Pace the outbox by the clock that stands still."""
        return self.clock.at.timestamp()

    def work(self) -> None:
        """Do everything there is to do, until nothing is due any more."""
        self._start()
        for _ in range(ROUNDS):
            if not self._round() and not self._move_on():
                return
        msg = f"{self._given.playbook} is not over after {ROUNDS} rounds"
        raise AssertionError(msg)

    def _start(self) -> None:
        if self._given.playbook != "weekly-kpi-report":
            self.engine.handle(
                StartRun(
                    actor=Actor.user("U01IDA"),
                    key="start",
                    playbook=self._given.playbook,
                    inputs=dict(self._given.inputs),
                )
            )

    def _round(self) -> bool:
        """Work, show and sign what there is; False when nothing was left."""
        self.program.core.tick()
        worked = self.program.core.advance()
        if self.program.outbox.show_due() or worked:
            return True
        waiting = self.program.foundation.lookup.open_runs()
        for run in waiting:
            self._sign(run)
        return bool(waiting)

    def _sign(self, run: Run) -> None:
        draft = run.draft
        if draft is None:
            return
        people = self.program.foundation.folder.company().members(draft.needs.by[0])
        signer = people[0]
        self.engine.handle(
            Approve(
                actor=Actor.user(signer.id),
                key=f"sign:{draft.id}",
                draft_id=draft.id,
                revision=draft.revision,
            )
        )

    def _move_on(self) -> bool:
        """Move the clock to what is due next; False when nothing ever is."""
        due = [moment for moment in self._dues() if moment < self._given.began + timedelta(days=1)]
        if not due:
            return False
        self.clock.at = max(self.clock.at, min(due))
        self.keep_clock()
        return True

    def _dues(self) -> list[datetime]:
        columns = (tables.run.c.due_at, tables.message.c.due_at, tables.schedule.c.next_at)
        with self.program.foundation.database.read() as connection:
            found = [connection.execute(select(each)).scalars() for each in columns]
            return [moment for each in found for moment in each if moment]

    def keep_clock(self) -> None:
        """Write down what time it is, for whoever goes on after a death."""
        self._kept.write_text(self.clock.at.isoformat())


def rehearse(given: Given) -> None:
    """Work without a fault, and write down every boundary that is passed."""
    day = Day(given)
    passed: list[str] = []
    crash.armed.append(passed.append)
    day.work()
    (given.path / "passed.txt").write_text("\n".join(passed))


def die(given: Given, boundary: Boundary, at: int) -> None:
    """Work, and die when `boundary` is passed for the `at`-th time."""
    day = Day(given)
    crash.armed.append(_deadly(day, boundary, at))
    day.work()


def _deadly(day: Day, boundary: Boundary, at: int) -> Callable[[Boundary], None]:
    passed: Counter[str] = Counter()

    def pass_by(here: Boundary) -> None:
        passed[here] += 1
        if (here, passed[here]) == (boundary, at):
            day.keep_clock()
            os._exit(DEAD)

    return pass_by


def go_on(given: Given) -> None:
    """Work on in a new process, once every lease of the dead one is over."""
    kept = given.path / "clock.txt"
    at = datetime.fromisoformat(kept.read_text()) if kept.exists() else given.began
    kept.write_text((at + timedelta(seconds=61)).isoformat())
    Day(given).work()
