"""The company at work on a PostgreSQL of its own, at the other end of a wire: fixtures, and how people press there."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest

from bot.crash import Boundary
from tests.chaos.databases import Servers
from tests.chaos.office import FOLLOW_UP, OfficeOn
from tests.chaos.processes import wait_for
from tests.chaos.proxy import Proxy
from tests.chaos.watched import Watched
from tests.fakes.clock import FakeClock
from tests.postgres import Cluster
from tests.slack.conftest import sample
from tests.slack.office import NOA, SALES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.chaos.proxy import Cut

Json = dict[str, Any]

__all__ = ["card", "cluster", "office", "sample", "servers", "wire"]

#: Seconds within which presses count again once the database is back, without a restart of anything.
BACK = 10.0


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    """Return a server of this file's own: it is stopped, frozen and filled here."""
    cluster = Cluster()
    yield Servers.of(cluster)
    cluster.close()


@pytest.fixture
def cluster(servers: Servers) -> Cluster:
    """Return the server."""
    return servers.cluster


@pytest.fixture
def wire(cluster: Cluster) -> Iterator[Proxy]:
    """Return the wire between the bot and its database."""
    made = Proxy(cluster.port)
    yield made
    made.close()


@pytest.fixture
def office(sample: Path, tmp_path: Path, servers: Servers, wire: Proxy) -> Iterator[OfficeOn]:
    """Return the company at work on a database of its own, at the other end of the wire."""
    home, url = shutil.copytree(sample, tmp_path / "company"), servers.new()
    made = OfficeOn(home, FakeClock(), url.replace(str(servers.cluster.port), str(wire.port)))
    yield made
    made.stop()
    servers.drop(url)


@pytest.fixture
def card(office: OfficeOn) -> Json:
    """Return the card of a follow-up Ida has started, open in #sales."""
    office.command("U01IDA", FOLLOW_UP.line)
    return office.newest(SALES)


def approve(office: OfficeOn, card: Json, person: str = NOA) -> Watched:
    return Watched(office, person, office.pressing(person, card, "approve"))


def assert_counts_again(office: OfficeOn, card: Json) -> None:
    """Press as people do, until it counts; nobody restarts anything."""

    def pressed() -> bool:
        press = approve(office, card)
        press.wait()
        return press.acked

    wait_for(pressed, BACK, "a press counts", 0.1)
    assert office.draft().signers == (NOA,)


class Cutter:
    """Breaks the wire at the n-th commit that wrote something."""

    def __init__(self, wire: Proxy, cut: Cut, at: int) -> None:
        self._wire, self._cut, self._at = wire, cut, at
        self.seen = 0

    def __call__(self, boundary: Boundary) -> None:
        if boundary is not Boundary.WRITTEN:
            return
        self.seen += 1
        if self.seen == self._at:
            self._wire.cut_next(self._cut)
