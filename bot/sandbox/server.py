"""The local workspace as one object: start it, point the bot at it, act as its people."""

from __future__ import annotations

import asyncio
import socket
import threading
from typing import TYPE_CHECKING, Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from bot.sandbox.delivery import Delivery
from bot.sandbox.faults import Faults
from bot.sandbox.handles import Handles
from bot.sandbox.journal import Call, Journal
from bot.sandbox.parts import Parts
from bot.sandbox.person import Person
from bot.sandbox.rates import Rates
from bot.sandbox.records import Clock, Manifest, Timings, Workspace
from bot.sandbox.routes import application
from bot.sandbox.state import Check, State, accept_all

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from starlette.applications import Starlette

    from bot.sandbox.mailbox import Mailbox

_START_SECONDS = 10.0


class _Protocol(H11Protocol):
    """HTTP whose connection a fault can cut."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as its parent does
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


class Sandbox:
    """A Slack workspace on this machine, over Slack's own protocol. 127.0.0.1 only."""

    def __init__(  # noqa: PLR0913 - one argument per thing the workspace is made of
        self,
        workspace: Workspace,
        clock: Clock,
        manifest: Mapping[str, Any],
        mailbox: Mailbox | None = None,
        port: int = 0,
        data_dir: Path | None = None,
        *,
        check: Check = accept_all,
        timings: Timings | None = None,
    ) -> None:
        """Make a workspace that keeps its state in `data_dir`, or forgets it when there is none.

        `check` finds what is wrong with blocks on a surface ("message", "modal", "home").
        """
        times = timings or Timings()
        self.state = State(workspace, clock, Manifest.of(manifest), times, data_dir)
        self.state.check = check
        self.workspace = workspace
        self.mailbox = mailbox
        #: Switches for tests: refusals, lost replies, broken sockets.
        self.faults = Faults()
        self._delivery = Delivery(self.state, self.faults)
        self._journal = Journal()
        self._parts = Parts(
            state=self.state,
            handles=Handles(self.state),
            delivery=self._delivery,
            faults=self.faults,
            rates=Rates(),
            journal=self._journal,
        )
        self.state.emit = self._delivery.event
        self.faults.on_disconnect = self._delivery.disconnect
        self.faults.bot_token = workspace.bot_token
        self._port = port
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """Address of the page."""
        return self.state.url

    @property
    def api_url(self) -> str:
        """Address for `SLACK_API_URL`."""
        return f"{self.state.url}/api/"

    @property
    def connected(self) -> int:
        """How many sockets the app has open."""
        return self._delivery.connected

    def start(self) -> Sandbox:
        """Listen, and return once the workspace answers."""
        listener = socket.create_server(("127.0.0.1", self._port))
        self._port = int(listener.getsockname()[1])
        self.state.url = f"http://127.0.0.1:{self._port}"
        if self.mailbox is not None:
            self.mailbox.on_arrival = self.state.changed
        started = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(listener, started), daemon=True)
        self._thread.start()
        if not started.wait(_START_SECONDS):
            msg = f"The local workspace did not start on port {self._port}."
            raise RuntimeError(msg)
        return self

    def _run(self, listener: socket.socket, started: threading.Event) -> None:
        asyncio.run(self._serve(listener, started))

    async def _serve(self, listener: socket.socket, started: threading.Event) -> None:
        app, stopping = application(self._parts, self.mailbox)
        self._server = server = _Server(_config(app), stopping, started)
        await server.serve(sockets=[listener])
        listener.close()

    def stop(self) -> None:
        """Stop listening and close what is open. The same object does not start again."""
        self._delivery.stop()
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join(_START_SECONDS)
        self._server = self._thread = None
        with self.state.lock:
            self.state.store.close()

    def person(self, user: str) -> Person:
        """Sit down as one of the people; raises `user_not_found`."""
        return Person(self._parts, user)

    def calls(self, method: str = "") -> list[Call]:
        """Return what the app asked of the Web API, all methods unless one is named."""
        return self._journal.calls(method)

    def forget_calls(self) -> None:
        """Empty the list `calls` returns."""
        self._journal.clear()

    def wait_connected(self, sockets: int = 1, seconds: float = 10.0) -> bool:
        """Wait until the app has this many sockets open; say whether it has."""
        return self.state.wait(lambda: self.connected >= sockets, seconds)


class _Server(uvicorn.Server):
    """uvicorn that says when it listens and ends the page's streams when it stops."""

    def __init__(
        self, config: uvicorn.Config, stopping: asyncio.Event, started: threading.Event
    ) -> None:
        super().__init__(config)
        self._stopping, self._listening = stopping, started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._listening.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._stopping.set()
        await super().shutdown(sockets)


def _config(app: Starlette) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=_Protocol,
        ws="websockets-sansio",
        log_config=None,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=1,
    )
