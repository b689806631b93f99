"""Cuts connections that are busy for too long. A server that is frozen never answers, and its driver waits for ever."""

from __future__ import annotations

import contextlib
import os
import socket
import time
from contextlib import contextmanager
from heapq import heappop, heappush
from itertools import count
from threading import Condition, Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator


class Watchdog:
    """One thread for all connections of a database; it starts with the first that is watched."""

    def __init__(self) -> None:
        """Watch nothing yet."""
        self._changed = Condition()
        self._numbers = count()
        self._due: list[tuple[float, int]] = []
        self._watched: dict[int, int] = {}
        self._thread: Thread | None = None
        self._stopped = False

    def stop(self) -> None:
        """Watch nothing any more; the thread ends."""
        with self._changed:
            self._stopped = True
            self._changed.notify()

    @contextmanager
    def watching(self, descriptor: int, seconds: float) -> Generator[None]:
        """Shut the socket down if this is not left after `seconds`: whoever reads from it gets an error then."""
        number = self._begin(descriptor, time.monotonic() + seconds)
        try:
            yield
        finally:
            with self._changed:
                self._watched.pop(number, None)

    def _begin(self, descriptor: int, until: float) -> int:
        number = next(self._numbers)
        with self._changed:
            self._watched[number] = descriptor
            heappush(self._due, (until, number))
            if self._due[0][1] == number:
                self._changed.notify()
            if self._thread is None and not self._stopped:
                self._thread = Thread(target=self._watch, name="watchdog", daemon=True)
                self._thread.start()
        return number

    def _watch(self) -> None:
        with self._changed:
            while not self._stopped:
                left = self._due[0][0] - time.monotonic() if self._due else None
                if left is None or left > 0:
                    self._changed.wait(left)
                    continue
                _, number = heappop(self._due)
                if (descriptor := self._watched.pop(number, None)) is not None:
                    _shut(descriptor)


def _shut(descriptor: int) -> None:
    # A copy of the descriptor: closing it leaves the driver's own open, for the driver to close.
    with contextlib.suppress(OSError), socket.socket(fileno=os.dup(descriptor)) as connection:
        connection.shutdown(socket.SHUT_RDWR)
