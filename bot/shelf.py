"""The playbooks that can be started: the active versions, as the database has them at that very moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflows.shelf import LookedUp

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workflows.playbook import Playbook
    from workflows.ports import Store


class ActiveShelf:
    """The `Shelf` port over the database, for whoever shows playbooks. Raises `NotRecorded`."""

    def __init__(self, store: Store) -> None:
        """Take the store."""
        self._store = store

    def get(self, name: str) -> Playbook | None:
        """Return the active version of a playbook; None where there is none that can be used."""
        with self._store.looking() as look:
            return LookedUp(look).get(name)

    def books(self) -> Sequence[Playbook]:
        """Return the active version of every playbook that can be used, by name."""
        with self._store.looking() as look:
            return LookedUp(look).books()
