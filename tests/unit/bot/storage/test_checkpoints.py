"""Entries get their places in the Merkle log once each, in batches that commit with their checkpoint."""

from __future__ import annotations

import json
import sqlite3
import threading
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

from bot.storage.audit import AuditLog
from bot.storage.audit_verify import verify
from bot.storage.checkpoints import AnotherKey, Seals, Torn, checkpoint_lines
from bot.storage.database import open_database
from bot.storage.horizon import MARGIN, SWEEP
from bot.storage.merkle import Tree, leaf_hash
from bot.storage.notes import Keyring, Signer
from bot.storage.tables import audit_checkpoint, audit_event, audit_leaf
from tests.fakes.clock import MONDAY
from tests.unit.bot.storage.records import entry, written

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.storage.database import Database
    from bot.storage.store import SqlStore

SIGNER = Signer(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))


class Seconds:
    """A clock that never goes back, set by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def seals(database: Database, seconds: Seconds) -> Seals:
    return Seals(database, signer=SIGNER, seconds=seconds)


def _leaves(database: Database) -> list[tuple[int, str]]:
    query = select(audit_leaf.c.leaf_index, audit_leaf.c.event_id).order_by(audit_leaf.c.leaf_index)
    with database.read() as connection:
        return [(row.leaf_index, row.event_id) for row in connection.execute(query)]


def _events(database: Database) -> list[tuple[str, str]]:
    with database.read() as connection:
        query = select(audit_event.c.id, audit_event.c.hdr).order_by(audit_event.c.n)
        return [(row.id, row.hdr) for row in connection.execute(query)]


def _notes(database: Database) -> list[str]:
    with database.read() as connection:
        found = connection.execute(
            select(audit_checkpoint.c.note).order_by(audit_checkpoint.c.size)
        )
        return list(found.scalars())


def test_nothing_is_sealed_when_nothing_happened(seals: Seals) -> None:
    """No checkpoint of an empty log."""
    assert seals.seal(MONDAY) is None
    assert seals.newest() is None
    assert seals.waiting(10) == 0


def test_every_entry_gets_one_leaf_in_the_order_of_numbers(store: SqlStore, seals: Seals) -> None:
    """And the checkpoint signs the root over exactly these."""
    written(store, 1)
    assert seals.waiting(1000) == 7
    sealed = seals.seal(MONDAY)
    assert sealed is not None
    assert (sealed.size, sealed.more) == (7, False)
    events = _events(store.database)
    assert _leaves(store.database) == [(k, id_) for k, (id_, _) in enumerate(events)]
    tree = Tree()
    tree.extend(leaf_hash(hdr.encode()) for _, hdr in events)
    point = Keyring([SIGNER.public]).opened(sealed.note)
    assert (point.origin, point.size, point.root) == ("sayso/local", 7, tree.root())
    assert seals.newest() == sealed
    assert seals.waiting(1000) == 0
    assert seals.seal(MONDAY) is None


def test_a_large_backlog_is_sealed_in_batches(
    store: SqlStore, seals: Seals, seconds: Seconds
) -> None:
    """Each with a checkpoint; a start in between goes on where it was."""
    for n in (1, 2, 3):
        written(store, n)
    sizes: list[int] = []
    while (sealed := seals.seal(MONDAY, 4)) is not None:
        sizes.append(sealed.size)
        assert sealed.more == (sealed.size < 21)
        seals = Seals(store.database, signer=SIGNER, seconds=seconds)
    assert sizes == [4, 8, 12, 16, 20, 21]
    assert [id_ for _, id_ in _leaves(store.database)] == [
        id_ for id_, _ in _events(store.database)
    ]
    with store.database.read() as connection:
        lines = [json.loads(line) for line in checkpoint_lines(connection, "local")]
    assert [line["note"] for line in lines] == _notes(store.database)
    assert {line["sayso_checkpoint"] for line in lines} == {1}


def test_waiting_counts_no_further_than_asked(store: SqlStore, seals: Seals) -> None:
    """A backlog costs no more than a few rows to notice."""
    written(store, 1)
    assert seals.waiting(3) == 3


class Slow(Seals):
    """One that another overtakes between its look and its turn."""

    def __init__(self, database: Database, other: Seals) -> None:
        super().__init__(database, signer=SIGNER)
        self._other = other

    def _written(self, batch: Any) -> bool:
        assert self._other.seal(MONDAY) is not None
        return super()._written(batch)


def test_two_that_looked_at_the_same_log_seal_it_once(store: SqlStore, seals: Seals) -> None:
    """Who comes second finds the log larger than what it looked at."""
    written(store, 1)
    assert Slow(store.database, seals).seal(MONDAY) is None
    assert len(_leaves(store.database)) == 7
    assert len(_notes(store.database)) == 1


def test_many_that_seal_at_once_give_every_entry_one_leaf(store: SqlStore) -> None:
    """Dense, no double, one root: whoever wins."""
    for n in range(1, 9):
        written(store, n)
    each = [Seals(store.database, signer=SIGNER) for _ in range(4)]
    problems: list[BaseException] = []

    def work(seals: Seals) -> None:
        try:
            for _ in range(40):
                seals.seal(MONDAY, 3)
        except BaseException as problem:  # noqa: BLE001 -- told by the test
            problems.append(problem)

    threads = [threading.Thread(target=work, args=(seals,)) for seals in each]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert not problems
    found = _leaves(store.database)
    assert [index for index, _ in found] == list(range(len(found)))
    assert {id_ for _, id_ in found} == {id_ for id_, _ in _events(store.database)}


def test_a_checkpoint_of_another_key_is_not_built_on(store: SqlStore, seals: Seals) -> None:
    """Unless that key is known to have been ours."""
    written(store, 1)
    assert seals.seal(MONDAY)
    written(store, 2)
    new = Signer(Ed25519PrivateKey.generate())
    with pytest.raises(AnotherKey, match="add its public line"):
        Seals(store.database, signer=new).seal(MONDAY)
    known = Keyring([SIGNER.public])
    sealed = Seals(store.database, signer=new, known=known).seal(MONDAY)
    assert sealed is not None
    assert Keyring([new.public]).opened(sealed.note).size == 14


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit_checkpoint SET peaks = zeroblob(96)",
        "UPDATE audit_checkpoint SET peaks = x''",
        "UPDATE audit_checkpoint SET root = zeroblob(32)",
        "DELETE FROM audit_leaf WHERE leaf_index = 6",
        "DELETE FROM audit_checkpoint",
        "UPDATE audit_checkpoint SET size = 6",
        "UPDATE audit_checkpoint SET note = 'nothing'",
        "UPDATE audit_checkpoint SET note = replace(note, 'Previous: 0', 'Previous: 1')",
    ],
)
def test_nothing_is_signed_on_top_of_what_was_touched(
    store: SqlStore, seals: Seals, path: object, change: str
) -> None:
    """The signature would make it look right."""
    written(store, 1)
    assert seals.seal(MONDAY)
    raw = sqlite3.connect(str(path), isolation_level=None)
    for name in ("audit_leaf_d", "audit_checkpoint_d", "audit_checkpoint_u"):
        raw.execute(f"DROP TRIGGER {name}")
    raw.execute(change)
    raw.close()
    written(store, 2)
    with pytest.raises(Torn, match="sayso audit verify"):
        seals.seal(MONDAY)


class Ids:
    """Ids that no other test process draws."""

    def new(self) -> str:
        return str(uuid.uuid4())


def _append(database: Database, chain: str) -> None:
    with database.write() as connection:
        AuditLog(connection, database.ws, Ids()).append([entry(chain=chain)], MONDAY)


class LongTransaction:
    """A thread that has written an entry and not committed it until told to."""

    def __init__(self, database: Database) -> None:
        self._begun, self._go_on = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, args=(database,))
        self._thread.start()
        assert self._begun.wait(20)

    def _run(self, database: Database) -> None:
        with database.write() as connection:
            log = AuditLog(connection, database.ws, Ids())
            log.append([entry(chain="run:slow")], MONDAY)
            self._begun.set()
            self._go_on.wait(20)

    def commit(self) -> None:
        self._go_on.set()
        self._thread.join(timeout=20)


@pytest.fixture
def shared(postgres_url: str) -> Iterator[Database]:
    """Return a database in which entries can commit out of the order of their numbers."""
    opened = open_database(postgres_url)
    yield opened
    opened.close()


@pytest.mark.parametrize("is_late", [False, True])
def test_an_entry_that_commits_after_larger_numbers_is_sealed_too(
    shared: Database, seconds: Seconds, *, is_late: bool
) -> None:
    """At once when its transaction was short; by the hourly look whenever it was."""
    seals = Seals(shared, signer=SIGNER, seconds=seconds)
    slow = LongTransaction(shared)
    for n in range(3):
        seconds.now += 2.0
        _append(shared, f"run:quick-{n}")
        assert seals.seal(MONDAY)
    if is_late:
        seconds.now += MARGIN
        assert seals.seal(MONDAY) is None
    slow.commit()
    if is_late:
        assert seals.seal(MONDAY) is None
        seconds.now += SWEEP
    sealed = seals.seal(MONDAY)
    assert sealed is not None
    assert sealed.size == 4
    first, *_ = _events(shared)
    assert _leaves(shared)[-1][1] == first[0]


def test_each_workspace_has_a_log_of_its_own(postgres_url: str) -> None:
    """One is sealed, the other waits; neither sees the other's leaves."""
    mine, other = open_database(postgres_url, "T1"), open_database(postgres_url, "T2")
    for database in (mine, other):
        _append(database, "run:r-1")
        _append(database, "run:r-2")
    sealed = Seals(mine, signer=SIGNER).seal(MONDAY)
    assert sealed is not None
    assert sealed.note.startswith("sayso/T1\n2\n")
    assert _leaves(other) == []
    again = Seals(other, signer=SIGNER).seal(MONDAY)
    assert again is not None
    assert again.note.startswith("sayso/T2\n2\n")
    assert len(_leaves(mine)) == 2
    for database in (mine, other):
        assert verify(database, keys=Keyring([SIGNER.public])).ok
        database.close()
