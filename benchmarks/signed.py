"""Signed runs per second: Sayso beside LangGraph, each keeping its state in the same kind of database."""

from __future__ import annotations

import statistics
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from benchmarks.company import office, wait_for
from benchmarks.figures import Figure, in_turn, ratio, seconds, skipped
from benchmarks.places import WORDS, Places, missing, settle
from bot.clock import SystemClock
from bot.jobs.carrier import carrier_of

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from benchmarks.company import Office
    from benchmarks.figures import Asked
    from benchmarks.graph import Graph

_RUNS = 200
_TARGET, _CARRIED = 2.5, 1.0
_WORKERS = 4
#: Runs before the first round.
_WARM = 40


def run(asked: Asked) -> Iterator[Figure]:
    """Yield a figure for each database, and one for PostgreSQL with its carrier."""
    for kind in asked.databases:
        name = f"signed runs: {WORDS[kind]}"
        if why := missing(kind):
            yield skipped(name, why)
            continue
        with Places() as places:
            yield _serial(places, kind, name, asked.size(_RUNS))
            if kind == "postgresql":
                words = f"{name} with procrastinate"
                results = carried(places, kind, asked.size(_RUNS))
                yield _figure(words, *results, target=_CARRIED)


def _serial(places: Places, kind: str, name: str, runs: int) -> Figure:
    url = places.new(kind)
    with office(places.home(), url) as ours, other(places.empty(kind)) as theirs:

        def mine(turn: int) -> float:
            return runs / seconds(lambda: [ours.whole(f"{turn}-{n}") for n in range(runs)])

        mine(-1)
        settle(places, url)
        _rate(theirs, -1, 10)
        results = in_turn(mine, lambda turn: _rate(theirs, turn, runs))
        ours.check(4 * runs)
    return _figure(name, *results, target=_TARGET)


def carried(places: Places, kind: str, runs: int) -> list[list[float]]:
    """Return runs a second with the carrier of the database and its workers, beside LangGraph's, round by round."""
    url = places.new(kind)
    carrier = carrier_of(url, ws="local", workers=_WORKERS, now=SystemClock().now)
    with office(places.home(), url, carrier) as ours, other(places.empty(kind)) as theirs:
        with served(ours):
            _crowd(ours, -1, _WARM)
            settle(places, url)
            _rate(theirs, -1, 10)
            results = in_turn(
                lambda turn: runs / seconds(lambda: _crowd(ours, turn, runs)),
                lambda turn: _rate(theirs, turn, runs),
            )
        ours.check(3 * runs + _WARM)
    return results


def _figure(name: str, ours: list[float], theirs: list[float], target: float) -> Figure:
    times = ratio(ours, theirs)
    return Figure(
        name=name,
        value=round(statistics.median(ours), 1),
        unit="runs/s",
        beside=f"LangGraph interrupt/resume: {statistics.median(theirs):.1f}; {times:.2f} times as many",
        target=f">= {target} times",
        met=times >= target,
    )


@contextmanager
def other(url: str) -> Generator[Graph]:
    """Open LangGraph on an empty database."""
    from benchmarks.graph import graph  # noqa: PLC0415 -- heavy, and an extra of its own

    with graph(url) as opened:
        yield opened


def _rate(theirs: Graph, turn: int, runs: int) -> float:
    return runs / seconds(lambda: [theirs.whole(f"{turn}-{n}") for n in range(runs)])


@contextmanager
def served(ours: Office) -> Generator[None]:
    """Let the carrier and its workers work meanwhile."""
    stop = threading.Event()
    carrier = ours.foundation.carrier
    thread = threading.Thread(target=carrier.serve, args=(ours.core, stop), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=15)


def _crowd(ours: Office, turn: int, runs: int) -> None:
    """Start every run, sign each as soon as its draft is there, and wait until every letter has left."""
    before = len(ours.mail.effects)
    for n in range(runs):
        ours.start(f"{turn}-{n}")
    signed = 0
    until = time.monotonic() + 60 + runs
    while signed < runs and time.monotonic() < until:
        presses = ours.presses()
        for press in presses:
            ours.sign(press)
        signed += len(presses)
        time.sleep(0 if presses else 0.005)
    wait_for(lambda: len(ours.mail.effects) >= before + runs, 60, "every letter leaves")
    wait_for(lambda: not ours.unfinished(), 60, "every run ends")
