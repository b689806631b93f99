"""The database says which carrier moves the runs."""

from __future__ import annotations

import pytest

from bot.clock import SystemClock
from bot.jobs.carrier import carrier_of
from bot.jobs.distributed import Distributed, queue_of
from bot.jobs.embedded import Embedded


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("sqlite:////srv/sayso.db", Embedded),
        ("postgresql://sayso@db/sayso", Distributed),
        ("postgresql+psycopg://sayso@db/sayso", Distributed),
    ],
)
def test_the_carrier_fits_the_database(url: str, kind: type) -> None:
    """Threads of one process on SQLite, many machines on PostgreSQL."""
    assert type(carrier_of(url, ws="local", workers=2, now=SystemClock().now)) is kind


@pytest.mark.parametrize("ws", ["local", "T0123456789", "E" * 37, "E" * 38, "é" * 30, ""])
def test_the_name_of_a_channel_is_never_too_long_for_postgresql(ws: str) -> None:
    """Else telling would fail, and every press with it."""
    channel = f"procrastinate_queue_v1#{queue_of(ws)}"
    assert len(channel.encode()) <= 63


def test_no_two_workspaces_share_a_queue() -> None:
    """Neither short names nor long ones."""
    names = ["T-1", "T-2", "E" * 80, "E" * 81]
    assert len({queue_of(name) for name in names}) == len(names)
