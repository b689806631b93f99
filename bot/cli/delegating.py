"""`sayso delegation` and `sayso inventory`: what people scored in Slack, at a prompt. Nothing is scored here."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.output import Json, as_json, say, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workflows.company import Company
    from workflows.delegation.inventory import Inventory, Ranked
    from workflows.ports import JsonObject


class Form(StrEnum):
    """The forms the inventory comes in."""

    LIST = "list"
    CSV = "csv"


Name = Annotated[str, typer.Argument(metavar="PLAYBOOK", help="A playbook's name.")]
Format = Annotated[
    Form, typer.Option("--format", help="list is for reading, csv for a spreadsheet.")
]
#: Characters of one cell of the list.
_CELL = 48
_HEADING = ["TASK", "OWNER", "LEVEL", "A WEEK", "WORTH A WEEK", "SCORED BY", "ENTRY"]


def delegation(playbook: Name, json: Json = False) -> int:
    """Say how far a playbook may be handed over, by the scores people gave it in Slack, and why."""
    from bot.cli.inventory import company_here, looked  # noqa: PLC0415 -- `--help` stays quick
    from bot.cli.reading import reader  # noqa: PLC0415 -- as above
    from bot.settings import read_settings  # noqa: PLC0415 -- as above

    settings = read_settings()
    reading = reader(settings)
    found = looked(settings, reading)
    row = found.of_playbook(playbook)
    if json:
        as_json(_plain(row) if row else None)
    elif row is None:
        say(f"Nobody has scored {playbook} yet. In Slack: /sayso delegate {playbook}")
    else:
        _tell(row, company_here(reading), found.levels[playbook])
    return 0


def inventory(form: Format = Form.LIST, json: Json = False) -> int:
    """List what is done again and again: the level recommended, what it is worth, and what to begin with."""
    from bot.cli.inventory import company_here, looked  # noqa: PLC0415 -- `--help` stays quick
    from bot.cli.reading import reader  # noqa: PLC0415 -- as above
    from bot.settings import read_settings  # noqa: PLC0415 -- as above

    settings = read_settings()
    reading = reader(settings)
    found = looked(settings, reading).inventory
    if json:
        as_json([_plain(row) for row in found.rows])
    elif form is Form.CSV:
        _csv(found)
    else:
        _list(found, company_here(reading))
    return 0


def _plain(row: Ranked) -> JsonObject:
    return {
        **row.assessment.model_dump(mode="json", exclude={"level", "reasons"}),
        "recommended": row.told.model_dump(mode="json"),
        "worth": row.worth.model_dump(mode="json"),
    }


def _tell(row: Ranked, company: Company, level: int) -> None:
    from workflows.delegation.matrix import LEVELS  # noqa: PLC0415 -- as above

    one, told = row.assessment, row.told
    day = f"{one.at.astimezone(company.tz):%d %b %Y}"
    say(f"Level {told.level} is recommended: {LEVELS[told.level]}.")
    say(f"Scored by {company.name_of(one.by)}, {day}. The playbook is at level {level}.")
    _part("Why", told.reasons)
    _part("What it needs first", told.missing)
    _part("To go further", told.further)
    _part(f"Worth {row.worth.money} a week", row.worth.lines)


def _part(title: str, lines: Sequence[str]) -> None:
    from bot.cli.plain import plain  # noqa: PLC0415 -- as above

    if lines:
        say(f"\n{title}")
        for each in lines:
            say(f"- {plain(each)}")


def _list(found: Inventory, company: Company) -> None:
    from bot.cli.plain import line  # noqa: PLC0415 -- as above

    if not found.rows:
        say("Nothing is on the inventory yet. In Slack: /sayso inventory")
        return
    table(_HEADING, [[line(cell, _CELL) for cell in _cells(row, company)] for row in found.rows])
    first = [line(row.assessment.title.raw, _CELL) for row in found.first]
    say(f"\nBegin with: {'; '.join(first) or 'nothing can be handed over yet'}")
    for assumed in found.assumptions:
        say(assumed)


def _cells(row: Ranked, company: Company) -> list[str]:
    from workflows.delegation.worth import hours  # noqa: PLC0415 -- as above

    one = row.assessment
    return [
        one.title.raw,
        company.name_of(one.owner) if company.person(one.owner) else one.owner,
        str(row.told.level),
        hours(row.worth.minutes),
        str(row.worth.money),
        company.name_of(one.by),
        one.entry,
    ]


def _csv(found: Inventory) -> None:
    import csv  # noqa: PLC0415 -- as above
    import sys  # noqa: PLC0415 -- as above

    from bot.storage.audit_formats import safe_cell  # noqa: PLC0415 -- as above
    from workflows.delegation.matrix import MATRIX  # noqa: PLC0415 -- as above

    rows = csv.writer(sys.stdout, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    columns = ["entry", "title", "owner", *MATRIX, "level", "minutes a week", "worth a week"]
    rows.writerow([*columns, "reasons", "how it was counted", "scored by", "at"])
    for row in found.rows:
        one = row.assessment
        cells = [one.entry, one.title.raw, one.owner, *(str(score) for _, score in one.scores)]
        cells += [str(row.told.level), str(row.worth.minutes), str(row.worth.money)]
        cells += [" ".join(row.told.reasons), "; ".join(row.worth.lines), one.by]
        rows.writerow([safe_cell(cell) for cell in (*cells, one.at.isoformat())])
