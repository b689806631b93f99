"""PostgreSQL tells every node what became due; whatever becomes of a hint, the row decides."""

from __future__ import annotations

import statistics
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Event, Lock
from typing import TYPE_CHECKING

import psycopg
import pytest

from bot.jobs.distributed import Distributed, queue_of
from bot.storage.database import open_database
from tests.chaos.processes import wait_for
from tests.jobs.conftest import add_job_tables
from tests.jobs.house import ANA, open_house, serving
from tests.postgres import Cluster
from workflows.answers import Recorded
from workflows.commands import Approve
from workflows.errors import NotRecorded

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from bot.storage.database import Database


class Seen:
    """The `Core` port: writes down when it was asked for which run. A sweep finds nothing, unless told."""

    def __init__(self, slow: Event | None = None, due: str | None = None) -> None:
        self.asked: dict[str, float] = {}
        self.begun = 0
        self._slow, self._due, self._lock = slow, due, Lock()

    def advance(self, run_id: str | None = None, /) -> bool:
        run_id = run_id or self._due
        if run_id is None:
            return False
        with self._lock:
            self.asked[run_id] = time.monotonic()
            self.begun += 1
        if self._slow:
            self._slow.wait(20)
        return True

    def tick(self) -> None:
        pass


@pytest.fixture
def database(hinted_url: str) -> Generator[Database]:
    """Return the database as a press uses it."""
    opened = open_database(hinted_url)
    yield opened
    opened.close()


def _wake(database: Database, carrier: Distributed, run_id: str, at: datetime | None) -> None:
    with database.write() as connection:
        carrier.wake(connection, run_id, at)


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 -- the carrier's own clock


def _hints(url: str, where: str = "true") -> int:
    count = f"SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'advance' AND {where}"  # noqa: S608 -- words of a test
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        return connection.execute(count).fetchall()[0][0]


def test_a_hint_is_followed_within_fifty_milliseconds(hinted_url: str, database: Database) -> None:
    """Between a press on one machine and the work on another nobody polls."""
    carrier, core = Distributed(hinted_url, ws="local"), Seen()
    took: list[float] = []
    with serving(carrier, core):
        _wake(database, carrier, "first", _now())
        wait_for(lambda: "first" in core.asked, 10, "the worker listens")
        for n in range(20):
            name = f"r-{n}"
            _wake(database, carrier, name, _now())
            began = time.monotonic()
            wait_for(lambda name=name: name in core.asked, 10, "the hint is followed", 0.001)
            took.append(core.asked[name] - began)
    print(f"hint to work: {1000 * statistics.median(took):.1f} ms, most {1000 * max(took):.1f} ms")  # noqa: T201
    assert statistics.median(took) < 0.05
    assert _hints(hinted_url) == 0


def test_a_hint_is_committed_with_the_change_or_not_at_all(
    hinted_url: str, database: Database
) -> None:
    """What was rolled back is not announced."""
    carrier = Distributed(hinted_url, ws="local")

    def fail() -> None:
        with database.write() as connection:
            carrier.wake(connection, "r-1", _now())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert _hints(hinted_url) == 0
    _wake(database, carrier, "r-1", _now())
    assert _hints(hinted_url) == 1


def test_timers_are_no_hints(hinted_url: str, database: Database) -> None:
    """What is due later stays in its row, and what waits for a person alone has no time at all."""
    carrier = Distributed(hinted_url, ws="local")
    _wake(database, carrier, "r-1", _now() + timedelta(seconds=5))
    _wake(database, carrier, "r-2", None)
    assert _hints(hinted_url) == 0


def test_workspaces_on_one_database_do_not_take_each_others_hints(
    hinted_url: str, database: Database
) -> None:
    """Each node follows those of the workspace it works for."""
    ours, theirs = Distributed(hinted_url, ws="local"), Distributed(hinted_url, ws="T-OTHER")
    core = Seen()
    with serving(ours, core):
        _wake(database, theirs, "theirs", _now())
        _wake(database, ours, "ours", _now())
        wait_for(lambda: "ours" in core.asked, 10, "our hint is followed")
    assert set(core.asked) == {"ours"}
    assert _hints(hinted_url, "queue_name = 'ws:T-OTHER'") == 1


def test_a_workspace_of_any_name_can_be_announced(hinted_url: str, database: Database) -> None:
    """PostgreSQL refuses the name of a channel that is too long; ours never is."""
    name = "E" + "0" * 200
    carrier, core = Distributed(hinted_url, ws=name), Seen()
    assert queue_of("T-1") == "ws:T-1"
    assert queue_of(name) != queue_of(name + "0")
    with serving(carrier, core):
        _wake(database, carrier, "first", _now())
        wait_for(lambda: "first" in core.asked, 10, "the hint is followed")


