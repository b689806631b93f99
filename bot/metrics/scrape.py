"""Turns how the database stands into Prometheus's families, each time somebody looks."""

from __future__ import annotations

from datetime import timedelta
from threading import Lock
from typing import TYPE_CHECKING

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeHistogramMetricFamily,
    GaugeMetricFamily,
)
from prometheus_client.registry import Collector

from workflows.errors import NotRecorded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime, tzinfo

    from prometheus_client.metrics_core import Metric

    from bot.storage.figures import Figures, Waits
    from workflows.ports import Clock

    #: Reads how things stand at a moment, on a day of the company's calendar. Raises `NotRecorded`.
    Read = Callable[[datetime, str], Figures]

#: How old a reading may be: however many look, the database is asked once in this time.
FRESH = timedelta(seconds=5)


class Scrape(Collector):
    """Reads the database when it is scraped, and at most once in `FRESH`."""

    def __init__(self, read: Read, clock: Clock, zone: Callable[[], tzinfo]) -> None:
        """Take what reads the database of one workspace, and where its days end."""
        self._figures, self._clock, self._zone = read, clock, zone
        self._lock = Lock()
        self._kept: tuple[datetime, Figures] | None = None

    def collect(self) -> Iterator[Metric]:
        """Yield every family; without an answer from the database only that it is down."""
        try:
            read = self._read()
        except NotRecorded:
            yield _gauge("sayso_database_up", "Whether the database answers.", 0)
            return
        yield _gauge("sayso_database_up", "Whether the database answers.", 1)
        yield from _families(read)

    def _read(self) -> Figures:
        with self._lock:
            now = self._clock.now()
            if self._kept is None or abs(now - self._kept[0]) >= FRESH:
                day = now.astimezone(self._zone()).date().isoformat()
                self._kept = now, self._figures(now, day)
            return self._kept[1]


def _families(read: Figures) -> Iterator[Metric]:
    runs = GaugeMetricFamily("sayso_runs", "Runs by state.", labels=["state"])
    for state, n in read.runs.items():
        runs.add_metric([state], n)
    cost = CounterMetricFamily(
        "sayso_model_cost_usd",
        "US dollars for models since midnight where the company is, calls in flight at their worst.",
        labels=["playbook"],
    )
    for playbook, spent in read.cost_micros.items():
        cost.add_metric([playbook], spent / 1_000_000)
    missed = "Fires of schedules that were skipped, ever."
    yield from (runs, cost, _waiting(read.waits))
    yield CounterMetricFamily("sayso_missed_schedules", missed, value=read.missed_schedules)
    yield from _gauges(read)


def _gauges(read: Figures) -> Iterator[Metric]:
    told = (
        ("oldest_approval_wait_seconds", "Age of the oldest open draft.", read.waits.oldest),
        ("uncertain_drafts", "Drafts nobody knows whether they were carried out.", read.uncertain),
        ("outbox_lag_seconds", "How late the oldest due message is.", read.outbox_lag),
        ("outbox_failed", "Messages Slack refuses until somebody acts.", read.outbox_failed),
        ("due_runs_lag_seconds", "How late the oldest due run is.", read.due_lag),
        ("audit_unsequenced", "Audit entries not in the Merkle tree yet.", read.unsequenced),
    )
    for name, words, value in told:
        yield _gauge(f"sayso_{name}", words, value)
    if read.checkpoint_at:
        words = "When the newest checkpoint of the audit log was signed."
        yield _gauge(
            "sayso_last_checkpoint_timestamp_seconds", words, read.checkpoint_at.timestamp()
        )


def _waiting(waits: Waits) -> Metric:
    buckets = [(str(float(age)), float(n)) for age, n in waits.within.items()]
    return GaugeHistogramMetricFamily(
        "sayso_approval_wait_seconds",
        "Seconds the drafts that are open now have waited for a person.",
        buckets=[*buckets, ("+Inf", float(waits.count))],
        gsum_value=waits.total,
    )


def _gauge(name: str, words: str, value: float) -> Metric:
    return GaugeMetricFamily(name, words, value=value)
