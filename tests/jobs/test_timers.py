"""Several schedulers and workers on one database: each timer rings once, and a dead worker is replaced."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from bot.jobs.core import LEASE
from tests.chaos.processes import Actor, cast, wait_for
from tests.jobs.house import ring_every_minute
from tests.jobs.nodes import Scene, hang_drafting, schedule, work

if TYPE_CHECKING:
    from pathlib import Path

    from tests.jobs.house import House

pytestmark = pytest.mark.chaos

TIMERS = 400
_WOKEN = "chain, count(*) FROM audit_event WHERE event = 'timer:run:woken' GROUP BY chain"


def test_each_timer_rings_once_whoever_looks_for_it(
    home: Path, hinted_url: str, scale: float
) -> None:
    """Two of four nodes keep the calendar; a minute is a second, and no minute is fired twice."""
    count = round(TIMERS * scale)
    ring_every_minute(home)
    scene = Scene(home=str(home), url=hinted_url, began=time.time(), rate=60.0)
    house = scene.open()
    nodes = [Actor(act, scene) for act in (schedule, schedule, work, work)]
    with cast(nodes):
        started = [house.start("alarm", f"timer {n}") for n in range(count)]
        wait_for(lambda: _done(house, "alarm") == count, 60 + count / 20, "every timer rings", 0.1)
        wait_for(lambda: _done(house, "minute") >= 3, 30, "the calendar's runs ring as well", 0.1)
    woken = dict(house.rows(_WOKEN))
    assert {f"run:{run_id}" for run_id in started} <= set(woken)
    assert set(woken.values()) == {1}
    _assert_every_minute_once(house)
    house.close()


def _done(house: House, playbook: str) -> int:
    return house.count("run WHERE state = 'done' AND playbook = :playbook", playbook=playbook)


def _assert_every_minute_once(house: House) -> None:
    """As many runs as fires, and as many entries as fires: no minute came twice."""
    fires = house.rows("at_local FROM fire")
    entries = house.count("audit_event WHERE event = 'timer:schedule:fired'")
    # The last one may be between the start of its run and its fire when the nodes are killed.
    assert house.count("run WHERE playbook = 'minute'") - len(fires) in {0, 1}
    assert entries == len(fires) == len(set(fires))


def test_a_worker_killed_in_the_middle_is_replaced_within_two_leases(
    home: Path, hinted_url: str, tmp_path: Path
) -> None:
    """Also when it has held its run longer than one lease before it died."""
    scene = Scene(home=str(home), url=hinted_url, began=time.time(), rate=15.0)
    house = scene.open()
    flag = tmp_path / "drafting"
    victim, heir = Actor(hang_drafting, scene, str(flag)), Actor(work, scene)
    with cast([victim]):
        run_id = house.start("letter", "takeover")
        wait_for(flag.exists, 30, "the first worker drafts")
        with cast([heir]):
            until = scene.clock.now().timestamp() + 1.5 * LEASE
            wait_for(lambda: scene.clock.now().timestamp() > until, 30, "the lease is renewed")
            assert house.claimed(run_id) == 1
            assert victim.kill()
            killed = scene.clock.now().timestamp()
            wait_for(lambda: house.count("draft"), 30, "another worker drafts")
            took = scene.clock.now().timestamp() - killed
    print(f"replaced after {took / LEASE:.2f} leases")  # noqa: T201 -- shown with -s
    assert took < 2 * LEASE
    assert house.claimed(run_id) == 2
    house.close()
