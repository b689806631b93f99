"""What can be started and who works here, as a test put it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workflows.company import Company
    from workflows.playbook import Playbook


class FakeShelf:
    """The `Shelf` port over a few playbooks."""

    def __init__(self, *playbooks: Playbook) -> None:
        self._by_name = {playbook.playbook: playbook for playbook in playbooks}

    def put(self, playbook: Playbook) -> None:
        """Make this version the active one."""
        self._by_name[playbook.playbook] = playbook

    def get(self, name: str) -> Playbook | None:
        return self._by_name.get(name)

    def names(self) -> Sequence[str]:
        return sorted(self._by_name)


class FakeDirectory:
    """The `Directory` port; set `now` to let somebody join or leave."""

    def __init__(self, company: Company) -> None:
        self.now = company

    def company(self) -> Company:
        return self.now
