"""The folder of sent letters, one .eml file each; its own Message-IDs tell what has left."""

from __future__ import annotations

import hashlib
import os
from email import policy
from email.parser import BytesHeaderParser
from itertools import chain
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class SentFolder:
    """Copies of what a mail server accepted: .eml files in a folder, or in the `cur` and `new` of a maildir."""

    def __init__(self, path: Path) -> None:
        """Remember the folder; it is made when the first copy is kept."""
        self._path = path

    def keep(self, message_id: str, message: bytes) -> None:
        """Store a copy, whole or not at all. Raises `OSError`."""
        self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
        target = self._file(message_id)
        unfinished = target.with_suffix(".tmp")
        unfinished.touch(mode=0o600)
        with unfinished.open("wb") as file:
            file.write(message)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(target)

    def has(self, message_id: str) -> bool:
        """Say whether a letter with this Message-ID is here, under whatever file name. Raises `OSError`."""
        if self.kept(message_id):
            return True
        return any(_id_of(path) == message_id for path in self._letters())

    def kept(self, message_id: str) -> bool:
        """Say whether this connector itself kept a copy; a look at one file name."""
        return self._file(message_id).is_file()

    def check(self) -> None:
        """Raise `OSError` when no copy could be kept here."""
        self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not os.access(self._path, os.W_OK | os.X_OK):
            raise PermissionError(13, "the folder is not writable", str(self._path))

    def _file(self, message_id: str) -> Path:
        return self._path / f"{hashlib.sha256(message_id.encode()).hexdigest()[:32]}.eml"

    def _letters(self) -> Iterator[Path]:
        maildir = ((self._path / part).glob("*") for part in ("cur", "new"))
        return chain(self._path.glob("*.eml"), *maildir)


def _id_of(path: Path) -> str:
    with path.open("rb") as file:
        return str(BytesHeaderParser(policy=policy.default).parse(file)["message-id"] or "").strip()
