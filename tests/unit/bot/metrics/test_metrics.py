"""What a monitoring system reads can be parsed, and says what is so."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.metrics import CONTENT_TYPE, Metrics
from bot.metrics.scrape import FRESH
from bot.storage.figures import AGES, Figures, Waits
from tests.fakes.clock import MONDAY, FakeClock
from workflows.answers import FieldErrors, Recorded, Refused
from workflows.commands import Approve
from workflows.errors import NotRecorded, UnknownRun
from workflows.run import Actor

FIGURES = Figures(
    runs={"waiting": 3, "done": 40},
    waits=Waits(
        within=dict(zip(AGES, range(1, 9), strict=True)), count=9, total=100.0, oldest=60.0
    ),
    uncertain=1,
    outbox_lag=2.5,
    outbox_failed=4,
    due_lag=0.5,
    cost_micros={'quote "follow-up"\n': 1_250_000},
    missed_schedules=2,
    unsequenced=7,
    checkpoint_at=MONDAY,
)
APPROVE = Approve(actor=Actor.user("U01ANA"), draft_id="d-1", revision=1, payload_hash="0" * 64)


@dataclass
class FakeReading:
    """Figures without a database; counts how often it was asked."""

    asked: list[tuple[datetime, str]] = field(default_factory=list[tuple[datetime, str]])
    down: bool = False

    def __call__(self, now: datetime, day: str) -> Figures:
        self.asked.append((now, day))
        if self.down:
            raise NotRecorded
        return FIGURES


class FakeDoor:
    """Answers every command the same way."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def handle(self, command: object, deadline: float | None = None) -> Any:
        assert command is APPROVE
        assert deadline == 2.0
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def reading() -> FakeReading:
    """Return figures whose asking is counted."""
    return FakeReading()


@pytest.fixture
def clock() -> FakeClock:
    """Return a clock set to Monday morning."""
    return FakeClock()


@pytest.fixture
def metrics(reading: FakeReading, clock: FakeClock) -> Metrics:
    """Return the metrics of a company in Auckland, where it is Monday evening."""
    return Metrics(reading, clock, zone=lambda: ZoneInfo("Pacific/Auckland"), database="sqlite")


def _read(metrics: Metrics) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Return every sample by its name and labels, as a monitoring system parses them."""
    families = text_string_to_metric_families(metrics.render().decode())
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }


def _one(metrics: Metrics, name: str, **labels: str) -> float:
    return _read(metrics)[name, tuple(sorted(labels.items()))]


def test_every_number_says_what_the_rows_say(metrics: Metrics) -> None:
    """Names and labels are what alerts are written against: they stay."""
    read = _read(metrics)
    for name, labels, value in (
        ("sayso_database_up", {}, 1),
        ("sayso_runs", {"state": "waiting"}, 3),
        ("sayso_runs", {"state": "done"}, 40),
        ("sayso_approval_wait_seconds_bucket", {"le": "300.0"}, 1),
        ("sayso_approval_wait_seconds_bucket", {"le": "604800.0"}, 8),
        ("sayso_approval_wait_seconds_bucket", {"le": "+Inf"}, 9),
        ("sayso_approval_wait_seconds_gcount", {}, 9),
        ("sayso_approval_wait_seconds_gsum", {}, 100),
        ("sayso_oldest_approval_wait_seconds", {}, 60),
        ("sayso_uncertain_drafts", {}, 1),
        ("sayso_outbox_lag_seconds", {}, 2.5),
        ("sayso_outbox_failed", {}, 4),
        ("sayso_due_runs_lag_seconds", {}, 0.5),
        ("sayso_model_cost_usd_total", {"playbook": 'quote "follow-up"\n'}, 1.25),
        ("sayso_missed_schedules_total", {}, 2),
        ("sayso_audit_unsequenced", {}, 7),
        ("sayso_last_checkpoint_timestamp_seconds", {}, MONDAY.timestamp()),
    ):
        assert read[name, tuple(sorted(labels.items()))] == value, name
    (build,) = (labels for name, labels in read if name == "sayso_build_info")
    assert dict(build)["database"] == "sqlite"
    assert set(dict(build)) == {"version", "python", "database"}


def test_a_day_is_the_companys(metrics: Metrics, reading: FakeReading) -> None:
    """What models cost today ends at midnight where the company is."""
    metrics.render()
    assert reading.asked == [(MONDAY, "2026-11-23")]
    late = FakeClock(datetime(2026, 11, 23, 12, tzinfo=UTC))
    auckland = Metrics(reading, late, zone=lambda: ZoneInfo("Pacific/Auckland"), database="sqlite")
    auckland.render()
    assert reading.asked[-1][1] == "2026-11-24"


def test_many_who_look_ask_the_database_once(
    metrics: Metrics, reading: FakeReading, clock: FakeClock
) -> None:
    """Whoever can reach the page can't load the database with it."""
    for _ in range(5):
        metrics.render()
    assert len(reading.asked) == 1
    clock.at += FRESH
    metrics.render()
    clock.at -= timedelta(days=1)
    metrics.render()
    assert len(reading.asked) == 3


def test_without_the_database_the_rest_is_still_told(
    metrics: Metrics, reading: FakeReading
) -> None:
    """That it is down is the one number an alert needs; the process's own counters go on."""
    reading.down = True
    metrics.counts.effect("done")
    read = _read(metrics)
    assert read["sayso_database_up", ()] == 0
    assert read["sayso_effects_total", (("status", "done"),)] == 1
    assert ("sayso_uncertain_drafts", ()) not in read
    reading.down = False
    assert _one(metrics, "sayso_database_up") == 1


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (Recorded(), "recorded"),
        (Refused(error=UnknownRun(run="r-1")), "refused"),
        (FieldErrors(errors={"to": "missing"}), "field-errors"),
        (NotRecorded(), "not-recorded"),
        (KeyError("a mistake"), "failed"),
    ],
)
def test_each_press_is_counted_by_its_answer(metrics: Metrics, answer: Any, told: str) -> None:
    """Counting changes nothing: the answer and the exception come through."""
    seconds = iter((10.0, 10.03))
    door = metrics.counts.counted(FakeDoor(answer), lambda: next(seconds))
    if isinstance(answer, Exception):
        with pytest.raises(type(answer)):
            door.handle(APPROVE, 2.0)
    else:
        assert door.handle(APPROVE, 2.0) is answer
    assert _one(metrics, "sayso_presses_total", answer=told) == 1
    assert _one(metrics, "sayso_press_seconds_bucket", le="0.025") == 0
    assert _one(metrics, "sayso_press_seconds_bucket", le="0.05") == 1


def test_calls_to_slack_are_counted_by_method_and_end(metrics: Metrics) -> None:
    """A graph of them shows a rate limit before people notice."""
    metrics.counts.slack_call("chat.postMessage", "ok")
    metrics.counts.slack_call("chat.postMessage", "ok")
    metrics.counts.slack_call("chat.postMessage", "later")
    for outcome, n in (("ok", 2), ("later", 1)):
        labels = {"method": "chat.postMessage", "outcome": outcome}
        assert _one(metrics, "sayso_slack_calls_total", **labels) == n


def test_two_programs_in_one_process_count_apart(reading: FakeReading, clock: FakeClock) -> None:
    """Nothing is global: a test's program does not count another's presses."""
    first, second = (Metrics(reading, clock, zone=lambda: UTC, database="x") for _ in range(2))
    first.counts.effect("done")
    assert ("sayso_effects_total", (("status", "done"),)) not in _read(second)
    assert CONTENT_TYPE.startswith("text/plain; version=")
