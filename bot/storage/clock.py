"""The database's clock: what machines that share a database and disagree about the time all read."""

from __future__ import annotations

import logging
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import text

from bot.clock import SystemClock
from workflows.errors import NotRecorded

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.storage.database import Database
    from workflows.ports import Clock

_log = logging.getLogger(__name__)

#: Seconds between two measurements.
PAUSE = 60.0
#: Questions per measurement; the quickest answer says the time most exactly.
TRIES = 3
#: Seconds by which a machine's clock may depart from its stopwatch before it is measured again at once.
JUMP = 1.0

_TIME = text("SELECT clock_timestamp()")
_UNKNOWN = timedelta.max


def asked(database: Database) -> datetime:
    """Return PostgreSQL's time at this moment, in UTC. Raises `NotRecorded` when it does not answer."""
    with database.read() as connection:
        found: datetime = connection.execute(_TIME).scalar_one()
    return found.astimezone(UTC)


class DatabaseClock:
    """The machine's clock, moved by how far the database's is from it."""

    def __init__(
        self,
        database: Database,
        *,
        machine: Clock | None = None,
        seconds: Callable[[], float] = time.monotonic,
        reading: Callable[[Database], datetime] = asked,
    ) -> None:
        """Measure for the first time. Raises `NotRecorded` when the database does not answer.

        `machine` is the clock that runs between two measurements, `seconds` a stopwatch that never jumps.
        """
        self._database, self._reading = database, reading
        self._machine, self._seconds = machine or SystemClock(), seconds
        self._ahead, self._error = timedelta(0), _UNKNOWN
        self._measure()

    @property
    def ahead(self) -> timedelta:
        """How far the database is ahead of this machine."""
        return self._ahead

    def now(self) -> datetime:
        """Return the time as an aware UTC datetime."""
        return self._machine.now() + self._ahead

    def tick(self) -> None:
        """Measure again, if a minute has passed or somebody set the machine's clock. Raises nothing."""
        machine, seconds = self._machine.now(), self._seconds()
        passed = seconds - self._measured[1]
        jumped = abs((machine - self._measured[0]).total_seconds() - passed) > JUMP
        if passed < PAUSE and not jumped:
            return
        if jumped:
            self._error = _UNKNOWN  # what was measured before says nothing any more
        try:
            self._measure()
        except NotRecorded:
            _log.warning(
                "the database did not tell the time; this machine keeps to the last reading"
            )

    def _measure(self) -> None:
        """Take the most exact of a few readings; one that agrees with what is known changes nothing."""
        ahead, error = min((self._read() for _ in range(TRIES)), key=lambda each: each[1])
        self._measured = (self._machine.now(), self._seconds())
        if abs(ahead - self._ahead) <= error and self._error is not _UNKNOWN:
            return
        if self._error is not _UNKNOWN or abs(ahead) > timedelta(seconds=JUMP):
            _log.info(
                "the database's clock is %.3f s ahead of this machine's", ahead.total_seconds()
            )
        self._ahead, self._error = ahead, error

    def _read(self) -> tuple[timedelta, timedelta]:
        """Return how far the database is ahead, and by how much that may be wrong: half of the way there and back."""
        began, before = self._seconds(), self._machine.now()
        there = self._reading(self._database)
        half = timedelta(seconds=self._seconds() - began) / 2
        return there - (before + half), half
