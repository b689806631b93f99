"""The company's folder: company.yml, playbooks/, metrics.yml. Read at start, refused with a place when wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflows.errors import CompanyError
from workflows.loading import load_company, load_playbook

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    from workflows.action import ActionSpec
    from workflows.company import Company
    from workflows.playbook import Playbook
    from workflows.ports import ReadSpec


class CompanyFolder:
    """The directory of people, from `company.yml`."""

    def __init__(self, home: Path) -> None:
        """Read the company. Raises `CompanyError` with `file:line:col`, or when there is no such folder."""
        self.home = home
        file = home / "company.yml"
        if not file.exists():
            raise CompanyError(
                place=file, problem="there is no company here. Make a starter one with: sayso init"
            )
        self._company = load_company(file.read_text(encoding="utf-8"), str(file))

    def company(self) -> Company:
        """Return the company."""
        return self._company


class PlaybookFolder:
    """The playbooks that can be started, from `playbooks/*.yml`."""

    def __init__(
        self,
        home: Path,
        *,
        actions: Mapping[str, ActionSpec],
        reads: Mapping[str, ReadSpec],
        agents: Collection[str],
        company: Company,
    ) -> None:
        """Read every playbook. Raises `PlaybookError` naming every mistake of the first bad file."""
        files = sorted((home / "playbooks").glob("*.yml"))
        books = [
            load_playbook(
                file.read_text(encoding="utf-8"),
                str(file),
                actions=actions,
                reads=reads,
                agents=agents,
                company=company,
            )
            for file in files
        ]
        self._books = {book.playbook: book for book in books}

    def get(self, name: str) -> Playbook | None:
        """Return a playbook by its name."""
        return self._books.get(name)

    def names(self) -> Sequence[str]:
        """Return the names, sorted."""
        return sorted(self._books)
