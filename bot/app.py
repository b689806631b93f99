"""The only place where objects meet. A test's program is the same function with other ports."""

from __future__ import annotations

import logging
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

from slack_bolt import App
from slack_sdk import WebClient

from agents.drafter import drafter as drafter_of
from agents.roster import roster
from bot.checks import Checks
from bot.clock import SystemClock, TimeIds
from bot.connectors.registry import Connectors
from bot.folder import Books, CompanyFolder, PlaybookFolder
from bot.jobs.core import RunCore
from bot.jobs.embedded import Embedded
from bot.jobs.performer import Performer
from bot.jobs.schedule import Schedules
from bot.jobs.tidying import Tidying
from bot.lookup import Lookup
from bot.outside import connectors as outside_of
from bot.slack.drawing import Drawings
from bot.slack.gateway import Gateway
from bot.slack.identity import identity
from bot.slack.outbox import Outbox
from bot.slack.socket import Socket
from bot.storage.claims import Claims
from bot.storage.database import open_database
from bot.storage.inbox import Inbox
from bot.storage.ledger import SqlLedger
from bot.storage.outbox import OutboxRows
from bot.storage.schema import upgrade
from bot.storage.store import SqlStore
from bot.storage.timetable import Timetable
from handlers.desk import Desk
from handlers.register import catch_up, register
from workflows.engine import Engine
from workflows.ports import Post

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from zoneinfo import ZoneInfo

    from bot.jobs.embedded import Carrier
    from bot.settings import Settings
    from bot.storage.database import Database
    from workflows.ports import Clock, Connector, Drafter, Ids

_log = logging.getLogger(__name__)

#: Threads that may answer Slack at once; each holds a press for milliseconds.
LISTENERS = 16
#: Seconds a call to Slack may take.
SLACK_TIMEOUT = 10
#: Seconds one call to a model may take: a draft is at most three of them, and must end within its lease.
MODEL_TIMEOUT = 18.0


@dataclass(frozen=True, kw_only=True)
class Foundation:
    """What needs no Slack: the company, its database and the one door. The command line works on this alone."""

    settings: Settings
    clock: Clock
    database: Database
    store: SqlStore
    lookup: Lookup
    folder: CompanyFolder
    shelf: PlaybookFolder
    connectors: Connectors
    drafter: Drafter
    engine: Engine
    carrier: Carrier

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()


@dataclass(frozen=True, kw_only=True)
class Program:
    """The whole bot: what listens to Slack, what works, what shows."""

    foundation: Foundation
    app: App
    socket: Socket
    outbox: Outbox
    core: RunCore
    schedules: Schedules
    desk: Desk
    checks: Checks

    def serve(self, stop: Event) -> None:
        """Run until `stop` is set, then let the work in hand finish. Blocks."""
        self.schedules.keep()
        catch_up(self.desk)
        # A look at the connections may hang as long as they do: nobody waits for this one at the end.
        Thread(target=self.checks.serve, args=(stop,), name="checks", daemon=True).start()
        parts = [
            Thread(target=self.socket.serve, args=(stop,), name="socket", daemon=True),
            Thread(target=self.outbox.serve, args=(stop,), name="outbox", daemon=True),
        ]
        for part in parts:
            part.start()
        self.foundation.carrier.serve(self.core, stop)
        for part in parts:
            part.join(timeout=8)
        self.foundation.close()


def found(
    settings: Settings,
    *,
    clock: Clock | None = None,
    ids: Ids | None = None,
    drafter: Drafter | None = None,
    connectors: Iterable[Connector] | None = None,
    carrier: Carrier | None = None,
) -> Foundation:
    """Put together what needs no Slack. Raises `WorkflowError`s that say what is wrong with the settings or files."""
    clock, ids = clock or SystemClock(), ids or TimeIds()
    moves = carrier or Embedded()
    folder = CompanyFolder(settings.sayso_home)
    company = folder.company()
    outside = Connectors(connectors or outside_of(settings, folder, clock))
    database = open_database(settings.database)
    upgrade(database)
    books = Books(actions=outside.actions, reads=outside.reads, agents=frozenset(roster()))
    store = SqlStore(
        database,
        wake=moves.wake,
        committed=moves.committed,
        clock=clock,
        ids=ids,
        load=books.kept,
        ws=company.ws,
    )
    shelf = books.shelf(settings.sayso_home, company)
    engine = Engine(
        store=store, clock=clock, ids=ids, shelf=shelf, directory=folder, actions=outside.actions
    )
    return Foundation(
        settings=settings,
        clock=clock,
        database=database,
        store=store,
        lookup=Lookup(store),
        folder=folder,
        shelf=shelf,
        connectors=outside,
        drafter=drafter or _drafter(settings, store, clock, company.tz),
        engine=engine,
        carrier=moves,
    )


