"""Looks every two minutes what the figures of playbooks ask for by themselves; the engine decides on it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from workflows.shelf import LookedUp
from workflows.trust.appraising import asked_for

if TYPE_CHECKING:
    from datetime import datetime

    from workflows.ports import Clock, Door, Store

#: Time between two looks.
PAUSE = timedelta(minutes=2)


class Appraising:
    """Every process that works looks, whenever it is ticked; what two of them ask for happens once."""

    def __init__(self, store: Store, engine: Door, clock: Clock) -> None:
        """Take what is looked at, and the one door."""
        self._store, self._engine, self._clock = store, engine, clock
        self._next: datetime | None = None

    def tick(self) -> None:
        """Look, if it is time again. Nothing is locked while figures are read."""
        now = self._clock.now()
        if self._next and now < self._next:
            return
        self._next = now + PAUSE
        with self._store.looking() as look:
            books = LookedUp(look).books()
            asked = [command for book in books for command in asked_for(look, book, now)]
        for command in asked:
            self._engine.handle(command)
