"""PostgreSQL keeps the promises by its own means: roles, policies, triggers nobody switches off, bounded waits."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import psycopg
import pytest
from sqlalchemy import text

from bot.clock import TimeIds
from bot.storage.database import open_database
from bot.storage.errors import CannotOpen
from bot.storage.guards import GUARDED
from bot.storage.schema import check
from bot.storage.store import SqlStore
from bot.storage.tables import metadata
from tests.fakes.clock import MONDAY, FakeClock
from tests.fakes.ids import FakeIds
from tests.postgres import APP, OWNER, Cluster
from tests.unit.bot.storage.records import written
from workflows.errors import NotRecorded
from workflows.playbook import Playbook

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.storage.database import Database


def _store(database: Database) -> SqlStore:
    return SqlStore(
        database,
        wake=lambda *_: None,
        clock=FakeClock(),
        ids=FakeIds(),
        load=Playbook.model_validate_json,
        ws=database.ws,
    )


@pytest.fixture
def name(postgres_url: str) -> str:
    """Return the name of this test's database."""
    return postgres_url.rpartition("/")[2]


@pytest.fixture
def database(postgres_url: str) -> Iterator[Database]:
    """Return it as the application sees it, with one run's worth of everything in it."""
    opened = open_database(postgres_url)
    written(_store(opened), 1)
    yield opened
    opened.close()


def _as(postgres: Cluster, name: str, role: str, ws: str = "local") -> psycopg.Connection:
    session = postgres.connect(name, role)
    session.execute("SELECT set_config('sayso.ws', %s, false)", [ws])
    return session


@pytest.mark.parametrize("table", GUARDED)
@pytest.mark.parametrize("verb", ["DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_nobody_removes_what_was_written(
    postgres: Cluster, database: Database, name: str, table: str, verb: str
) -> None:
    """The application may not, the owner's statements are stopped by triggers, a superuser's too."""
    del database
    for role in (APP, OWNER, "postgres"):
        with _as(postgres, name, role) as session:
            rows = f"SELECT count(*) FROM {table}"  # noqa: S608 -- fixed names
            before = session.execute(rows).fetchone()
            if before == (0,) and verb.startswith("DELETE"):
                continue  # a row's trigger has nothing to stop
            with pytest.raises(psycopg.Error, match=r"append-only|permission denied"):
                session.execute(verb.format(table))
            assert session.execute(rows).fetchone() == before


@pytest.mark.parametrize(
    "attack",
    [
        "SET session_replication_role = replica",
        "ALTER TABLE audit_event DISABLE TRIGGER ALL",
        "ALTER TABLE audit_event DISABLE ROW LEVEL SECURITY",
        "DROP TRIGGER audit_event_u ON audit_event",
        "DROP TABLE audit_event CASCADE",
        "CREATE OR REPLACE FUNCTION audit_event_u() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN new; END$$",
        "UPDATE audit_event SET hdr = 'x'",
        "UPDATE revision SET payload_hash = 'x'",
        "UPDATE signature SET choice = 'reject'",
        "INSERT INTO alembic_version VALUES ('0099')",
    ],
)
def test_the_applications_role_can_not_take_the_guards_away(
    postgres: Cluster, database: Database, name: str, attack: str
) -> None:
    """Whoever steals the bot's password still can't rewrite its log."""
    with _as(postgres, name, APP) as session, pytest.raises(psycopg.errors.InsufficientPrivilege):
        session.execute(attack)
    assert check(database).ok


def test_triggers_fire_whatever_a_session_says_it_replicates(
    postgres: Cluster, database: Database, name: str
) -> None:
    """A superuser's usual way around triggers is closed: they are ALWAYS ones."""
    del database
    with _as(postgres, name, "postgres") as session:
        session.execute("SET session_replication_role = replica")
        with pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="append-only"):
            session.execute("UPDATE audit_event SET hdr = 'x'")


def test_a_guard_that_was_switched_off_is_told(
    postgres: Cluster, database: Database, name: str
) -> None:
    """The owner can; whoever looks sees it."""
    with _as(postgres, name, OWNER) as session:
        session.execute(
            "ALTER TABLE audit_event ENABLE TRIGGER audit_event_u"
        )  # not ALWAYS any more
        session.execute("ALTER TABLE draft NO FORCE ROW LEVEL SECURITY")
    found = check(database)
    assert not found.ok
    assert "audit_event_u" in found.why
    assert "policy of draft" in found.why


