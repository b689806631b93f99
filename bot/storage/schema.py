"""The form of the database: bring it up to date, or say in a sentence what is wrong with it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

from bot.storage import job_tables, security
from bot.storage.errors import CannotOpen
from bot.storage.guards import guards
from workflows.ports import Finding

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy.engine import Connection

    from bot.storage.database import Database

#: The newest revision this program knows.
NEWEST = "0016"


def upgrade(database: Database, app_role: str = "", to: str = "head") -> None:
    """Apply what is missing, all of it or nothing, and let `app_role` use it, on PostgreSQL.

    Raises `CannotOpen` when a newer program wrote it.
    """
    refuse_newer(database)
    if revision(database) == NEWEST and not app_role:
        return
    from alembic import command  # noqa: PLC0415 -- slow to import, and needed only to change something

    with database.restructure() as connection:
        command.upgrade(_config(connection), to)
        if database.dialect == "postgresql":
            job_tables.apply(connection)
            if app_role:
                security.grant(connection, app_role)
                job_tables.grant(connection, app_role)


def refuse_newer(database: Database) -> None:
    """Raise `CannotOpen` when the database was written by a newer program than this one."""
    found = revision(database)
    if found is not None and found > NEWEST:
        raise CannotOpen(
            path=database.place,
            reason=f"a newer Sayso wrote it (its form is {found}, this program knows {NEWEST})",
            next_step="Install the newer version, or restore the copy made before it",
        )


def check(database: Database) -> Finding:
    """Say whether the tables and guards are there and of this program's form."""
    found = revision(database)
    if found is None:
        return Finding(
            ok=False,
            what="The database is empty",
            why="it has no tables yet",
            fix="Run sayso db upgrade, or start Sayso with sayso run.",
        )
    if found != NEWEST:
        why = f"its form is {found}, this program knows {NEWEST}"
        fix = (
            "Run sayso db upgrade."
            if found < NEWEST
            else "Install the version of Sayso that wrote it."
        )
        return Finding(ok=False, what="The database is of another form", why=why, fix=fix)
    missing = missing_guards(database)
    if missing:
        return Finding(
            ok=False,
            what="The audit log is not protected",
            why=f"these triggers are gone or changed: {', '.join(missing)}",
            fix="Somebody changed the database outside Sayso. Run sayso audit verify, then restore a copy.",
        )
    return Finding(ok=True, what=f"The database is up to date (form {found})")


def revision(database: Database) -> str | None:
    """Return the revision the database is at, or None when it is empty."""
    with database.read() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def missing_guards(database: Database) -> list[str]:
    """Return the names of append-only triggers that are gone or say something else than they should."""
    with database.read() as connection:
        if database.dialect == "postgresql":
            return security.unprotected(connection)
        query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        found = {row.name: row.sql for row in connection.execute(text(query))}
    return sorted(name for name, sql in guards("sqlite").items() if found.get(name) != sql)


def _config(connection: Connection) -> Config:
    from alembic.config import Config  # noqa: PLC0415 -- slow to import, and needed once in a start

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config
