"""`sayso init` and `sayso playbook`: a company's folder, and the playbooks in it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import choices, simulating, staging
from bot.cli.output import Json, as_json, complain, say, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.cli.reading import Checked

playbook = typer.Typer(help="List, check, explain and simulate playbooks.", no_args_is_help=True)

Folder = Annotated[Path, typer.Argument(metavar="[DIR]", help="Folder of the new company.")]
Files = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="[FILE]...",
        exists=True,
        dir_okay=False,
        help="Playbooks, company.yml or metrics.yml; without one the whole company.",
    ),
]
Name = Annotated[str, typer.Argument(metavar="NAME", help="A playbook's name.")]
Which = Annotated[str, typer.Argument(metavar="NAME|FILE", help="A playbook's name, or its file.")]


def init(folder: Folder = Path("company"), json: Json = False) -> int:
    """Write a starter company to fill in, and say how to connect it to Slack."""
    from bot.cli.starting import env_file, manifest_link, steps  # noqa: PLC0415 -- `--help` stays quick
    from bot.clock import SystemClock  # noqa: PLC0415 -- as above
    from bot.sample import write_starter  # noqa: PLC0415 -- as above

    write_starter(folder, SystemClock().now().date())
    env = Path(".env")
    is_new = env_file(env, folder)
    if json:
        as_json(
            {
                "folder": str(folder),
                "env": str(env),
                "env_written": is_new,
                "manifest_link": manifest_link(),
                "next": steps(folder, env, is_new=is_new),
            }
        )
        return 0
    say(f"Wrote a starter company into {folder}.")
    for number, step in enumerate(steps(folder, env, is_new=is_new), start=1):
        say(f"\n{number}. {step}")
    return 0


@playbook.command("list")
def list_(json: Json = False) -> int:
    """List the company's playbooks: how each starts, which version is active, and which waits to be."""
    from bot.cli.reading import reader  # noqa: PLC0415 -- `--help` stays quick
    from bot.cli.versions import standings  # noqa: PLC0415 -- as above
    from bot.settings import read_settings  # noqa: PLC0415 -- as above

    settings = read_settings()
    found = standings(settings, reader(settings))
    if json:
        as_json([standing.model_dump(mode="json") for standing in found])
    else:
        heading = ["PLAYBOOK", "TITLE", "OWNER", "LEVEL", "STAGE", "SCHEDULE", "ACTIVE", "PROPOSED"]
        table(heading, [standing.cells for standing in found])
    return 0


@playbook.command()
def diff(name: Name, json: Json = False) -> int:
    """Say what a playbook's file would change if it were active. Ends with 3 where it differs at all."""
    from bot.cli.plain import plain  # noqa: PLC0415 -- `--help` stays quick
    from bot.cli.reading import reader  # noqa: PLC0415 -- as above
    from bot.cli.versions import difference  # noqa: PLC0415 -- as above
    from bot.settings import read_settings  # noqa: PLC0415 -- as above

    settings = read_settings()
    found = difference(settings, reader(settings), name)
    if json:
        as_json(found.model_dump(mode="json"))
    else:
        for line in found.lines:
            say(plain(line))
    return 0 if found.active == found.file else 3


@playbook.command()
def write(
    name: Name,
    force: Annotated[
        bool, typer.Option("--force", help="Also over a file that says something else.")
    ] = False,
    show: Annotated[
        bool, typer.Option("--print", help="Print the text; nothing is written.")
    ] = False,
) -> int:
    """Write the active text of a playbook into its file: what was changed in Slack is missing there."""
    from bot.cli.reading import reader  # noqa: PLC0415 -- `--help` stays quick
    from bot.cli.writing import text_of  # noqa: PLC0415 -- as above
    from bot.cli.writing import write as written  # noqa: PLC0415 -- as above
    from bot.settings import read_settings  # noqa: PLC0415 -- as above

    settings = read_settings()
    reading = reader(settings)
    if show:
        say(text_of(settings, reading, name))
    else:
        say(f"Wrote {written(settings, reading, name, force=force)}.")
    return 0


@playbook.command()
def validate(files: Files = None, json: Json = False) -> int:
    """Say everything that is wrong with playbooks, each with file, line, column and a caret."""
    from bot.cli.reading import reader  # noqa: PLC0415 -- `--help` stays quick
    from bot.settings import read_settings  # noqa: PLC0415 -- as above

    found = reader(read_settings()).check(files or ())
    if json:
        as_json([checked.model_dump(mode="json") for checked in found])
    else:
        _tell(found)
    return 0 if all(checked.ok for checked in found) else 1


@playbook.command()
def explain(
    which: Which,
    json: Json = False,
    checklist: Annotated[
        bool,
        typer.Option("--checklist", help="As a list to tick off: each step, who, until when."),
    ] = False,
) -> int:
    """Show a playbook as a one-page operating procedure: by name as it is active, by file as it stands there."""
    from bot.cli.inventory import beside  # noqa: PLC0415 -- `--help` stays quick
    from bot.cli.plain import plain  # noqa: PLC0415 -- as above
    from bot.cli.reading import reader  # noqa: PLC0415 -- as above
    from bot.cli.versions import active, stands  # noqa: PLC0415 -- as above
    from bot.settings import read_settings  # noqa: PLC0415 -- as above
    from workflows.checklist import checklist as items  # noqa: PLC0415 -- as above
    from workflows.checklist import checklist_text  # noqa: PLC0415 -- as above
    from workflows.sop import sop, sop_text  # noqa: PLC0415 -- as above

    settings = read_settings()
    reading = reader(settings)
    now = active(settings, reading, which)
    book = now or reading.book(which)
    advised, at = beside(settings, reading, book), stands(settings, reading, book) if now else ""
    if checklist:
        if json:
            as_json([item.model_dump(mode="json") for item in items(book)])
        else:
            say(plain(checklist_text(book)))
    elif json:
        as_json(sop(book, reading.titles, advised, stands=at).model_dump(mode="json"))
    else:
        say(plain(sop_text(book, reading.titles, advised, stands=at)))
    return 0


@playbook.command()
def schema() -> int:
    """Print the JSON Schema of playbooks, for editors that complete and check YAML."""
    from bot.reference.schema import playbook_schema  # noqa: PLC0415 -- `--help` stays quick

    as_json(playbook_schema())
    return 0


playbook.command()(simulating.simulate)
playbook.command()(choices.choices)
playbook.command()(staging.stage)


def _tell(found: Sequence[Checked]) -> None:
    from bot.cli.plain import plain  # noqa: PLC0415 -- `--help` stays quick

    for checked in found:
        if checked.ok:
            say(f"{checked.file} is fine.")
        else:
            complain(plain(checked.sentence))
