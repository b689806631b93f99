"""The clocks: the machine's, and the demo's, which can be moved forward."""

from __future__ import annotations

import secrets
import time
from datetime import UTC, datetime, timedelta
from threading import Lock
from uuid import UUID


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the time as an aware UTC datetime."""
        return datetime.fromtimestamp(time.time(), UTC)


class MovableClock:
    """A clock that runs on from wherever it was moved to. It only moves forward."""

    def __init__(self, ahead: timedelta = timedelta(0)) -> None:
        """Start `ahead` of the machine's clock."""
        self._ahead, self._lock = ahead, Lock()

    @property
    def ahead(self) -> timedelta:
        """How far it was moved."""
        return self._ahead

    def now(self) -> datetime:
        """Return the time as an aware UTC datetime."""
        return datetime.fromtimestamp(time.time(), UTC) + self._ahead

    def move_to(self, moment: datetime) -> None:
        """Move forward to `moment`. Raises `ValueError` for a moment that has passed."""
        with self._lock:
            gap = moment - self.now()
            if gap < timedelta(0):
                msg = "a clock only moves forward: what has happened stays on the record"
                raise ValueError(msg)
            self._ahead += gap


class TimeIds:
    """UUIDv7: 48 bits of milliseconds, then randomness; sorts by time."""

    def new(self) -> str:
        """Return a new id."""
        milliseconds = time.time_ns() // 1_000_000
        random = secrets.randbits(74)
        value = (milliseconds & (2**48 - 1)) << 80
        value |= 0x7 << 76 | (random >> 62) << 64 | 0b10 << 62 | random & (2**62 - 1)
        return str(UUID(int=value))
