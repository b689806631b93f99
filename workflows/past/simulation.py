"""What another version of a playbook would have done with a run that really was.

The same machine decides. What was read, written, pressed, answered and seen is taken from the record, by the name of
the step it was for; timers fire when the other version would have set them. Nobody is asked and nothing leaves.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

from workflows.commands import (
    Approve,
    Drafted,
    Due,
    Executed,
    Failed,
    Held,
    OnDraft,
    OnTask,
    OpenEdit,
    OpenReject,
    Read,
    Signal,
    StartRun,
    StepDone,
)
from workflows.errors import AlreadyDecided, AlreadySigned, Refusal
from workflows.limits import Ask, Told, Untold
from workflows.machine import decide, once_of
from workflows.past.course import Course, course
from workflows.past.standing import Standing
from workflows.playbook import DraftStep, ReadStep
from workflows.run import TIMER, DraftState, RunState

if TYPE_CHECKING:
    from datetime import datetime

    from workflows.commands import Command
    from workflows.past.on_record import Asked
    from workflows.past.replay import Replay
    from workflows.playbook import Playbook
    from workflows.run import Draft, Run, Task
    from workflows.turn import Facts

#: What only says where a card is shown, whom it asks first, or what a question adds: it changes nothing here.
PLACING = ("asks", "digests", "beside", "turns")
_One = TypeVar("_One", "Draft", "Task")

#: How long after its time a timer may not have been heard yet.
LATE = timedelta(minutes=2)


def simulate(again: Replay, playbook: Playbook, until: datetime) -> Course:
    """Return how a run would have gone with `playbook`, up to `until`; `again` is the run, decided again."""
    return _Simulation(again, playbook, until).course()


@dataclass(frozen=True)
class _Past:
    """One command of the record, with its place among the others."""

    n: int
    asked: Asked

    @property
    def at(self) -> datetime:
        return self.asked.facts.at


class _Unknown(Exception):
    """What nobody can know, in words."""


class _Simulation:
    def __init__(self, again: Replay, playbook: Playbook, until: datetime) -> None:
        self._was, self._until, self._playbook = again, until, playbook
        self._pinned = again.playbook
        self._standing, self._facts = Standing(), again.asked[0].facts
        self._results: dict[str, list[_Past]] = defaultdict(list)
        self._timers: list[_Past] = []
        self._presses: list[_Past] = []
        self._made = 0
        for n, asked in enumerate(again.asked[1:]):
            self._sort(_Past(n, asked))

    def _sort(self, past: _Past) -> None:
        command = past.asked.command
        if isinstance(command, StepDone):
            self._results[past.asked.step].append(past)
        elif isinstance(command, Due):
            self._timers.append(past)
        elif not isinstance(command, OpenEdit | OpenReject):
            self._presses.append(past)

    def course(self) -> Course:
        """Let it go its way."""
        start = self._was.asked[0]
        try:
            if not self._decided(start.command, self._beside(start)):
                return Course(refused="its inputs do not fit any more")
            while self._step():  # each takes something from the record, or goes on
                pass
        except _Unknown as unknown:
            return course(self._standing, str(unknown))
        except Refusal as refusal:
            if self._standing.run is None:
                return Course(refused=refusal.sentence)
            return course(self._standing, refusal.sentence)
        return course(self._standing)

    def _beside(self, start: Asked) -> Facts:
        """Return the facts of the start; which others were about the same is on record for its own version alone."""
        run = self._was.standing.run
        command = start.command
        once = once_of(self._playbook, command) if isinstance(command, StartRun) else ""
        same = run is not None and run.once == once
        return start.facts if same else start.facts.model_copy(update={"others": ()})

    def _decided(self, command: Command, facts: Facts) -> bool:
        """Decide one thing; False when nothing came of it. Raises `Refusal`, and `_Unknown`."""
        self._facts = facts
        run = self._standing.carrying(command)
        try:
            decision = decide(run, self._playbook, command, facts)
        except Untold as untold:
            if untold.ask.kind in PLACING:
                return self._decided(command, _as_if_alone(facts, untold.ask))
            raise _Unknown(
                "what was signed or sent elsewhere then is not on its record"
            ) from untold
        self._standing.take(decision)
        return bool(decision.entries)

    def _step(self) -> bool:
        """Let the next thing happen; False when there is nothing to come. Raises `_Unknown`."""
        run, press = self._standing.run, self._presses[0] if self._presses else None
        if run and run.state is RunState.WORKING:
            past = self._result(run)
            if past and (press is None or past.n < press.n):
                self._work(run, past)
                return True
            if press is None:
                raise _Unknown(f"nothing on record says what came of {run.step}")
        elif run and (timer := self._timer(run, press)):
            self._ring(run, timer)
            return True
        if press:
            self._presses.pop(0)
            self._press(press)
        return press is not None

    def _timer(self, run: Run, press: _Past | None) -> datetime | _Past | None:
        """Return when the run's timer rings, if it is the next thing: as it was heard, or when it is set for."""
        if run.state not in {RunState.WAITING, RunState.HOLDING}:
            return None
        same = (run.step, run.due_at)
        heard = next((one for one in self._timers if _timed(one) == same), None)
        if heard:
            return heard if press is None or heard.n < press.n else None
        if run.due_at is None or (press and (_timed(press) == same or press.at < run.due_at)):
            return None
        stands = self._was.standing.run
        is_open = stands is not None and (stands.step, self._was.due) == same
        is_over = run.due_at + LATE <= self._until and not is_open
        return run.due_at if press or is_over else None

    def _ring(self, run: Run, timer: datetime | _Past) -> None:
        heard = timer.asked.command if isinstance(timer, _Past) else None
        due = Due(actor=TIMER, run_id=run.id, seq=run.seq, fence=run.fence)
        if isinstance(timer, _Past) and isinstance(heard, Due):
            self._timers.remove(timer)
            due = due.model_copy(update={"fresh": heard.fresh, "problem": heard.problem})
        facts = timer.asked.facts if isinstance(timer, _Past) else self._fresh(timer)
        self._decided(due, facts)

    def _fresh(self, at: datetime) -> Facts:
        """Return facts for what nobody heard of: as they were last, with ids of their own."""
        self._made += 1
        ids = tuple(f"simulated-{self._made}-{n}" for n in range(3))
        return self._facts.model_copy(update={"at": at, "ids": ids})

    def _result(self, run: Run) -> _Past | None:
        """Return what the record has of the step the run is at. Raises `_Unknown` where it is of another one."""
        draft = run.draft if run.draft and run.draft.state is DraftState.EXECUTING else None
        kind = self._awaited(run.step, draft)
        for past in self._results[run.step]:
            command = past.asked.command
            result = command.result if isinstance(command, StepDone) else None
            if isinstance(result, (kind, Failed, Held)) and not _goes_on(result):
                return past
        return None

    def _work(self, run: Run, past: _Past) -> None:
        """Report what the record has of the run's step."""
        self._results[run.step].remove(past)
        named = {"seq": run.seq, "fence": run.fence}
        late = max(past.at, self._facts.at)
        done = past.asked.command.model_copy(update=named)
        self._decided(done, past.asked.facts.model_copy(update={"at": late}))

    def _awaited(self, name: str, draft: Draft | None) -> type[Read | Drafted | Executed]:
        """Return what a step would bring. Raises `_Unknown` where the record is of another one."""
        if draft:
            return Executed
        step, old = self._playbook.step(name), self._pinned and self._pinned.step(name)
        if isinstance(step, ReadStep):
            told = isinstance(old, ReadStep) and (old.from_, old.with_, old.agent) == (
                step.from_,
                step.with_,
                step.agent,
            )
            if told:
                return Read
        if isinstance(step, DraftStep) and isinstance(old, DraftStep):
            told = (old.agent, old.action, {*old.writes}) == (
                step.agent,
                step.action,
                {*step.writes},
            )
            if told:
                return Drafted
        raise _Unknown(f"nobody knows what {name} would bring")

    def _press(self, past: _Past) -> None:
        """Let somebody decide as they did. What there is nothing to decide on is passed over."""
        command = self._meant(past)
        if command is None:
            return
        facts = past.asked.facts
        at = max(facts.at, self._facts.at)
        try:
            self._decided(command, facts.model_copy(update={"at": at}))
        except (AlreadyDecided, AlreadySigned):
            return
        except Refusal as refusal:
            if isinstance(command, Approve):
                who = facts.company.name_of(command.actor.id)
                said = f"{who} would not have signed: {refusal.sentence}"
                raise _Unknown(said) from refusal

    def _meant(self, past: _Past) -> Command | None:
        """Return the command as it would be meant here: on the draft or the task of the same step and turn."""
        command, run = past.asked.command, self._standing.run
        if isinstance(command, OnDraft):
            was, now = self._was.standing.drafts, self._standing.drafts
            draft = _same(was[command.draft_id], [*was.values()], [*now.values()])
            if draft is None:
                return None
            named = {"draft_id": draft.id, "revision": draft.revision, "payload_hash": ""}
            return command.model_copy(update=named)
        if isinstance(command, OnTask):
            tasks, here = self._was.standing.tasks, self._standing.tasks
            task = _same(tasks[command.task_id], [*tasks.values()], [*here.values()])
            return command.model_copy(update={"task_id": task.id}) if task else None
        if isinstance(command, Signal) and run and run.step != past.asked.step:
            return None
        return command


def _goes_on(result: Executed | Read | Drafted | Failed | Held) -> bool:
    """Whether a worker tries it again without anything else happening to the run in between."""
    if isinstance(result, Executed):
        return result.outcome.status == "retryable" and not result.stayed
    return isinstance(result, Held) and not result.stayed


def _timed(past: _Past) -> tuple[str, datetime | None]:
    """Return where a run stood before a command, and the time it was to be woken."""
    return past.asked.step, past.asked.due


def _same(one: _One, of: list[_One], among: list[_One]) -> _One | None:
    """Return the one of the same step, counted as they came."""
    place = [each.id for each in of if each.step == one.step].index(one.id)
    found = [each for each in among if each.step == one.step]
    return found[place] if place < len(found) else None


def _as_if_alone(facts: Facts, ask: Ask) -> Facts:
    told = (*facts.told, (ask, Told(each=(0,) * len(ask.people))))
    return facts.model_copy(update={"told": told})
