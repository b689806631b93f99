"""`sayso pause` and `sayso resume`: the emergency stop, for when Slack is not at hand."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli.output import Json, as_json, say

What = Annotated[
    str,
    typer.Argument(
        metavar="[WHAT]",
        help="A playbook, agent:NAME, connector:NAME, or everything, which is meant without it.",
    ),
]


def pause(what: What = "everything", json: Json = False) -> int:
    """Stop at once what is about to start or leave, in every process of this company."""
    return _switch(what, json=json, off=True)


def resume(what: What = "everything", json: Json = False) -> int:
    """Let it go on."""
    return _switch(what, json=json, off=False)


def _switch(what: str, *, json: bool, off: bool) -> int:
    from bot.app import found  # noqa: PLC0415 -- `--help` stays quick
    from bot.settings import read_settings  # noqa: PLC0415 -- as above
    from workflows.answers import Recorded, Refused  # noqa: PLC0415 -- as above
    from workflows.commands import Pause, Resume  # noqa: PLC0415 -- as above
    from workflows.run import OPERATOR  # noqa: PLC0415 -- as above
    from workflows.scopes import scope_of  # noqa: PLC0415 -- as above

    scope, kind = scope_of(what), Pause if off else Resume
    house = found(read_settings())
    answer = house.engine.handle(kind(actor=OPERATOR, scope=scope))
    paused = [switch.scope for switch in house.lookup.switches()]
    house.close()
    if isinstance(answer, Refused):
        raise answer.error
    if json:
        as_json({"paused": paused})
        return 0
    say(answer.sentence if isinstance(answer, Recorded) else "Done.")
    if paused:
        say(f"Paused now: {', '.join(paused)}.")
    return 0
