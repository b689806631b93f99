"""Carriers are tried on real databases: a SQLite file, and a private PostgreSQL with the tables of hints."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.storage import job_tables
from bot.storage.database import open_database
from tests.jobs.house import write_company
from tests.postgres import APP

if TYPE_CHECKING:
    from pathlib import Path

    from tests.postgres import Cluster


def add_job_tables(cluster: Cluster, name: str) -> None:
    """Make the tables of hints as the owner does, and let the application use them."""
    owner = open_database(cluster.url(name))
    with owner.restructure() as connection:
        job_tables.apply(connection)
        job_tables.grant(connection, APP)
    owner.close()


@pytest.fixture
def hinted_url(postgres: Cluster, postgres_url: str) -> str:
    """Return a PostgreSQL database in which hints can be sent."""
    add_job_tables(postgres, postgres_url.rpartition("/")[2])
    return postgres_url


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return the company's folder."""
    return write_company(tmp_path / "company")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, home: Path) -> str:
    """Return a database of each kind: the embedded carrier works on the one, the distributed on the other."""
    if request.param == "sqlite":
        return f"sqlite:///{home / 'sayso.db'}"
    return request.getfixturevalue("hinted_url")


@pytest.fixture
def scale(request: pytest.FixtureRequest) -> float:
    """Return how many times the usual size is asked for (`--chaos-scale`, of the fault tests)."""
    return request.config.getoption("--chaos-scale", 1.0)
