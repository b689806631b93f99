"""Which carrier: the database says it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.jobs.embedded import Embedded

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from bot.jobs.embedded import Carrier


def carrier_of(url: str, *, ws: str, workers: int, now: Callable[[], datetime]) -> Carrier:
    """Return the carrier for a database: threads of this process on SQLite, many machines on PostgreSQL.

    `now` is the clock by which runs are due.
    """
    if not url.startswith("postgres"):
        return Embedded(workers)
    from bot.jobs.distributed import Distributed  # noqa: PLC0415 -- its engine is an extra

    return Distributed(url, ws=ws, workers=workers, now=now)
