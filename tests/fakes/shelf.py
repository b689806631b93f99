"""What can be started and who works here, as a test put it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.clock import MONDAY
from workflows.versions.version import Active

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workflows.company import Company
    from workflows.playbook import Playbook
    from workflows.ports import Store


class FakeShelf:
    """The `Shelf` port over a few playbooks."""

    def __init__(self, *playbooks: Playbook) -> None:
        self._by_name = {playbook.playbook: playbook for playbook in playbooks}

    def put(self, playbook: Playbook) -> None:
        """Make this version the active one."""
        self._by_name[playbook.playbook] = playbook

    def get(self, name: str) -> Playbook | None:
        return self._by_name.get(name)

    def books(self) -> Sequence[Playbook]:
        return [self._by_name[name] for name in sorted(self._by_name)]


class StoreShelf:
    """Makes versions active in a store, without anybody's say."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def put(self, playbook: Playbook) -> None:
        """Make this version the active one."""
        active = Active(playbook=playbook.playbook, version=playbook.version, at=MONDAY)
        with self._store.transaction() as tx:
            tx.keep("playbook", playbook.source, playbook.version)
            tx.activate(active)


class FakeDirectory:
    """The `Directory` port; set `now` to let somebody join or leave."""

    def __init__(self, company: Company) -> None:
        self.now = company

    def company(self) -> Company:
        return self.now
