"""Time and chance for faults: a clock that runs faster than the machine's, and dice that fall the same again."""

from __future__ import annotations

import random
import time
from datetime import datetime, timedelta

from tests.fakes.clock import MONDAY


class FastClock:
    """The `Clock` port, `rate` times as fast since `began` (seconds since 1970): a lease of 60 s passes in a few.

    Every process that is given the same two numbers reads the same time.
    """

    def __init__(self, began: float, rate: float) -> None:
        self._began, self._rate = began, rate

    def now(self) -> datetime:
        return MONDAY + timedelta(seconds=(time.time() - self._began) * self._rate)


def dice(*seed: object) -> random.Random:
    """Return what decides by chance, the same for the same seed."""
    return random.Random(":".join(str(each) for each in seed))  # noqa: S311 -- chance that can be repeated
