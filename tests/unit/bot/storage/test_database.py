"""One writer at a time, each commit on the disk, and a clear no in time."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from bot.deadline import within
from bot.storage.database import open_database
from bot.storage.errors import CannotOpen
from bot.storage.location import file_system, prepare
from tests.fakes.clock import MONDAY
from tests.unit.bot.storage.records import entry, run
from workflows.errors import NotRecorded

if TYPE_CHECKING:
    from bot.storage.database import Database
    from bot.storage.store import SqlStore

#: Holds the write lock of the file it is given until its standard input closes.
_HOLDER = """
import sqlite3, sys
raw = sqlite3.connect(sys.argv[1], isolation_level=None)
raw.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
"""

#: PostgreSQL has its own in test_postgres.py.
ONLY_SQLITE = True


def test_every_connection_is_set_to_survive_a_power_cut(database: Database) -> None:
    """WAL with full syncs; foreign keys; and replacing a row counts as removing it."""
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "recursive_triggers": 1}
    with database.read() as one, database.read() as other:
        for connection in (one, other):
            found = {name: connection.execute(text(f"PRAGMA {name}")).scalar() for name in wanted}
            assert found == wanted


def test_a_new_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    """Nobody else on the machine reads what customers wrote."""
    path = tmp_path / "deep" / "new.db"
    made = open_database(f"sqlite:///{path}")
    with made.write() as connection:
        connection.execute(text("CREATE TABLE t (x)"))
        modes = {stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir()}
    assert modes == {0o600}
    made.close()


def test_a_file_everybody_could_read_is_closed_to_them(path: Path) -> None:
    """A copy made with loose rights is tightened when it is opened."""
    path.chmod(0o644)
    open_database(f"sqlite:///{path}").close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_a_database_that_would_be_forgotten_is_refused(url: str) -> None:
    """What is signed must outlive the program."""
    with pytest.raises(CannotOpen, match="names no file"):
        open_database(url)


def test_a_folder_that_can_not_be_written_is_told(tmp_path: Path) -> None:
    """The sentence names the file and the system's reason."""
    (tmp_path / "file").write_text("")
    with pytest.raises(CannotOpen, match="refused it"):
        open_database(f"sqlite:///{tmp_path}/file/sayso.db")


def test_the_file_system_is_that_of_the_nearest_mount() -> None:
    """A network disk mounted inside a local one is seen."""
    mounts = (
        "21 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
        "40 21 0:50 / /srv rw shared:1 - nfs4 nas:/srv rw\n"
        "41 40 0:51 / /srv/my\\040disk rw - xfs /dev/sdb rw\n"
    )
    assert file_system(Path("/home/ana"), mounts) == "ext4"
    assert file_system(Path("/srv/sayso"), mounts) == "nfs4"
    assert file_system(Path("/srv/my disk/x"), mounts) == "xfs"
    assert file_system(Path("/home"), "") == ""


def test_a_network_disk_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    """Two bots on one file over a network corrupt it."""
    mounts = f"40 21 0:50 / {tmp_path} rw shared:1 - nfs4 nas:/srv rw\n"
    with pytest.raises(CannotOpen, match=r"network disk \(nfs4\).*Put it on a local disk"):
        prepare(tmp_path / "sayso.db", mounts)
    assert not (tmp_path / "sayso.db").exists()


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE audit_event",
        "DROP TRIGGER audit_event_u",
        "DROP INDEX run_due",
        "ALTER TABLE run ADD COLUMN x TEXT",
    ],
)
def test_the_programs_own_connections_can_not_change_the_structure(
    database: Database, statement: str
) -> None:
    """A bug, or SQL smuggled into one, can't take the guards away."""
    with pytest.raises(Exception, match="not authorized"), database.write() as connection:
        connection.execute(text(statement))


