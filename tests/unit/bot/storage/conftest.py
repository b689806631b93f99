"""A migrated database per test, copied from one that was made once: on SQLite, and on PostgreSQL.

A test that asks for the file itself (`path`) is about SQLite and runs on it alone, as does a module with
`ONLY_SQLITE`.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from bot.storage.database import open_database
from bot.storage.schema import upgrade
from bot.storage.store import SqlStore
from tests.fakes.clock import FakeClock
from tests.fakes.ids import FakeIds
from workflows.playbook import Playbook

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.storage.database import Database


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file with every table and nothing in them."""
    path = tmp_path_factory.mktemp("migrated") / "empty.db"
    made = open_database(f"sqlite:///{path}")
    upgrade(made)
    made.close()
    return path


@pytest.fixture
def path(migrated: Path, tmp_path: Path) -> Path:
    """Return this test's own database file."""
    return shutil.copy(migrated, tmp_path / "sayso.db")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what needs a database on both."""
    if "dialect" in metafunc.fixturenames:
        only = "path" in metafunc.fixturenames or hasattr(metafunc.module, "ONLY_SQLITE")
        metafunc.parametrize("dialect", ["sqlite"] if only else ["sqlite", "postgresql"])


@pytest.fixture
def database(dialect: str, request: pytest.FixtureRequest) -> Iterator[Database]:
    """Return this test's own database."""
    if dialect == "sqlite":
        opened = open_database(f"sqlite:///{request.getfixturevalue('path')}")
    else:
        opened = open_database(request.getfixturevalue("postgres_url"))
    yield opened
    opened.close()


@pytest.fixture
def clock() -> FakeClock:
    """Return a clock set to Monday morning."""
    return FakeClock()


@pytest.fixture
def woken() -> list[tuple[str, object]]:
    """Return the wake-ups that were asked for."""
    return []


@pytest.fixture
def store(database: Database, clock: FakeClock, woken: list[tuple[str, object]]) -> SqlStore:
    """Return the store on this test's database."""
    return SqlStore(
        database,
        wake=lambda _connection, run_id, at: woken.append((run_id, at)),
        clock=clock,
        ids=FakeIds(),
        load=Playbook.model_validate_json,
    )
