"""PostgreSQL: does it answer, is the log protected from the bot itself, and does a commit survive a power cut."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from bot.settings import secret
from bot.storage import schema, security
from bot.storage.database import open_database
from bot.storage.errors import CannotOpen
from workflows.errors import NotRecorded
from workflows.ports import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bot.settings import Settings
    from bot.storage.database import Database

#: The oldest version this was tried on.
OLDEST = 15
#: Settings of the server without which a commit may be lost, or a page torn, in a power cut; and their good values.
_DURABLE = {
    "fsync": ("on",),
    "full_page_writes": ("on",),
    "synchronous_commit": ("on", "local", "remote_write", "remote_apply"),
}
_FACTS = text(
    "SELECT current_user AS role, rolsuper OR rolbypassrls AS above,"
    " current_setting('server_version_num')::int / 10000 AS version, pg_is_in_recovery() AS copy,"
    " current_setting('fsync') AS fsync, current_setting('full_page_writes') AS full_page_writes,"
    " current_setting('synchronous_commit') AS synchronous_commit"
    " FROM pg_roles WHERE rolname = current_user"
)


def server(settings: Settings) -> Iterator[Finding]:
    """Look at the server, the tables' form and guards, the bot's role, and what a commit is worth."""
    yield from owner(settings)
    try:
        opened = open_database(settings.database)
    except CannotOpen as error:
        what, why = f"Database {error.words['path']}", str(error.words["reason"])
        yield Finding(ok=False, what=what, why=why, fix=f"{error.words['next_step']}.")
        return
    try:
        yield from _looked_at(opened)
    except NotRecorded:
        fix = "Look at the server's log."
        yield Finding(
            ok=False, what=f"Database {opened.place}", why="it stopped answering", fix=fix
        )
    finally:
        opened.close()


def _looked_at(opened: Database) -> Iterator[Finding]:
    form = schema.revision(opened)
    with opened.read() as connection:
        facts = dict(connection.execute(_FACTS).mappings().one())
        owns = form is not None and security.is_owner(connection)
    yield _version(opened.place, facts["version"])
    if facts["copy"]:
        why, fix = (
            "it is a read-only copy of another server",
            "Point DATABASE_URL to the other one.",
        )
        yield Finding(ok=False, what=f"Database {opened.place}", why=why, fix=fix)
    yield schema.check(opened)
    yield _role(facts["role"], owns=owns, above=facts["above"])
    yield durability(facts)


def _version(place: str, version: int) -> Finding:
    what = f"Database {place} answers: PostgreSQL {version}"
    if version >= OLDEST:
        return Finding(ok=True, what=what)
    fix = f"Upgrade the server to {OLDEST} or newer."
    return Finding(ok=False, what=what, why="Sayso was never tried on it", fix=fix)


def _role(role: str, *, owns: bool, above: bool) -> Finding:
    if not owns and not above:
        return Finding(
            ok=True, what=f"The role {role} can neither change tables nor see other workspaces"
        )
    why = (
        "it sees past row-level security"
        if above
        else "it owns the tables, so it could drop the guards of the log"
    )
    fix = "Make two roles as deploy/init-roles.sql does, and let DATABASE_URL name the one that owns nothing."
    return Finding(ok=False, what=f"The role {role}", why=why, fix=fix)


def durability(values: Mapping[str, Any]) -> Finding:
    """Say whether a commit is on the disk when it is acknowledged, from the server's settings by name."""
    weak = [
        f"{name} is {values[name]}" for name, good in _DURABLE.items() if values[name] not in good
    ]
    if not weak:
        return Finding(ok=True, what="A commit is on the server's disk when it is acknowledged")
    why = f"{', '.join(weak)}, so a power cut can lose what was signed"
    return Finding(
        ok=False, what="The server's disk", why=why, fix="Set them to on in postgresql.conf."
    )


def owner(settings: Settings) -> Iterator[Finding]:
    """Look whether DATABASE_OWNER_URL is another role of the same database; nothing is asked of it."""
    written = secret(settings.database_owner_url)
    if not written:
        return
    what, fix = (
        "DATABASE_OWNER_URL",
        "Write it like DATABASE_URL, with the role that owns the tables.",
    )
    try:
        owners, ours = make_url(written), make_url(settings.database)
    except ArgumentError:
        yield Finding(ok=False, what=what, why="it is not a URL", fix=fix)
        return
    if (owners.host, owners.port, owners.database) != (ours.host, ours.port, ours.database):
        yield Finding(
            ok=False, what=what, why="it is another database than DATABASE_URL's", fix=fix
        )
    elif owners.username == ours.username:
        yield Finding(ok=False, what=what, why="it is the role of DATABASE_URL", fix=fix)
    else:
        yield Finding(ok=True, what=f"{what} is the role {owners.username}, for sayso db alone")
