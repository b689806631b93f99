"""A migrated database file per test, copied from one that was made once."""

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


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    """Return this test's own database."""
    opened = open_database(f"sqlite:///{path}")
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
