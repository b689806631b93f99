"""What agents learnt from edits, for whoever asks: in App Home and as an answer in Slack."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from blocks import learnt
from workflows import edit_rate, privacy
from workflows.lessons.examples import lesson
from workflows.lessons.unlearning import may_switch
from workflows.trust.stages import waits

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from blocks.text import Block
    from workflows.action import ActionSpec
    from workflows.edit_rate import EditedWeek
    from workflows.lessons.examples import Taught
    from workflows.ports import Clock, Directory, Shelf
    from workflows.trust.stages import Footing


class Looking(Protocol):
    """What is looked up for it."""

    def taught(self, agent: str = "") -> Sequence[Taught]:
        """Return the examples (of an agent) that can be shown, newest first."""
        ...

    def footing(self, playbook: str) -> Footing | None:
        """Return the stage a playbook was moved to."""
        ...

    def edited_weeks(self, now: datetime, zone: ZoneInfo) -> Mapping[str, Sequence[EditedWeek]]:
        """Count by playbook and week how much of what left was edited first."""
        ...


class Lessons:
    """Draws what agents learnt."""

    def __init__(
        self,
        *,
        reading: Looking,
        directory: Directory,
        shelf: Shelf,
        clock: Clock,
        actions: Mapping[str, ActionSpec],
    ) -> None:
        """Take what is looked at."""
        self._actions = actions
        self._reading, self._directory, self._shelf, self._clock = reading, directory, shelf, clock

    def rows(self, person: str) -> list[list[Block]]:
        """Return the rows of Home's list."""
        rates = [learnt.rate_row(name, words) for name, words in self._rates()]
        return [*rates, *(learnt.row(one) for one in self._learnt(person))]

    def answer(self, person: str, agent: str) -> Block:
        """Return what `/sayso learnt` says."""
        return learnt.learnt(self._learnt(person, agent), self._rates(), agent)

    def _rates(self) -> list[tuple[str, str]]:
        counted = self._reading.edited_weeks(self._clock.now(), self._directory.company().tz)
        return [(name, edit_rate.words(weeks)) for name, weeks in counted.items()]

    def _may_read(self, person: str, playbook: str) -> bool:
        """Whether somebody may read texts of a playbook: of one about employees only whom it concerns."""
        book, company = self._shelf.get(playbook), self._directory.company()
        if book is None:
            return company.is_admin(person)  # nobody can tell what it was about
        private = privacy.is_private(book, self._actions)
        return not private or person in privacy.circle(book, company)

    def _learnt(self, person: str, agent: str = "") -> list[learnt.Learnt]:
        company = self._directory.company()
        found = [
            one
            for one in self._reading.taught(agent)
            if self._may_read(person, one.example.playbook)
        ]
        names = {one.example.playbook for one in found}
        may = {name: may_switch(person, self._shelf.get(name), company) for name in names}
        stands = {name: self._reading.footing(name) for name in names}
        return [
            learnt.Learnt(
                example=one.example,
                lesson=lesson(one, own=(company.name,)),
                mine=may[one.example.playbook],
                waits=waits(one.example, stands[one.example.playbook]),
            )
            for one in found
        ]
