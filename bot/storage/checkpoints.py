"""Sealing the audit log: entries get their places in the Merkle tree, and a signed checkpoint over all of them.

A batch of leaves and its checkpoint commit together, so that no leaf is ever without one.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import bindparam, exists, func, insert, select, text, type_coerce

from bot.storage.columns import Name, Whole
from bot.storage.header import stamp
from bot.storage.horizon import Horizon
from bot.storage.merkle import WIDTH, Tree, leaf_hash
from bot.storage.notes import BadNote, Checkpoint, Keyring, UnknownKey, origin
from bot.storage.tables import audit_checkpoint, audit_event, audit_leaf
from workflows.errors import WorkflowError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence
    from datetime import datetime

    from sqlalchemy import Row
    from sqlalchemy.engine import Connection

    from bot.storage.database import Database
    from bot.storage.fetch import Columns
    from bot.storage.notes import Signer

#: Most entries sealed at a time: the one writer of SQLite is held for tens of milliseconds.
BATCH = 2000
#: Seconds a batch may wait for other writers. Whoever can't have its turn tries again with the next tick.
TURN = 5.0

_ws = bindparam("its_ws", type_=Name)
_mine = (audit_event.c.ws == _ws, audit_event.c.n > bindparam("above"))
_open = ~exists().where(audit_leaf.c.event_id == audit_event.c.id)
_few = bindparam("few", type_=Whole)
_LATEST = (
    select(audit_checkpoint)
    .where(audit_checkpoint.c.ws == _ws)
    .order_by(audit_checkpoint.c.size.desc())
    .limit(_few)
)
_NEWEST = _LATEST.limit(1)
_SIZE = select(func.coalesce(func.max(audit_checkpoint.c.size), 0)).where(
    audit_checkpoint.c.ws == _ws
)
_LEAVES = select(func.coalesce(func.max(audit_leaf.c.leaf_index) + 1, 0)).where(
    audit_leaf.c.ws == _ws
)
_LAST = (
    select(audit_event.c.n)
    .join(audit_leaf, audit_leaf.c.event_id == audit_event.c.id)
    .where(audit_leaf.c.ws == _ws)
    .order_by(audit_leaf.c.leaf_index.desc())
    .limit(1)
)
_COUNT = select(func.count()).select_from(
    select(audit_event.c.n).where(*_mine, _open).limit(_few).subquery()
)
_UNSEALED = (
    select(audit_event.c.n, audit_event.c.id, audit_event.c.hdr)
    .where(*_mine, _open)
    .order_by(audit_event.c.n)
    .limit(_few)
)
_HIGHEST = select(func.coalesce(func.max(audit_event.c.n), 0)).where(audit_event.c.ws == _ws)
# A guard looks at the leaves for each one that is added. Planned while there were none it would go on to read all of
# them each time: 20 seconds instead of one for 5,000.
_TURN = text(
    "SELECT pg_try_advisory_xact_lock(hashtextextended('sayso:seal:' || :its_ws, 0)),"
    " set_config('plan_cache_mode', 'force_custom_plan', true)"
)
_ADD_LEAF = insert(audit_leaf)
_ADD_CHECKPOINT = insert(audit_checkpoint)
_ALL = (
    select(
        *(each for each in audit_checkpoint.c if each is not audit_checkpoint.c.at),
        # As it is kept: what somebody wrote over may be no time.
        type_coerce(audit_checkpoint.c.at, Whole).label("at"),
    )
    .where(audit_checkpoint.c.ws == _ws)
    .order_by(audit_checkpoint.c.size)
)


class CannotSeal(WorkflowError):
    """Nothing more of the audit log is signed: {reason}. {next_step}."""


class AnotherKey(CannotSeal):
    """Nothing more of the audit log is signed: {reason}. {next_step}."""

    def __init__(self) -> None:
        """Say what to do about it."""
        super().__init__(
            reason="its newest checkpoint was signed with another key",
            next_step="Put that key back, from your backup; if it is lost, add its public line, as sayso audit key"
            " printed it, to audit.pub",
        )


class Torn(CannotSeal):
    """Nothing more of the audit log is signed: {reason}. {next_step}."""

    def __init__(self) -> None:
        """Say what to do about it."""
        super().__init__(
            reason="its newest checkpoint does not fit its leaves, so somebody changed the database outside Sayso",
            next_step="Run sayso audit verify",
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Sealed:
    """A checkpoint as it is kept: how many entries it covers, its signed note, when it was made."""

    size: int
    note: str
    at: datetime
    #: Whether there may be more entries to seal at once.
    more: bool = False


class _Found(NamedTuple):
    """Entries without a leaf, in the order of their numbers, and up to which number all of them are here."""

    rows: Sequence[Row[Any, Any, Any]]
    to: int
    complete: bool


class _Batch(NamedTuple):
    """What sealing some entries on top of `before` leaves would write."""

    before: int
    leaves: list[Columns]
    checkpoint: Columns


class Seals:
    """The leaves and checkpoints of one workspace's log, as they are added."""

    def __init__(
        self,
        database: Database,
        *,
        signer: Signer,
        known: Keyring | None = None,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take the key that signs, the keys that may have signed before, and a clock that never goes back."""
        self._database, self._signer = database, signer
        self._known = Keyring([*(known.keys if known else ()), signer.public])
        self._named = {"its_ws": database.ws}
        self._horizon = Horizon(seconds)

    def newest(self) -> Sealed | None:
        """Return the newest checkpoint."""
        with self._database.read() as connection:
            row = connection.execute(_NEWEST, self._named).one_or_none()
        return None if row is None else Sealed(size=row.size, note=row.note, at=row.at)

    def waiting(self, few: int) -> int:
        """Return how many entries after the last sealed one are not sealed; counts to `few` at most."""
        with self._database.read() as connection:
            above = connection.execute(_LAST, self._named).scalar() or 0
            values = {**self._named, "above": above, "few": few}
            return connection.execute(_COUNT, values).scalar_one()

    def seal(self, at: datetime, limit: int = BATCH) -> Sealed | None:
        """Give the next entries their leaves and sign a checkpoint; None when there are none, or others do it now.

        Raises `AnotherKey`, `Torn`, `NotRecorded`.
        """
        with self._database.read() as connection:
            tree = self._tree(connection)
            found = self._unsealed(connection, limit)
        batch = self._batch(tree, found, at) if found.rows else None
        if batch is not None and not self._written(batch):
            return None
        self._horizon.passed(to=found.to, complete=found.complete)
        if batch is None:
            return None
        note = str(batch.checkpoint["note"])
        return Sealed(size=tree.size, note=note, at=at, more=not found.complete)

    def _written(self, batch: _Batch) -> bool:
        with self._database.write(TURN) as connection:
            if not self._is_my_turn(connection, batch.before):
                return False
            connection.execute(_ADD_LEAF, batch.leaves)
            connection.execute(_ADD_CHECKPOINT, batch.checkpoint)
        return True

    def _is_my_turn(self, connection: Connection, before: int) -> bool:
        """One process at a time seals a workspace, and only on top of what it has looked at."""
        if (
            connection.dialect.name == "postgresql"
            and not connection.execute(_TURN, self._named).scalar_one()
        ):
            return False
        return connection.execute(_SIZE, self._named).scalar_one() == before

    def _batch(self, tree: Tree, found: _Found, at: datetime) -> _Batch:
        """Let the tree grow by what was found."""
        before, ws = tree.size, self._database.ws
        tree.extend(leaf_hash(row.hdr.encode()) for row in found.rows)
        point = Checkpoint(
            origin=origin(ws), size=tree.size, root=tree.root(), at=stamp(at), previous=before
        )
        leaves = [
            {"ws": ws, "leaf_index": before + k, "event_id": row.id}
            for k, row in enumerate(found.rows)
        ]
        checkpoint = {
            "ws": ws,
            "size": point.size,
            "root": point.root,
            "peaks": b"".join(tree.peaks),
            "note": self._signer.note(point),
            "at": at,
        }
        return _Batch(before=before, leaves=leaves, checkpoint=checkpoint)

    def _tree(self, connection: Connection) -> Tree:
        """Return the tree as the newest checkpoint left it. Raises `AnotherKey`, `Torn`."""
        row = connection.execute(_NEWEST, self._named).one_or_none()
        leaves = connection.execute(_LEAVES, self._named).scalar_one()
        if row is None:
            if leaves:
                raise Torn
            return Tree()
        try:
            point = self._known.opened(row.note)
        except UnknownKey as error:
            raise AnotherKey from error
        except BadNote as error:
            raise Torn from error
        tree = tree_of(row.size, row.peaks)
        fits = (point.origin, point.size) == (origin(self._database.ws), leaves)
        if tree is None or not fits or {tree.root(), point.root} != {row.root}:
            raise Torn
        return tree

    def _unsealed(self, connection: Connection, limit: int) -> _Found:
        if connection.dialect.name == "sqlite":
            # Its one writer gives numbers in the order of commits: nothing appears below what is sealed.
            above = connection.execute(_LAST, self._named).scalar() or 0
        else:
            above = self._horizon.above()
        highest = connection.execute(_HIGHEST, self._named).scalar_one()
        values = {**self._named, "above": above, "few": limit}
        rows = connection.execute(_UNSEALED, values).all()
        complete = len(rows) < limit
        return _Found(rows=rows, to=highest if complete else rows[-1].n, complete=complete)


def tree_of(size: int, peaks: bytes) -> Tree | None:
    """Return the tree a checkpoint keeps, or None when its peaks are not that many."""
    parts = [peaks[start : start + WIDTH] for start in range(0, len(peaks), WIDTH)]
    if size < 0 or len(peaks) != WIDTH * size.bit_count():
        return None
    return Tree(size, parts)


def newest(connection: Connection, ws: str, few: int) -> list[Sealed]:
    """Return the newest checkpoints of a workspace, the newest first."""
    rows = connection.execute(_LATEST, {"its_ws": ws, "few": few})
    return [Sealed(size=row.size, note=row.note, at=row.at) for row in rows]


def checkpoints(connection: Connection, ws: str) -> Generator[Row[tuple[object, ...]]]:
    """Yield every checkpoint row of a workspace, oldest first; `at` is in microseconds since 1970."""
    yield from connection.execute(_ALL, {"its_ws": ws}, execution_options={"yield_per": 1000})


def checkpoint_lines(connection: Connection, ws: str) -> Generator[str]:
    """Yield every checkpoint as a line of an export, oldest first, without the line's end."""
    for row in checkpoints(connection, ws):
        yield json.dumps({"sayso_checkpoint": 1, "note": row.note}, ensure_ascii=False)
