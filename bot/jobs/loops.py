"""The outermost loops of every carrier: nothing that goes wrong in one run or one tick ends them."""

from __future__ import annotations

import logging
import time
from threading import Lock
from typing import TYPE_CHECKING

from workflows.errors import NotRecorded

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.jobs.embedded import Core

_log = logging.getLogger(__name__)

#: Seconds all workers together have to finish what is in hand when the program stops.
GRACE = 7.0
#: Seconds between two looks whether to stop.
LOOK = 0.1


#: Seconds between two complaints that the database does not answer: many workers ask, many times a second.
_COMPLAIN = 10.0


class _Seldom:
    """Says something at most every few seconds."""

    def __init__(self) -> None:
        self._next, self._lock = 0.0, Lock()

    def warn(self, words: str) -> None:
        with self._lock:
            now = time.monotonic()
            if now < self._next:
                return
            self._next = now + _COMPLAIN
        _log.warning(words)


_seldom = _Seldom()


def advanced(core: Core, run_id: str | None = None) -> bool:
    """Advance one due run, this one if it is named; False when none was due or it went wrong."""
    try:
        return core.advance(run_id)
    except NotRecorded:
        _seldom.warn("the database does not answer; what is due stays due and is tried again")
    except Exception:  # noqa: BLE001 -- the outermost loop: one bad run must not stop the others
        _log.exception("a work step crashed; its lease runs out and it is tried again")
    return False


class ticker:  # noqa: N801 -- a context manager read as a word
    """APScheduler as a ticker only: once a second, never twice at a time. The calendar is in the database."""

    def __init__(self, core: Core) -> None:
        """Take what is to be ticked."""
        from apscheduler.schedulers.background import BackgroundScheduler  # noqa: PLC0415 -- heavy

        self._scheduler = BackgroundScheduler(timezone="UTC")
        self._scheduler.add_job(
            _quietly(core.tick), "interval", seconds=1, coalesce=True, max_instances=1
        )

    def __enter__(self) -> None:
        """Begin to tick."""
        self._scheduler.start()

    def __exit__(self, *_exc: object) -> None:
        """Tick no more."""
        self._scheduler.shutdown(wait=False)


def _quietly(tick: Callable[[], None]) -> Callable[[], None]:
    def ticked() -> None:
        try:
            tick()
        except NotRecorded:
            _seldom.warn("the database does not answer; the clock's work is tried again")
        except Exception:  # noqa: BLE001 -- the outermost loop: the next tick tries again
            _log.exception("a tick failed; the next one tries again")

    return ticked
