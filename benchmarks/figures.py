"""One figure beside what it is compared with, and the arithmetic they share."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable
    from pathlib import Path

#: Every figure is the median of so many rounds; what it stands beside runs in turn with it.
ROUNDS = 3


class Kept(TypedDict):
    """A figure as it stands in results.json, with the benchmark it is of."""

    benchmark: str
    name: str
    value: float | None
    unit: str
    beside: str
    target: str
    met: bool | None


@dataclass(frozen=True, kw_only=True)
class Figure:
    """What was measured. `met` is None for a figure without a target, or one that could not be taken."""

    name: str
    value: float | None
    unit: str
    #: What ran beside it on the same machine in the same minute, and how the two compare.
    beside: str
    target: str = ""
    met: bool | None = None

    def kept(self, benchmark: str) -> Kept:
        """Return the figure as it is kept."""
        return {
            "benchmark": benchmark,
            "name": self.name,
            "value": self.value,
            "unit": self.unit,
            "beside": self.beside,
            "target": self.target,
            "met": self.met,
        }

    @property
    def line(self) -> str:
        """The figure as it is printed."""
        value = "-" if self.value is None else f"{self.value:,}"
        target = f" | target {self.target}" if self.target else ""
        verdict = {True: " met", False: " MISSED", None: ""}[self.met]
        return f"  {self.name}: {value} {self.unit} | beside {self.beside}{target}{verdict}"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a benchmark is told: where the public data is, which databases to use, how much to do."""

    data: Path
    databases: tuple[str, ...] = ("sqlite", "postgresql")
    #: A twentieth of everything: it shows that a benchmark runs, not how fast anything is.
    quick: bool = False

    def size(self, full: int) -> int:
        """Return how many to do of what is done `full` times when it counts."""
        return max(full // 20, 10) if self.quick else full


Benchmark = Callable[[Asked], Iterator[Figure]]


def skipped(name: str, why: str) -> Figure:
    """Return the figure that says why there is none."""
    return Figure(name=name, value=None, unit="", beside=f"skipped: {why}")


@contextmanager
def timed(taken: list[float]) -> Generator[None]:
    """Add the seconds that the block took."""
    before = time.perf_counter()
    yield
    taken.append(time.perf_counter() - before)


def seconds(work: Callable[[], object]) -> float:
    """Return the seconds `work` takes."""
    taken: list[float] = []
    with timed(taken):
        work()
    return taken[0]


def percentile(taken: Iterable[float], percent: int) -> float:
    """Return the value that `percent` of the values do not pass."""
    return statistics.quantiles(taken, n=100, method="inclusive")[percent - 1]


def in_turn(*works: Callable[[int], float], rounds: int = ROUNDS) -> list[list[float]]:
    """Run all `works` round after round, so that they share whatever the machine does meanwhile.

    Return the rounds' results of each of them.
    """
    results = [[work(n) for work in works] for n in range(rounds)]
    return [list(of_one) for of_one in zip(*results, strict=True)]


def ratio(ours: list[float], theirs: list[float]) -> float:
    """Return the median of the rounds' own ratios."""
    return statistics.median(a / b for a, b in zip(ours, theirs, strict=True))


def milliseconds(value: float, digits: int = 2) -> float:
    """Return seconds as milliseconds, rounded."""
    return round(value * 1000, digits)
