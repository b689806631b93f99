"""PostgreSQL crashes, freezes and breaks off while people press: nothing is lost, nothing counts twice."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from tests.chaos.clock import dice
from tests.chaos.databases import Servers, name_of
from tests.chaos.house import write_company
from tests.chaos.play import Play
from tests.chaos.processes import wait_for
from tests.chaos.proxy import Proxy
from tests.chaos.storm import Stage
from tests.postgres import Cluster

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from random import Random

#: Faults, and presses for each of them to hit.
FAULTS, PRESSES = 10, 400
#: How fast the clock runs; slower than where processes die, since a frozen server takes its time.
RATE = 10.0


@pytest.fixture
def servers() -> Iterator[Servers]:
    """Return a server that may be stopped."""
    cluster = Cluster()
    yield Servers.of(cluster)
    cluster.close()


class _Weather:
    """Everything that can happen to a server and the wire to it."""

    def __init__(self, cluster: Cluster, wire: Proxy, database: str, chance: Random) -> None:
        self._cluster, self._wire, self._name, self._chance = cluster, wire, database, chance

    def strike(self) -> str:
        """Let something happen; return what."""
        what = self._chance.choice(
            (self.crash, self.freeze, self.end_sessions, self.cut_commit, self.break_wires)
        )
        what()
        return what.__name__

    def crash(self) -> None:
        self._cluster.stop()
        time.sleep(self._chance.uniform(0.0, 1.0))  # the fault itself
        self._cluster.start()

    def freeze(self) -> None:
        self._cluster.pause()
        time.sleep(self._chance.uniform(0.5, 4.0))  # the fault itself
        self._cluster.resume()

    def end_sessions(self) -> None:
        self._cluster.cut(self._name)

    def cut_commit(self) -> None:
        self._wire.cut_next(self._chance.choice(("before", "after")))

    def break_wires(self) -> None:
        self._wire.cut_all()


def test_no_press_is_lost_or_applied_twice_when_the_server_fails(
    tmp_path: Path, servers: Servers, scale: float, seed: int
) -> None:
    """Whoever got an answer can rely on it, whatever the database went through; nobody restarts the bot."""
    cluster, url = servers.cluster, servers.new()
    wire = Proxy(cluster.port)
    stage = Stage(
        home=str(write_company(tmp_path / "company")),
        database=url.replace(str(cluster.port), str(wire.port)),
        began=time.time(),
        rate=RATE,
        seed=seed,
    )
    play, faults = Play(stage, round(PRESSES * scale)), round(FAULTS * scale)
    weather = _Weather(cluster, wire, name_of(url), dice(seed, "weather"))

    with play.going_on():
        struck = _storm(play, weather.strike, dice(seed, "moments"), faults)
        wire.cut_next(None)
    case = play.case()

    told = {name: struck.count(name) for name in sorted(set(struck))}
    print(f"{len(case.acks)} acks, {len(case.effects)} effects, {told}, {wire.cuts} commits cut")  # noqa: T201 -- shown with -s
    assert case.verdict() == []
    assert len(struck) >= faults
    assert len({ack.key for ack in case.acks}) == play.presses
    play.assert_verified()
    wire.close()


def _storm(play: Play, strike: Callable[[], str], chance: Random, faults: int) -> list[str]:
    struck: list[str] = []
    wait_for(lambda: play.is_begun, 60, "everybody is at work", 0.1)
    until = time.monotonic() + 120 + faults * 10 + play.presses * 0.2
    while not play.is_through or len(struck) < faults:
        assert time.monotonic() < until, play.progress
        time.sleep(chance.uniform(0.3, 1.5))  # the fault itself: a random moment
        struck.append(strike())
        assert not play.fallen, "somebody gave up; a database that is away is no reason to"
    return struck
