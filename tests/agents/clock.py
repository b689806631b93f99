from __future__ import annotations

import time
from datetime import UTC, datetime


class RunningClock:
    """The `Clock` port on the real time, for tests of time-outs."""

    def now(self) -> datetime:
        return datetime.fromtimestamp(time.time(), tz=UTC)
