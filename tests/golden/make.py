"""Keeps the database of a release: `python -m tests.golden.make`, run with that release, writes its file here.

One per released form of the database, made once, when that form is released, and never made again: what stands in
`0001.sql.gz` was written by the program of that day. `tests/golden/test_golden.py` opens every file that lies here.
"""

from __future__ import annotations

import gzip
import sqlite3
import sys
import tempfile
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agents.scripted import ScriptedDrafter
from bot.app import found
from bot.jobs.core import RunCore
from bot.jobs.performer import Performer
from bot.jobs.schedule import Schedules
from bot.settings import Settings
from bot.storage.claims import Claims
from bot.storage.inbox import Inbox
from bot.storage.timetable import Timetable
from tests.fakes.clock import FakeClock
from tests.golden.company import connectors, write_company
from workflows.answers import Recorded
from workflows.commands import Answer, Approve, CancelRun, Edit, Pause, Reject, StartRun, Undo
from workflows.run import Actor, RunState

if TYPE_CHECKING:
    from bot.app import Foundation
    from workflows.ports import Ids
    from workflows.run import Draft, Run

OLGA, ANA, BEN = Actor.user("U-OWNER"), Actor.user("U-ANA"), Actor.user("U-BEN")
#: How many letters the script of the drafter has.
LETTERS = 3
_LETTER: dict[str, Any] = {"note": "Hello, drafted"}