def test_doubled_stale_and_unknown_hints_do_no_harm(home: Path, hinted_url: str) -> None:
    """A signed note leaves once, however often somebody is told to look at its run."""
    house = open_house(home, hinted_url)
    database, carrier = house.foundation.database, house.carrier
    with serving(carrier, house.core):
        run_id = house.start("note", "jo")
        (draft_id,) = house.rows("id FROM draft")[0]
        reply = house.foundation.engine.handle(
            Approve(actor=ANA, key="press", draft_id=draft_id, revision=1)
        )
        assert isinstance(reply, Recorded), reply
        for name in (run_id, run_id, "no-such-run", run_id):
            with database.write() as connection:
                carrier.wake(connection, name, _now())
        wait_for(lambda: house.count("run WHERE state = 'done'"), 20, "the note is sent")
        wait_for(lambda: _hints(hinted_url) == 0, 20, "every hint is followed")
    assert [effect.key for effect in house.outside.effects] == [f"draft:{draft_id}:1"]
    house.close()


def test_hints_of_dead_workers_are_dropped(hinted_url: str) -> None:
    """Their runs are found by their lease; the rows would only pile up."""
    with psycopg.connect(hinted_url.replace("+psycopg", "")) as connection:
        connection.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour')"
        )
        connection.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, status, worker_id)"
            " SELECT 'ws:local', 'advance', 'doing', id FROM procrastinate_workers"
        )
    with serving(Distributed(hinted_url, ws="local"), Seen()):
        wait_for(lambda: _hints(hinted_url) == 0, 10, "the dead worker's job is dropped")


def test_a_node_follows_hints_again_once_its_sessions_were_cut(
    postgres: Cluster, hinted_url: str
) -> None:
    """An administrator, a failover or a proxy may end every session at any time."""
    carrier, core = Distributed(hinted_url, ws="local"), Seen()
    with serving(carrier, core):
        _until_followed(hinted_url, carrier, core, "before")
        assert postgres.cut(hinted_url.rpartition("/")[2]) > 0
        _until_followed(hinted_url, carrier, core, "after")


def test_a_node_outlives_a_restart_of_the_server() -> None:
    """While PostgreSQL is gone it waits, and goes on by itself."""
    with _cluster() as cluster:
        name = cluster.new_database()
        add_job_tables(cluster, name)
        url = cluster.url(name)
        carrier, core = Distributed(url, ws="local"), Seen()
        with serving(carrier, core):
            _until_followed(url, carrier, core, "before")
            cluster.stop()
            time.sleep(1.5)  # the fault itself: long enough that connecting fails, more than once
            cluster.start()
            _until_followed(url, carrier, core, "after")


@contextmanager
def _cluster() -> Generator[Cluster]:
    """A server of its own, since others are tested on the common one."""
    # A session that was saying hello keeps the server from stopping, for as long as it is given for that.
    cluster = Cluster(settings={"authentication_timeout": "1s"})
    try:
        yield cluster
    finally:
        cluster.close()


def _until_followed(url: str, carrier: Distributed, core: Seen, name: str) -> None:
    """Send a hint and wait until it is followed; within ten seconds, as a press would be answered."""
    database = open_database(url)
    _wake(database, carrier, name, _now())
    database.close()
    wait_for(lambda: name in core.asked, 12, f"the hint {name} is followed")


def test_work_in_hand_is_finished_and_the_rest_is_left_to_others(
    hinted_url: str, database: Database
) -> None:
    """Told to stop, a node ends what it has begun and begins nothing more."""
    slow = Event()
    carrier, core = Distributed(hinted_url, ws="local", workers=1), Seen(slow)
    with serving(carrier, core) as stop:
        for n in range(3):
            _wake(database, carrier, f"r-{n}", _now())
        wait_for(lambda: core.begun == 1, 10, "the first is begun")
        stop.set()
        time.sleep(0.3)  # a worker that does not heed the stop would begin the next by now
        slow.set()
    assert core.begun == 1
    assert _hints(hinted_url, "status = 'doing'") == 0
    assert _hints(hinted_url, "status = 'todo'") == 2


def test_a_hint_that_waits_for_a_hand_when_the_program_stops_is_left_to_others(
    hinted_url: str, database: Database
) -> None:
    """Its run stays due, and whoever sweeps next finds it."""
    slow = Event()
    carrier, core = Distributed(hinted_url, ws="local", workers=1), Seen(slow, due="swept")
    with serving(carrier, core) as stop:
        wait_for(lambda: core.begun == 1, 10, "the only hand is busy")
        _wake(database, carrier, "waits", _now())
        wait_for(lambda: _hints(hinted_url, "status = 'doing'"), 10, "the hint is taken")
        stop.set()
        slow.set()
    assert set(core.asked) == {"swept"}


def test_a_node_stops_in_time_even_when_its_work_hangs(hinted_url: str, database: Database) -> None:
    """Seven seconds are given to what is in hand, and not more."""
    slow = Event()
    carrier, core = Distributed(hinted_url, ws="local"), Seen(slow)
    with serving(carrier, core, seconds=9.0) as stop:
        _wake(database, carrier, "hangs", _now())
        wait_for(lambda: core.begun == 1, 10, "it is begun")
        stop.set()
    slow.set()


def test_a_hint_that_cannot_be_sent_fails_as_the_database_does(
    postgres: Cluster, hinted_url: str, database: Database
) -> None:
    """The press is told that nothing was recorded, as for every other statement that got no answer."""
    carrier = Distributed(hinted_url, ws="local")

    def press() -> None:
        with database.write() as connection:
            postgres.cut(hinted_url.rpartition("/")[2])
            carrier.wake(connection, "r-1", _now())

    with pytest.raises(NotRecorded):
        press()
