"""`sayso asks`: how often each was asked this week, and what asking was good for."""

from __future__ import annotations

from bot.cli.output import Json, as_json, say
from bot.cli.runs import foundation


def asks(json: Json = False) -> int:
    """Say how often each person was asked on each day of this week, and what it was good for."""
    house = foundation()
    company = house.folder.company()
    week = house.lookup.asked_week(house.clock.now(), company.tz)
    house.close()
    if json:
        as_json(week.model_dump(mode="json"))
        return 0
    for line in week.lines(company) or ["Nobody was asked anything this week."]:
        say(line)
    say(week.value)
    return 0
