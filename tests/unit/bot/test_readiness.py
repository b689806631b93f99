"""Could this process do its work? Each thing that keeps it from it is named."""

from __future__ import annotations

from threading import Event

from bot.parts import Parts
from bot.readiness import Readiness
from bot.roles import Role
from workflows.errors import NotRecorded


class FakeSocket:
    """A connection that is there or not."""

    def __init__(self) -> None:
        self.connected = True


class FakeDatabase:
    """A database that answers or not."""

    def __init__(self) -> None:
        self.answers = True

    def ask(self) -> list[str]:
        if not self.answers:
            raise NotRecorded
        return []


def _names(ready: Readiness) -> list[str]:
    return [finding.what for finding in ready.findings()]


def test_all_is_well() -> None:
    """Nothing is found, with a connection or without one."""
    for socket in (None, FakeSocket()):
        ready = Readiness(parts=Parts(), socket=socket, ask=FakeDatabase().ask)
        assert ready.findings() == []


def test_each_fault_is_named() -> None:
    """A part that has ended, a connection that is gone, a database that does not answer."""
    socket, database, parts = FakeSocket(), FakeDatabase(), Parts()
    ready = Readiness(parts=parts, socket=socket, ask=database.ask)
    socket.connected = database.answers = False
    assert _names(ready) == ["Socket Mode", "The database"]
    parts.begin(Role.WORKER, lambda: None)
    assert parts.end(5) == []
    assert _names(ready) == ["The part worker of this process", "Socket Mode", "The database"]
    assert all(finding.why and finding.fix for finding in ready.findings())


def test_parts_run_beside_each_other_and_are_waited_for() -> None:
    """Both run at once; one that does not end in time is named."""
    parts, stop, met = Parts(), Event(), Event()
    parts.begin("first", met.wait, 10)
    parts.begin("second", met.set)
    parts.begin("third", stop.wait, 10)
    assert parts.end(0.2) == ["third"]
    assert parts.ended == ["first", "second"]
    stop.set()
    assert parts.end(5) == []
