"""The only place where objects meet. A test's program is the same function with other ports."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

from slack_bolt import App

from agents.drafter import drafter as drafter_of
from agents.roster import roster
from bot.checks import Checks
from bot.clock import SystemClock, TimeIds
from bot.connectors.registry import Connectors
from bot.folder import Books, CompanyFolder
from bot.holidays import Calendar
from bot.homes import Homes
from bot.jobs.carrier import carrier_of
from bot.jobs.core import RunCore
from bot.jobs.performer import Performer
from bot.jobs.schedule import Schedules
from bot.jobs.watching import Watching
from bot.lookup import Lookup
from bot.opening import clock_of, opened
from bot.outside import connectors as outside_of
from bot.parts import Parts
from bot.program import Foundation, Program
from bot.readiness import Readiness
from bot.release import release
from bot.roles import Role, roles_of
from bot.sealing import sealing_of
from bot.serving import metrics_of, server_of
from bot.settings import secret
from bot.shelf import ActiveShelf
from bot.slack.client import slack_client
from bot.slack.drawing import Drawings
from bot.slack.gateway import Gateway
from bot.slack.identity import identity
from bot.slack.outbox import Outbox
from bot.slack.socket import Socket
from bot.slack.tab import Tab
from bot.staff import Asking, Staff, staff_of, tell_keeper
from bot.storage.cards import Cards
from bot.storage.claims import Claims
from bot.storage.inbox import Inbox
from bot.storage.ledger import SqlLedger
from bot.storage.outbox import OutboxRows
from bot.storage.store import SqlStore
from bot.storage.timetable import Timetable
from bot.texts import Texts
from bot.ticking import ticks_of
from handlers.desk import Desk
from handlers.register import register
from workflows.engine import Engine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from zoneinfo import ZoneInfo

    from slack_bolt.authorization import AuthorizeResult
    from slack_sdk import WebClient

    from bot.jobs.embedded import Carrier
    from bot.metrics import Metrics
    from bot.settings import Settings
    from workflows.ports import Clock, Connector, Drafter, Ids

#: Threads that may answer Slack at once; each holds a press for milliseconds.
LISTENERS = 16


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
    folder = CompanyFolder(settings.sayso_home)
    company = folder.company()
    database = opened(settings.database, company.ws)
    common = clock_of(database) if clock is None else None
    clock, ids = clock or common or SystemClock(), ids or TimeIds()
    moves = carrier or carrier_of(
        settings.database, ws=company.ws, workers=settings.workers, now=clock.now
    )
    outside = Connectors(connectors or outside_of(settings, folder, clock))
    folder.check(outside.actions)
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
    engine = Engine(
        store=store,
        clock=clock,
        ids=ids,
        directory=folder,
        actions=outside.actions,
        calendar=Calendar(),
        program=release(),
    )
    lookup, look = Lookup(store), partial(books.offered, settings.sayso_home, company)
    watching = Watching(engine, look=look, is_untouched=lookup.is_untouched)
    return Foundation(
        settings=settings,
        clock=clock,
        database=database,
        store=store,
        lookup=lookup,
        folder=folder,
        shelf=ActiveShelf(store),
        books=books,
        watching=watching,
        connectors=outside,
        drafter=drafter or _drafter(settings, store, clock, company.tz),
        engine=engine,
        carrier=moves,
        keep_time=common.tick if common else None,
    )


def build(
    foundation: Foundation,
    *,
    roles: frozenset[Role] | None = None,
    client: WebClient | None = None,
    seconds: Callable[[], float] = time.monotonic,
) -> Program:
    """Put the bot together on its foundation, with all roles unless told which.

    `seconds` is the clock that paces messages to Slack; it never goes back. Raises `MissingSettings` naming every
    secret that is missing, and `BadRoles`.
    """
    (settings := foundation.settings).require(foundation.settings.slack_secrets)
    roles = roles_of(settings) if roles is None else roles
    client, metrics = client or slack_client(settings), metrics_of(foundation)
    inbox = Inbox(foundation.store)
    homes, schedules = Homes(foundation.store, foundation.clock), _schedules(foundation)
    gateway = Gateway(client, metrics.counts.slack_call if metrics else _uncounted)
    staff = staff_of(foundation, gateway, seconds)
    checks = Checks(foundation.connectors.check, homes.redraw)
    foundation.watching.changed, drawings = homes.redraw, _drawings(foundation, checks, staff)
    desk = _desk(foundation, staff, drawings, homes, inbox, gateway, metrics)
    sealing = sealing_of(foundation) if Role.WORKER in roles else None
    app, parts = _app(settings, identity(client)), Parts()
    register(app, desk)
    socket = Socket(app, secret(settings.slack_app_token)) if Role.SOCKET in roles else None
    seal = sealing.ticks if sealing else ()
    ready = Readiness(
        parts=parts,
        socket=socket,
        ask=foundation.lookup.switches,
        unsealed=(lambda: sealing.sequencer.problem) if sealing else str,
    )
    return Program(
        foundation=foundation,
        roles=roles,
        app=app,
        socket=socket,
        web=server_of(foundation, ready, metrics, app if Role.WEB in roles else None),
        outbox=_outbox(foundation, gateway, drawings, seconds),
        core=_core(
            foundation, metrics, ticks=(*ticks_of(foundation, schedules, inbox, staff), *seal)
        ),
        sealing=sealing,
        schedules=schedules,
        desk=desk,
        checks=checks,
        staff=staff,
        parts=parts,
    )


def _app(settings: Settings, authorize: Callable[[], AuthorizeResult]) -> App:
    """Return the app without its own look at signatures: the HTTP server has looked before, sockets have none."""
    return App(
        client=slack_client(settings, as_bot=False),
        authorize=authorize,
        request_verification_enabled=False,
        listener_executor=ThreadPoolExecutor(LISTENERS, thread_name_prefix="listener"),
    )


def _uncounted(*_said: str) -> None:
    """Count nothing: nobody asks for figures."""


def _desk(
    foundation: Foundation,
    staff: Staff,
    drawings: Drawings,
    homes: Homes,
    inbox: Inbox,
    gateway: Gateway,
    metrics: Metrics | None,
) -> Desk:
    engine = metrics.counts.counted(foundation.engine) if metrics else foundation.engine
    return Desk(
        engine=Asking(engine, staff),
        shelf=foundation.shelf,
        directory=staff,
        people_changed=staff.changed,
        reading=foundation.lookup,
        clock=foundation.clock,
        actions=foundation.connectors.actions,
        texts=Texts(books=foundation.books, home=foundation.settings.sayso_home, directory=staff),
        waiting=drawings.waiting,
        home=drawings.home,
        change=drawings.change,
        learnt=drawings.learnt,
        watch_home=homes.watch,
        inbox=inbox,
        whisper=gateway.whisper,
        adopt=OutboxRows(foundation.store).adopt,
    )


def _outbox(
    foundation: Foundation,
    gateway: Gateway,
    drawings: Drawings,
    seconds: Callable[[], float],
) -> Outbox:
    return Outbox(
        rows=OutboxRows(foundation.store),
        gateway=gateway,
        draw=drawings.draw,
        now=foundation.clock.now,
        alert=lambda words: tell_keeper(foundation, gateway, words),
        keep=Cards(foundation.store).keep,
        seconds=seconds,
    )


def _schedules(foundation: Foundation) -> Schedules:
    return Schedules(
        engine=foundation.engine,
        store=foundation.store,
        timetable=Timetable(foundation.store),
        shelf=foundation.shelf,
        directory=foundation.folder,
        clock=foundation.clock,
    )


def _core(
    foundation: Foundation, metrics: Metrics | None, ticks: Sequence[Callable[[], None]]
) -> RunCore:
    performer = Performer(
        store=foundation.store,
        clock=foundation.clock,
        directory=foundation.folder,
        drafter=foundation.drafter,
        outside=foundation.connectors,
        carried=metrics.counts.effect if metrics else _uncounted,
    )
    return RunCore(
        claims=Claims(foundation.store),
        performer=performer,
        engine=foundation.engine,
        clock=foundation.clock,
        ticks=ticks,
    )


def _drawings(foundation: Foundation, checks: Checks, staff: Staff) -> Drawings:
    reading, clock, actions = foundation.lookup, foundation.clock, foundation.connectors.actions
    tab = Tab(
        reading=reading,
        directory=staff,
        shelf=foundation.shelf,
        clock=clock,
        actions=actions,
        findings=lambda: (*staff.findings(), *checks.findings, *foundation.watching.findings),
    )
    return Drawings(reading=reading, directory=staff, clock=clock, actions=actions, tab=tab)


def _drafter(settings: Settings, store: SqlStore, clock: Clock, zone: ZoneInfo) -> Drafter:
    return drafter_of(
        api_key=secret(settings.openai_api_key) or None,
        base_url=settings.openai_base_url,
        model=settings.openai_model,
        strong_model=settings.openai_strong_model or None,
        ledger=SqlLedger(store, daily_micros=round(settings.model_budget * 1_000_000), zone=zone),
        clock=clock,
        timeout=settings.model_timeout,
    )
