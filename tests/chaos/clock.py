"""Clocks for faults: one that runs faster than the machine's and agrees in every process."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from tests.fakes.clock import MONDAY


class FastClock:
    """The `Clock` port, `rate` times as fast since `began` (seconds since 1970): a lease of 60 s passes in a few.

    Every process that is given the same two numbers reads the same time.
    """

    def __init__(self, began: float, rate: float) -> None:
        self._began, self._rate = began, rate

    def now(self) -> datetime:
        return MONDAY + timedelta(seconds=(time.time() - self._began) * self._rate)


def real_now() -> datetime:
    """Return the machine's time."""
    return datetime.fromtimestamp(time.time(), UTC)
