"""Signed runs per second with one, two and four processes on one PostgreSQL, all of them in one workspace."""

from __future__ import annotations

import os
import statistics
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

from benchmarks.company import office
from benchmarks.figures import Figure, in_turn, ratio, seconds, skipped
from benchmarks.places import Places, missing, settle
from benchmarks.processes import module

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator

    from benchmarks.figures import Asked

_RUNS = 200
_NODES = (1, 2, 4)
#: More cores than this, and four processes must do so much more than two.
_CORES, _TARGET = 4, 1.6


def run(asked: Asked) -> Iterator[Figure]:
    """Yield a figure for each number of processes."""
    if "postgresql" not in asked.databases:
        return
    if why := missing("postgresql"):
        yield skipped("scale-out", why)
        return
    with Places() as places:
        works = [_nodes(places, count, asked.size(_RUNS)) for count in _NODES]
        results = in_turn(*works)
    one, two, four = results
    for count, rates in zip(_NODES, results, strict=True):
        yield Figure(
            name=f"scale-out: {count} process{'es' if count > 1 else ''} on PostgreSQL",
            value=round(statistics.median(rates), 1),
            unit="runs/s",
            beside=f"one process: {ratio(rates, one):.2f} times as many, on {os.cpu_count()} cores",
        )
    times = ratio(four, two)
    enough = (os.cpu_count() or 1) >= _CORES
    yield Figure(
        name="scale-out: four processes beside two",
        value=round(times, 2),
        unit="times",
        beside="runs a second of two processes; clients, workers and the server share the cores",
        target=f">= {_TARGET} on {_CORES} cores or more",
        met=times >= _TARGET if enough else None,
    )


def _nodes(places: Places, count: int, runs: int) -> Callable[[int], float]:
    """Return what takes `runs` runs through `count` processes and returns how many a second they were."""
    home, url = places.home(), places.new("postgresql")

    def several(turn: int) -> float:
        each = runs // count
        with ExitStack() as open_:
            nodes = [
                open_.enter_context(module("benchmarks.scale", home, url, f"{turn}-{k}", each))
                for k in range(count)
            ]
            for node in nodes:
                _hear(node, b"ready")
            settle(places, url)
            return each * count / seconds(lambda: _together(nodes))

    return several


def _together(nodes: list[subprocess.Popen[bytes]]) -> None:
    for node in nodes:
        told = cast("IO[bytes]", node.stdin)
        told.write(b"go\n")
        told.flush()
    for node in nodes:
        _hear(node, b"done")


def _hear(node: subprocess.Popen[bytes], word: bytes) -> None:
    said = cast("IO[bytes]", node.stdout).readline().strip()
    if said != word:
        msg = f"a node said {said!r} instead of {word!r}"
        raise RuntimeError(msg)


def main(arguments: list[str]) -> None:
    """Be one process: `python -m benchmarks.scale HOME DATABASE_URL NAME RUNS`."""
    home, url, name, runs = arguments
    with office(Path(home), url) as ours:
        for n in range(5):
            ours.whole(f"{name}-warm-{n}")
        print("ready", flush=True)
        sys.stdin.readline()
        for n in range(int(runs)):
            ours.whole(f"{name}-{n}")
        print("done", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
