"""`sayso db`: make the database, bring it up to date, keep a copy, and move house."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.output import Json, as_json, progress, say

if TYPE_CHECKING:
    from datetime import datetime

    from bot.settings import Settings
    from bot.storage.database import Database
    from workflows.ports import Finding

app = typer.Typer(help="Make, check, back up, restore or move the database.", no_args_is_help=True)

#: The name of a workspace that is every one of them: for who owns the tables.
_EVERY = "*"

File = Annotated[Path, typer.Argument(help="The backup.", dir_okay=False)]
To = Annotated[
    str, typer.Option("--to", help="URL of an empty database, as the role that owns its tables.")
]
Role = Annotated[str, typer.Option(help="PostgreSQL: the role the bot itself will use.")]
NoBackup = Annotated[
    bool, typer.Option("--no-backup", help="Don't keep a copy first; you have one.")
]


@app.command()
def upgrade(no_backup: NoBackup = False, json: Json = False) -> int:
    """Make the database, or bring an older one up to date; a verified copy of the older one is kept first."""
    from bot.clock import SystemClock  # noqa: PLC0415 -- `--help` stays quick
    from bot.settings import read_settings  # noqa: PLC0415 -- as above
    from bot.storage import copying, schema  # noqa: PLC0415 -- as above

    settings = read_settings()
    database = _owned(settings)
    before = schema.revision(database)
    at = SystemClock().now()
    folder = settings.sayso_home / "backups"
    kept = None if no_backup else copying.keep_older(database, folder, at)
    schema.upgrade(database, _app_role(settings))
    database.close()
    if json:
        kept_at = str(kept) if kept else None
        as_json({"before": before, "now": schema.NEWEST, "backup": kept_at})
    elif before == schema.NEWEST:
        say(f"Nothing to do: the database is of form {schema.NEWEST}.")
    else:
        copied = f" What it was before is in {kept}." if kept else ""
        say(f"The database is of form {schema.NEWEST} now.{copied}")
    return 0


@app.command()
def check(json: Json = False) -> int:
    """Say whether the database is there, of this program's form, and its audit log protected."""
    from bot.settings import read_settings  # noqa: PLC0415 -- `--help` stays quick

    finding = _finding(read_settings())
    if json:
        as_json(finding.model_dump(mode="json"))
    else:
        say(f"{finding.what}." if finding.ok else f"{finding.what}: {finding.why}. {finding.fix}")
    return 0 if finding.ok else 1


@app.command()
def backup(file: File, json: Json = False) -> int:
    """Write everything into a new file, verified, that only you can read. The bot may go on meanwhile."""
    from bot.settings import read_settings  # noqa: PLC0415 -- `--help` stays quick
    from bot.storage import copying  # noqa: PLC0415 -- as above

    settings = read_settings()
    existing(settings).close()
    with progress("Copying") as say_rows:
        rows = copying.backup(_owned(settings), file, say_rows)
    if json:
        as_json({"file": str(file), "rows": rows})
    else:
        say(f"Wrote {rows:,} rows to {file}, and verified its audit log.")
    return 0


@app.command()
def restore(file: File, json: Json = False) -> int:
    """Fill the empty database from a backup. Nothing is carried out until a person resumes it."""
    from bot.clock import SystemClock, TimeIds  # noqa: PLC0415 -- `--help` stays quick
    from bot.settings import read_settings  # noqa: PLC0415 -- as above
    from bot.storage import copying, schema  # noqa: PLC0415 -- as above

    settings = read_settings()
    database = _owned(settings)
    schema.upgrade(database, _app_role(settings))
    with progress("Restoring") as say_rows:
        at = SystemClock().now()
        rows = copying.restore(_there(file), database, ids=TimeIds(), at=at, say=say_rows)
    aside = _set_aside(settings.checkpoints_file, at)
    if json:
        as_json({"file": str(file), "rows": rows, "paused": copying.EVERYTHING})
        return 0
    if aside:
        say(f"Copies of checkpoints that came after the backup are in {aside}.")
    if not rows:
        say("The backup is of an empty database: there was nothing to restore.")
    else:
        say(
            f"Restored {rows:,} rows. Everything is paused: start Sayso, look at the queue in Slack,"
        )
        say(
            "then /sayso resume everything. What may have left since the backup is looked up first."
        )
    return 0


