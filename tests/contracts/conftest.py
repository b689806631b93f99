"""The stores: the fake in memory and each real database alike. A further database is one more parameter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.storage.database import open_database
from bot.storage.schema import upgrade
from bot.storage.store import SqlStore
from tests.fakes.clock import FakeClock
from tests.fakes.ids import FakeIds
from tests.fakes.store import FakeStore
from workflows.playbook import Playbook

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from workflows.ports import Store


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """Return an empty store."""
    if request.param == "memory":
        yield FakeStore()
        return
    if request.param == "sqlite":
        database = open_database(f"sqlite:///{tmp_path}/sayso.db")
        upgrade(database)
    else:
        database = open_database(request.getfixturevalue("postgres_url"))
    yield SqlStore(
        database,
        wake=lambda *_: None,
        clock=FakeClock(),
        ids=FakeIds(),
        load=Playbook.model_validate_json,
    )
    database.close()
