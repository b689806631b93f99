"""The carrier of many machines: PostgreSQL tells every node what became due, through procrastinate.

A job is a hint, "look at run X", committed with the change that made it due. The run's own row decides, so a hint
may be late, doubled or lost. Timers are no jobs: they stay in `run.due_at`, where a sweep finds them.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import time
from functools import partial
from threading import Thread
from typing import TYPE_CHECKING, Any, cast

from procrastinate import App, PsycopgConnector, SyncPsycopgConnector
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Status

from bot.clock import SystemClock
from bot.jobs.hands import Hands
from bot.jobs.loops import GRACE, LOOK, advanced, ticker
from bot.jobs.sweeping import Sweeping

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from threading import Event

    from procrastinate.manager import JobManager

    from bot.jobs.embedded import Core

_log = logging.getLogger(__name__)

#: The name of the one task there is.
TASK = "advance"
#: Seconds without a sign of life after which a worker counts as dead, and its jobs as nobody's.
DEAD = 30.0
#: Hours for which a job that was given up is kept to be looked at.
KEPT = 24
#: Seconds until the first new try when the database is gone, and the most they grow to.
SOON, LATE = 0.5, 4.0
#: PostgreSQL cuts the names of channels off at 63 bytes; what procrastinate puts before ours leaves this much.
_LONGEST = 40


class Distributed:
    """Hints go out with the transaction; threads of this process follow them, sweep for the rest, and tick."""

    def __init__(
        self,
        url: str,
        *,
        ws: str,
        workers: int = 4,
        now: Callable[[], datetime] | None = None,
    ) -> None:
        """Take the database and the workspace whose runs are carried; `now` is the clock they are due by."""
        self._address = "postgresql://" + url.partition("://")[2]
        self._queue, self._workers = queue_of(ws), workers
        self._now = now or SystemClock().now
        # It is never opened: a hint goes out on the connection of whoever makes a run due.
        self._hints = App(connector=SyncPsycopgConnector())

    def wake(self, connection: object, run_id: str, at: datetime | None) -> None:
        """Send a hint with the transaction of `connection`, if the run is due now."""
        if at is None or at > self._now():
            return
        driver = cast("Any", connection).connection.driver_connection
        job = self._hints.configure_task(TASK, queue=self._queue, connection=driver)
        try:
            job.defer(run_id=run_id)
        except ConnectorException as error:
            # The driver's own error says whether the world or the statement is at fault.
            raise (error.__cause__ or error) from error

    def committed(self) -> None:
        """Do nothing: the hint was committed as well, and PostgreSQL has told everybody."""

    def serve(self, core: Core, stop: Event) -> None:
        """Follow hints, sweep and tick until `stop`; then let what is in hand be finished."""
        hands = Hands(self._workers)
        sweeping = Sweeping(core, hands, self._workers, stop)
        listener = Thread(target=self._follow, args=(core, hands, stop), name="hints", daemon=True)
        listener.start()
        with ticker(core):
            # No `stop.wait()`: the signal that sets it may come while this thread holds the event's own lock.
            while not stop.is_set():
                sweeping.look()
                time.sleep(LOOK)
        until = time.monotonic() + GRACE
        listener.join(timeout=GRACE)
        hands.rest(until - time.monotonic())

    def _follow(self, core: Core, hands: Hands, stop: Event) -> None:
        """Follow hints for as long as the program runs, however often the database goes away."""
        pause = SOON
        while not stop.is_set():
            began = time.monotonic()
            try:
                asyncio.run(self._until(stop, self._worker(core, hands, stop)))
            except ConnectorException as error:
                _log.warning("no hints from the database: %s", error.__cause__ or error)
            except Exception:  # noqa: BLE001 -- the outermost loop: sweeps go on, and hints come back
                _log.exception("following hints failed; it is tried again")
            pause = SOON if time.monotonic() - began > LATE else min(pause * 2, LATE)
            stop.wait(pause)

    async def _until(self, stop: Event, work: Any) -> None:  # noqa: ANN401 -- a coroutine
        """Do the work until it ends, or end it when the program stops."""
        task = asyncio.create_task(work)
        while not stop.is_set() and not task.done():  # noqa: ASYNC110 -- another thread's event
            await asyncio.sleep(LOOK)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    async def _worker(self, core: Core, hands: Hands, stop: Event) -> None:
        app = App(connector=self._connector())

        async def advance(run_id: str) -> None:
            await asyncio.wrap_future(hands.do(partial(_unless, stop, core, run_id)))

        async def tidy(timestamp: int) -> None:
            del timestamp
            await self._tidy(app.job_manager)

        app.task(name=TASK, queue=self._queue)(advance)
        # One node a minute does it. It is here for another reason too: a worker without any periodic task stops
        # noticing that its listener or its sign of life has died.
        tidying = app.task(name="tidy", queue=self._queue)(tidy)
        app.periodic(cron="* * * * *", periodic_id=self._queue)(tidying)
        async with app.open_async():
            await app.run_worker_async(
                queues=[self._queue],
                concurrency=self._workers,
                delete_jobs="successful",
                install_signal_handlers=False,
                shutdown_graceful_timeout=GRACE - 1,
                stalled_worker_timeout=DEAD,
            )

    def _connector(self) -> PsycopgConnector:
        return PsycopgConnector(
            conninfo=self._address,
            min_size=1,
            max_size=2,
            timeout=5.0,
            kwargs={"connect_timeout": 5, "application_name": "sayso hints"},
        )

    async def _tidy(self, jobs: JobManager) -> None:
        """Drop what dead workers left behind. Their runs don't need it: the sweep finds them by their lease."""
        for job in await jobs.get_stalled_jobs(queue=self._queue, seconds_since_heartbeat=DEAD):
            await jobs.finish_job_by_id_async(cast("int", job.id), Status.FAILED, delete_job=True)
        await jobs.prune_stalled_workers(DEAD)
        await jobs.delete_old_jobs(
            KEPT,
            self._queue,
            include_failed=True,
            include_cancelled=True,
            include_aborted=True,
        )


def queue_of(ws: str) -> str:
    """Return the queue of a workspace; a name too long for a channel becomes a hash of itself."""
    name = f"ws:{ws}"
    if len(name.encode()) <= _LONGEST:
        return name
    return f"ws:{hashlib.sha256(ws.encode()).hexdigest()[:32]}"


def _unless(stop: Event, core: Core, run_id: str) -> None:
    """Advance a run, unless the program stops: what is not begun is left to the other nodes."""
    if not stop.is_set():
        advanced(core, run_id)
