"""Drops what is kept only for doubles: the answers of old commands, and old events that were dealt with."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime

    from workflows.ports import Clock

#: How long Slack or anybody else may still deliver the same thing again.
KEPT = timedelta(days=7)
#: Time between two looks.
PAUSE = timedelta(hours=1)


class Kept(Protocol):
    """What is kept for doubles."""

    def forget(self, before: datetime) -> int:
        """Drop what is older; return how many rows."""
        ...


class Tidying:
    """Looks once an hour, whenever it is ticked."""

    def __init__(self, kept: Kept, clock: Clock) -> None:
        """Take what is kept."""
        self._kept, self._clock = kept, clock
        self._next: datetime | None = None

    def tick(self) -> None:
        """Tidy, if an hour has passed since the last time."""
        now = self._clock.now()
        if self._next is None or now >= self._next:
            self._next = now + PAUSE
            self._kept.forget(now - KEPT)
