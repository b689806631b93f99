"""The bot, put together: what it rests on, what runs, and how it ends."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from threading import Thread
from typing import TYPE_CHECKING

from bot.roles import Role
from handlers.register import catch_up

if TYPE_CHECKING:
    from collections.abc import Callable
    from threading import Event

    from slack_bolt import App

    from bot.checks import Checks
    from bot.connectors.registry import Connectors
    from bot.folder import Books, CompanyFolder
    from bot.jobs.core import RunCore
    from bot.jobs.embedded import Carrier
    from bot.jobs.schedule import Schedules
    from bot.jobs.watching import Watching
    from bot.lookup import Lookup
    from bot.parts import Parts
    from bot.sealing import Sealing
    from bot.settings import Settings
    from bot.shelf import ActiveShelf
    from bot.slack.outbox import Outbox
    from bot.slack.socket import Socket
    from bot.staff import Staff
    from bot.storage.database import Database
    from bot.storage.store import SqlStore
    from bot.web.server import Web
    from handlers.desk import Desk
    from workflows.engine import Engine
    from workflows.ports import Clock, Drafter

_log = logging.getLogger(__name__)

#: Seconds between two looks whether to stop.
_LOOK = 0.1
#: Seconds between two looks at the database's clock.
CLOCK = 5.0
#: Seconds all parts together have to end, and the listeners that are still telling people something after that.
GRACE, LAST_WORDS = 8.0, 1.0


@dataclass(frozen=True, kw_only=True)
class Foundation:
    """What needs no Slack: the company, its database and the one door. The command line works on this alone."""

    settings: Settings
    clock: Clock
    database: Database
    store: SqlStore
    lookup: Lookup
    folder: CompanyFolder
    shelf: ActiveShelf
    #: Reads playbooks.
    books: Books
    watching: Watching
    connectors: Connectors
    drafter: Drafter
    engine: Engine
    carrier: Carrier
    #: Keeps the clock right in every process; nothing to do where the machine's own clock is used.
    keep_time: Callable[[], None] | None = None

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()


@dataclass(frozen=True, kw_only=True)
class Program:
    """The whole bot: what listens to Slack, what works, what shows. A process runs the parts of its roles."""

    foundation: Foundation
    roles: frozenset[Role]
    app: App
    socket: Socket | None
    web: Web | None
    outbox: Outbox
    core: RunCore
    schedules: Schedules
    desk: Desk
    checks: Checks
    staff: Staff
    #: What seals the audit log, where this process works.
    sealing: Sealing | None
    parts: Parts

    def serve(self, stop: Event) -> None:
        """Run until `stop` is set, then let the work in hand finish. Blocks.

        Raises `CannotListen`, and `PlaybookError` where a company that never started has a file that can't be used.
        """
        watching = self.foundation.watching
        begin = watching.begin if Role.WORKER in self.roles else watching.install
        begin()
        if self.web:
            self.parts.begin("web", self.web.serve, self.web.listen(), stop)
        if keep_time := self.foundation.keep_time:
            self.parts.begin("clock", _every, CLOCK, keep_time, stop)
        if Role.WORKER in self.roles:
            self._work(stop)
        if self.socket:
            self.parts.begin("socket", self.socket.serve, stop)
        # No `stop.wait()`: the signal that sets it may come while this thread holds the event's own lock.
        while not stop.is_set():
            time.sleep(_LOOK)
        for name in self.parts.end(GRACE):
            _log.warning("%s did not end in time; what it had in hand is taken up again", name)
        self._hear_out()
        self.foundation.close()

    def _work(self, stop: Event) -> None:
        self.schedules.keep()
        catch_up(self.desk)
        # A look at the connections or at Slack may hang as long as they do: nobody waits for these at the end.
        for name, serve in (("checks", self.checks.serve), ("staff", self.staff.serve)):
            Thread(target=serve, args=(stop,), name=name, daemon=True).start()
        if self.sealing:
            self.sealing.witnesses.serve(stop)
        self.parts.begin("playbooks", self.foundation.watching.serve, stop)
        self.parts.begin("outbox", self.outbox.serve, stop)
        self.parts.begin("worker", self.foundation.carrier.serve, self.core, stop)

    def _hear_out(self) -> None:
        """Let the listeners finish that have acknowledged and are still telling people something."""
        ending = Thread(
            target=self.app.listener_runner.listener_executor.shutdown,
            name="listeners",
            daemon=True,
        )
        ending.start()
        ending.join(LAST_WORDS)


def _every(seconds: float, act: Callable[[], None], stop: Event) -> None:
    while not stop.wait(seconds):
        act()
