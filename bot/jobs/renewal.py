"""Holds the runs of slow work longer: one thread for a whole process, there only while something is in hand."""

from __future__ import annotations

import logging
import time
from contextlib import contextmanager
from datetime import timedelta
from threading import Lock, Thread
from typing import TYPE_CHECKING, Protocol

from workflows.errors import NotRecorded

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from datetime import datetime

    from workflows.ports import Clock
    from workflows.run import Run

    #: Holds a run of this fence until then; False when somebody else has it by now.
    Renew = Callable[[str, int, datetime], bool]

_log = logging.getLogger(__name__)

#: Seconds a run may be held in all: whoever is not through by then hangs, and somebody else tries.
MOST = 600.0
#: Seconds between two looks at what is held.
PAUSE = 1.0


class Claim(Protocol):
    """A leased run."""

    @property
    def run(self) -> Run:
        """The run as it was claimed."""
        ...

    @property
    def until(self) -> datetime:
        """When the lease runs out."""
        ...


class _Held:
    """One run that is worked on."""

    def __init__(self, claim: Claim, last: datetime) -> None:
        self.run, self.until, self.last = claim.run, claim.until, last
        #: Whether its work is over, or the run was lost; held while a renewal is under way.
        self.over, self.renewing = False, Lock()


class Renewal:
    """Renews a lease whenever a third of it has passed, for as long as the work is in hand."""

    def __init__(self, *, renew: Renew, clock: Clock, lease: float, most: float = MOST) -> None:
        """Take how a lease is renewed. `lease` and `most` are seconds of `clock`."""
        self._renew, self._clock = renew, clock
        self._lease, self._most = timedelta(seconds=lease), timedelta(seconds=most)
        self._pause = min(PAUSE, lease / 12)
        self._held: set[_Held] = set()
        self._lock = Lock()
        self._thread: Thread | None = None

    @contextmanager
    def holding(self, claim: Claim) -> Generator[None]:
        """Hold a run while its work is done. When this is left, no renewal of it is under way any more."""
        held = _Held(claim, self._clock.now() + self._most)
        with self._lock:
            self._held.add(held)
            if self._thread is None:
                self._thread = Thread(target=self._serve, name="leases", daemon=True)
                self._thread.start()
        try:
            yield
        finally:
            with self._lock:
                self._held.discard(held)
            # A renewal that came after the result would move the time at which the run is due next.
            with held.renewing:
                held.over = True

    def _serve(self) -> None:
        """Look until nothing is held, then end: the next claim starts another thread."""
        while True:
            time.sleep(self._pause)
            with self._lock:
                if not self._held:
                    self._thread = None
                    return
                everything = tuple(self._held)
            for held in everything:
                self._look(held)

    def _look(self, held: _Held) -> None:
        now = self._clock.now()
        with held.renewing:
            if held.over or held.until - now > self._lease * 2 / 3:
                return
            if now > held.last:
                held.over = True
                _log.warning("run %s hangs in step %s; others may take it", *_names(held))
                return
            self._prolong(held, now + self._lease)

    def _prolong(self, held: _Held, until: datetime) -> None:
        try:
            if self._renew(held.run.id, held.run.fence, until):
                held.until = until
            else:
                held.over = True
                _log.info("run %s in step %s went to somebody else", *_names(held))
        except NotRecorded:
            _log.warning("run %s in step %s could not be held longer yet", *_names(held))
        except Exception:  # noqa: BLE001 -- the thread's outermost loop: the other claims need it
            _log.exception("run %s in step %s could not be held longer", *_names(held))


def _names(held: _Held) -> tuple[str, str]:
    return held.run.id, held.run.step
