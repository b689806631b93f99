"""Threads that do one thing after another. A program that ends does not wait for one that hangs."""

from __future__ import annotations

import time
from concurrent.futures import Future
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Hands:
    """So many daemon threads and one queue: what is asked for first is done first."""

    def __init__(self, count: int) -> None:
        """Start `count` threads."""
        self._asked: SimpleQueue[tuple[Callable[[], object], Future[None]] | None] = SimpleQueue()
        self._threads = [
            Thread(target=self._work, name=f"worker-{n}", daemon=True) for n in range(count)
        ]
        for thread in self._threads:
            thread.start()

    def do(self, work: Callable[[], object]) -> Future[None]:
        """Have something done; what comes back is ready when it is over, and carries its error."""
        over: Future[None] = Future()
        self._asked.put((work, over))
        return over

    def rest(self, seconds: float) -> None:
        """End each thread after what was asked for so far; wait for them, but no longer than `seconds` in all."""
        for _ in self._threads:
            self._asked.put(None)
        until = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(timeout=max(until - time.monotonic(), 0))

    def _work(self) -> None:
        while asked := self._asked.get():
            work, over = asked
            if not over.set_running_or_notify_cancel():
                continue
            try:
                work()
            except BaseException as error:  # noqa: BLE001 -- who asked gets it, whatever it is
                over.set_exception(error)
            else:
                over.set_result(None)
