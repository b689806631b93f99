"""What commands about the log begin with: the database that is there, the company it belongs to, a file to write."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from bot.settings import Settings
    from bot.storage.database import Database
    from workflows.company import Company


def database_of(settings: Settings) -> Database:
    """Open the database that is there, as the company's workspace sees it.

    Raises `CannotOpen` for none, an empty one, or one of another form.
    """
    from bot.cli.db import existing  # noqa: PLC0415 -- `--help` stays quick
    from bot.storage import schema  # noqa: PLC0415 -- as above
    from bot.storage.errors import CannotOpen  # noqa: PLC0415 -- as above

    company = company_of(settings)
    database = existing(settings, company.ws if company else "local")
    schema.refuse_newer(database)
    if schema.revision(database) != schema.NEWEST:
        raise CannotOpen(
            path=database.place,
            reason="it is empty, or of an older form",
            next_step="Bring it up to date with sayso db upgrade",
        )
    return database


def company_of(settings: Settings) -> Company | None:
    """Return the company in SAYSO_HOME, or None where there is none. Raises `CompanyError`."""
    from bot.folder import CompanyFolder  # noqa: PLC0415 -- `--help` stays quick

    there = (settings.sayso_home / "company.yml").exists()
    return CompanyFolder(settings.sayso_home).company() if there else None


def new_file(path: Path) -> Path:
    """Make an empty file that its owner alone can read. Raises `BadInput` when it can't be made."""
    from workflows.errors import BadInput  # noqa: PLC0415 -- `--help` stays quick

    try:
        path.touch(mode=0o600, exist_ok=False)
    except OSError as error:
        problem = f"{path} can't be written ({error.strerror}). Choose another file."
        raise BadInput(field="--out", problem=problem) from error
    return path


def counted(number: int, one: str, many: str) -> str:
    """Return a number with its noun: "1 entry", "2,000 entries"."""
    return f"{number:,} {one if number == 1 else many}"
