"""Against the disk: transactions per second beside bare commits of as many rows and bytes."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING

from benchmarks.bare import plain, recorded, replayed
from benchmarks.company import office
from benchmarks.figures import Figure, in_turn, ratio, seconds, skipped
from benchmarks.places import WORDS, Places, missing, settle

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.bare import Recorded
    from benchmarks.figures import Asked

_RUNS = 100
_TARGET = 25


def run(asked: Asked) -> Iterator[Figure]:
    """Yield two figures for each database: beside plain rows, and beside the very same statements."""
    for kind in asked.databases:
        name = f"against the disk: {WORDS[kind]}"
        if why := missing(kind):
            yield skipped(name, why)
            continue
        with Places() as places:
            yield from _against(places, kind, name, asked.size(_RUNS))


def _against(places: Places, kind: str, name: str, runs: int) -> Iterator[Figure]:
    url = places.new(kind)
    with office(places.home(), url) as ours:
        with recorded(ours.foundation.database.engine) as notes:
            for n in range(runs):
                ours.whole(f"noted-{n}")
        settle(places, url)
        per_run = len(notes.transactions) / runs

        def mine(turn: int) -> float:
            took = seconds(lambda: [ours.whole(f"{turn}-{n}") for n in range(runs)])
            return runs * per_run / took

        results = in_turn(
            mine,
            lambda _: _rate(plain(places.empty(kind), notes.sizes)),
            lambda _: _rate(replayed(places.new(kind), notes.transactions)),
        )
    words = _words(notes, per_run)
    yield _figure(name, words, results[0], results[1], target=_TARGET)
    words = "the same statements sent again by the driver alone"
    yield _figure(f"{name}, the same statements", words, results[0], results[2], target=None)


def _rate(taken: list[float]) -> float:
    return len(taken) / sum(taken)


def _words(notes: Recorded, per_run: float) -> str:
    sizes = notes.sizes
    rows = sum(len(each) for each in sizes) / len(sizes)
    size = sum(sum(each) for each in sizes) / len(sizes)
    return (
        f"bare commits of as many rows and bytes ({per_run:.1f} transactions a run,"
        f" of {rows:.1f} rows and {size:,.0f} bytes)"
    )


def _figure(
    name: str, words: str, ours: list[float], theirs: list[float], target: float | None
) -> Figure:
    part = ratio(ours, theirs) * 100
    return Figure(
        name=name,
        value=round(part, 1),
        unit="%",
        beside=f"{words}: {statistics.median(theirs):,.0f}/s; Sayso {statistics.median(ours):,.0f}/s",
        target=f">= {target} %" if target else "",
        met=part >= target if target else None,
    )
