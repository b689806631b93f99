from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.jobs.tidying import Tidying
from tests.fakes.clock import MONDAY, FakeClock

if TYPE_CHECKING:
    from datetime import datetime


class Drawer:
    def __init__(self) -> None:
        self.asked: list[datetime] = []

    def forget(self, before: datetime) -> int:
        self.asked.append(before)
        return 0


def test_what_is_kept_for_doubles_goes_after_a_week() -> None:
    """Looked at once an hour, however often the clock ticks."""
    drawer, clock = Drawer(), FakeClock()
    clock.at = MONDAY
    tidying = Tidying(drawer, clock)
    for minutes in (0, 30, 59, 60, 61):
        clock.at = MONDAY + timedelta(minutes=minutes)
        tidying.tick()
    week = timedelta(days=7)
    assert drawer.asked == [MONDAY - week, MONDAY + timedelta(hours=1) - week]
