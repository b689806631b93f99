"""Machines whose clocks disagree read the time of the database they share."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.clock import MovableClock, SystemClock
from bot.storage.clock import DatabaseClock
from bot.storage.database import open_database

if TYPE_CHECKING:
    from tests.postgres import Cluster


def test_two_machines_whose_clocks_are_an_hour_apart_agree(postgres: Cluster) -> None:
    """One is right, one is an hour ahead; both say what PostgreSQL says."""
    database = open_database(postgres.url(postgres.new_database()))
    right = DatabaseClock(database, machine=SystemClock())
    ahead = DatabaseClock(database, machine=MovableClock(timedelta(hours=1)))
    assert abs(ahead.ahead + timedelta(hours=1)) < timedelta(seconds=0.5)
    first, second, third = right.now(), ahead.now(), right.now()
    assert abs(second - first) < timedelta(seconds=0.5)
    assert abs(third - second) < timedelta(seconds=0.5)
    assert right.now().utcoffset() == timedelta(0)
    database.close()
