"""The folder of playbooks, looked at every few seconds: what changed is told once, and nothing ends the looking."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Event
from typing import TYPE_CHECKING

import pytest

from bot.jobs.watching import Watching
from tests.unit.workflows.builders import mailing, playbook
from workflows.answers import Recorded
from workflows.commands import Complain, Install, Propose
from workflows.errors import NotRecorded, PlaybookError
from workflows.versions.version import Offered, Unreadable

if TYPE_CHECKING:
    from workflows.answers import Answer
    from workflows.commands import Command

BOOK, CHANGED = playbook(mailing()), playbook(mailing(), title="Other")
BROKEN = Unreadable(
    playbook="broken", version="v", error=PlaybookError(place="broken.yml:1:1", problem="no")
)


@dataclass
class Folder:
    """The folder and the engine; `fails` is raised instead of an answer."""

    offered: Offered = field(default_factory=lambda: Offered(books=(BOOK,)))
    untouched: bool = False
    fails: list[Exception] = field(default_factory=list[Exception])
    told: list[Command] = field(default_factory=list["Command"])
    drawn: int = 0

    def handle(self, command: Command, deadline: float | None = None) -> Answer:
        assert deadline is None
        if self.fails:
            raise self.fails.pop(0)
        self.told.append(command)
        return Recorded()

    def watching(self) -> Watching:
        made = Watching(self, look=lambda: self.offered, is_untouched=lambda: self.untouched)
        made.changed = self.draw
        return made

    def draw(self) -> None:
        self.drawn += 1


def test_a_first_start_installs_and_a_later_one_does_not() -> None:
    """What is active then is the database's to say."""
    folder = Folder(untouched=True)
    folder.watching().begin()
    assert [type(each) for each in folder.told] == [Install, Propose]
    again = Folder()
    again.watching().begin()
    assert [type(each) for each in again.told] == [Propose]


def test_a_first_start_is_refused_for_a_broken_file() -> None:
    """A later one tells of it, and goes on."""
    folder = Folder(Offered(books=(BOOK,), unreadable=(BROKEN,)), untouched=True)
    with pytest.raises(PlaybookError, match="broken"):
        folder.watching().begin()
    assert not folder.told
    folder.untouched = False
    watching = folder.watching()
    watching.begin()
    assert [type(each) for each in folder.told] == [Propose, Complain]
    assert [finding.what for finding in watching.findings] == ["Playbook broken"]
    assert folder.drawn == 1
    watching.tick()
    folder.offered = Offered(books=(BOOK,))
    watching.tick()
    assert (watching.findings, folder.drawn) == ((), 2)


def test_a_change_counts_when_it_stands_for_two_looks() -> None:
    """And is told once."""
    folder = Folder()
    watching = folder.watching()
    watching.begin()
    folder.offered = Offered(books=(CHANGED,))
    watching.tick()
    assert len(folder.told) == 1
    watching.tick()
    watching.tick()
    assert [each.version for each in folder.told if isinstance(each, Propose)] == [
        BOOK.version,
        CHANGED.version,
    ]


def test_what_could_not_be_recorded_is_told_again_and_nothing_ends_the_looking() -> None:
    """A database that is away and a bug alike."""
    folder = Folder()
    watching = folder.watching()
    watching.begin()
    folder.offered = Offered(books=(CHANGED,))
    folder.fails = [NotRecorded(), RuntimeError("a bug")]
    stop = Event()
    looks = 0

    class Stop(Event):
        def wait(self, timeout: float | None = None) -> bool:
            nonlocal looks
            assert timeout == 0.0
            looks += 1
            return looks > 6 or stop.is_set()

    watching.serve(Stop(), 0.0)
    assert isinstance(folder.told[-1], Propose)
    assert folder.told[-1].version == CHANGED.version
