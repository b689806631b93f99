"""Where two workspaces share one database: a file, and PostgreSQL as the application's role reaches it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from bot.storage.database import open_database
from bot.storage.schema import upgrade
from tests.postgres import OWNER
from tests.slack.conftest import card, home, office, opened, sample

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.storage.database import Database
    from tests.postgres import Cluster

__all__ = ["card", "home", "office", "opened", "sample"]


@dataclass(frozen=True)
class Shared:
    """A database of two workspaces."""

    #: How the application reaches it.
    url: str
    #: A look at everything, whoever it belongs to.
    whole: Database


@pytest.fixture(params=["sqlite", "postgresql"])
def shared(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shared]:
    """Return an empty database."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/sayso.db"
        whole = open_database(url)
        upgrade(whole)
    else:
        url = request.getfixturevalue("postgres_url")
        cluster: Cluster = request.getfixturevalue("postgres")
        whole = open_database(cluster.url(url.rpartition("/")[2], OWNER), "*")
    yield Shared(url, whole)
    whole.close()