def test_a_lock_held_by_another_process_is_waited_for_no_longer_than_the_deadline(
    store: SqlStore, path: Path
) -> None:
    """The person is told in time that nothing was recorded; afterwards all works again."""
    with subprocess.Popen(
        [sys.executable, "-c", _HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdin is not None
        holder.stdout.readline()
        began = time.monotonic()
        with pytest.raises(NotRecorded) as caught, store.transaction(deadline=0.3) as tx:
            tx.add(run())
        waited = time.monotonic() - began
        holder.stdin.close()
        holder.wait(timeout=10)
    assert 0.2 < waited < 1.5
    assert caught.value.__cause__ is not None
    with store.transaction() as tx:
        assert tx.run("r-1") is None
        assert tx.add(run())


def test_a_writer_of_this_process_is_waited_for_no_longer_than_the_deadline(
    database: Database,
) -> None:
    """Threads queue for the writer's place, each with its own patience."""
    held, release = threading.Event(), threading.Event()

    def hold() -> None:
        with database.write():
            held.set()
            release.wait(10)

    holder = threading.Thread(target=hold)
    holder.start()
    assert held.wait(10)
    with pytest.raises(NotRecorded), database.write(deadline=0.05):
        pytest.fail("two writers at once")
    release.set()
    holder.join(10)
    with database.write(deadline=5):
        pass


def test_readers_wait_for_no_writer(store: SqlStore, database: Database) -> None:
    """App Home opens while a press is being recorded, and sees what was committed before."""
    with store.transaction() as tx:
        tx.add(run())
        with database.read() as connection:
            assert connection.execute(text("SELECT count(*) FROM run")).scalar() == 0
    with database.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM run")).scalar() == 1


def test_a_transaction_inside_a_transaction_is_a_mistake_and_said_at_once(
    database: Database,
) -> None:
    """It would wait for itself."""
    with database.write(), pytest.raises(RuntimeError, match="already"), database.write():
        pytest.fail("two transactions in one thread")


def test_a_full_disk_undoes_the_whole_press_and_is_survived(
    store: SqlStore, database: Database
) -> None:
    """Nothing of the press is kept, the person is told, and with room again all works."""
    with database.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()

    def press() -> None:
        with store.transaction() as tx:
            tx.connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
            tx.add(run())
            tx.append([entry(body={"text": "x" * 500_000})], MONDAY)

    with pytest.raises(NotRecorded):
        press()
    with store.transaction() as tx:
        tx.connection.exec_driver_sql("PRAGMA max_page_count = 1073741823")
        assert tx.run("r-1") is None
        assert tx.add(run())
        tx.append([entry(body={"text": "x" * 500_000})], MONDAY)


def test_a_mistake_in_a_statement_is_not_called_bad_luck(database: Database) -> None:
    """Bugs stay what they are; only the world's faults become `NotRecorded`."""
    with pytest.raises(Exception, match="no such table"), database.write() as connection:
        connection.execute(text("SELECT * FROM no_table"))


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    """Nothing is written over it."""
    path = tmp_path / "notes.txt"
    path.write_text("not a database, but long enough to be taken for one at first sight " * 20)
    before = path.read_bytes()
    with pytest.raises(CannotOpen, match="not a database"):
        open_database(f"sqlite:///{path}")
    assert path.read_bytes() == before


def test_a_rolled_back_transaction_leaves_nothing(store: SqlStore) -> None:
    """An exception on the way out undoes everything, audit entries too."""

    def interrupted() -> None:
        with store.transaction() as tx:
            tx.add(run())
            tx.append([entry()], MONDAY)
            raise KeyError

    with pytest.raises(KeyError):
        interrupted()
    with store.database.read() as connection:
        counts = [
            connection.execute(text(f"SELECT count(*) FROM {name}")).scalar()  # noqa: S608 -- fixed names
            for name in ("run", "audit_event", "chain")
        ]
    assert counts == [0, 0, 0]


def test_the_lock_of_a_killed_process_is_gone_with_it(store: SqlStore, path: Path) -> None:
    """Kill -9 of another process leaves no lock behind and no half-written row."""
    script = _HOLDER.replace(
        "sys.stdin.read()", "raw.execute('DELETE FROM seen'); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        holder.kill()
        holder.wait(timeout=10)
    with store.transaction(deadline=2) as tx:
        assert tx.add(run())
    raw = sqlite3.connect(path)
    assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    raw.close()
    assert os.path.exists(path)  # noqa: PTH110 -- the file itself, not what is open


def test_nothing_is_written_for_somebody_whose_time_is_over(store: SqlStore) -> None:
    """They have been told no: what is saved after that would be a lie."""
    with within(0.0), pytest.raises(NotRecorded), store.transaction(2.0):
        pass
    with store.transaction(2.0):
        pass
