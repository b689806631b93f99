"""What waiting runs cost: a press among a thousand and among a million of them, and the process that keeps them."""

from __future__ import annotations

import random
import statistics
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

from benchmarks.cloning import Template, fill
from benchmarks.company import approval, office, wait_for
from benchmarks.figures import ROUNDS, Figure, milliseconds, ratio, skipped, timed
from benchmarks.places import WORDS, Places, missing
from benchmarks.presses import shown
from benchmarks.processes import answers, free_port, memory, module, threads
from tests.slack.workspace import Server, Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.company import Office
    from benchmarks.figures import Asked

#: Few, some and many waiting runs, with the words for them.
_FEW, _SOME, _MANY = 1_000, 10_000, 1_000_000
_PRESSES = 200
_SLOWER, _MEGABYTES = 1.2, 50
#: Seconds a process is left alone before it is looked at.
_SETTLED = 8.0


def run(asked: Asked) -> Iterator[Figure]:
    """Yield for each database how much slower a press is, and what the process takes more."""
    for kind in asked.databases:
        if why := missing(kind):
            yield skipped(f"waiting runs on {WORDS[kind]}", why)
            continue
        with Places() as places:
            yield from _figures(places, kind, asked)


def _figures(places: Places, kind: str, asked: Asked) -> Iterator[Figure]:
    crowds = [_Crowd(places, kind, count) for count in (_FEW, asked.size(_SOME), asked.size(_MANY))]
    few, *more = _rounds(crowds, asked.size(_PRESSES))
    for crowd, taken in zip(crowds[1:], more, strict=True):
        times = ratio(taken, few)
        yield Figure(
            name=f"waiting: press among {crowd.count:,} on {WORDS[kind]}",
            value=round(times, 2),
            unit="times",
            beside=f"{milliseconds(statistics.median(taken))} ms against"
            f" {milliseconds(statistics.median(few))} ms among {_FEW:,}",
            target=f"<= {_SLOWER} times",
            met=times <= _SLOWER,
        )
    yield from _kept(kind, crowds)


def _rounds(crowds: list[_Crowd], presses: int) -> list[list[float]]:
    """Press by turns in every crowd, press by press; return each crowd's median of each round."""
    with ExitStack() as open_:
        offices = [open_.enter_context(office(crowd.home, crowd.url)) for crowd in crowds]
        medians: list[list[float]] = [[] for _ in crowds]
        for turn in range(ROUNDS + 1):
            taken: list[list[float]] = [[] for _ in crowds]
            for _ in range(presses):
                for crowd, ours, of_one in zip(crowds, offices, taken, strict=True):
                    crowd.press(ours, of_one)
            if turn:  # the first round opens connections and fills caches
                for of_crowd, of_one in zip(medians, taken, strict=True):
                    of_crowd.append(statistics.median(of_one))
    return medians


class _Crowd:
    """A database in which so many runs wait for a signature."""

    def __init__(self, places: Places, kind: str, count: int) -> None:
        self.count, self.home, self.url = count, places.home(), places.new(kind)
        with office(self.home, self.url) as ours:
            press = ours.drafted("template", "held-letter")
            self._hash = press.payload_hash
            shown(ours)
            template = Template(ours, ours.run_of(press.draft_id))
        before = time.perf_counter()
        fill(places, self.url, template, range(count))
        took = time.perf_counter() - before
        print(f"  ({count:,} waiting runs made in {took:.0f} s)", flush=True)
        self._draft_of = template.signing
        self._left = random.Random(count).sample(range(count), min(count, 4000))  # noqa: S311 -- which ones does not matter

    def press(self, ours: Office, taken: list[float]) -> None:
        """Sign one of them, anywhere among them; add the seconds it took."""
        press = approval(self._draft_of(self._left.pop()), 1, self._hash)
        with timed(taken):
            ours.sign(press)

    def idle(self) -> tuple[float, int]:
        """Run the whole bot on it and leave it alone; return its megabytes and its threads."""
        slack, port = Server(Workspace()), free_port()
        with module(
            "benchmarks.serving", "bot", port, f"{slack.url}/api/", self.home, self.url
        ) as process:
            wait_for(lambda: answers(process, port), 30, "the bot answers")
            time.sleep(_SETTLED)
            found = memory(process.pid), threads(process.pid)
        slack.stop()
        return found


def _kept(kind: str, crowds: list[_Crowd]) -> Iterator[Figure]:
    rounds = [[crowd.idle() for crowd in crowds] for _ in range(3)]
    few, many = ([of_one[n] for of_one in rounds] for n in (0, -1))
    more = statistics.median(b[0] - a[0] for a, b in zip(few, many, strict=True))
    threads_more = statistics.median(b[1] - a[1] for a, b in zip(few, many, strict=True))
    count = crowds[-1].count
    beside = (
        f"the same process with {_FEW:,} waiting:"
        f" {statistics.median(a[0] for a in few):.0f} MB and {few[0][1]} threads"
    )
    yield Figure(
        name=f"waiting: memory for {count:,} on {WORDS[kind]}",
        value=round(more, 1),
        unit="MB more",
        beside=beside,
        target=f"< {_MEGABYTES} MB",
        met=more < _MEGABYTES,
    )
    yield Figure(
        name=f"waiting: threads for {count:,} on {WORDS[kind]}",
        value=threads_more,
        unit="threads more",
        beside=beside,
        target="0",
        met=threads_more <= 0,
    )
