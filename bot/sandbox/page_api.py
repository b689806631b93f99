"""What the page asks of the workspace: look, act, listen, move the clock, read the mail."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response, StreamingResponse

from bot.sandbox.errors import NotOnScreen, SlackError
from bot.sandbox.person import Person
from bot.sandbox.records import Json, MovableClock
from bot.sandbox.screen import screen
from bot.sandbox.seen import Seen

if TYPE_CHECKING:
    from starlette.requests import Request

    from bot.sandbox.mailbox import Mailbox
    from bot.sandbox.parts import Parts

#: Changes closer together than this reach the page as one, in seconds.
_GATHER = 0.02
#: A sign of life for the page's stream, in seconds.
_HEARTBEAT = 10.0

Act = Callable[[Person, Json], Any]


def _view_id(body: Json) -> str:
    return str(body.get("view") or "")


def _press(person: Person, body: Json) -> Seen:
    where = (body["channel"], body["ts"], body["action_id"])
    if body.get("entered"):
        person.fill(body["channel"], body["ts"], body["entered"])
    return person.press(*where, body.get("value"), str(body.get("block_id") or ""))


def _press_view(person: Person, body: Json) -> Seen:
    spot = (body["action_id"], body.get("value"), str(body.get("block_id") or ""))
    if body.get("home"):
        return person.press_home(*spot)
    return person.press_view(*spot, body.get("entered") or {})


def _suggest(person: Person, body: Json) -> Seen:
    view = person.view or person.home or {"blocks": []}
    source: Json = {"view": view, "container": {"type": "view", "view_id": view.get("id")}}
    blocks: list[Json] = view["blocks"]
    if body.get("ts"):
        message = next(m for m in person.messages(body["channel"]) if m["ts"] == body["ts"])
        blocks = message.get("blocks") or []
        source = {"container": {"type": "message", "message_ts": body["ts"]}}
    return person.suggest(blocks, body["action_id"], str(body.get("value") or ""), source)


#: What the page may do, by name.
ACTS: dict[str, Act] = {
    "press": _press,
    "press_view": _press_view,
    "suggest": _suggest,
    "submit": lambda p, b: p.submit(_view_id(b), b.get("entered") or {}),
    "close": lambda p, b: p.close(everything=bool(b.get("everything"))),
    "command": lambda p, b: p.command(b["command"], str(b.get("text") or ""), b["channel"]),
    "shortcut": lambda p, b: p.shortcut(b["callback_id"]),
    "message_shortcut": lambda p, b: p.message_shortcut(b["callback_id"], b["channel"], b["ts"]),
    "say": lambda p, b: p.say(b["channel"], b["text"], str(b.get("thread_ts") or "")),
    "open_home": lambda p, b: p.open_home(str(b.get("tab") or "home")),
    "open_dm": lambda p, b: p.open_dm(str(b.get("user") or "")),
    "join": lambda p, b: p.join(b["channel"]),
    "react": lambda p, b: p.react(b["channel"], b["ts"], b["name"]),
    "read": lambda p, b: p.read(b["channel"]),
    "set_status": lambda p, b: p.set_status(**b["status"]),
}


def act(parts: Parts, body: Json) -> Json:
    """Do one thing as one person and say what came of it."""
    try:
        came = ACTS[str(body.get("do"))](Person(parts, str(body.get("as"))), body)
    except KeyError as unknown:
        return {"error": f"The page asked for something unknown: {unknown}."}
    except (NotOnScreen, SlackError, ValueError) as refused:
        return {"error": str(refused)}
    if not isinstance(came, Seen):
        return {"error": "", "result": came}
    told = {"error": came.error, "detail": came.detail, "field_errors": came.field_errors}
    fresh = came.ephemerals
    notes = [{"channel": m["channel"], "ts": m["ts"]} for m in fresh]
    return {**told, "options": came.options, "ephemerals": notes}


def moved(now: datetime, by: str, zone: ZoneInfo) -> datetime:
    """Return the time a clock button leads to: "hour", "day" or "monday" (next, 08:00 of `zone`)."""
    if by == "hour":
        return now + timedelta(hours=1)
    local = now.astimezone(zone)
    if by == "day":
        return local + timedelta(days=1)
    start = local.replace(hour=8, minute=0, second=0, microsecond=0)
    days = (7 - local.weekday()) % 7
    monday = start + timedelta(days=days)
    return monday if monday > local else monday + timedelta(days=7)


class PageApi:
    """The page's own endpoints."""

    def __init__(self, parts: Parts, mailbox: Mailbox | None, stopping: asyncio.Event) -> None:
        """Answer for one workspace until `stopping` is set."""
        self._parts = parts
        self._mailbox = mailbox
        self._stopping = stopping

    async def state(self, request: Request) -> Response:
        """Answer with the whole screen."""
        asked = request.query_params
        body = screen(self._parts, asked.get("as", ""), asked.get("channel", ""))
        return JSONResponse(
            {**body, "mail": len(self._mailbox.letters()) if self._mailbox else None}
        )

    async def act(self, request: Request) -> Response:
        """Do one thing as one person."""
        body: Json = await request.json()
        return JSONResponse(await run_in_threadpool(act, self._parts, body))

    async def stream(self, _request: Request) -> Response:
        """Tell the page, for as long as it listens, that something changed."""
        headers = {"Cache-Control": "no-store"}
        return StreamingResponse(self._ticks(), media_type="text/event-stream", headers=headers)

    async def _ticks(self) -> AsyncIterator[str]:
        loop, rung = asyncio.get_running_loop(), asyncio.Event()

        def ring() -> None:
            loop.call_soon_threadsafe(rung.set)

        self._parts.state.listeners.append(ring)
        # A page that is open must not keep the workspace from stopping.
        ended = asyncio.ensure_future(self._stopping.wait())
        ended.add_done_callback(lambda _done: rung.set())
        try:
            yield "data: 0\n\n"
            while not self._stopping.is_set():
                try:
                    await asyncio.wait_for(rung.wait(), _HEARTBEAT)
                except TimeoutError:
                    yield ": still here\n\n"
                    continue
                await asyncio.sleep(_GATHER)
                rung.clear()
                yield f"data: {self._parts.state.version}\n\n"
        finally:
            ended.cancel()
            self._parts.state.listeners.remove(ring)

    async def clock(self, request: Request) -> Response:
        """Move the clock by a button, or to a time given as `to`."""
        body: Json = await request.json()
        clock, people = self._parts.state.clock, self._parts.state.people
        if not isinstance(clock, MovableClock):
            return JSONResponse({"error": "This workspace runs on real time."}, 409)
        person = people.get(str(body.get("as")))
        zone = ZoneInfo(person.tz if person else "Etc/UTC")
        given = str(body.get("to") or "")
        to = datetime.fromisoformat(given) if given else moved(clock.now(), str(body["by"]), zone)
        await run_in_threadpool(clock.move_to, to)
        self._parts.state.changed()
        return JSONResponse({"now": clock.now().isoformat()})

    async def mail(self, _request: Request) -> Response:
        """List the letters that arrived, newest first."""
        letters = self._mailbox.letters() if self._mailbox else []
        return JSONResponse([letter.as_json() for letter in reversed(letters)])