def build(
    foundation: Foundation,
    *,
    client: WebClient | None = None,
    seconds: Callable[[], float] = time.monotonic,
) -> Program:
    """Put the bot together on its foundation. Raises `MissingSettings` naming every token that is missing.

    `seconds` is the clock that paces messages to Slack; it never goes back.
    """
    settings = foundation.settings
    settings.require(("slack_bot_token", "slack_app_token"))
    client = client or slack_client(settings)
    rows, inbox = OutboxRows(foundation.store), Inbox(foundation.store)
    checks = Checks(foundation.connectors.check, lambda: _redraw_homes(foundation))
    drawings = _drawings(foundation, checks)
    gateway = Gateway(client)
    outbox = Outbox(
        rows=rows,
        gateway=gateway,
        draw=drawings.draw,
        now=foundation.clock.now,
        alert=lambda words: _tell_owner(foundation, gateway, words),
        seconds=seconds,
    )
    schedules = Schedules(
        engine=foundation.engine,
        store=foundation.store,
        timetable=Timetable(foundation.store),
        shelf=foundation.shelf,
        directory=foundation.folder,
        clock=foundation.clock,
    )
    desk = Desk(
        engine=foundation.engine,
        shelf=foundation.shelf,
        directory=foundation.folder,
        reading=foundation.lookup,
        clock=foundation.clock,
        actions=foundation.connectors.actions,
        waiting=drawings.waiting,
        home=drawings.home,
        watch_home=lambda person: _watch_home(foundation, person),
        inbox=inbox,
        adopt=rows.adopt,
    )
    app = App(
        client=slack_client(settings, as_bot=False),
        authorize=identity(client),
        listener_executor=ThreadPoolExecutor(LISTENERS, thread_name_prefix="listener"),
    )
    register(app, desk)
    return Program(
        foundation=foundation,
        app=app,
        socket=Socket(app, _secret(settings.slack_app_token)),
        outbox=outbox,
        core=_core(foundation, schedules, Tidying(inbox, foundation.clock)),
        schedules=schedules,
        desk=desk,
        checks=checks,
    )


def slack_client(settings: Settings, *, as_bot: bool = True) -> WebClient:
    """Return a client of Slack's Web API without retries of its own: the outbox has the one policy."""
    return WebClient(
        token=_secret(settings.slack_bot_token) if as_bot else None,
        base_url=settings.slack_api_url,
        timeout=SLACK_TIMEOUT,
        retry_handlers=[],
    )


def _secret(value: Any) -> str:  # noqa: ANN401 -- SecretStr or None
    return value.get_secret_value() if value else ""


def _core(foundation: Foundation, schedules: Schedules, tidying: Tidying) -> RunCore:
    performer = Performer(
        store=foundation.store,
        clock=foundation.clock,
        directory=foundation.folder,
        drafter=foundation.drafter,
        outside=foundation.connectors,
    )
    return RunCore(
        claims=Claims(foundation.store),
        performer=performer,
        engine=foundation.engine,
        clock=foundation.clock,
        ticks=(schedules.tick, tidying.tick),
    )


def _drawings(foundation: Foundation, checks: Checks) -> Drawings:
    return Drawings(
        reading=foundation.lookup,
        directory=foundation.folder,
        shelf=foundation.shelf,
        clock=foundation.clock,
        actions=foundation.connectors.actions,
        findings=lambda: checks.findings,
    )


def _drafter(settings: Settings, store: SqlStore, clock: Clock, zone: ZoneInfo) -> Drafter:
    budget = round(settings.model_budget * 1_000_000)
    return drafter_of(
        api_key=_secret(settings.openai_api_key) or None,
        base_url=settings.openai_base_url,
        model=settings.openai_model,
        strong_model=settings.openai_strong_model or None,
        ledger=SqlLedger(store, daily_micros=budget, zone=zone),
        clock=clock,
        timeout=MODEL_TIMEOUT,
    )


def _watch_home(foundation: Foundation, person: str) -> None:
    now = foundation.clock.now()
    with foundation.store.transaction() as tx:
        tx.post([Post(subject=f"home:{person}", channel=person)], now)


def _redraw_homes(foundation: Foundation) -> None:
    with foundation.store.transaction() as tx:
        tx.redraw(["home"], foundation.clock.now())


def _tell_owner(foundation: Foundation, gateway: Gateway, words: str) -> None:
    """Tell the owner in a direct message; the log has it in any case."""
    _log.error("%s", words)
    dm = gateway.open_dm(foundation.folder.company().owner)
    if dm.how == "ok":
        gateway.post(dm.channel, "", {"text": words})
