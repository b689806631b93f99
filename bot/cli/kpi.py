"""`sayso kpi`: the numbers of a week, from any order book, without Slack."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.output import Json, as_json, complain, progress, say

Source = Annotated[str, typer.Option(help="Order book: a CSV or CSV.gz file, or a database URL.")]
Week = Annotated[str, typer.Option(help="ISO week like 2011-W20; without it the last whole week.")]
Metrics = Annotated[Path | None, typer.Option(help="Another metric catalogue.")]
Zone = Annotated[
    str, typer.Option(help="Time zone of the business; without it the company's, or UTC.")
]
Currency = Annotated[str, typer.Option(help="Currency of the amounts.")]


def kpi(
    source: Source = "",
    week: Week = "",
    metrics: Metrics = None,
    zone: Zone = "",
    currency: Currency = "",
    json: Json = False,
) -> int:
    """Count a week's numbers and say what is unusual."""
    from bot.counting import count  # noqa: PLC0415 -- `--help` stays quick
    from workflows.kpi.text import to_plain_text  # noqa: PLC0415 -- as above

    with progress("Reading order lines") as told:
        report = count(source, week, metrics, zone=zone, currency=currency, progress=told)
    if json:
        as_json(report.model_dump(mode="json"))
    else:
        say(to_plain_text(report))
    unread = [reading.error for reading in report.sources if reading.error]
    return complain(unread[0]) if unread else 0
