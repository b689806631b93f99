"""Finds due runs that no hint announced: timers, leases that ran out, hints that were lost."""

from __future__ import annotations

import time
from threading import Lock
from typing import TYPE_CHECKING

from bot.jobs.loops import advanced

if TYPE_CHECKING:
    from threading import Event

    from bot.jobs.embedded import Core
    from bot.jobs.hands import Hands

#: Seconds between two looks.
PAUSE = 1.0


class Sweeping:
    """Looks for a due run once a second; where there is one there may be more, and another hand looks as well.

    Every node may sweep at once: the claim gives each run to one of them, so nothing is queued and nothing doubled.
    """

    def __init__(self, core: Core, hands: Hands, most: int, stop: Event) -> None:
        """Take the hands; at most `most` of them sweep at a time."""
        self._core, self._hands, self._most, self._stop = core, hands, most, stop
        self._under_way, self._lock = 0, Lock()
        self._next = time.monotonic()

    def look(self) -> None:
        """Begin a sweep, if it is time."""
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + PAUSE
            self._begin()

    def _begin(self) -> None:
        with self._lock:
            if self._under_way >= self._most:
                return
            self._under_way += 1
        self._hands.do(self._sweep)

    def _sweep(self) -> None:
        """Advance one run and queue up again behind everybody else, until nothing is due."""
        if not self._stop.is_set() and advanced(self._core):
            self._begin()
            self._hands.do(self._sweep)
            return
        with self._lock:
            self._under_way -= 1
