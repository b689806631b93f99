"""Asks people to look at what went by itself, when it is time; what comes of it the engine decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from workflows.commands import ReviewDue
from workflows.run import TIMER

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from workflows.ports import Clock, Door


class Due(Protocol):
    """What is to be looked at."""

    def due(self, now: datetime) -> Sequence[tuple[str, int]]:
        """Return the id and revision of what is to be asked for by now."""
        ...


class Reviewing:
    """Looks whenever it is ticked. Several nodes may: the row decides, and the second comes too late."""

    def __init__(self, reviews: Due, engine: Door, clock: Clock) -> None:
        """Take the list and the one door."""
        self._reviews, self._engine, self._clock = reviews, engine, clock

    def tick(self) -> None:
        """Ask for each that is due."""
        for draft_id, revision in self._reviews.due(self._clock.now()):
            self._engine.handle(ReviewDue(actor=TIMER, draft_id=draft_id, revision=revision))
