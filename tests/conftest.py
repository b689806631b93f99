"""What tests of every kind share: one Chromium for a whole run. A browser that is missing fails, it never skips."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from tests.postgres import Cluster

FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 -- most tests need no browser

    asked = os.environ.get("SAYSO_TEST_BROWSER")  # noqa: TID251 -- the run says where its browser is
    found = asked or shutil.which("chromium") or shutil.which("chromium-browser")
    if not found:
        pytest.fail("There is no Chromium. Install it, or name one in SAYSO_TEST_BROWSER.")
    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=found, args=list(FLAGS))
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A private server, started when the first test asks for it."""
    from tests.postgres import Cluster  # noqa: PLC0415 -- most tests need no server

    cluster = Cluster()
    yield cluster
    cluster.close()


@pytest.fixture(scope="session")
def postgres_template(postgres: Cluster) -> str:
    """Return a database with every table and nothing in it, to be copied."""
    from bot.storage.database import open_database  # noqa: PLC0415 -- most tests need no database
    from bot.storage.schema import upgrade  # noqa: PLC0415 -- as above
    from tests.postgres import APP  # noqa: PLC0415 -- as above

    name = postgres.new_database()
    made = open_database(postgres.url(name), "*")
    upgrade(made, APP)
    made.close()
    return name


@pytest.fixture
def postgres_url(postgres: Cluster, postgres_template: str) -> Iterator[str]:
    """Return this test's own database on PostgreSQL, as the application's role reaches it."""
    from tests.postgres import APP, drop  # noqa: PLC0415 -- most tests need no server

    name = postgres.new_database(postgres_template)
    yield postgres.url(name, APP)
    drop(postgres, [name])
