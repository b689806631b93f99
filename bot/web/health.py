"""`/healthz`, `/readyz`, `/metrics`: what a supervisor and a monitor ask. Keep them off the internet."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, PlainTextResponse, Response

from workflows.errors import NotRecorded
from workflows.ports import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from starlette.requests import Request

    Look = Callable[[], Sequence[Finding]]

#: Seconds somebody who asks waits for a look; a database that hangs must not make this hang.
PATIENCE = 2.0
#: How Prometheus marks its text.
_METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_HANGS = Finding(
    ok=False,
    what="A look at this process",
    why=f"it is not over after {PATIENCE:.0f} s, so something it asks hangs, most likely the database",
    fix="Look at the database first.",
)
STOPPING = Finding(
    ok=False,
    what="This process is stopping",
    why="it was told to",
    fix="Ask another one, or wait for the next.",
)


class Health:
    """Looks whether this process could do its work now. One look at a time, however many ask."""

    def __init__(
        self, look: Look, metrics: Callable[[], bytes] | None, stopping: Callable[[], bool]
    ) -> None:
        """`look` returns what is wrong, `metrics` the figures as Prometheus reads them."""
        self._look, self._metrics, self._stopping = look, metrics, stopping
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="health")
        self._looking: asyncio.Future[Sequence[Finding]] | None = None

    async def alive(self, _request: Request) -> Response:
        """Answer that this process answers."""
        return PlainTextResponse("ok\n")

    async def ready(self, _request: Request) -> Response:
        """Answer 200, or 503 with what is wrong: what, why and the fix of each."""
        wrong = [STOPPING] if self._stopping() else await self._looked()
        said = [
            finding.model_dump(mode="json", include={"what", "why", "fix"}) for finding in wrong
        ]
        return JSONResponse(said, status_code=503 if said else 200)

    async def figures(self, _request: Request) -> Response:
        """Answer with the figures; 404 where nobody counts, 503 while the database does not answer."""
        if self._metrics is None:
            return Response(status_code=404)
        loop = asyncio.get_running_loop()
        try:
            counted = await loop.run_in_executor(self._threads, self._metrics)
        except NotRecorded:
            return Response(status_code=503)
        return Response(counted, media_type=_METRICS_TYPE)

    def close(self) -> None:
        """Look no more."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _looked(self) -> Sequence[Finding]:
        if self._looking is None or self._looking.done():
            loop = asyncio.get_running_loop()
            self._looking = loop.run_in_executor(self._threads, self._look)
        done, _ = await asyncio.wait({self._looking}, timeout=PATIENCE)
        return self._looking.result() if done else [_HANGS]
