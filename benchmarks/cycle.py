"""From the press to the action carried out by a worker, and whole cycles per second with the scripted model."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING

from benchmarks.company import office, wait_for
from benchmarks.figures import Figure, in_turn, milliseconds, skipped, timed
from benchmarks.places import WORDS, Places, missing, settle
from benchmarks.signed import carried, other, served
from bot.clock import SystemClock
from bot.jobs.carrier import carrier_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.company import Office
    from benchmarks.figures import Asked

_CYCLES = 100
_CROWD = 200
_TARGET, _PER_SECOND = 0.020, 30


def run(asked: Asked) -> Iterator[Figure]:
    """Yield both figures for each database."""
    for kind in asked.databases:
        name = f"cycle on {WORDS[kind]}"
        if why := missing(kind):
            yield skipped(name, why)
            continue
        with Places() as places:
            yield _press_to_action(places, kind, asked.size(_CYCLES))
            yield _cycles(places, kind, asked.size(_CROWD))


def _press_to_action(places: Places, kind: str, cycles: int) -> Figure:
    url = places.new(kind)
    carrier = carrier_of(url, ws="local", workers=4, now=SystemClock().now)
    with office(places.home(), url, carrier) as ours, other(places.empty(kind)) as theirs:

        def mine(turn: int) -> float:
            return statistics.median(_one(ours, f"{turn}-{n}") for n in range(cycles))

        def graph(turn: int) -> float:
            taken: list[float] = []
            for n in range(cycles):
                theirs.begin(f"{turn}-{n}")
                with timed(taken):
                    theirs.resume(f"{turn}-{n}")
            return statistics.median(taken)

        with served(ours):
            mine(-1)
            graph(-1)
            settle(places, url)
            results = in_turn(mine, graph)
    median, beside = (statistics.median(each) for each in results)
    return Figure(
        name=f"cycle: press to action on {WORDS[kind]}, p50",
        value=milliseconds(median, 1),
        unit="ms",
        beside=f"LangGraph resumed in the caller's thread, to its end: {milliseconds(beside, 1)} ms",
        target="<= 20 ms",
        met=median <= _TARGET,
    )


def _one(ours: Office, n: str) -> float:
    """Press on one draft; return the seconds until its letter left. Nothing else is going on."""
    begun = ours.start(n)
    wait_for(lambda: ours.presses(begun.id), 20, "the draft is written")
    (press,) = ours.presses(begun.id)
    taken: list[float] = []
    with timed(taken):
        ours.sign(press)
        ours.mail.wait_left(press.draft_id, 20)
    wait_for(lambda: not ours.unfinished(), 20, "the run ends")
    return taken[0]


def _cycles(places: Places, kind: str, runs: int) -> Figure:
    ours, theirs = carried(places, kind, runs)
    median = statistics.median(ours)
    return Figure(
        name=f"cycle: whole cycles a second on {WORDS[kind]}",
        value=round(median, 1),
        unit="runs/s",
        beside=f"LangGraph interrupt/resume: {statistics.median(theirs):.1f}",
        target=f">= {_PER_SECOND}",
        met=median >= _PER_SECOND,
    )
