"""`sayso runs replay`: decide runs again from the log, and say whether they come to the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.output import Json, as_json, complain, progress, say, table

if TYPE_CHECKING:
    from bot.app import Foundation
    from workflows.past.replay import Replay
    from workflows.ports import JsonObject

Which = Annotated[
    str, typer.Argument(metavar="[RUN]", help="A run's id, or how it begins; or its subject.")
]
All = Annotated[bool, typer.Option("--all", help="Every run there is.")]


def replay(run_id: Which = "", every: All = False, json: Json = False) -> int:
    """Decide a run again from its audit entries, and compare: entry by entry, and with the database at the end.

    Exits with 1 when an entry does not follow from those before it. Nothing is written, sent or asked.
    """
    from bot.app import found  # noqa: PLC0415 -- `--help` stays quick
    from bot.settings import read_settings  # noqa: PLC0415 -- as above
    from workflows.errors import BadInput  # noqa: PLC0415 -- as above

    if bool(run_id) == every:
        raise BadInput(field="sayso runs replay", problem="name one run, or say --all.")
    house = found(read_settings())
    try:
        return _every(house, json=json) if every else _one(house, run_id, json=json)
    finally:
        house.close()


def _one(house: Foundation, wanted: str, *, json: bool) -> int:
    from bot.release import release  # noqa: PLC0415 -- `--help` stays quick
    from bot.storage.pasts import Pasts  # noqa: PLC0415 -- as above
    from workflows.errors import BadInput  # noqa: PLC0415 -- as above

    run = house.lookup.run(wanted)
    if run is None:
        problem = "there is no such run, or several begin so. sayso runs list shows them."
        raise BadInput(field=wanted, problem=problem)
    again = Pasts(house.store, release()).replayed(run.id)
    if json:
        as_json(_plain(run.id, again))
    else:
        _tell(house, again)
    return 1 if again.difference else 0


def _tell(house: Foundation, again: Replay) -> None:
    from bot.cli.plain import line, moment, who  # noqa: PLC0415 -- `--help` stays quick

    company = house.folder.company()
    rows = [
        [
            str(turn.seq),
            moment(turn.at),
            turn.asked,
            who(turn.actor, company),
            f"{turn.state} at {turn.step or '-'}",
            turn.draft,
        ]
        for turn in again.turns
    ]
    if rows:
        table(["ENTRY", "WHEN", "ASKED", "BY", "THEN THE RUN IS", "ITS DRAFT"], rows)
        say()
    if again.difference:
        complain(line(again.words, 600))
    else:
        say(line(again.words, 600))


def _every(house: Foundation, *, json: bool) -> int:
    from bot.cli.opening import counted  # noqa: PLC0415 -- `--help` stays quick
    from bot.cli.plain import line  # noqa: PLC0415 -- as above
    from bot.release import release  # noqa: PLC0415 -- as above
    from bot.storage.pasts import Pasts  # noqa: PLC0415 -- as above

    pasts, runs = Pasts(house.store, release()), 0
    told: list[tuple[str, Replay]] = []
    with progress("Replaying runs") as count:
        for runs, run_id in enumerate(pasts.runs(), start=1):
            again = pasts.replayed(run_id)
            count(runs)
            if again.difference or again.gap:
                told.append((run_id, again))
    differ = sum(again.difference is not None for _, again in told)
    if json:
        numbers = {"runs": runs, "same": runs - len(told), "differ": differ}
        as_json({**numbers, "told": [_plain(*each) for each in told]})
        return 1 if differ else 0
    for run_id, again in told:
        say(line(f"{run_id}: {again.words}", 600))
    parts = f"{runs - len(told):,} the same, {len(told) - differ:,} as far as it goes"
    say(f"{counted(runs, 'run', 'runs')}: {parts}, {differ:,} not the same.")
    return 1 if differ else 0


def _plain(run_id: str, again: Replay) -> JsonObject:
    return {
        "run": run_id,
        "same": again.difference is None,
        "words": again.words,
        "difference": again.difference.model_dump(mode="json") if again.difference else None,
        "from_here_on_unknown": again.gap.model_dump(mode="json") if again.gap else None,
        "erased": [*again.erased],
        "turns": [turn.model_dump(mode="json") for turn in again.turns],
    }
