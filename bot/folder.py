"""The company's folder: company.yml, playbooks/, metrics.yml. Read at start, refused with a place when wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.bases import with_bases
from bot.clock import SystemClock
from bot.holidays import public
from workflows.errors import CompanyError, PlaybookError
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
        company = load_company(file.read_text(encoding="utf-8"), str(file))
        try:
            closed = public(company.holidays, SystemClock().now().year)
        except ValueError as error:
            raise CompanyError(place=f"{file}: holidays", problem=error) from error
        self._company = company.model_copy(update={"public_holidays": closed})

    def check(self, actions: Mapping[str, ActionSpec]) -> None:
        """Raise `CompanyError` when a limit names no action there is: it would bite nothing."""
        file = self.home / "company.yml"
        load_company(file.read_text(encoding="utf-8"), str(file), actions)

    def company(self) -> Company:
        """Return the company."""
        return self._company


@dataclass(frozen=True, kw_only=True)
class Books:
    """Reads playbooks against what this installation can do: its actions, its reads, its agents."""

    actions: Mapping[str, ActionSpec]
    reads: Mapping[str, ReadSpec]
    agents: Collection[str]

    def kept(self, text: str) -> Playbook:
        """Read a playbook that runs are pinned to. People may have left since, so names are not checked."""
        return self.read(text, "the kept playbook", None)

    def read(self, text: str, file: str, company: Company | None) -> Playbook:
        """Read a playbook. Raises `PlaybookError` naming every mistake with its place."""
        return load_playbook(
            with_bases(text, file),
            file,
            actions=self.actions,
            reads=self.reads,
            agents=self.agents,
            company=company,
        )

    def shelf(self, home: Path, company: Company) -> PlaybookFolder:
        """Read every playbook of a company's folder. Raises `PlaybookError` for the first bad file."""
        files = sorted((home / "playbooks").glob("*.yml"))
        books: dict[str, Playbook] = {}
        for file in files:
            book = self.read(file.read_text(encoding="utf-8"), str(file), company)
            if book.playbook in books:
                problem = f"another file here is called {book.playbook} too; rename one of them"
                raise PlaybookError(place=file, problem=problem)
            books[book.playbook] = book
        return PlaybookFolder(books)


class PlaybookFolder:
    """The playbooks that can be started, from `playbooks/*.yml`."""

    def __init__(self, books: Mapping[str, Playbook]) -> None:
        """Take the playbooks by their names."""
        self._books = dict(books)

    def get(self, name: str) -> Playbook | None:
        """Return a playbook by its name."""
        return self._books.get(name)

    def names(self) -> Sequence[str]:
        """Return the names, sorted."""
        return sorted(self._books)
