"""What a playbook's evidence costs to count: 500 decided drafts, beside a bare read of the same columns."""

from __future__ import annotations

import sqlite3
import statistics
from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING

from benchmarks.cloning import Template, fill
from benchmarks.company import office
from benchmarks.figures import Figure, in_turn, milliseconds, seconds, skipped
from benchmarks.places import WORDS, Places, missing, settle
from workflows.trust.evidence import gathered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from benchmarks.company import Office
    from benchmarks.figures import Asked

_DRAFTS, _TIMES = 500, 20
#: One an hour, so that all of them are within what is looked back at.
_APART = timedelta(hours=1)
#: The columns that figures are counted from.
_READ = (
    'run_id, playbook, version, step, action, "end", reason, opened_at, undone_at, length, id, agent, model, prompt, '
    "amount, currency, known, decided_at, decided_by, trouble"
)
_BARE = f"SELECT {_READ} FROM draft WHERE playbook = 'letter' ORDER BY opened_at DESC, id DESC"  # noqa: S608 -- fixed


def run(asked: Asked) -> Iterator[Figure]:
    """Yield how long it takes on each database."""
    for kind in asked.databases:
        name = f"evidence: a report on {_DRAFTS} drafts on {WORDS[kind]}, p50"
        if why := missing(kind):
            yield skipped(name, why)
            continue
        with Places() as places:
            yield _figure(places, kind, name, asked)


def _figure(places: Places, kind: str, name: str, asked: Asked) -> Figure:
    drafts, times = asked.size(_DRAFTS), asked.size(_TIMES)
    url = places.new(kind)
    with office(places.home(), url) as ours:
        template = Template(ours, ours.whole("first"), ago=drafts * _APART, apart=_APART)
        fill(places, url, template, range(drafts - 1))
        settle(places, url)
        counted = _counted(ours, drafts)
        full, bare = in_turn(
            lambda _: statistics.median(seconds(counted) for _ in range(times)),
            lambda _: statistics.median(_bare(places, url, drafts, times)),
        )
    mine, theirs = statistics.median(full), statistics.median(bare)
    return Figure(
        name=name,
        value=milliseconds(mine),
        unit="ms",
        beside=f"a bare read of the same columns of the same drafts: {milliseconds(theirs)} ms;"
        f" {mine / theirs:.1f} times as long",
    )


def _counted(ours: Office, drafts: int) -> Callable[[], None]:
    """Return what gathers the evidence, as a promotion and every card of it do."""
    rest = ours.foundation
    with rest.store.looking() as look:
        active = look.active("letter")
        if active is None:
            msg = "the benchmark's playbook is not active"
            raise LookupError(msg)
        book = look.playbook(active.version)

    def gather() -> None:
        with rest.store.looking() as look:
            found = gathered(look, book, rest.clock.now())
        if found.figures.decided != drafts:
            msg = f"{found.figures.decided} of {drafts} drafts were counted"
            raise AssertionError(msg)

    return gather


def _bare(places: Places, url: str, drafts: int, times: int) -> list[float]:
    """Return the seconds of each read by the driver alone."""
    if url.startswith("sqlite"):
        base = sqlite3.connect(url.removeprefix("sqlite:///"))
    else:
        base = places.cluster.connect(url.rpartition("/")[2])
    with closing(base):

        def read() -> None:
            found = len(base.execute(_BARE).fetchall())
            if found != drafts:
                msg = f"{found} of {drafts} drafts were read"
                raise AssertionError(msg)

        return [seconds(read) for _ in range(times)]
