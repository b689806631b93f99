"""kill -9 at random: no acknowledged press is lost, none is applied twice, and the log verifies."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from typing import TYPE_CHECKING

from bot.storage.audit_export import export_jsonl
from bot.storage.audit_verify import verify, verify_file
from tests.chaos.checker import Ack, Case, Effect
from tests.chaos.clock import dice
from tests.chaos.house import journals, open_house, write_company
from tests.chaos.processes import Actor, cast, wait_for
from tests.chaos.storm import Stage, press, work

if TYPE_CHECKING:
    from pathlib import Path

PRESSES, KILLS = 5_000, 15
#: How fast the clock runs: a lease of 60 s is over in 4.
RATE = 15.0
CLIENTS = ("left", "right")


def test_no_press_is_lost_or_applied_twice_when_processes_are_killed(
    tmp_path: Path, scale: float, seed: int
) -> None:
    """Whoever got an answer can rely on it, and nothing leaves twice, whenever the machine kills a process."""
    home = write_company(tmp_path / "company")
    stage = Stage(home=str(home), began=time.time(), rate=RATE, seed=seed)
    open_house(home, stage.clock).foundation.close()
    presses, kills = round(PRESSES * scale), round(KILLS * scale)
    workers = [Actor(work, stage) for _ in range(2)]
    clients = [Actor(press, stage, name, presses // 2) for name in CLIENTS]

    with cast([*workers, *clients]):
        hits = _storm(stage, workers, clients, kills)
        wait_for(lambda: _under_way(home) == 0, 120 * max(scale, 1.0), "the last effects", 0.1)
    case = _case(stage)

    told = f"{len(case.acks)} acks, {len(case.effects)} effects, {hits} kills"
    print(f"{told}, {_found_begun(case)} in the middle of a step")  # noqa: T201 -- shown with -s
    assert case.verdict() == []
    assert hits >= kills
    assert len({ack.key for ack in case.acks}) == presses
    _assert_verified(stage, tmp_path / "audit.jsonl")


def _storm(stage: Stage, workers: list[Actor], clients: list[Actor], kills: int) -> int:
    """Kill somebody at random moments of the play, and until there were enough; return how often."""
    chance = dice(stage.seed, "kills")
    victims = [*workers, *clients]
    until = time.monotonic() + 60 + kills * 4
    while not _through(stage) or sum(each.kills for each in victims) < kills:
        assert time.monotonic() < until, _progress(stage)
        time.sleep(chance.uniform(0.4, 2.0))  # the fault itself: a random moment
        victim = chance.choice([*workers, *workers, *clients])
        if victim.kill():
            victim.start()
    return sum(each.kills for each in victims)


def _through(stage: Stage) -> bool:
    return all(stage.curtain(name).exists() for name in CLIENTS)


def _progress(stage: Stage) -> str:
    return ", ".join(f"{name}: {len(Ack.read(stage.history(name)))} acks" for name in CLIENTS)


def _under_way(home: Path) -> int:
    with closing(sqlite3.connect(home / "sayso.db", timeout=30)) as connection:
        states = "('working', 'holding')"
        return connection.execute(f"select count(*) from run where state in {states}").fetchone()[0]  # noqa: S608 -- fixed words


def _case(stage: Stage) -> Case:
    kept = journals(stage.path)
    return Case(
        acks=[ack for name in CLIENTS for ack in Ack.read(stage.history(name))],
        effects=[effect for journal in kept.values() for effect in Effect.read(journal)],
        database=stage.path / "sayso.db",
        doubtful=["by-none.send"],
    )


def _found_begun(case: Case) -> int:
    """Count the claims that found a step begun by a worker that was killed in the middle of it."""
    return sum(entry.head.get("earlier") == "intent" for entry in case.entries)


def _assert_verified(stage: Stage, export: Path) -> None:
    """The program's own verification agrees, in the database and in an export that has left it."""
    database = open_house(stage.path, stage.clock).foundation.database
    with export.open("w") as out:
        export_jsonl(database, out)
    assert verify(database, against=export).ok
    assert verify_file(export).ok
    database.close()
