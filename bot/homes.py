"""Which App Homes are drawn: a row each, and the outbox draws it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflows.ports import Post

if TYPE_CHECKING:
    from bot.storage.store import SqlStore
    from workflows.ports import Clock, JsonObject


class Homes:
    """The App Homes of one workspace."""

    def __init__(self, store: SqlStore, clock: Clock) -> None:
        """Take the store whose workspace this is."""
        self._store, self._clock = store, clock

    def watch(self, person: str, place: str = "") -> None:
        """Draw somebody's, at that place of it, and keep it drawn from now on. Raises `NotRecorded`."""
        with self._store.transaction() as tx:
            body: JsonObject = {"place": place} if place else {}
            post = Post(subject=f"home:{person}", channel=person, body=body)
            tx.post([post], self._clock.now())

    def redraw(self) -> None:
        """Draw all that are watched again. Raises `NotRecorded`."""
        with self._store.transaction() as tx:
            tx.redraw(["home"], self._clock.now())
