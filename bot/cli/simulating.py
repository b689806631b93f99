"""`sayso playbook simulate`: what a version of a playbook would have done with what really happened."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.output import Json, as_json, progress, say, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.app import Foundation
    from workflows.past.replay import Replay
    from workflows.playbook import Playbook
    from workflows.ports import JsonObject

Which = Annotated[str, typer.Argument(metavar="NAME|FILE", help="A playbook's name, or a file.")]
Since = Annotated[str, typer.Option(help="How far back: like 12h, 30d or 8w, or a day in UTC.")]

_BACK = re.compile(r"([1-9][0-9]{0,3})\s*([hdw])")
_UNITS = {"h": "hours", "d": "days", "w": "weeks"}


def simulate(which: Which, since: Since = "30d", json: Json = False) -> int:
    """Show what a playbook would have done with the runs that really were, beside what was done.

    Nothing is written, sent or asked of a model: what was read, written, decided and seen comes from the audit log.
    """
    from bot.app import found  # noqa: PLC0415 -- `--help` stays quick
    from bot.cli.reading import reader  # noqa: PLC0415 -- as above
    from bot.settings import read_settings  # noqa: PLC0415 -- as above

    settings = read_settings()
    playbook = reader(settings).book(which)
    house = found(settings)
    try:
        rows = _simulated(house, playbook, begin(since, house.clock.now()))
    finally:
        house.close()
    if json:
        as_json({"playbook": playbook.playbook, "version": playbook.version, "runs": rows})
    else:
        _tell(rows)
    return 0


def begin(since: str, now: datetime) -> datetime:
    """Return when to begin. Raises `BadInput`."""
    if match := _BACK.fullmatch(since.strip()):
        return now - timedelta(**{_UNITS[match[2]]: int(match[1])})
    from workflows.errors import BadInput  # noqa: PLC0415 -- `--help` stays quick

    try:
        day = datetime.fromisoformat(since.strip())
    except ValueError as error:
        raise BadInput(field="--since", problem="write it like 30d, 12h or 2026-11-01.") from error
    return day if day.tzinfo else day.replace(tzinfo=now.tzinfo)


def _simulated(house: Foundation, playbook: Playbook, since: datetime) -> list[JsonObject]:
    from bot.release import release  # noqa: PLC0415 -- `--help` stays quick
    from bot.storage.audit_search import Filters, search  # noqa: PLC0415 -- as above
    from bot.storage.pasts import Pasts  # noqa: PLC0415 -- as above

    newest = search(house.database, Filters(limit=1), ws=house.store.ws)
    until = newest[-1].ts if newest else since
    pasts = Pasts(house.store, release())
    rows: list[JsonObject] = []
    with progress("Simulating runs") as count:
        for number, run_id in enumerate(pasts.runs(playbook.playbook, since), start=1):
            rows.append({"run": run_id, **_row(pasts.replayed(run_id), playbook, until)})
            count(number)
    return rows


def _row(again: Replay, playbook: Playbook, until: datetime) -> JsonObject:
    from workflows.past.course import changes, course  # noqa: PLC0415 -- `--help` stays quick
    from workflows.past.simulation import simulate as simulated  # noqa: PLC0415 -- as above

    lost = again.difference or again.gap
    run = again.standing.run
    if lost or run is None:
        why = lost.words if lost else "it has no entries"
        return {"subject": "", "started": "", "known": False, "changes": [f"can't be known: {why}"]}
    was, would = course(again.standing), simulated(again, playbook, until)
    found = changes(was, would)
    return {
        "subject": run.subject.raw,
        "started": run.created_at.isoformat(),
        "known": True,
        "was": was.model_dump(mode="json"),
        "would": would.model_dump(mode="json"),
        "words": [was.words, would.words],
        "changes": [*found],
    }


def _tell(rows: Sequence[JsonObject]) -> None:
    from bot.cli.opening import counted  # noqa: PLC0415 -- `--help` stays quick
    from bot.cli.plain import line  # noqa: PLC0415 -- as above

    if not rows:
        say("No run of this playbook was started since then.")
        return
    firsts = Counter(_first(row) for row in rows)
    shown = [[_text(row, "subject", 24), _started(row), _was(row), _first(row)] for row in rows]
    table(["SUBJECT", "STARTED", "WAS", "WOULD BE"], shown)
    say()
    same = firsts.pop("the same", 0)
    others = [f"{number} {words}" for words, number in firsts.most_common()]
    say(
        line(
            f"Of {counted(len(rows), 'run', 'runs')}: {', '.join([f'{same} the same', *others])}.",
            1000,
        )
    )


def _first(row: JsonObject) -> str:
    from bot.cli.plain import line  # noqa: PLC0415 -- `--help` stays quick

    found = row["changes"]
    return line(str(found[0]), 120) if isinstance(found, list) and found else "the same"


def _was(row: JsonObject) -> str:
    from bot.cli.plain import line  # noqa: PLC0415 -- `--help` stays quick

    words = row.get("words")
    return line(str(words[0]), 60) if isinstance(words, list) else "?"


def _started(row: JsonObject) -> str:
    return str(row["started"])[:16].replace("T", " ")


def _text(row: JsonObject, name: str, most: int) -> str:
    from bot.cli.plain import line  # noqa: PLC0415 -- `--help` stays quick

    return line(str(row[name]), most)
