"""The carrier of one process: threads that claim due runs, poked by commits and by a ticking clock."""

from __future__ import annotations

import time
from threading import Event, Thread, local
from typing import TYPE_CHECKING, Protocol

from bot.jobs.loops import GRACE, LOOK, advanced, ticker

if TYPE_CHECKING:
    from datetime import datetime


class Core(Protocol):
    """What a carrier drives."""

    def advance(self, run_id: str | None = None, /) -> bool:
        """Claim and perform one due run, this one if it is named; False when none is due."""
        ...

    def tick(self) -> None:
        """Let time do its work: due schedules, tidying."""
        ...


class Carrier(Protocol):
    """Moves wake-ups and never owns state."""

    def wake(self, connection: object, run_id: str, at: datetime | None, /) -> None:
        """Called inside the transaction that gave the run its due time."""
        ...

    def committed(self) -> None:
        """Called by the thread whose transaction was just committed."""
        ...

    def serve(self, core: Core, stop: Event) -> None:
        """Block and drive `core` until `stop` is set and the work in hand is done."""
        ...


class Embedded:
    """Threads of this process, poked when the transaction that gave a run its due time has committed."""

    def __init__(self, workers: int = 4, poll: float = 0.5) -> None:
        """Take how many threads claim, and the seconds between looks when nobody pokes."""
        self._workers, self._poll = workers, poll
        self._poked = Event()
        self._remembered = local()

    def wake(self, _connection: object, _run_id: str, _at: datetime | None) -> None:
        """Remember to poke once this thread's transaction has committed."""
        self._remembered.woken = True

    def committed(self) -> None:
        """Poke, if the transaction that was just committed made a run due."""
        if getattr(self._remembered, "woken", False):
            self._remembered.woken = False
            self._poked.set()

    def serve(self, core: Core, stop: Event) -> None:
        """Run the claim threads and the ticker until `stop`."""
        threads = [
            Thread(target=self._work, args=(core, stop), name=f"worker-{n}", daemon=True)
            for n in range(self._workers)
        ]
        for thread in threads:
            thread.start()
        with ticker(core):
            # No `stop.wait()`: the signal that sets it may reach another thread, which wakes nobody here, or
            # come while this one holds the event's own lock.
            while not stop.is_set():
                time.sleep(LOOK)
            self._poked.set()
            until = time.monotonic() + GRACE
            for thread in threads:
                thread.join(timeout=max(until - time.monotonic(), 0))

    def _work(self, core: Core, stop: Event) -> None:
        while not stop.is_set():
            if not advanced(core):
                self._poked.wait(self._poll)
                self._poked.clear()
