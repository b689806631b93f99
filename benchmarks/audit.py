"""What the audit log adds to a press, how fast a million entries are verified, and how fast they are searched."""

from __future__ import annotations

import random
import statistics
import time
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from benchmarks.bare import scanned
from benchmarks.cloning import PEOPLE, Template, fill, renamed
from benchmarks.company import office
from benchmarks.figures import Figure, milliseconds, percentile, seconds, skipped, timed
from benchmarks.places import WORDS, Places, missing, settle
from bot.storage.audit_key import known_keys, own_key
from bot.storage.audit_search import Filters, search
from bot.storage.audit_verify import verify
from bot.storage.checkpoints import Seals
from workflows.engine import Engine
from workflows.events import Event

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator
    from contextlib import AbstractContextManager
    from datetime import datetime
    from pathlib import Path

    from benchmarks.company import Office
    from benchmarks.figures import Asked
    from workflows.events import Entry
    from workflows.ports import Hold, Looking, Store, Tx

_PRESSES, _ENTRIES, _SEARCHES = 300, 1_000_000, 50
#: A run every half minute, for as long as it takes.
_AGO, _APART = timedelta(days=40), timedelta(seconds=30)
#: Entries sealed before the clock runs.
_FIRST = 100
_ADDS, _VERIFIED, _FOUND = 0.001, 60.0, 0.020


def run(asked: Asked) -> Iterator[Figure]:
    """Yield what a press pays, then verifying and searching a log of a million entries."""
    for kind in asked.databases:
        if why := missing(kind):
            yield skipped(f"audit on {WORDS[kind]}", why)
            continue
        with Places() as places:
            yield _added(places, kind, asked.size(_PRESSES))
            yield from _large(places, kind, asked)


# --- What it adds ---


