"""`sayso agents`: what agents learnt from people's edits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from bot.cli.output import Json, as_json, say
from bot.cli.runs import foundation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workflows.lessons.examples import Taught
    from workflows.trust.stages import Footing

app = typer.Typer(help="What agents learnt, and what they may not.", no_args_is_help=True)

Agent = Annotated[str, typer.Argument(metavar="[AGENT]", help="Only what this agent learnt.")]
Which = Annotated[str, typer.Argument(metavar="ID", help="As `sayso agents learnt` names it.")]


@app.callback()
def agents() -> None:
    """Keep `learnt` a command of its own."""


@app.command()
def learnt(agent: Agent = "", json: Json = False) -> int:
    """List the edits agents learnt from, as agents see them, and how much is edited week by week."""
    from workflows import edit_rate  # noqa: PLC0415 -- `--help` stays quick

    house = foundation()
    company, found = house.folder.company(), house.lookup.taught(agent)
    stands = {one.playbook: one for one in house.lookup.footings()}
    weeks, own = house.lookup.edited_weeks(house.clock.now(), company.tz), company.name
    house.close()
    if json:
        listed = [_plain(one, own, stands) for one in found]
        counted = {
            name: [one.model_dump(mode="json") for one in each] for name, each in weeks.items()
        }
        as_json({"learnt": listed, "edited": counted})
        return 0
    for name, each in weeks.items():
        say(f"{name}: {edit_rate.words(each)}")
    for one in found:
        _say(one, own, stands)
    if not found:
        say("Nothing was learnt from edits.")
    return 0


@app.command()
def switch(
    which: Which,
    to: Annotated[Literal["on", "off", "removed"], typer.Argument(help="What it is to be.")],
) -> int:
    """Show agents an edit or not any more, or have it forgotten for good."""
    from workflows.answers import Recorded, Refused  # noqa: PLC0415 -- `--help` stays quick
    from workflows.commands import SwitchExample  # noqa: PLC0415 -- as above
    from workflows.run import OPERATOR  # noqa: PLC0415 -- as above

    house = foundation()
    answer = house.engine.handle(SwitchExample(actor=OPERATOR, example_id=which, to=to))
    house.close()
    if isinstance(answer, Refused):
        raise answer.error
    say(answer.sentence if isinstance(answer, Recorded) else "Done.")
    return 0


def _plain(one: Taught, own: str, stands: Mapping[str, Footing]) -> dict[str, object]:
    from workflows.lessons.examples import lesson  # noqa: PLC0415 -- `--help` stays quick
    from workflows.trust.stages import waits  # noqa: PLC0415 -- as above

    seen = lesson(one, (own,))
    changes = [change.model_dump(mode="json") for change in seen.changes]
    at = waits(one.example, stands.get(one.example.playbook))
    told = one.example.model_dump(mode="json")
    return {**told, "waits": at, "digest": seen.digest, "changes": changes}


def _say(one: Taught, own: str, stands: Mapping[str, Footing]) -> None:
    from bot.cli.plain import line, moment  # noqa: PLC0415 -- `--help` stays quick
    from workflows.lessons.examples import lesson  # noqa: PLC0415 -- as above
    from workflows.trust.stages import waits  # noqa: PLC0415 -- as above

    example = one.example
    at = waits(example, stands.get(example.playbook)) if example.state == "on" else ""
    state = f"waits ({at})" if at else example.state
    say()
    say(f"{example.id}  {state}  {example.agent}  {example.playbook}, {example.step}")
    why = example.reason or "no reason given"
    say(f"  edited by {example.by} {moment(example.at)}, {why}, shown {example.shown} times")
    for change in lesson(one, (own,)).changes:
        say(f"  {change.field} before: {line(change.before.raw, 500)}")
        say(f"  {change.field} after:  {line(change.after.raw, 500)}")
