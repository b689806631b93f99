"""Where a run stands while it is derived again: the run, and every draft and task it has had."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from workflows.commands import OnDraft, OnTask, StartRun
from workflows.run import RunState
from workflows.text import recordable

if TYPE_CHECKING:
    from datetime import datetime

    from workflows.commands import Command
    from workflows.ports import JsonObject
    from workflows.run import Draft, Run, Task
    from workflows.turn import Decision

#: What of a run is compared even when its texts were erased, and what of a draft.
_BARE_RUN = ("id", "ws", "playbook", "version", "state", "seq", "fence", "attempts", "created_at")
_BARE_DRAFT = ("id", "step", "state", "action", "revision", "signatures", "opened_at", "expires_at")
#: Characters of a value that are shown where two differ.
_SHOWN = 60


@dataclass(kw_only=True)
class Standing:
    """A run with all its drafts and tasks, by id."""

    run: Run | None = None
    drafts: dict[str, Draft] = field(default_factory=dict["str", "Draft"])
    tasks: dict[str, Task] = field(default_factory=dict["str", "Task"])

    @property
    def newest(self) -> Draft | None:
        """The draft that was opened last."""
        return max(self.drafts.values(), key=lambda one: (one.opened_at, one.id), default=None)

    def carrying(self, command: Command) -> Run | None:
        """Return the run as the engine loads it for a command: with the draft or the task it is about."""
        if self.run is None or isinstance(command, StartRun):
            return None
        draft, task = self.newest, self.run.task
        if isinstance(command, OnDraft):
            draft = self.drafts.get(command.draft_id)
        if isinstance(command, OnTask):
            task = self.tasks.get(command.task_id)
        return self.run.model_copy(update={"draft": draft, "task": task})

    def take(self, decision: Decision) -> None:
        """Go on to where a decision leads."""
        for run in [each for each in (*decision.replaced, decision.run) if each]:
            self.run = run
            self._keep(run)

    def _keep(self, run: Run) -> None:
        if run.draft:
            self.drafts[run.draft.id] = run.draft
        if run.task:
            self.tasks[run.task.id] = run.task

    def claimed(self, until: datetime) -> None:
        """Go on to where a claim leads: a new fence, and a lease."""
        if self.run:
            fence, attempts = self.run.fence + 1, self.run.attempts + 1
            changes = {"fence": fence, "attempts": attempts, "due_at": until}
            self.run = self.run.model_copy(update=changes)

    def difference(self, row: Standing, *, erased: bool, timed: bool) -> str:
        """Say in which the rows of the database differ from what was derived; empty when they are the same.

        `erased`: the texts of the rows are gone, so that they are not compared. `timed`: no worker holds it, so that
        it is due when it was set to be; or before, since what happens elsewhere may wake a run.
        """
        if self.run is None or row.run is None:
            return "the run is not there"
        woken = self.run.due_at and row.run.due_at and row.run.due_at < self.run.due_at
        waits = timed and self.run.state is RunState.WAITING and not woken
        said = differing(_run(self.run, erased, waits), _run(row.run, erased, waits))
        if said:
            return f"the run's {said}"
        parts: dict[str, tuple[JsonObject, JsonObject]] = {
            "draft": (_drafts(self, erased), _drafts(row, erased)),
            "task": (_tasks(self, erased), _tasks(row, erased)),
        }
        for what, (derived, kept) in parts.items():
            if said := differing(derived, kept):
                return f"the {what} {said}"
        return ""


def _run(run: Run, erased: bool, waits: bool) -> JsonObject:  # noqa: FBT001 -- told apart by name at its one call
    apart = {"draft", "task"} if waits else {"draft", "task", "due_at"}
    return _plain(run.model_dump(mode="json", exclude=apart), _BARE_RUN if erased else ())


def _drafts(standing: Standing, erased: bool) -> JsonObject:  # noqa: FBT001 -- as above
    only = _BARE_DRAFT if erased else ()
    return {one.id: _draft(one.model_dump(mode="json"), only) for one in standing.drafts.values()}


def _draft(written: JsonObject, only: tuple[str, ...]) -> JsonObject:
    signatures = written["signatures"]
    rows = signatures if isinstance(signatures, list) else []
    return _plain({**written, "signatures": sorted(rows, key=str)}, only)


def _tasks(standing: Standing, erased: bool) -> JsonObject:  # noqa: FBT001 -- as above
    only = ("id", "state", "owner", "due_at") if erased else ()
    return {one.id: _plain(one.model_dump(mode="json"), only) for one in standing.tasks.values()}


def _plain(written: JsonObject, only: tuple[str, ...]) -> JsonObject:
    chosen = {name: value for name, value in written.items() if not only or name in only}
    return recordable(chosen)[0]


def differing(derived: JsonObject, told: JsonObject) -> str:
    """Return the first place in which two values differ, with both, or an empty text."""
    for name in sorted({*derived, *told}):
        one, other = derived.get(name), told.get(name)
        if isinstance(one, dict) and isinstance(other, dict):
            if said := differing(one, other):
                return f"{name}.{said}"
        elif one != other:
            return f"{name} is {_shown(told, name)}, and {_shown(derived, name)} follows"
    return ""


def _shown(values: JsonObject, name: str) -> str:
    if name not in values:
        return "missing"
    text = str(values[name])
    return repr(text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…")