class _Unlogged:
    """The store without its audit log, for this one comparison."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @contextmanager
    def transaction(
        self, deadline: float | None = None, first: frozenset[Hold] = frozenset()
    ) -> Generator[Any]:
        with self._store.transaction(deadline, first) as tx:
            yield _UnloggedTx(tx)

    def looking(self) -> AbstractContextManager[Looking]:
        return self._store.looking()


class _UnloggedTx:
    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    def append(self, entries: Iterable[Entry], at: datetime) -> None:
        """Write nothing."""

    def __getattr__(self, name: str) -> object:
        return getattr(self._tx, name)


def _added(places: Places, kind: str, presses: int) -> Figure:
    """Press by turns with and without the log, on runs that have one; return the difference of the medians."""
    taken: tuple[list[float], list[float]] = ([], [])
    url = places.new(kind)
    with office(places.home(), url) as ours:
        engines = (ours.foundation.engine, _unlogged(ours))
        waiting = [ours.drafted(n, "held-letter") for n in range(2 * presses + 40)]
        settle(places, url)
        for n, press in enumerate(waiting):
            with timed(taken[n % 2]):
                engines[n % 2].handle(press)
    logged, plain = (statistics.median(each[20:]) for each in taken)
    return Figure(
        name=f"audit: added to a press on {WORDS[kind]}, p50",
        value=milliseconds(logged - plain),
        unit="ms",
        beside=f"the same press without it: {milliseconds(plain)} ms; with it {milliseconds(logged)} ms",
        target="< 1 ms",
        met=logged - plain < _ADDS,
    )


def _unlogged(ours: Office) -> Engine:
    rest = ours.foundation
    return Engine(
        store=_Unlogged(rest.store),
        clock=rest.clock,
        ids=rest.store.ids,
        directory=rest.folder,
        actions=rest.connectors.actions,
    )


# --- A million entries ---


def _large(places: Places, kind: str, asked: Asked) -> Iterator[Figure]:
    home, url = places.home(), places.new(kind)
    with office(home, url) as ours:
        template = Template(ours, ours.whole("template"), ago=_AGO, apart=_APART)
        runs = asked.size(_ENTRIES) // template.entries + 1
        filling = seconds(lambda: fill(places, url, template, range(runs)))
        entries = (runs + 1) * template.entries
        print(f"  ({entries:,} entries made in {filling:.0f} s)", flush=True)
        yield _sealed(places, ours, home, kind, entries)
        yield _verified(ours, home, url, kind)
        yield from _searched(ours, kind, asked.size(_SEARCHES), _Log(template, runs))


def _sealed(places: Places, ours: Office, home: Path, kind: str, entries: int) -> Figure:
    seals = Seals(ours.foundation.database, signer=own_key(home / "audit.key"))
    seals.seal(ours.foundation.clock.now(), _FIRST)
    settle(places, ours.foundation.settings.database_url)
    before = time.perf_counter()
    while (done := seals.seal(ours.foundation.clock.now())) and done.more:
        pass
    took = time.perf_counter() - before
    entries -= _FIRST
    return Figure(
        name=f"audit: {entries:,} entries sealed on {WORDS[kind]}",
        value=round(took, 1),
        unit="s",
        beside=f"{entries / took:,.0f} entries a second; a press writes about three",
    )


def _verified(ours: Office, home: Path, url: str, kind: str) -> Figure:
    keys = known_keys(home / "audit.key")
    taken: list[float] = []
    bare: list[float] = []
    entries = 0
    for _ in range(3):
        with timed(taken):
            verdict = verify(ours.foundation.database, keys=keys)
        with timed(bare):
            scanned(url)
        entries = verdict.entries
        if not verdict.ok:
            msg = f"the copied log does not verify: {verdict.first_bad}"
            raise AssertionError(msg)
    took = statistics.median(taken)
    return Figure(
        name=f"audit: {entries:,} entries verified on {WORDS[kind]}",
        value=round(took, 1),
        unit="s",
        beside=f"reading and hashing the same headers and nothing else: {statistics.median(bare):.1f} s",
        target=f"< {_VERIFIED:.0f} s",
        met=took < _VERIFIED,
    )


class _Log:
    """What can be looked for in a log of copies."""

    def __init__(self, template: Template, runs: int) -> None:
        self._template, self._runs = template, runs
        self._random = random.Random(7)  # noqa: S311 -- which ones does not matter

    def filters(self) -> dict[str, Filters]:
        """Return one search of each kind, each time for something else."""
        number = self._random.randrange(self._runs)
        run, draft = renamed(self._template.run_id, number), self._template.signing(number)
        since = self._template.began + number * self._template.apart
        hour = {"since": since, "until": since + timedelta(hours=1)}
        actor = f"user:U0S{number % PEOPLE:05d}"
        return {
            "the newest": Filters(),
            "a run": Filters(run=run),
            "a draft": Filters(draft=draft),
            "a person": Filters(actor=actor),
            "a kind": Filters(event="signed"),
            "an hour": Filters.model_validate(hour),
            "a person's signatures": Filters(actor=actor, event="signed"),
            "a kind in an hour": Filters.model_validate(
                {"event": Event.DRAFT_EXECUTED.value, **hour}
            ),
            "a person in an hour": Filters.model_validate({"actor": actor, **hour}),
        }


def _searched(ours: Office, kind: str, times: int, log: _Log) -> Iterator[Figure]:
    database = ours.foundation.database
    taken: dict[str, list[float]] = {}
    for n in range(times + 2):
        for name, filters in log.filters().items():
            of_one: list[float] = []
            with timed(of_one):
                search(database, filters)
            if n > 1:
                taken.setdefault(name, []).extend(of_one)
    late = {name: percentile(each, 95) for name, each in taken.items()}
    worst = max(late, key=lambda name: late[name])
    everything = percentile([one for each in taken.values() for one in each], 95)
    words = f"the slowest kind, {worst}: {milliseconds(late[worst], 1)} ms"
    yield Figure(
        name=f"audit: search on {WORDS[kind]}, p95 of nine kinds",
        value=milliseconds(everything, 1),
        unit="ms",
        beside=f"{words}; each returns up to 100 entries, taken apart",
        target="< 20 ms",
        met=late[worst] < _FOUND,
    )
