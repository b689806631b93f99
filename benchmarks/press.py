"""What one press costs inside the listener: decided, saved, chained, committed; beside a bare commit of as much."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING

from benchmarks.bare import plain, recorded
from benchmarks.company import office
from benchmarks.figures import Figure, in_turn, milliseconds, percentile, skipped, timed
from benchmarks.places import WORDS, Places, missing, settle

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.company import Office
    from benchmarks.figures import Asked

_PRESSES = 300
_TARGET = 0.005


def run(asked: Asked) -> Iterator[Figure]:
    """Yield the median and the slow press of each database."""
    for kind in asked.databases:
        name = f"press: commit on {WORDS[kind]}"
        if why := missing(kind):
            yield skipped(name, why)
            continue
        with Places() as places:
            yield from _figures(places, kind, name, asked.size(_PRESSES))


def _figures(places: Places, kind: str, name: str, presses: int) -> Iterator[Figure]:
    slow: list[float] = []
    url = places.new(kind)
    with office(places.home(), url) as ours:
        sizes = _sizes(ours) * presses

        def mine(turn: int) -> float:
            taken = pressed(ours, turn, presses)
            slow.append(percentile(taken, 99))
            return statistics.median(taken)

        mine(-1)
        settle(places, url)
        slow.clear()
        results = in_turn(mine, lambda _: statistics.median(plain(places.empty(kind), sizes)))
    median, bare = (statistics.median(each) for each in results)
    beside = (
        f"a bare commit of as many rows and bytes: {milliseconds(bare)} ms;"
        f" {median / bare:.1f} times as long"
    )
    yield Figure(
        name=f"{name}, p50",
        value=milliseconds(median),
        unit="ms",
        beside=beside,
        target="< 5 ms",
        met=median < _TARGET,
    )
    late = milliseconds(statistics.median(slow))
    yield Figure(name=f"{name}, p99", value=late, unit="ms", beside=beside)


def _sizes(ours: Office) -> list[list[int]]:
    """Return the rows that one press writes, by their bytes."""
    press = ours.drafted("noted", "held-letter")
    with recorded(ours.foundation.database.engine) as notes:
        ours.sign(press)
    return notes.sizes


def pressed(ours: Office, turn: object, presses: int) -> list[float]:
    """Press Approve on so many new drafts that wait; return the seconds each press took."""
    waiting = [ours.drafted(f"{turn}-{n}", "held-letter") for n in range(presses)]
    taken: list[float] = []
    for press in waiting:
        with timed(taken):
            ours.sign(press)
    return taken
