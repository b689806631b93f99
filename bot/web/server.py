"""The HTTP server of one process, in a thread of its own. It ends gently: what has begun is answered."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
from typing import TYPE_CHECKING

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route

from bot.web.health import Health
from workflows.errors import WorkflowError

if TYPE_CHECKING:
    from collections.abc import Callable
    from threading import Event

    from bot.web.health import Look
    from bot.web.slack import SlackEndpoint

#: Seconds requests are still answered after the stop: a proxy needs a moment to see that we are not ready any more.
LINGER = 2.0
#: Seconds after that in which requests that have begun are answered.
DRAIN = 4
#: Seconds between two looks whether to stop.
_LOOK = 0.05


class CannotListen(WorkflowError):
    """Nobody can listen at {host} port {port}: {reason}. Choose another WEB_PORT or WEB_HOST."""


class Web:
    """Listens at one address, once it is told to."""

    def __init__(
        self,
        *,
        host: str,
        port: int,
        look: Look,
        slack: SlackEndpoint | None = None,
        metrics: Callable[[], bytes] | None = None,
        linger: float = LINGER,
    ) -> None:
        """Take the address (port 0: a free one), what is behind it, and the seconds it lingers."""
        self._look, self._slack, self._metrics = look, slack, metrics
        self._linger = linger
        self._host, self._port = host, port
        self._listening = threading.Event()

    @property
    def url(self) -> str:
        """Where it listens; the port is known once it does."""
        return f"http://{self._host}:{self._port}"

    def listen(self) -> socket.socket:
        """Take the address. Raises `CannotListen`: somebody else may have it."""
        try:
            listener = socket.create_server((self._host, self._port), backlog=1024)
        except OSError as error:
            reason = os.strerror(error.errno) if error.errno else error
            raise CannotListen(host=self._host, port=self._port, reason=reason) from error
        self._port = int(listener.getsockname()[1])
        return listener

    def wait_listening(self, seconds: float) -> bool:
        """Wait until requests are answered; False when they are not after `seconds`."""
        return self._listening.wait(seconds)

    def serve(self, listener: socket.socket, stop: Event) -> None:
        """Answer at what `listen` returned until `stop`, then a little longer: nobody is cut off. Blocks."""
        with listener:
            asyncio.run(self._serve(listener, stop))

    async def _serve(self, listener: socket.socket, stop: Event) -> None:
        health = Health(self._look, self._metrics, stop.is_set)
        server = _Server(_config(application(health, self._slack)), self._listening)
        ending = asyncio.create_task(self._end(server, stop))
        try:
            await server.serve(sockets=[listener])
        finally:
            ending.cancel()
            health.close()
            if self._slack:
                self._slack.close()

    async def _end(self, server: uvicorn.Server, stop: Event) -> None:
        while not stop.is_set():  # noqa: ASYNC110 -- it is set by another thread, or by a signal
            await asyncio.sleep(_LOOK)
        await asyncio.sleep(self._linger)
        server.should_exit = True


def application(health: Health, slack: SlackEndpoint | None = None) -> Starlette:
    """Return the routes: one for Slack if it comes this way, three for those who watch."""
    routes = [
        Route("/healthz", health.alive),
        Route("/readyz", health.ready),
        Route("/metrics", health.figures),
    ]
    if slack:
        routes.append(Route("/slack/events", slack.__call__, methods=["POST"]))
    app = Starlette(routes=routes)
    app.router.redirect_slashes = False
    return app


class _Server(uvicorn.Server):
    """uvicorn that says when it answers."""

    def __init__(self, config: uvicorn.Config, listening: threading.Event) -> None:
        super().__init__(config)
        self._listening = listening

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._listening.set()


def _config(app: Starlette) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="error",  # bytes of outsiders that are no HTTP are no news
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=DRAIN,
    )
