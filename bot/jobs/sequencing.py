"""Seals the audit log: once a minute, or as soon as a thousand entries wait, whoever's turn it is among processes."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from workflows.errors import NotRecorded, WorkflowError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from workflows.ports import Clock

_log = logging.getLogger(__name__)

#: Time between two checkpoints, and so many waiting entries make one earlier.
PAUSE = timedelta(seconds=60)
MANY = 1000
#: Batches sealed in one tick: other ticks want their turn too.
AT_ONCE = 4


class Sealed(Protocol):
    """A signed checkpoint."""

    @property
    def size(self) -> int:
        """How many entries it covers."""
        ...

    @property
    def note(self) -> str:
        """The signed note."""
        ...

    @property
    def at(self) -> datetime:
        """When it was made."""
        ...

    @property
    def more(self) -> bool:
        """Whether there may be more to seal at once."""
        ...


class Seals(Protocol):
    """The log as it is sealed."""

    def newest(self) -> Sealed | None:
        """Return the newest checkpoint."""
        ...

    def waiting(self, few: int, /) -> int:
        """Return how many entries after the last sealed one wait; counts to `few` at most."""
        ...

    def seal(self, at: datetime, /) -> Sealed | None:
        """Seal the next entries; None when there are none, or others do it now. Raises `WorkflowError`."""
        ...


class Sequencer:
    """Ticked once a second. It never raises; `problem` says in a sentence why nothing is sealed, or is empty."""

    def __init__(self, seals: Seals, clock: Clock, witness: Callable[[Sealed], object]) -> None:
        """Take the log and whom every new checkpoint is handed to, which must not block."""
        self._seals, self._clock, self._witness = seals, clock, witness
        self._looked: datetime | None = None
        self._began = False
        self.problem = ""

    def tick(self) -> None:
        """Seal, if it is time."""
        now = self._clock.now()
        try:
            if self._is_due(now):
                self._seal(now)
                self.problem = ""
        except NotRecorded as busy:
            # The database tells everybody else too; the next tick tries again.
            self.problem = busy.sentence
        except WorkflowError as problem:
            if self.problem != problem.sentence:
                _log.error("%s", problem.sentence)
            self.problem = problem.sentence

    def _is_due(self, now: datetime) -> bool:
        if not self._began:
            # A witness that was not reached when the program stopped gets its copy now.
            newest = self._seals.newest()
            if newest:
                self._witness(newest)
            self._began = True
        # A clock that was set back must not stop the sealing.
        if self._looked is not None and timedelta(0) <= now - self._looked < PAUSE:
            return self._seals.waiting(MANY) >= MANY
        self._looked = now
        newest = self._seals.newest()
        by_others = newest is not None and timedelta(0) <= now - newest.at < PAUSE
        return not by_others or self._seals.waiting(MANY) >= MANY

    def _seal(self, now: datetime) -> None:
        for _ in range(AT_ONCE):
            sealed = self._seals.seal(now)
            if sealed is None:
                return
            self._witness(sealed)
            if not sealed.more:
                return
