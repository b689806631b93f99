"""The carrier of one process: threads that claim due runs, poked by commits and by a ticking clock."""

from __future__ import annotations

import logging
import time
from threading import Event, Thread, local
from typing import TYPE_CHECKING, Protocol

from workflows.errors import NotRecorded

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

_log = logging.getLogger(__name__)

#: Seconds all workers together have to finish what is in hand when the program stops.
GRACE = 7.0
#: Seconds between two looks whether to stop.
LOOK = 0.1


class Core(Protocol):
    """What a carrier drives."""

    def advance(self) -> bool:
        """Claim and perform one due run; False when none is due."""
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
        with _ticker(core):
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
            if not self._advanced(core):
                self._poked.wait(self._poll)
                self._poked.clear()

    def _advanced(self, core: Core) -> bool:
        try:
            return core.advance()
        except NotRecorded:
            _log.warning("the database did not answer; the run stays due and is tried again")
        except Exception:  # noqa: BLE001 -- the outermost loop: one bad run must not stop the others
            _log.exception("a work step crashed; its lease runs out and it is tried again")
        return False


class _ticker:  # noqa: N801 -- a context manager read as a word
    """APScheduler as a ticker only: once a second, never twice at a time. The calendar is in the database."""

    def __init__(self, core: Core) -> None:
        from apscheduler.schedulers.background import BackgroundScheduler  # noqa: PLC0415 -- heavy

        self._scheduler = BackgroundScheduler(timezone="UTC")
        self._scheduler.add_job(
            _quietly(core.tick), "interval", seconds=1, coalesce=True, max_instances=1
        )

    def __enter__(self) -> None:
        self._scheduler.start()

    def __exit__(self, *_exc: object) -> None:
        self._scheduler.shutdown(wait=False)


def _quietly(tick: Callable[[], None]) -> Callable[[], None]:
    def ticked() -> None:
        try:
            tick()
        except Exception:  # noqa: BLE001 -- the outermost loop: the next tick tries again
            _log.exception("a tick failed; the next one tries again")

    return ticked
