"""`sayso db`: the form of the database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from bot.cli.output import Json, as_json, say

if TYPE_CHECKING:
    from bot.settings import Settings
    from bot.storage.database import Database
    from workflows.ports import Finding

app = typer.Typer(help="Look at the database's form, or bring it up to date.", no_args_is_help=True)


@app.command()
def upgrade(json: Json = False) -> int:
    """Make the database, or bring an older one up to date. `sayso run` does the same when it starts."""
    from bot.settings import read_settings  # noqa: PLC0415 -- `--help` stays quick
    from bot.storage import schema  # noqa: PLC0415 -- as above
    from bot.storage.database import open_database  # noqa: PLC0415 -- as above

    database = open_database(read_settings().database)
    before = schema.revision(database)
    schema.upgrade(database)
    database.close()
    if json:
        as_json({"before": before, "now": schema.NEWEST})
    elif before == schema.NEWEST:
        say(f"Nothing to do: the database is of form {schema.NEWEST}.")
    else:
        say(f"The database is of form {schema.NEWEST} now.")
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


def existing(settings: Settings) -> Database:
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
    return open_database(settings.database)
