"""The company's folder: company.yml, playbooks/, metrics.yml. What is wrong is refused with its place."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.bases import with_bases
from bot.clock import SystemClock
from bot.holidays import public
from workflows.errors import CompanyError, PlaybookError
from workflows.loading import load_company, load_playbook
from workflows.versions.version import Offered, Unreadable

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
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
        try:
            public(company.customers.holidays, SystemClock().now().year)
        except ValueError as error:
            raise CompanyError(place=f"{file}: customers: holidays", problem=error) from error
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

    def named(self, home: Path, company: Company | None) -> Mapping[str, Path]:
        """Return which file of a company's folder holds which playbook, of those that can be used."""
        found: dict[str, Path] = {}
        for file in sorted((home / "playbooks").glob("*.yml")):
            with suppress(PlaybookError, OSError):
                book = self.read(_decoded(file.read_bytes(), file), str(file), company)
                found.setdefault(book.playbook, file)
        return found

    def offered(self, home: Path, company: Company | None) -> Offered:
        """Read every playbook of a company's folder; a file that can't be used keeps no other from being read."""
        books: dict[str, Playbook] = {}
        unreadable: list[Unreadable] = []
        for file in sorted((home / "playbooks").glob("*.yml")):
            try:
                raw = file.read_bytes()
            except FileNotFoundError:
                continue  # it went while we looked
            try:
                book = self.read(_decoded(raw, file), str(file), company)
                _refuse_second(book.playbook, books, file)
            except PlaybookError as error:
                version = hashlib.sha256(raw).hexdigest()
                unreadable.append(Unreadable(playbook=file.stem, version=version, error=error))
            else:
                books[book.playbook] = book
        return Offered(books=tuple(books.values()), unreadable=tuple(unreadable))


def _decoded(raw: bytes, file: Path) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise PlaybookError(place=file, problem="it is not written in UTF-8") from error


def _refuse_second(name: str, books: Mapping[str, Playbook], file: Path) -> None:
    if name in books:
        problem = f"another file here is called {name} too; rename one of them"
        raise PlaybookError(place=file, problem=problem)