class CountedIds:
    """The `Ids` port: counts, so that the same release writes the same ids."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def new(self) -> str:
        return f"01900000-0000-7000-8000-{next(self._numbers):012d}"


class Week:
    """The company at work until it is left, with a run in every state a run can be left in."""

    def __init__(self, home: Path, clock: FakeClock, ids: Ids | None = None) -> None:
        self.clock = clock
        self.foundation: Foundation = found(
            Settings(sayso_home=home, database_url=f"sqlite:///{home / 'sayso.db'}"),
            clock=clock,
            ids=ids,
            drafter=ScriptedDrafter([_LETTER] * LETTERS),
            connectors=connectors(home),
        )
        self._keys = count(1)
        self.foundation.watching.begin()
        self.performer = Performer(
            store=self.foundation.store,
            clock=self.clock,
            directory=self.foundation.folder,
            drafter=self.foundation.drafter,
            outside=self.foundation.connectors,
        )
        self.core = self._core()

    def _core(self) -> RunCore:
        foundation = self.foundation
        schedules = Schedules(
            engine=foundation.engine,
            store=foundation.store,
            timetable=Timetable(foundation.store),
            shelf=foundation.shelf,
            directory=foundation.folder,
            clock=self.clock,
        )
        schedules.keep()
        return RunCore(
            claims=Claims(foundation.store),
            performer=self.performer,
            engine=foundation.engine,
            clock=self.clock,
            ticks=(schedules.tick,),
        )

    def work(self, **span: float) -> None:
        """Let time go by, and do everything that is due."""
        self.clock.pass_by(**span)
        self.core.tick()
        while self.core.advance():
            pass

    def start(self, playbook: str, about: str) -> Run:
        """Start a run, and return it as it stands once nothing of it is due."""
        key = f"start {playbook} {about}"
        command = StartRun(actor=OLGA, key=key, playbook=playbook, inputs={"to": about})
        reply = self.foundation.engine.handle(command)
        assert isinstance(reply, Recorded), reply
        assert reply.run
        self.work()
        run = self.foundation.lookup.run(reply.run.id)
        assert run
        return run

    def drafted(self, playbook: str, about: str) -> Draft:
        """Start a run that opens a draft, and return the draft."""
        draft = self.start(playbook, about).draft
        assert draft
        return draft

    def sign(self, draft: Draft, actor: Actor = ANA, n: int = 1) -> None:
        """Sign a revision."""
        self._act(Approve(actor=actor, key=self._key(), draft_id=draft.id, revision=n))

    def edit(self, draft: Draft, note: str) -> None:
        """Change what a draft says."""
        key = self._key()
        self._act(Edit(actor=BEN, key=key, draft_id=draft.id, revision=1, changes={"note": note}))

    def _key(self) -> str:
        return f"press {next(self._keys)}"

    def _act(self, command: Approve | Edit | Reject | Undo | Answer | Pause | CancelRun) -> None:
        reply = self.foundation.engine.handle(command)
        assert isinstance(reply, Recorded), reply

    def finish_some(self) -> None:
        """Leave some runs at an end: carried out, rejected, cancelled, told by the calendar."""
        self.sign(self.drafted("note", "done"))
        letter = self.drafted("letter", "letter done")
        self.edit(letter, "Hello, drafted and edited")
        self.sign(letter, n=2)
        rejected = self.drafted("note", "rejected")
        about: dict[str, Any] = {"key": self._key(), "draft_id": rejected.id, "revision": 1}
        self._act(Reject(actor=ANA, reason="not needed", **about))
        cancelled = self.start("note", "cancelled")
        self._act(CancelRun(actor=OLGA, key=self._key(), run_id=cancelled.id))
        self.drafted("note", "expired")
        self.work(days=3, minutes=1)

    def leave_some(self) -> None:
        """Leave a run in every way it can wait for a person or for time."""
        self.drafted("note", "open")
        self.drafted("letter", "letter open")
        self.edit(self.drafted("note", "edited"), "Hello, edited")
        self.sign(self.drafted("pair", "one of two"))
        undone = self.drafted("note", "undone")
        self.sign(undone)
        self._act(Undo(actor=ANA, key=self._key(), draft_id=undone.id, revision=1))
        self.start("round", "asked")
        self._tasked("task")
        self._answer(self._tasked("waiting"), "done")
        self.work()

    def _tasked(self, about: str) -> Run:
        """Return a run whose question is answered, and which waits for its task now."""
        run = self.start("round", about)
        self._answer(run, "send it")
        self.work()
        return run

    def _answer(self, run: Run, choice: str) -> None:
        found = self.foundation.lookup.run(run.id)
        assert found
        assert found.task
        self._act(Answer(actor=ANA, key=self._key(), task_id=found.task.id, choice=choice))

    def break_off(self) -> None:
        """Die in the middle: steps are begun and nobody reported, one is paused, an event is not dealt with."""
        self.sign(self.drafted("blind", "in doubt"))
        self.sign(self.drafted("note", "begun"))
        self.clock.pass_by(minutes=11)
        self._leave_begun(2)
        self.sign(self.drafted("note", "holding"))
        self.foundation.engine.handle(
            StartRun(actor=OLGA, key="start held", playbook="letter", inputs={"to": "held"})
        )
        self._act(Pause(actor=OLGA, key=self._key(), scope="playbook:letter"))
        event: dict[str, Any] = {"type": "app_home_opened", "user": "U-ANA", "tab": "home"}
        Inbox(self.foundation.store).store_event("Ev1", {"event_id": "Ev1", "event": event})

    def _leave_begun(self, wanted: int) -> None:
        """Claim the execution of signed drafts, and never say what came of it."""
        claims = Claims(self.foundation.store)
        while wanted:
            (claim,) = claims.claim(self.clock.now())
            if claim.run.state is RunState.WORKING:
                wanted -= 1
                continue
            done = self.performer.perform(claim.run, begun_before=False, until=claim.until)
            self.foundation.engine.handle(done)


def dump(path: Path) -> bytes:
    """Return a database file as the SQL that makes it again."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        return "\n".join(connection.iterdump()).encode()


def make(folder: Path) -> Path:
    """Let a week pass in a new company, and keep its database in `folder` under the name of its form."""
    with tempfile.TemporaryDirectory() as kept:
        home = Path(kept) / "company"
        week = Week(write_company(home), FakeClock(), CountedIds())
        week.finish_some()
        week.leave_some()
        week.break_off()
        week.foundation.close()
        with closing(sqlite3.connect(home / "sayso.db")) as connection:
            form = connection.execute("select version_num from alembic_version").fetchone()[0]
        made = folder / f"{form}.sql.gz"
        made.write_bytes(gzip.compress(dump(home / "sayso.db"), mtime=0))
    return made


if __name__ == "__main__":
    sys.stdout.write(f"{make(Path(__file__).parent)}\n")
