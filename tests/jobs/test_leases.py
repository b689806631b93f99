"""Slow drafting holds its run for as long as it takes, within reason; whoever hangs is replaced."""

from __future__ import annotations

import time
from threading import Event
from typing import TYPE_CHECKING

from agents.scripted import ScriptedDrafter
from tests.chaos.processes import wait_for
from tests.jobs.house import open_house, serving

if TYPE_CHECKING:
    from pathlib import Path

    from workflows.commands import Drafted
    from workflows.ports import DraftRequest, NotDrafted

#: Seconds of a lease; a real one is a minute.
LEASE = 1.2


class Slow:
    """The `Drafter` port: takes its time, or hangs until it is let go."""

    def __init__(self, seconds: float = 0.0, let_go: Event | None = None) -> None:
        self._seconds, self._let_go = seconds, let_go
        self.begun = 0

    def draft(self, request: DraftRequest) -> Drafted | NotDrafted:
        self.begun += 1
        if self._let_go:
            self._let_go.wait(30)
        time.sleep(self._seconds)  # a model that is slow
        return ScriptedDrafter([{"note": f"Hello, after {self._seconds} s"}]).draft(request)


def test_a_draft_that_takes_three_leases_is_written_once(home: Path, database_url: str) -> None:
    """Two nodes look for work all the while, and the run stays with the one that has it."""
    drafters = [Slow(3 * LEASE), Slow(3 * LEASE)]
    one, two = (open_house(home, database_url, drafter=each, lease=LEASE) for each in drafters)
    with serving(one.carrier, one.core), serving(two.carrier, two.core):
        run_id = one.start("letter", "jo")
        wait_for(lambda: one.count("draft"), 20, "the draft opens")
    assert sum(drafter.begun for drafter in drafters) == 1
    assert one.claimed(run_id) == 1
    assert one.rows("state FROM run") == [("waiting",)]
    for house in (one, two):
        house.close()


def test_a_worker_that_hangs_is_not_waited_for_for_ever(home: Path, database_url: str) -> None:
    """After the longest time somebody else writes the draft, and what comes of the first is dropped."""
    let_go = Event()
    hangs, quick = Slow(let_go=let_go), Slow()
    one = open_house(home, database_url, drafter=hangs, lease=LEASE, longest=LEASE, workers=1)
    two = open_house(home, database_url, drafter=quick, lease=LEASE)
    with serving(one.carrier, one.core):
        run_id = one.start("letter", "jo")
        wait_for(lambda: hangs.begun, 10, "the first begins")
        with serving(two.carrier, two.core):
            began = time.monotonic()
            wait_for(lambda: two.count("draft"), 20, "the second writes the draft")
            assert time.monotonic() - began > LEASE / 2
            let_go.set()
    assert (hangs.begun + quick.begun, one.claimed(run_id)) == (2, 2)
    assert one.count("revision") == 1
    for house in (one, two):
        house.close()