@pytest.mark.parametrize("table", sorted(metadata.tables))
def test_one_workspace_never_sees_or_touches_another(
    postgres: Cluster, database: Database, name: str, table: str
) -> None:
    """A forgotten condition in a statement finds nothing of others; nor does the owner, unless it asks for all."""
    del database
    rows = f"SELECT count(*) FROM {table}"  # noqa: S608 -- fixed names
    for role in (APP, OWNER):
        with _as(postgres, name, role, ws="T-OTHER") as session:
            assert session.execute(rows).fetchone() == (0,)
    with _as(postgres, name, APP, ws="*") as session:
        assert session.execute(rows).fetchone() == (0,)
    with _as(postgres, name, OWNER, ws="*") as every, _as(postgres, name, APP) as mine:
        assert every.execute(rows).fetchone() == mine.execute(rows).fetchone()


def test_a_row_can_not_be_written_for_another_workspace(
    postgres: Cluster, database: Database, name: str
) -> None:
    """Not by adding, not by moving."""
    del database
    with _as(postgres, name, APP) as session:
        for statement in (
            "INSERT INTO switch VALUES ('T-OTHER', 'everything', 'x', 0)",
            "UPDATE run SET ws = 'T-OTHER'",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
                session.execute(statement)


def test_a_press_waits_for_a_frozen_server_no_longer_than_its_deadline(
    postgres: Cluster, database: Database
) -> None:
    """A server that is stopped in its tracks answers nothing at all; people get an answer nevertheless."""
    with database.read() as connection:
        connection.execute(text("SELECT 1"))
    postgres.pause()
    try:
        began = time.monotonic()
        with pytest.raises(NotRecorded), database.write(deadline=0.3) as connection:
            pytest.fail("a frozen server began a transaction")
        assert time.monotonic() - began < 2.5
        with pytest.raises(NotRecorded), database.read(deadline=0.3) as connection:
            pytest.fail(f"a frozen server showed something: {connection}")
    finally:
        postgres.resume()
    with database.write() as connection:
        assert connection.execute(text("SELECT 1")).scalar() == 1


def test_a_statement_that_takes_too_long_is_stopped(database: Database) -> None:
    """The database itself gives up when the person has been told no."""
    with pytest.raises(NotRecorded), database.write(deadline=0.2) as connection:
        connection.execute(text("SELECT pg_sleep(5)"))


def test_connections_that_were_cut_are_replaced_without_a_word(
    postgres: Cluster, database: Database, name: str
) -> None:
    """After a restart of the server the first press is recorded like any other."""
    for _ in range(3):
        assert postgres.cut(name) >= 1
        with database.write(deadline=2) as connection:
            assert connection.execute(text("SELECT 1")).scalar() == 1
        assert postgres.cut(name) >= 1
        with database.read() as connection:
            assert connection.execute(text("SELECT 1")).scalar() == 1


def test_first_entries_of_one_chain_written_at_once_are_both_kept(postgres_url: str) -> None:
    """No row is there to be locked yet; still one comes after the other."""
    databases = [open_database(postgres_url) for _ in range(4)]
    ready = threading.Barrier(len(databases))
    problems: list[BaseException] = []

    def switch(each: Database) -> None:
        from workflows.events import Entry, Event  # noqa: PLC0415 -- only here
        from workflows.run import SYSTEM  # noqa: PLC0415 -- only here

        store = SqlStore(
            each,
            wake=lambda *_: None,
            clock=FakeClock(),
            ids=TimeIds(),
            load=Playbook.model_validate_json,
        )
        entry = Entry(event=Event.SCHEDULE_MISSED, chain="ws:local", actor=SYSTEM, object="x:1")
        ready.wait(10)
        try:
            with store.transaction() as tx:
                tx.append([entry], MONDAY)
        except BaseException as error:  # noqa: BLE001 -- told by the assertion
            problems.append(error)

    threads = [threading.Thread(target=switch, args=[each]) for each in databases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert problems == []
    with databases[0].read() as connection:
        found = connection.execute(text("SELECT seq FROM audit_event ORDER BY seq")).scalars().all()
    assert found == [1, 2, 3, 4]
    for each in databases:
        each.close()


def test_a_server_nobody_reaches_is_told_with_the_next_step(unused_tcp_port: int) -> None:
    """Whoever mistypes the address learns it before anything starts, and never reads a password."""
    url = f"postgresql://sayso:secret@127.0.0.1:{unused_tcp_port}/sayso"
    with pytest.raises(CannotOpen, match="Check DATABASE_URL") as refused:
        open_database(url)
    assert "secret" not in refused.value.sentence


@pytest.fixture
def unused_tcp_port() -> int:
    """Return a port nobody listens on."""
    import socket  # noqa: PLC0415 -- only here

    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return asked.getsockname()[1]
