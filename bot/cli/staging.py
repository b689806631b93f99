"""`sayso playbook stage`: where a playbook stands, and the way back. People let it go on, in Slack."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.output import Json, as_json, say

if TYPE_CHECKING:
    from bot.program import Foundation
    from workflows.trust.stages import Stage

Name = Annotated[str, typer.Argument(metavar="NAME", help="A playbook's name.")]
To = Annotated[
    str,
    typer.Argument(
        metavar="[STAGE]", help="A stricter stage to take it back to: shadow, assist ..."
    ),
]
Why = Annotated[str, typer.Option(help="Why, for the record.")]


def stage(name: Name, to: To = "", why: Why = "", json: Json = False) -> int:
    """Say at which stage a playbook stands and why, or take it back to a stricter one."""
    from bot.app import found  # noqa: PLC0415 -- `--help` stays quick
    from bot.settings import read_settings  # noqa: PLC0415 -- as above
    from workflows.errors import UnknownPlaybook  # noqa: PLC0415 -- as above
    from workflows.trust.stages import said, stage_of  # noqa: PLC0415 -- as above

    house = found(read_settings())
    try:
        book = house.shelf.get(name)
        if book is None:
            raise UnknownPlaybook(name=name, hint="")
        if to:
            _take_back(
                house, name, to, why, stage_of(house.lookup.footing(name), book.rollout.start)
            )
        footing = house.lookup.footing(name)
    finally:
        house.close()
    if json:
        now = stage_of(footing, book.rollout.start)
        as_json(
            {
                "playbook": name,
                "stage": now,
                "level": book.level,
                "only": [one.words for one in footing.granted] if footing else [],
                "why": footing.why if footing else "",
            }
        )
    else:
        say(f"{book.title} is at {said(footing, book.rollout.start)}.")
    return 0


def _take_back(house: Foundation, name: str, to: str, why: str, now: Stage) -> None:
    """Demote. Raises `BadInput` for no stage, and `NotAllowed` for one that lets it do more."""
    from workflows.answers import Refused  # noqa: PLC0415 -- `--help` stays quick
    from workflows.commands import Demote  # noqa: PLC0415 -- as above
    from workflows.errors import BadInput, NotAllowed  # noqa: PLC0415 -- as above
    from workflows.run import OPERATOR  # noqa: PLC0415 -- as above
    from workflows.trust.stages import STAGES  # noqa: PLC0415 -- as above

    stages: dict[str, Stage] = {each: each for each in STAGES}
    wanted = stages.get(to)
    if wanted is None:
        raise BadInput(field=to, problem=f"there is no such stage; there is {', '.join(STAGES)}.")
    if STAGES.index(wanted) > STAGES.index(now):
        step = f"type /sayso stage {name} {wanted} in Slack."
        raise NotAllowed(action="Promoting a playbook", needed="a person", next_step=step)
    answer = house.engine.handle(Demote(actor=OPERATOR, playbook=name, to=wanted, why=why))
    if isinstance(answer, Refused):
        raise answer.error
