"""`sayso playbook choices`: where people hesitate, and how often what is suggested is not taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cli.output import Json, as_json, say, table
from bot.cli.simulating import Since, begin

if TYPE_CHECKING:
    from workflows.hesitating import Hesitation


def choices(since: Since = "90d", json: Json = False) -> int:
    """Show every question people were asked: how long it waited, and whether they took what was suggested.

    The longest awaited comes first. Times are working time of the company.
    """
    from bot.app import found  # noqa: PLC0415 -- `--help` stays quick
    from bot.settings import read_settings  # noqa: PLC0415 -- as above
    from bot.storage.choices import answered  # noqa: PLC0415 -- as above
    from workflows.hesitating import hesitations  # noqa: PLC0415 -- as above

    house = found(read_settings())
    try:
        company = house.folder.company()
        rows = hesitations(answered(house.store), company.door, begin(since, house.clock.now()))
    finally:
        house.close()
    if json:
        as_json([row.model_dump(mode="json") for row in rows])
    elif rows:
        table(
            ["PLAYBOOK", "QUESTION", "ANSWERED", "TOOK WHAT WAS SUGGESTED", "LATE", "WAITED"],
            [_cells(row) for row in rows],
        )
    else:
        say("No question was answered since then.")
    return 0


def _cells(row: Hesitation) -> list[str]:
    took = f"{row.followed} of {row.suggested}" if row.suggested else "nothing suggested"
    hours, minutes = divmod(round(row.waited / 60), 60)
    waited = f"{hours} h {minutes:02} min" if hours else f"{minutes} min"
    return [row.playbook, row.step, str(row.answered), took, str(row.late), waited]
