"""Which address of the local workspace does what."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles

from bot.sandbox import calls, respond
from bot.sandbox.errors import SlackError
from bot.sandbox.guard import Guard
from bot.sandbox.methods import files
from bot.sandbox.page_api import PageApi

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from starlette.requests import Request

    from bot.sandbox.mailbox import Mailbox
    from bot.sandbox.parts import Parts

PAGE = Path(__file__).parent / "page"
_UNBUILT = "The page is not built yet. Run `python hatch_build.py` in the project's folder."


class Routes:
    """The endpoints that are Slack's, as methods over the workspace's parts."""

    def __init__(self, parts: Parts) -> None:
        """Answer for one workspace."""
        self._parts = parts

    async def api(self, request: Request) -> Response:
        """Answer one Web API call."""
        return await calls.call(self._parts, request)

    async def respond(self, request: Request) -> Response:
        """Answer a post to a `response_url`."""
        body = await request.body()
        if self._parts.faults.is_dark():
            return calls.cut(request)
        try:
            respond.respond(self._parts, request.path_params["key"], json.loads(body))
        except SlackError as refused:
            status = 404 if refused.error.endswith("_url") else 200
            return JSONResponse(refused.body, status)
        return PlainTextResponse("ok")

    async def upload(self, request: Request) -> Response:
        """Take the bytes of a file."""
        file_id, key = request.path_params["file"], request.path_params["key"]
        if files.take(self._parts.state, file_id, key, await request.body()):
            return PlainTextResponse(f"OK - {self._parts.state.files[file_id]['size']}")
        return PlainTextResponse("not found", 404)

    async def file(self, request: Request) -> Response:
        """Show an uploaded file; never as a page of its own."""
        file_id = request.path_params["file"]
        content = files.content(self._parts.state, file_id)
        if content is None:
            return PlainTextResponse("not found", 404)
        kind = str(self._parts.state.files[file_id]["mimetype"])
        safe = (
            kind if kind.startswith("image/") and "svg" not in kind else "application/octet-stream"
        )
        return Response(content, media_type=safe)

    async def page(self, _request: Request) -> Response:
        """Show the page."""
        index = PAGE / "index.html"
        if not index.is_file():
            return PlainTextResponse(_UNBUILT, 503)
        return FileResponse(index, headers={"Cache-Control": "no-cache"})


def application(
    parts: Parts, mailbox: Mailbox | None, ready: asyncio.Event | None = None
) -> tuple[Starlette, asyncio.Event]:
    """Build the ASGI application and the event that ends its streams."""
    stopping = ready or asyncio.Event()
    slack, page = Routes(parts), PageApi(parts, mailbox, stopping)
    routes: list[BaseRoute] = [
        Route("/api/{method:str}", slack.api, methods=["GET", "POST"]),
        Route("/respond/{team:str}/{key:str}", slack.respond, methods=["POST"]),
        Route("/upload/{file:str}/{key:str}", slack.upload, methods=["POST"]),
        Route("/files/{file:str}", slack.file),
        WebSocketRoute("/link/", parts.delivery.serve),
        WebSocketRoute("/link", parts.delivery.serve),
        Route("/ui/state", page.state),
        Route("/ui/act", page.act, methods=["POST"]),
        Route("/ui/stream", page.stream),
        Route("/ui/clock", page.clock, methods=["POST"]),
        Route("/ui/mail", page.mail),
        Route("/", slack.page),
        Route("/archives/{rest:path}", slack.page),
    ]
    if (PAGE / "assets").is_dir():
        routes.append(Mount("/assets", StaticFiles(directory=PAGE / "assets")))

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncGenerator[None]:
        parts.delivery.start(asyncio.get_running_loop())
        yield
        parts.delivery.stop()

    return Starlette(routes=routes, middleware=[Middleware(Guard)], lifespan=lifespan), stopping
