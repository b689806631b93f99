"""Faults are injected for real: processes, signals, sockets, locks and full disks. Every test here prints its seed."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import pytest

from tests.chaos.databases import Files, Servers
from tests.chaos.house import close_houses

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.chaos.databases import Databases


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let somebody run the long form by hand: `pytest tests/chaos --chaos-scale 20`."""
    group = parser.getgroup("chaos")
    group.addoption("--chaos-scale", type=float, default=1.0, help="how many times the usual size")
    group.addoption("--chaos-seed", type=int, default=None, help="the seed of an earlier run")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder injects faults, and is marked so."""
    for item in items:
        if "tests/chaos" in item.path.as_posix():
            item.add_marker(pytest.mark.chaos)


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    """Leave no connection open: it would fail whichever test runs when it is found."""
    yield
    close_houses()


@pytest.fixture
def scale(request: pytest.FixtureRequest) -> float:
    """Return how many times the usual size is asked for."""
    return request.config.getoption("--chaos-scale", 1.0)


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """Return the seed; it is printed, and shown when the test fails."""
    given = request.config.getoption("--chaos-seed", None)
    chosen = secrets.randbelow(2**32) if given is None else given
    print(f"--chaos-seed {chosen}")  # noqa: T201 -- pytest shows it when the test fails
    return chosen


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def databases(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Databases:
    """Return what makes databases, of one kind after the other."""
    if request.param == "sqlite":
        return Files(tmp_path_factory.mktemp("files"))
    cluster = request.getfixturevalue("postgres")
    return Servers(cluster, request.getfixturevalue("postgres_template"))


@pytest.fixture
def database_url(databases: Databases) -> Iterator[str]:
    """Return an empty database of this test's own."""
    url = databases.new()
    yield url
    databases.drop(url)
