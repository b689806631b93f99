"""kill -9 at random: no acknowledged press is lost, none is applied twice, and the log verifies."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tests.chaos.clock import dice
from tests.chaos.house import write_company
from tests.chaos.play import Play
from tests.chaos.storm import Stage

if TYPE_CHECKING:
    from pathlib import Path

    from tests.chaos.checker import Case
    from tests.chaos.databases import Databases

KILLS = 15
#: A server answers a press in more round trips than a file does.
PRESSES = {"sqlite": 5_000, "postgresql": 2_000}
#: How fast the clock runs: a lease of 60 s is over in 4.
RATE = 15.0


def test_no_press_is_lost_or_applied_twice_when_processes_are_killed(
    tmp_path: Path, databases: Databases, database_url: str, scale: float, seed: int
) -> None:
    """Whoever got an answer can rely on it, and nothing leaves twice, whenever the machine kills a process."""
    home = write_company(tmp_path / "company")
    stage = Stage(home=str(home), database=database_url, began=time.time(), rate=RATE, seed=seed)
    play = Play(stage, round(PRESSES[databases.kind] * scale))
    kills = round(KILLS * scale)

    with play.going_on():
        hits = _storm(play, kills)
    case = play.case()

    told = f"{len(case.acks)} acks, {len(case.effects)} effects, {hits} kills"
    print(f"{told}, {_found_begun(case)} in the middle of a step")  # noqa: T201 -- shown with -s
    assert case.verdict() == []
    assert hits >= kills
    assert len({ack.key for ack in case.acks}) == play.presses
    play.assert_verified()


def _storm(play: Play, kills: int) -> int:
    """Kill somebody at random moments of the play, and until there were enough; return how often."""
    chance = dice(play.stage.seed, "kills")
    everybody = [*play.workers, *play.clients]
    until = time.monotonic() + 60 + kills * 4 + play.presses * 0.1
    while not play.is_through or sum(each.kills for each in everybody) < kills:
        assert time.monotonic() < until, play.progress
        time.sleep(chance.uniform(0.4, 2.0))  # the fault itself: a random moment
        victim = chance.choice([*play.workers, *everybody])
        if victim.kill():
            victim.start()
    return sum(each.kills for each in everybody)


def _found_begun(case: Case) -> int:
    """Count the claims that found a step begun by a worker that was killed in the middle of it."""
    return sum(entry.head.get("earlier") == "intent" for entry in case.entries)
