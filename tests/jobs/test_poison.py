"""A run that kills whoever works on it is parked, and a person is told."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from bot.jobs.performer import POISON
from tests.chaos.processes import Actor, cast
from tests.jobs.nodes import Scene, die_drafting

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.chaos

#: A lease of a minute is over in one second and a half.
RATE = 40.0


def test_a_run_that_kills_its_workers_is_parked_after_five_of_them(
    home: Path, database_url: str
) -> None:
    """Whichever way wake-ups travel: each death leaves a mark on the run, and the sixth worker gives it up."""
    scene = Scene(home=str(home), url=database_url, began=time.time(), rate=RATE)
    house = scene.open()
    run_id = house.start("letter", "poison")
    victim = Actor(die_drafting, scene)
    deaths = 0
    with cast([victim]):
        until = time.monotonic() + 90
        while not house.count("run WHERE state = 'failed'"):
            assert time.monotonic() < until, house.rows("state, attempts, data FROM run")
            if victim.alive:
                time.sleep(0.05)
                continue
            deaths += 1
            victim.start()
    assert deaths == POISON
    assert house.claimed(run_id) == POISON + 1
    (why,) = house.rows("data FROM run")[0]
    assert f"was begun {POISON} times and never finished" in why
    assert house.count("message WHERE subject = :subject", subject=f"run:{run_id}") == 1
    assert house.count("draft") == 0
    house.close()
