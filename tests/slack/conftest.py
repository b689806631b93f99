"""Fixtures of the user stories: the sample company at work, on a Monday morning."""

from __future__ import annotations

import shutil
from datetime import date
from typing import TYPE_CHECKING

import pytest

from bot.sample import write_sample
from bot.storage.database import open_database
from bot.storage.schema import upgrade
from tests.fakes.clock import FakeClock
from tests.slack.office import LEE, SALES, Office

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import Any


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the sample company as it stands on Monday 23 November 2026, with an empty database."""
    home = tmp_path_factory.mktemp("sample")
    write_sample(home, date(2026, 11, 23))
    database = open_database(f"sqlite:///{home / 'sayso.db'}")
    upgrade(database)
    database.close()
    return home


@pytest.fixture
def home(sample: Path, tmp_path: Path) -> Path:
    """Return a company folder of this test's own."""
    return shutil.copytree(sample, tmp_path / "company")


@pytest.fixture
def opened(home: Path) -> Iterator[Callable[..., Office]]:
    """Return what opens the company's office; every office is closed at the end."""
    offices: list[Office] = []

    def open_office(**ports: Any) -> Office:
        offices.append(Office(home, FakeClock(), **ports))
        return offices[-1]

    yield open_office
    for office in offices:
        office.stop()


@pytest.fixture
def office(opened: Callable[..., Office]) -> Office:
    """Return the company at work."""
    return opened()


@pytest.fixture
def card(office: Office) -> dict[str, Any]:
    """Return the card of a follow-up Lee has started, open in #sales."""
    office.command(LEE, "/playbook quote-follow-up Q-1043")
    return office.newest(SALES)