@app.command()
def copy(to: To, role: Role = "", json: Json = False) -> int:
    """Copy everything into another, empty database: from a file to PostgreSQL. Stop the bot first."""
    from bot.settings import read_settings  # noqa: PLC0415 -- `--help` stays quick
    from bot.storage import copying, schema  # noqa: PLC0415 -- as above
    from bot.storage.database import open_database  # noqa: PLC0415 -- as above

    settings = read_settings()
    existing(settings).close()
    source, target = _owned(settings), open_database(to, _EVERY)
    schema.upgrade(target, role)
    with progress("Copying") as say_rows:
        rows = copying.move(source, target, say_rows)
    if json:
        as_json({"to": target.place, "rows": rows})
    else:
        say(f"Copied {rows:,} rows to {target.place}, and verified the audit log there.")
        say("Set DATABASE_URL to it before you start Sayso again; keep the old database unchanged.")
        if target.dialect == "postgresql" and not role:
            say(
                "Only its owner may use it: sayso db upgrade, with DATABASE_OWNER_URL set, lets the bot in."
            )
    return 0


def _set_aside(copies: Path, at: datetime) -> Path | None:
    """Keep the copies of checkpoints that came after the backup: the restored log rightly differs from them."""
    if not copies.exists():
        return None
    return copies.rename(copies.with_name(f"checkpoints.before-{at:%Y%m%d-%H%M%S}.jsonl"))


def _owned(settings: Settings) -> Database:
    """Open the database as the role that owns its tables, with every workspace in sight."""
    from bot.settings import secret  # noqa: PLC0415 -- `--help` stays quick
    from bot.storage.database import open_database  # noqa: PLC0415 -- as above

    return open_database(secret(settings.database_owner_url) or settings.database, _EVERY)


def _app_role(settings: Settings) -> str:
    """Return the role the bot itself uses, where another one owns the tables. Raises `BadInput`."""
    from sqlalchemy.engine import make_url  # noqa: PLC0415 -- `--help` stays quick

    from bot.settings import secret  # noqa: PLC0415 -- as above
    from workflows.errors import BadInput  # noqa: PLC0415 -- as above

    if not settings.database_owner_url:
        return ""
    owned, used = make_url(secret(settings.database_owner_url)), make_url(settings.database)
    if (owned.database, owned.port) != (used.database, used.port):
        problem = "it names another database than DATABASE_URL; both must be the same one."
        raise BadInput(field="DATABASE_OWNER_URL", problem=problem)
    return used.username or ""


def _there(file: Path) -> Path:
    from workflows.errors import BadInput  # noqa: PLC0415 -- `--help` stays quick

    if not file.is_file():
        raise BadInput(field=str(file), problem="there is no such file.")
    return file


def _finding(settings: Settings) -> Finding:
    from bot.storage import schema  # noqa: PLC0415 -- `--help` stays quick
    from bot.storage.errors import CannotOpen  # noqa: PLC0415 -- as above
    from workflows.ports import Finding  # noqa: PLC0415 -- as above

    try:
        database = existing(settings)
    except CannotOpen as error:
        words = error.words
        return Finding(
            ok=False,
            what=f"The database {words['path']}",
            why=str(words["reason"]),
            fix=f"{words['next_step']}.",
        )
    found = schema.check(database)
    database.close()
    return found


def existing(settings: Settings, ws: str = "local") -> Database:
    """Open the database that is there, and make none. Raises `CannotOpen` when it is not there."""
    from bot.doctor.database import file_of  # noqa: PLC0415 -- `--help` stays quick
    from bot.storage.database import open_database  # noqa: PLC0415 -- as above
    from bot.storage.errors import CannotOpen  # noqa: PLC0415 -- as above

    file = file_of(settings.database)
    if file is not None and not file.exists():
        raise CannotOpen(
            path=file,
            reason="it is not there yet",
            next_step="Make it with sayso db upgrade, or start Sayso with sayso run",
        )
    return open_database(settings.database, ws)
