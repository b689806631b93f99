"""What this process did since it started: presses answered, effects carried out, calls to Slack."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from prometheus_client import Counter, Histogram

from workflows.answers import FieldErrors, Recorded, Refused, Show
from workflows.errors import NotRecorded

if TYPE_CHECKING:
    from collections.abc import Callable

    from prometheus_client import CollectorRegistry

    from workflows.answers import Answer
    from workflows.commands import Command
    from workflows.ports import Door

#: Upper bounds in seconds: Slack gives a press three, and a deadline of ours two.
_PRESS_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0)
_ANSWERS = {Recorded: "recorded", Refused: "refused", Show: "shown", FieldErrors: "field-errors"}


class Counts:
    """Counters of one process. They begin at zero with it."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Put the counters into the registry they are read from."""
        self._presses = Counter(
            "sayso_presses",
            "Commands of people, by how they were answered.",
            ("answer",),
            registry=registry,
        )
        self._seconds = Histogram(
            "sayso_press_seconds",
            "Seconds from a person's command to its commit, or to its refusal.",
            buckets=_PRESS_SECONDS,
            registry=registry,
        )
        self._effects = Counter(
            "sayso_effects",
            "Actions carried out, by how they ended.",
            ("status",),
            registry=registry,
        )
        self._calls = Counter(
            "sayso_slack_calls",
            "Calls of Slack's Web API, by how they ended.",
            ("method", "outcome"),
            registry=registry,
        )

    def press(self, answer: str, seconds: float) -> None:
        """Count a person's command: `recorded`, `refused`, `shown`, `field-errors`, `not-recorded` or `failed`."""
        self._presses.labels(answer).inc()
        self._seconds.observe(seconds)

    def effect(self, status: str) -> None:
        """Count an action that was tried: an outcome's status."""
        self._effects.labels(status).inc()

    def slack_call(self, method: str, outcome: str) -> None:
        """Count a call: `chat.postMessage`, and how `bot.slack.gateway.Sent` says it ended."""
        self._calls.labels(method, outcome).inc()

    def counted(self, door: Door, seconds: Callable[[], float] = time.perf_counter) -> Door:
        """Return the same door, with every command through it counted and timed."""
        return _Counted(door, self, seconds)


class _Counted:
    def __init__(self, door: Door, counts: Counts, seconds: Callable[[], float]) -> None:
        self._door, self._counts, self._seconds = door, counts, seconds

    def handle(self, command: Command, deadline: float | None = None) -> Answer:
        began, how = self._seconds(), "failed"
        try:
            answer = self._door.handle(command, deadline)
            how = _ANSWERS[type(answer)]
        except NotRecorded:
            how = "not-recorded"
            raise
        finally:
            self._counts.press(how, self._seconds() - began)
        return answer
