"""The files of a company, read for somebody who asks what is in them or what is wrong with them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from agents.roster import roster
from bot.clock import SystemClock
from bot.connectors.registry import Connectors
from bot.folder import Books, CompanyFolder
from bot.outside import connectors
from workflows.action import Record
from workflows.company import Company
from workflows.errors import BadInput, CompanyError, WorkflowError
from workflows.kpi.metrics_file import catalogue
from workflows.loading import Problem, UnreadableFile
from workflows.loading.problems import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.settings import Settings
    from workflows.playbook import Playbook


class Checked(Record):
    """What was found of one file. `sentence` is all of it in words; it is empty for a file that is fine."""

    file: str
    ok: bool = True
    playbook: str = ""
    version: str = ""
    problems: tuple[Problem, ...] = ()
    sentence: str = ""


class _NoCompany:
    """Stands in where a playbook is read without a company around it."""

    def company(self) -> Company:
        return Company(name="", owner="", people=())


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Reads the company's files against what this installation can do."""

    home: Path
    shelf: Books
    #: None where there is no company.yml that can be read: then people and channels can't be checked.
    company: Company | None

    @property
    def titles(self) -> Mapping[str, str]:
        """What actions and reads are called."""
        actions = {name: spec.title for name, spec in self.shelf.actions.items()}
        return {**actions, **{name: spec.title for name, spec in self.shelf.reads.items()}}

    def books(self) -> list[Playbook]:
        """Return the company's playbooks. Raises `PlaybookError` for the first that is wrong."""
        return [self._book(file) for file in self._files()]

    def book(self, which: str) -> Playbook:
        """Return a playbook by its name or its file. Raises `BadInput` when there is no such one."""
        if Path(which).is_file():
            return self._book(Path(which))
        books = {book.playbook: book for book in self.books()}
        if which not in books:
            near = did_you_mean(which, books)
            problem = f"there is no such playbook or file. {near}".strip()
            raise BadInput(field=which, problem=problem)
        return books[which]

    def check(self, files: Sequence[Path]) -> list[Checked]:
        """Say of each file, or of all the company's when none is given, what is wrong with it."""
        own = [self.home / name for name in ("company.yml", "metrics.yml")]
        whole = [*(file for file in own if file.exists()), *self._files()]
        found = [self._checked(file) for file in (files or whole)]
        times = Counter(checked.playbook for checked in found if checked.playbook)
        return [_named_once(checked, times) for checked in found]

    def _files(self) -> list[Path]:
        return sorted((self.home / "playbooks").glob("*.yml"))

    def _book(self, file: Path) -> Playbook:
        return self.shelf.read(_text(file), str(file), self.company)

    def _checked(self, file: Path) -> Checked:
        try:
            if file.name == "company.yml":
                CompanyFolder(file.parent).check(self.shelf.actions)
            elif file.name == "metrics.yml":
                catalogue(_text(file), str(file))
            else:
                book = self._book(file)
                return Checked(file=str(file), playbook=book.playbook, version=book.version)
        except UnreadableFile as error:
            return Checked(
                file=str(file), ok=False, problems=error.problems, sentence=error.sentence
            )
        except WorkflowError as error:
            return Checked(file=str(file), ok=False, sentence=error.sentence)
        return Checked(file=str(file))


def reader(settings: Settings) -> Reader:
    """Return a reader of the company in SAYSO_HOME; a company.yml that is wrong counts as none here."""
    home = settings.sayso_home
    try:
        directory = CompanyFolder(home)
    except CompanyError:
        directory = None
    outside = Connectors(connectors(settings, directory or _NoCompany(), SystemClock()))
    books = Books(actions=outside.actions, reads=outside.reads, agents=frozenset(roster()))
    return Reader(home=home, shelf=books, company=directory.company() if directory else None)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise BadInput(field=str(file), problem="it is not written in UTF-8.") from error


def _named_once(checked: Checked, times: Mapping[str, int]) -> Checked:
    """Two playbooks of one name: the later file would silently win."""
    if times.get(checked.playbook, 0) < 2:  # noqa: PLR2004 -- twice is once too often
        return checked
    sentence = f"{checked.file}: another file has a playbook called {checked.playbook} too."
    return checked.model_copy(update={"ok": False, "sentence": sentence})
