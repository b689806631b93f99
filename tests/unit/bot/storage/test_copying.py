"""A copy holds all that was there and verifies; a restored one carries nothing out until a person says so."""

from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select, text

from bot.clock import TimeIds
from bot.storage.audit_verify import verify
from bot.storage.claims import Claims
from bot.storage.copying import backup, move, restore
from bot.storage.database import open_database
from bot.storage.errors import CannotCopy
from bot.storage.schema import check, upgrade
from bot.storage.store import SqlStore
from bot.storage.tables import metadata
from tests.fakes.clock import MONDAY, FakeClock
from tests.postgres import OWNER, drop
from tests.unit.bot.storage.records import entry, run, written
from workflows.playbook import Playbook
from workflows.run import DraftState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from bot.storage.database import Database
    from tests.postgres import Cluster


#: States of a draft that can still leave; the last one is being carried out.
LIVE = ("open", "signed", "holding", "executing")


def _rows(database: Database) -> dict[str, int]:
    with database.read() as connection:
        counts = {
            name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in metadata.tables.items()
        }
    return {name: count for name, count in counts.items() if count}


def _store(database: Database, ws: str = "local") -> SqlStore:
    return SqlStore(
        database,
        wake=lambda *_: None,
        clock=FakeClock(),
        ids=TimeIds(),
        load=Playbook.model_validate_json,
        ws=ws,
    )


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Return an empty database of today's form, every workspace in sight, as its owner has it."""
    if request.param == "sqlite":
        database = open_database(f"sqlite:///{tmp_path}/empty.db", "*")
        upgrade(database)
        yield database
        database.close()
        return
    cluster: Cluster = request.getfixturevalue("postgres")
    name = cluster.new_database(request.getfixturevalue("postgres_template"))
    database = open_database(cluster.url(name, OWNER), "*")
    yield database
    database.close()
    drop(cluster, [name])


def test_a_backup_holds_everything_and_verifies(store: SqlStore, tmp_path: Path) -> None:
    """Taken from either database, it is a file of the same form, for its owner's eyes."""
    written(store, 3)
    owned = _owned(store.database)
    rows = backup(owned, tmp_path / "kept.db")
    owned.close()
    kept = open_database(f"sqlite:///{tmp_path}/kept.db")
    assert _rows(kept) == _rows(store.database)
    assert sum(_rows(kept).values()) == rows
    assert verify(kept).ok
    assert check(kept).ok
    kept.close()
    assert stat.S_IMODE((tmp_path / "kept.db").stat().st_mode) == 0o600
    assert not list(tmp_path.glob(".*half*"))


def _owned(database: Database) -> Database:
    """Return the database as the role that owns its tables reaches it."""
    place = database.engine.url
    return open_database(
        (place.set(username=OWNER) if place.username else place).render_as_string(), "*"
    )


def test_a_role_that_sees_one_workspace_makes_no_backup(postgres_url: str, tmp_path: Path) -> None:
    """An empty file that calls itself verified would be found out too late."""
    database = open_database(postgres_url, "*")
    with pytest.raises(CannotCopy, match="DATABASE_OWNER_URL"):
        backup(database, tmp_path / "kept.db")
    database.close()


def test_a_backup_never_overwrites(store: SqlStore, tmp_path: Path) -> None:
    """Somebody's only copy may be under that name."""
    (tmp_path / "kept.db").write_text("precious")
    owned = _owned(store.database)
    with pytest.raises(CannotCopy, match="there already"):
        backup(owned, tmp_path / "kept.db")
    owned.close()
    assert (tmp_path / "kept.db").read_text() == "precious"


def test_what_does_not_verify_is_not_kept_as_a_backup(path: Path, tmp_path: Path) -> None:
    """A backup of a log that was touched would be trusted later."""
    database = open_database(f"sqlite:///{path}")
    written(_store(database), 1)
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("DROP TRIGGER audit_payload_u")
        raw.execute("UPDATE audit_payload SET body = '{}'")
    with pytest.raises(CannotCopy, match="not as it was written"):
        backup(database, tmp_path / "kept.db")
    assert not (tmp_path / "kept.db").exists()
    database.close()


@pytest.fixture
def kept(path: Path, tmp_path: Path) -> Path:
    """Return a backup with a draft in every state that can still leave."""
    database = open_database(f"sqlite:///{path}")
    for n in range(1, len(LIVE) + 1):
        written(_store(database), n)
    with database.write() as connection:
        for n, state in enumerate(LIVE, start=1):
            values = {"id": f"r-{n}", "state": state}
            connection.execute(text("UPDATE draft SET state = :state WHERE run_id = :id"), values)
            connection.execute(
                text("UPDATE run SET state = 'working', due_at = created_at WHERE id = :id"), values
            )
        connection.execute(text("DELETE FROM step"))
    backup(database, tmp_path / "kept.db")
    database.close()
    return tmp_path / "kept.db"


def test_a_restored_database_has_all_rows_and_is_on_hold(kept: Path, empty: Database) -> None:
    """On either database, with the hold on the record and the log verifying."""
    restore(kept, empty, ids=TimeIds(), at=MONDAY)
    with empty.read() as connection:
        off = connection.execute(text('SELECT scope, "by" FROM switch')).all()
        doubt = connection.execute(
            text("SELECT idem_key FROM step WHERE state = 'intent' AND seq < 0 ORDER BY idem_key")
        )
        assert off == [("everything", "restore")]
        marked = doubt.scalars().all()
        signed = text("SELECT 'draft:' || id || ':' || revision FROM draft ORDER BY id")
        assert marked == connection.execute(signed).scalars().all()
    assert len(marked) == len(LIVE)
    assert verify(empty).ok


