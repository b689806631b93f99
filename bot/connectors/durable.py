"""Writing so that it is on the disk, whole, before the next step is taken."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def write_beside(path: Path, content: bytes, like: Path) -> None:
    """Write a new file with the permissions of `like`, and wait until it is on the disk."""
    with path.open("wb") as file:
        shutil.copymode(like, path)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    sync_folder(path.parent)


def append_line(path: Path, line: bytes) -> None:
    """Append a line, after ending one a crash has torn, and wait until it is on the disk."""
    with path.open("ab+") as file:
        if file.tell():
            file.seek(-1, os.SEEK_END)
            line = line if file.read(1) == b"\n" else b"\n" + line
        file.write(line + b"\n")
        file.flush()
        os.fsync(file.fileno())
    sync_folder(path.parent)


def replace(unfinished: Path, target: Path) -> None:
    """Put a finished file in the place of another at one instant, and wait until that is on the disk."""
    unfinished.replace(target)
    sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on the disk; Windows does so by itself."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
