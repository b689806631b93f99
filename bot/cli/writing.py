"""`sayso playbook write`: what is active, written into the folder, where what was changed in Slack is missing."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from bot.cli.versions import active, standings
from workflows.errors import BadInput
from workflows.loading.extending import parted

if TYPE_CHECKING:
    from pathlib import Path

    from bot.cli.reading import Reader
    from bot.settings import Settings


def text_of(settings: Settings, reading: Reader, name: str) -> str:
    """Return the active text of a playbook, without what it extends. Raises `BadInput` where nothing is active."""
    book = active(settings, reading, name)
    if book is None:
        raise BadInput(field=name, problem="no version of this playbook is active")
    return parted(book.source)[0]


def write(settings: Settings, reading: Reader, name: str, *, force: bool = False) -> Path:
    """Write the active text into the playbook's file and return that. Raises `BadInput` where it can't be.

    Without `force` a file is left alone that says something nobody has decided on: a change that waits, or one that
    was never read.
    """
    text, file = text_of(settings, reading, name), _file(reading, name)
    if file.exists() and not force:
        _refuse_undecided(settings, reading, name, file)
    new = file.with_name(f".{file.name}.new")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        new.write_text(text, encoding="utf-8")
        os.replace(new, file)  # noqa: PTH105 -- whoever reads the file meanwhile sees the old or the new one, whole
    except OSError as error:
        with suppress(OSError):
            new.unlink()
        problem = f"the file can't be written ({error.strerror}); `sayso playbook write {name} --print` shows the text"
        raise BadInput(field=str(file), problem=problem) from error
    return file


def _file(reading: Reader, name: str) -> Path:
    """Return the file that holds this playbook, whatever it is called; else the one of its name."""
    offered = reading.shelf.named(reading.home, reading.company)
    return offered.get(name, reading.home / "playbooks" / f"{name}.yml")


def _refuse_undecided(settings: Settings, reading: Reader, name: str, file: Path) -> None:
    hint = "; --force writes over it"
    if name not in reading.shelf.named(reading.home, reading.company):
        raise BadInput(field=str(file), problem=f"what stands there can't be read{hint}")
    found = next(one for one in standings(settings, reading) if one.playbook == name)
    if found.proposed and found.proposed == found.file:
        problem = f"what stands there waits to be activated{hint}"
        raise BadInput(field=str(file), problem=problem)
    if found.file not in {found.active, found.filed}:
        raise BadInput(field=str(file), problem=f"what stands there was not looked at yet{hint}")
