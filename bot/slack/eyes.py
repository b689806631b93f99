"""What somebody may look at in App Home: which lists, and which runs and tasks in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from blocks.listing import View
from workflows import privacy
from workflows.rights import has

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from workflows.action import ActionSpec
    from workflows.playbook import Playbook
    from workflows.ports import Clock, Directory
    from workflows.run import Run, Task

#: Lists that show what is others'.
OF_OTHERS = frozenset({View.TEAM, View.LATE, View.RUNS, View.PLAYBOOKS, View.LEARNT})


class Looking(Protocol):
    """What is looked up to know."""

    def run(self, run_id: str) -> Run | None:
        """Return a run."""
        ...

    def playbook(self, version: str) -> Playbook:
        """Return a playbook as it was when runs were pinned to it."""
        ...


class Eyes:
    """Says what is shown to whom."""

    def __init__(
        self,
        *,
        reading: Looking,
        directory: Directory,
        clock: Clock,
        actions: Mapping[str, ActionSpec],
    ) -> None:
        """Take what is looked at."""
        self._reading, self._directory = reading, directory
        self._clock, self._actions = clock, actions

    def views(self, person_id: str) -> tuple[View, ...]:
        """Return the lists somebody may look at."""
        company = self._directory.company()
        person, admin = company.person(person_id), company.is_admin(person_id)
        sees = person is not None and has(company, "see", person)
        return tuple(
            view
            for view in View
            if (sees or view not in OF_OTHERS) and (admin or view is not View.SWITCHES)
        )

    def runs(self, person_id: str, runs: Sequence[Run]) -> list[Run]:
        """Return those of the runs that somebody may see: what is about employees only if it concerns them."""
        company, now = self._directory.company(), self._clock.now()
        books = {version: self._reading.playbook(version) for version in {r.version for r in runs}}
        return [
            run
            for run in runs
            if privacy.may_see(run, books[run.version], self._actions, company, person_id, now)
        ]

    def task(self, person_id: str, task: Task) -> bool:
        """Whether somebody may see a task."""
        run = self._reading.run(task.run_id)
        return run is not None and bool(self.runs(person_id, [run]))