def test_what_may_have_left_since_the_backup_is_found_begun(kept: Path, empty: Database) -> None:
    """So its connector is asked before anything is carried out, or a person where it can't be asked."""
    restore(kept, empty, ids=TimeIds(), at=MONDAY)
    held = {
        claim.run.id: claim.found_intent
        for claim in Claims(_store(empty)).claim(MONDAY, limit=50)
        if claim.run.draft and claim.run.draft.state is DraftState.EXECUTING
    }
    assert held == {f"r-{len(LIVE)}": True}


def test_only_an_empty_database_is_filled(kept: Path, empty: Database) -> None:
    """Two histories are never mixed."""
    restore(kept, empty, ids=TimeIds(), at=MONDAY)
    before = _rows(empty)
    with pytest.raises(CannotCopy, match="not empty"):
        restore(kept, empty, ids=TimeIds(), at=MONDAY)
    assert _rows(empty) == before


def test_a_damaged_backup_is_refused(kept: Path, empty: Database) -> None:
    """Whoever restores learns it before anything is there."""
    with closing(sqlite3.connect(kept)) as raw, raw:
        raw.execute("DROP TRIGGER audit_event_d")
        raw.execute("PRAGMA foreign_keys = OFF")
        raw.execute("DELETE FROM audit_event WHERE n = 2")
    with pytest.raises(CannotCopy, match="not as it was written"):
        restore(kept, empty, ids=TimeIds(), at=MONDAY)
    assert _rows(empty) == {}


def test_a_small_company_moves_to_postgresql_and_goes_on(
    path: Path, postgres: Cluster, postgres_template: str
) -> None:
    """Every row, the log verifying, and the next entry takes the next number."""
    source = open_database(f"sqlite:///{path}", "*")
    written(_store(source), 3)
    name = postgres.new_database(postgres_template)
    target = open_database(postgres.url(name, OWNER), "*")
    move(source, target)
    assert _rows(target) == _rows(source)
    before = _rows(target)["audit_event"]
    bot = open_database(postgres.url(name))
    with _store(bot).transaction() as tx:
        tx.switch("everything", "U-ANA", MONDAY)
    written(_store(bot), 1)
    assert verify(bot).ok
    assert _rows(bot)["audit_event"] > before
    for each in (source, target, bot):
        each.close()
    drop(postgres, [name])


def test_two_workspaces_come_back_apart(
    kept: Path, empty: Database, path: Path, tmp_path: Path
) -> None:
    """A backup holds all of them, each with its own chains of the same names."""
    del kept
    database = open_database(f"sqlite:///{path}", "*")
    other: Callable[[], SqlStore] = lambda: _store(database, ws="T-OTHER")  # noqa: E731 -- typed
    with other().transaction() as tx:
        tx.add(run("r-other", ws="T-OTHER"))
        tx.append([entry(chain="run:r-other"), entry(chain="ws:T-OTHER")], MONDAY)
        tx.keep("context", "x", "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881")
    backup(database, tmp_path / "both.db")
    database.close()
    restore(tmp_path / "both.db", empty, ids=TimeIds(), at=MONDAY)
    with empty.read() as connection:
        found = connection.execute(text("SELECT DISTINCT ws FROM run ORDER BY ws")).scalars().all()
    assert list(found) == ["T-OTHER", "local"]


def test_a_restore_that_dies_in_the_middle_leaves_nothing(kept: Path, empty: Database) -> None:
    """A database that is full and not on hold would send again what has left."""

    class Dying(TimeIds):
        """Fails where the hold is put on the record, after every row was copied."""

        def new(self) -> str:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        restore(kept, empty, ids=Dying(), at=MONDAY)
    assert _rows(empty) == {}


@pytest.mark.parametrize("form", ["", "CREATE TABLE other (x)"])
def test_a_file_that_is_no_backup_is_refused(form: str, tmp_path: Path, empty: Database) -> None:
    """An empty file, or another program's: nothing was restored, and that is said."""
    with closing(sqlite3.connect(tmp_path / "other.db")) as raw, raw:
        raw.executescript(form)
    with pytest.raises(CannotCopy, match="no backup of Sayso"):
        restore(tmp_path / "other.db", empty, ids=TimeIds(), at=MONDAY)
    assert _rows(empty) == {}


def test_a_touched_log_is_not_moved(path: Path, postgres: Cluster, postgres_template: str) -> None:
    """The new house stays empty, so that it can be tried again."""
    source = open_database(f"sqlite:///{path}", "*")
    written(_store(source), 1)
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("DROP TRIGGER audit_payload_u")
        raw.execute("UPDATE audit_payload SET body = '{}'")
    name = postgres.new_database(postgres_template)
    target = open_database(postgres.url(name, OWNER), "*")
    with pytest.raises(CannotCopy, match="not as it was written"):
        move(source, target)
    assert _rows(target) == {}
    source.close()
    target.close()
    drop(postgres, [name])
