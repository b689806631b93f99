"""The core claims, holds what is slow and harmless, and ticks everything that is to be ticked."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from bot.jobs.core import RunCore
from tests.fakes.clock import MONDAY, FakeClock
from tests.unit.bot.storage.records import draft, run
from workflows.answers import Recorded
from workflows.run import DraftState, RunState

if TYPE_CHECKING:
    from datetime import datetime

    from workflows.run import Run


class Leased:
    """A claim of a minute."""

    def __init__(self, of: Run) -> None:
        self.run, self.until, self.found_intent = of, MONDAY + timedelta(minutes=1), False


class OneDue:
    """The store's side, with one due run. `asked` is what was asked for."""

    def __init__(self, due: Run | None) -> None:
        self.due, self.asked = due, []

    def claim(
        self, now: datetime, lease_seconds: float, limit: int = 1, run_id: str | None = None
    ) -> list[Leased]:
        self.asked.append((now, lease_seconds, limit, run_id))
        return [Leased(self.due)] if self.due else []

    def renew(self, run_id: str, fence: int, until: datetime) -> bool:
        raise AssertionError(run_id, fence, until)


class Watched:
    """Performs nothing; writes down whether the run was held meanwhile."""

    def __init__(self) -> None:
        self.held: list[bool] = []

    def perform(self, of: Run, **_more: Any) -> Run:
        self.held.append(any(each.name == "leases" for each in threading.enumerate()))
        return of


class Door:
    """The engine, which takes every result."""

    def handle(self, _result: object) -> Recorded:
        return Recorded(sentence="")


def _core(due: Run | None = None, *ticks: Any) -> tuple[RunCore, OneDue, Watched]:
    claims, performer = OneDue(due), Watched()
    made: dict[str, Any] = {"performer": performer, "engine": Door(), "clock": FakeClock()}
    return RunCore(claims=claims, ticks=ticks, lease=0.05, **made), claims, performer


def test_any_due_run_is_claimed_or_the_one_that_is_named() -> None:
    """A sweep takes what is due longest, a hint names its run."""
    core, claims, _ = _core()
    assert not core.advance()
    assert not core.advance("r-7")
    assert claims.asked == [(MONDAY, 0.05, 1, None), (MONDAY, 0.05, 1, "r-7")]


def test_drafting_is_held_for_as_long_as_it_takes() -> None:
    """So are reading and writing a summary: nothing outside changes."""
    core, _, performer = _core(run())
    assert core.advance()
    assert performer.held == [True]


@pytest.mark.parametrize(
    "due",
    [
        run(draft=draft(state=DraftState.EXECUTING)),
        run(state=RunState.WAITING),
        run(state=RunState.HOLDING, draft=draft(state=DraftState.HOLDING)),
    ],
    ids=["an effect", "a timer", "a hold that is over"],
)
def test_what_must_fit_its_lease_is_not_held(due: Run) -> None:
    """An effect that is still under way when the lease is over must not look as if it were in hand."""
    core, _, performer = _core(due)
    while any(each.name == "leases" for each in threading.enumerate()):
        threading.Event().wait(0.002)  # an earlier test's
    assert core.advance()
    assert performer.held == [False]


def test_a_tick_that_fails_keeps_no_other_from_its_turn() -> None:
    """A schedule nobody can read must not stop what is tidied, sealed or erased."""
    ticked = []

    def wrong() -> None:
        msg = "the first"
        raise ValueError(msg)

    def worse() -> None:
        raise KeyError

    core, _, _ = _core(None, wrong, worse, lambda: ticked.append(1))
    with pytest.raises(ValueError, match="the first"):
        core.tick()
    assert ticked == [1]
