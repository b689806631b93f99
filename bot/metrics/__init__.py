"""What a monitoring system reads: how the database stands, and what this process has done. Nothing is global."""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Gauge, generate_latest

from bot.metrics.counts import Counts
from bot.metrics.scrape import Scrape
from bot.release import release

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime, tzinfo

    from bot.storage.figures import Figures
    from workflows.ports import Clock

#: What `Metrics.render` returns, as HTTP names it.
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """The numbers of one process, in Prometheus's text form. Each process of an installation has its own."""

    def __init__(
        self,
        read: Callable[[datetime, str], Figures],
        clock: Clock,
        *,
        zone: Callable[[], tzinfo],
        database: str,
    ) -> None:
        """Take what reads the figures of a moment and a day, where days end, and the kind of database."""
        self._registry = CollectorRegistry()
        #: What is counted while the process runs.
        self.counts = Counts(self._registry)
        build = Gauge(
            "sayso_build_info",
            "The program that answers; always 1.",
            ("version", "python", "database"),
            registry=self._registry,
        )
        build.labels(release(), platform.python_version(), database).set(1)
        self._registry.register(Scrape(read, clock, zone))

    def render(self) -> bytes:
        """Return every number. Without an answer from the database `sayso_database_up` is 0, and its numbers lack."""
        return generate_latest(self._registry)
