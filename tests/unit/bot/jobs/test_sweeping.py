"""A sweep finds what no hint announced, with as many hands as that takes."""

from __future__ import annotations

import time
from threading import Barrier, Event, Lock
from typing import TYPE_CHECKING

from bot.jobs.hands import Hands
from bot.jobs.sweeping import Sweeping
from workflows.errors import NotRecorded

if TYPE_CHECKING:
    from collections.abc import Callable


class Due:
    """The `Core` port: so many runs are due."""

    def __init__(self, due: int, work: Callable[[], object] = lambda: None) -> None:
        self.due, self.looks, self._work, self._lock = due, 0, work, Lock()

    def advance(self, run_id: str | None = None, /) -> bool:
        assert run_id is None
        with self._lock:
            self.looks += 1
            if not self.due:
                return False
            self.due -= 1
        self._work()
        return True

    def tick(self) -> None:
        raise AssertionError


def _wait(ready: Callable[[], object]) -> None:
    until = time.monotonic() + 5
    while not ready():
        assert time.monotonic() < until
        time.sleep(0.002)


def _swept(core: Due, hands: Hands, stop: Event | None = None) -> Sweeping:
    sweeping = Sweeping(core, hands, 2, stop or Event())
    sweeping.look()
    return sweeping


def test_everything_that_is_due_is_done() -> None:
    """One look finds them all."""
    core, hands = Due(20), Hands(2)
    _swept(core, hands)
    _wait(lambda: core.due == 0)
    hands.rest(5)


def test_when_nothing_is_due_one_look_a_second_is_all_it_costs() -> None:
    """However often it is asked whether it is time."""
    core, hands = Due(0), Hands(2)
    sweeping = _swept(core, hands)
    for _ in range(20):
        sweeping.look()
    _wait(lambda: core.looks)
    hands.rest(5)
    assert core.looks == 1


def test_where_one_is_due_another_hand_looks_too() -> None:
    """Slow runs are worked on side by side: this one ends only if two meet."""
    meet = Barrier(2)
    core, hands = Due(3, lambda: meet.wait(5) if core.due < 2 else None), Hands(2)
    _swept(core, hands)
    _wait(lambda: core.due == 0 and not meet.n_waiting)
    hands.rest(5)
    assert not meet.broken


def test_it_queues_up_behind_what_else_is_to_be_done() -> None:
    """A press is not kept waiting by a thousand timers."""
    go, order = Event(), []
    core, hands = Due(3, lambda: (go.wait(5), order.append("timer"))), Hands(1)
    _swept(core, hands)
    _wait(lambda: core.due == 2)
    hands.do(lambda: order.append("press"))
    go.set()
    _wait(lambda: len(order) == 4)
    hands.rest(5)
    assert order.index("press") == 1


def test_nothing_is_begun_once_the_program_stops() -> None:
    """What is due is left to the other nodes, and to the next start."""
    stop = Event()
    core, hands = Due(20, stop.set), Hands(1)
    _swept(core, hands, stop)
    _wait(stop.is_set)
    hands.rest(5)
    assert core.due == 19


def test_a_database_that_does_not_answer_ends_one_sweep_only() -> None:
    """The next look begins afresh."""

    def lost() -> None:
        raise NotRecorded

    core, hands = Due(2, lost), Hands(1)
    sweeping = _swept(core, hands)
    _wait(lambda: core.due == 1)
    _wait(lambda: sweeping._under_way == 0)
    sweeping._next = 0
    sweeping.look()
    _wait(lambda: core.due == 0)
    hands.rest(5)
