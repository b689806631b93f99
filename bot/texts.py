"""A playbook's text that was filled in instead of written: read as the file of that name would be."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING

from bot.bases import with_bases

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bot.folder import Books
    from workflows.playbook import Playbook
    from workflows.ports import Directory

#: What lies beside the playbooks that ship.
_NO_PLAYBOOKS = frozenset({"metrics.yml", "samples.yml"})


@dataclass(frozen=True, kw_only=True)
class Texts:
    """Reads a text against what this installation can do and who works here, like a file of the folder."""

    books: Books
    home: Path
    directory: Directory

    def read(self, name: str, text: str) -> Playbook:
        """Return the playbook. Raises `PlaybookError` naming every mistake with its place."""
        company = self.directory.company()
        place = str(self.home / "playbooks" / f"{name.replace('/', '-')}.yml")
        return self.books.read(with_bases(text, place), f"{name}.yml", company)

    def shipped(self) -> Sequence[Playbook]:
        """Return the playbooks that ship, by name."""
        catalog = resources.files("workflows") / "catalog"
        files = sorted(
            (file for file in catalog.iterdir() if file.name.endswith(".yml")),
            key=lambda file: file.name,
        )
        return [
            self.books.kept(file.read_text(encoding="utf-8"))
            for file in files
            if file.name not in _NO_PLAYBOOKS
        ]
