"""Four processes keep one calendar and some of them die: each timer rings once, each minute starts one run."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from bot.jobs.core import LEASE
from bot.storage.audit_verify import verify
from tests.chaos.clock import dice
from tests.chaos.outsider import rows, value
from tests.chaos.processes import Actor, cast, wait_for
from tests.jobs.house import ring_every_minute, write_company
from tests.jobs.nodes import Scene, hang_drafting, schedule, work

if TYPE_CHECKING:
    from pathlib import Path

    from tests.jobs.house import House

TIMERS, KILLS = 200, 6
#: A minute of the play is a second.
RATE = 60.0


def _scene(folder: Path, url: str, rate: float) -> Scene:
    home = write_company(folder / "company")
    ring_every_minute(home)
    return Scene(home=str(home), url=url, began=time.time(), rate=rate)


def test_each_timer_rings_once_though_processes_die(
    tmp_path: Path, database_url: str, scale: float, seed: int
) -> None:
    """Two keep the calendar and two work; any of them is killed, and none is missed by the others."""
    timers, kills = round(TIMERS * scale), round(KILLS * scale)
    scene = _scene(tmp_path, database_url, RATE)
    house = scene.open()
    nodes = [Actor(act, scene) for act in (schedule, schedule, work, work)]
    with cast(nodes):
        started = [house.start("alarm", f"timer {n}") for n in range(timers)]
        _kill(nodes, kills, seed)
        patience = 60 + timers / 10
        wait_for(lambda: _done(database_url) == timers, patience, "every timer rings", 0.1)
    _assert_once(database_url, started)
    assert sum(node.kills for node in nodes) >= kills
    assert verify(house.foundation.database).ok
    house.foundation.close()


def _kill(nodes: list[Actor], kills: int, seed: int) -> None:
    chance = dice(seed, "nodes")
    for _ in range(kills):
        time.sleep(chance.uniform(0.2, 0.8))  # the fault itself: a random moment
        victim = chance.choice(nodes)
        victim.kill()
        victim.start()


def _done(url: str) -> int:
    sql = "select count(*) from run where state = 'done' and playbook = 'alarm'"
    return value(url, sql)


def _assert_once(url: str, started: list[str]) -> None:
    """Each timer's run was woken once, and no minute of the calendar was fired twice."""
    sql = "select chain, count(*) as times from audit_event where event = ? group by chain"
    woken = {row["chain"]: row["times"] for row in rows(url, sql, ["timer:run:woken"])}
    assert {f"run:{run_id}" for run_id in started} <= woken.keys()
    assert set(woken.values()) == {1}
    fires = [row["at_local"] for row in rows(url, "select at_local from fire")]
    entries = value(url, "select count(*) from audit_event where event = 'timer:schedule:fired'")
    minutes = value(url, "select count(*) from run where playbook = 'minute'")
    assert len(fires) == len(set(fires)) == entries
    # The last one may be between the start of its run and its fire when everybody is killed.
    assert minutes - len(fires) in {0, 1}


def test_who_dies_in_the_middle_of_a_step_is_replaced_within_two_leases(
    tmp_path: Path, database_url: str
) -> None:
    """Another process on the same database takes the run over, once the dead one's lease is out."""
    scene = _scene(tmp_path, database_url, 15.0)
    house, flag = scene.open(), tmp_path / "drafting"
    victim, heir = Actor(hang_drafting, scene, str(flag)), Actor(work, scene)
    with cast([victim]):
        run_id = house.start("letter", "takeover")
        wait_for(flag.exists, 30, "the first process drafts")
        with cast([heir]):
            assert victim.kill()
            killed = scene.clock.now().timestamp()
            wait_for(lambda: _drafts(house), 30, "another one drafts")
            took = scene.clock.now().timestamp() - killed
    print(f"replaced after {took / LEASE:.2f} leases")  # noqa: T201 -- shown with -s
    assert took < 2 * LEASE
    assert house.claimed(run_id) == 2
    house.foundation.close()


def _drafts(house: House) -> int:
    return house.count("draft")
