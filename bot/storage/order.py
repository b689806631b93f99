"""In which order a transaction holds what others may want too. The one place where that is said.

Whoever waits holds only what comes before what is waited for; so no two ever wait for each other:

1. keys of commands, whose doubles wait;
2. what runs are about, where only one may begin (`single`, `queued`, `restart`, `once_per`);
3. rows of runs;
4. what limits count and who is silent: customers, playbooks, everything, people;
5. turns of who is asked first;
6. chains of the log, and then messages, which the store writes last of all.

What is wanted out of order (by a child that a step starts, by a limit of the whole company before a customer's) is
taken if it is free. If it is not, nobody waits: the transaction is undone and begins again, holding that first
(`Unheld`).
Leases of workers and their claims wait for no row. SQLite has one writer at a time and needs none of this.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, select, text

from bot.storage.tables import run
from workflows.ports import Unheld

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Select
    from sqlalchemy.engine import Connection

    from bot.storage.fetch import Columns
    from workflows.ports import Hold

#: Kinds of what is held, in their order, and what their locks are called.
_NAMES = {
    "key": "{ws} {name}",
    "about": "{ws} once {name}",
    "run": "",
    "customer": "{ws} counted customer {name}",
    "playbook": "{ws} counted playbook {name}",
    "everything": "{ws} counted everything",
    "person": "{ws} counted person {name}",
    "turn": "{ws} turn {name}",
    "chain": "",
}
_RANKS = {kind: rank for rank, kind in enumerate(_NAMES)}
_WAIT = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
_TRY = text("SELECT pg_try_advisory_xact_lock(hashtextextended(:name, 0))")
_ITS_ROW = (run.c.id == bindparam("id")) & (run.c.ws == bindparam("ws"))
_ABOUT = select(run.c.playbook, run.c.once).where(_ITS_ROW)
_ROW = select(run.c.id).where(_ITS_ROW).with_for_update()
_FREE_ROW = select(run.c.id).where(_ITS_ROW).with_for_update(skip_locked=True)


class Holds:
    """What one transaction holds until its end."""

    def __init__(self, connection: Connection, ws: str, first: Iterable[Hold] = ()) -> None:
        """Take the transaction's connection, and what it is to hold from its beginning."""
        self.connection, self.ws = connection, ws
        self._is_needed = connection.dialect.name == "postgresql"
        self._held: set[Hold] = set()
        self._last = (0, "")
        for kind, name in sorted(first, key=_place):
            self.take(kind, name)

    def take(self, kind: str, name: str) -> None:
        """Hold something: wait for it in its turn, or take it out of turn if it is free. Raises `Unheld`."""
        hold = (kind, name)
        if not self._is_needed or hold in self._held:
            return
        in_turn = self._in_turn(hold)
        taken = self._row(name, wait=in_turn) if kind == "run" else self._lock(hold, wait=in_turn)
        if not taken:
            raise Unheld(frozenset({*self._held, hold}))
        self._took(hold)

    def take_run(self, run_id: str) -> None:
        """Hold the row of a run, and before it what that run is about. Raises `Unheld`."""
        if not self._is_needed or ("run", run_id) in self._held:
            return
        found = self.connection.execute(_ABOUT, self._named(run_id)).one_or_none()
        if found is None:
            return
        if found.once:
            self.take("about", f"{found.playbook} {found.once}")
        self.take("run", run_id)

    def take_runs(self, query: Select[Any], named: Columns) -> list[str]:
        """Hold the rows of all the runs that a query names by id, and return them. Raises `Unheld`."""
        found = [str(name) for name in self.connection.execute(query, named).scalars()]
        for run_id in sorted(found):
            self.take("run", run_id)
        # Whoever was waited for may have changed what is asked for.
        still = {str(name) for name in self.connection.execute(query, named).scalars()}
        return [run_id for run_id in found if run_id in still]

    def write(self) -> None:
        """Go on to what is written last: from here on nothing is waited for that comes before it."""
        self._last = max(self._last, (_RANKS["chain"], ""))

    def _in_turn(self, hold: Hold) -> bool:
        return _place(hold) > self._last

    def _took(self, hold: Hold) -> None:
        self._held.add(hold)
        self._last = max(self._last, _place(hold))

    def _lock(self, hold: Hold, *, wait: bool) -> bool:
        kind, name = hold
        called = {"name": _NAMES[kind].format(ws=self.ws, name=name)}
        got = self.connection.execute(_WAIT if wait else _TRY, called).scalar()
        return wait or bool(got)

    def _row(self, run_id: str, *, wait: bool) -> bool:
        found = self.connection.execute(_ROW if wait else _FREE_ROW, self._named(run_id)).first()
        return wait or found is not None

    def _named(self, run_id: str) -> Columns:
        return {"id": run_id, "ws": self.ws}


def _place(hold: Hold) -> tuple[int, str]:
    kind, name = hold
    return _RANKS[kind], name
