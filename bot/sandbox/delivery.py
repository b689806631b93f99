"""Socket Mode: tickets, sockets, envelopes, acknowledgements and their deadline."""

from __future__ import annotations

import asyncio
import json
import secrets
import threading
import uuid
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from starlette.websockets import WebSocket, WebSocketDisconnect

from bot.sandbox import payloads
from bot.sandbox.records import an_object

if TYPE_CHECKING:
    from bot.sandbox.faults import Faults
    from bot.sandbox.records import Json
    from bot.sandbox.state import State

#: Sockets one app may hold open.
SOCKETS_MAX = 10


@dataclass(frozen=True, kw_only=True)
class Ack:
    """What came of one delivery."""

    #: "acked", "late" (nothing within the deadline) or "nobody" (no socket open).
    outcome: str
    #: What the app answered with, if anything.
    payload: Json = field(default_factory=dict[str, object])


@dataclass(eq=False, kw_only=True)
class Socket:
    """One open connection of the app."""

    frames: asyncio.Queue[Json | None]
    #: Asked to reconnect; gets envelopes only when no other socket is open.
    leaving: bool = False


class Delivery:
    """Hands each envelope to one of the open sockets. `send` and `event` may be called by any thread."""

    def __init__(self, state: State, faults: Faults) -> None:
        """Deliver for one workspace."""
        self._state = state
        self._faults = faults
        self._lock = threading.Lock()
        self._tickets: set[str] = set()
        self._sockets: list[Socket] = []
        self._turn = 0
        self._waiting: dict[str, Future[Json]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._events: set[Future[None]] = set()

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Say which loop the sockets live in."""
        self._loop = loop

    def stop(self) -> None:
        """Give up what is being retried and wake whoever waits for an acknowledgement."""
        self._loop = None
        with self._lock:
            events, waiting = tuple(self._events), tuple(self._waiting.values())
        for task in events:
            task.cancel()
        for one in waiting:
            one.cancel()

    @property
    def connected(self) -> int:
        """How many sockets are open."""
        return len(self._sockets)

    def ticket(self) -> str:
        """Make a one-time ticket for a socket."""
        made = secrets.token_urlsafe(16)
        with self._lock:
            self._tickets.add(made)
        return made

    async def serve(self, websocket: WebSocket) -> None:
        """Talk to one socket until it closes."""
        with self._lock:
            ticket = websocket.query_params.get("ticket", "")
            known = ticket in self._tickets
            self._tickets.discard(ticket)
        if not known or self._faults.is_dark():
            await websocket.close()
            return
        await websocket.accept()
        if self.connected >= SOCKETS_MAX:
            await websocket.send_json({"type": "disconnect", "reason": "too_many_websockets"})
            await websocket.close()
            return
        await self._talk(websocket)

    async def _talk(self, websocket: WebSocket) -> None:
        socket = Socket(frames=asyncio.Queue())
        for old in self._sockets:
            if old.leaving:
                old.frames.put_nowait(None)
        self._sockets.append(socket)
        socket.frames.put_nowait(self._hello())
        self._state.changed()
        writer = asyncio.create_task(self._write(websocket, socket))
        try:
            while True:
                self._hear(json.loads(await websocket.receive_text()))
        except (WebSocketDisconnect, RuntimeError):
            pass  # RuntimeError: the writer closed the socket while this side was reading
        finally:
            writer.cancel()
            self._sockets.remove(socket)
            self._state.changed()

    def _hello(self) -> Json:
        life = self._state.timings.connection
        return {
            "type": "hello",
            "num_connections": self.connected,
            "connection_info": {"app_id": self._state.workspace.app_id},
            "debug_info": {"host": "local", "approximate_connection_time": life},
        }

    async def _write(self, websocket: WebSocket, socket: Socket) -> None:
        while (frame := await socket.frames.get()) is not None:
            await websocket.send_text(json.dumps(frame))
        await websocket.close(1011)

    def _hear(self, frame: Json) -> None:
        with self._lock:
            waiting = self._waiting.get(str(frame.get("envelope_id")))
        if waiting is not None and not waiting.done() and not self._faults.loses_ack():
            waiting.set_result(an_object(frame.get("payload")))

    def _on_loop(self, socket: Socket, frame: Json | None) -> None:
        if self._loop is not None:
            self._loop.call_soon_threadsafe(socket.frames.put_nowait, frame)

    def disconnect(self, reason: str) -> None:
        """Ask every socket to reconnect, or break them when `reason` is empty."""
        for socket in tuple(self._sockets):
            socket.leaving = True
            if reason:
                host: Json = {"host": "local"}
                self._on_loop(socket, {"type": "disconnect", "reason": reason, "debug_info": host})
            if reason in ("", "link_disabled"):
                self._on_loop(socket, None)

    def _pick(self) -> Socket | None:
        with self._lock:
            staying = [one for one in self._sockets if not one.leaving] or self._sockets
            self._turn += 1
            return staying[self._turn % len(staying)] if staying else None

    def _post(self, envelope: Json) -> Future[Json] | None:
        socket = self._pick()
        if socket is None or self._loop is None:
            return None
        answer: Future[Json] = Future()
        with self._lock:
            self._waiting[envelope["envelope_id"]] = answer
        self._on_loop(socket, envelope)
        if self._faults.doubles():
            self._on_loop(self._pick() or socket, envelope)
        return answer

    def _forget(self, envelope: Json) -> None:
        with self._lock:
            self._waiting.pop(envelope["envelope_id"], None)

    def send(self, kind: str, payload: Json) -> Ack:
        """Deliver a press, view or command once and wait for its acknowledgement."""
        envelope: Json = {
            "envelope_id": str(uuid.uuid4()),
            "type": kind,
            "payload": payload,
            "accepts_response_payload": payload.get("type") not in {"block_actions", "view_closed"},
        }
        answer = self._post(envelope)
        if answer is None:
            return Ack(outcome="nobody")
        try:
            return Ack(outcome="acked", payload=answer.result(self._state.timings.ack))
        except (TimeoutError, CancelledError):
            return Ack(outcome="late")
        finally:
            self._forget(envelope)

    def event(self, inner: Json) -> None:
        """Deliver an event if the manifest asks for it, again if nobody acknowledges it."""
        loop, kind = self._loop, str(inner["type"])
        if kind == "message":
            endings = {"channel": "channels", "group": "groups"}
            kind = f"message.{endings.get(inner['channel_type'], inner['channel_type'])}"
        if loop is None or kind not in self._state.manifest.events:
            return
        body = payloads.event(self._state, inner)
        task = asyncio.run_coroutine_threadsafe(self._deliver(body), loop)
        with self._lock:
            self._events.add(task)
        task.add_done_callback(self._events.discard)

    async def _deliver(self, body: Json) -> None:
        if await self._try(body, 0):
            return
        for attempt, pause in enumerate(self._state.timings.retries, 1):
            await asyncio.sleep(pause)
            if await self._try(body, attempt):
                return

    async def _try(self, body: Json, attempt: int) -> bool:
        envelope: Json = {
            "envelope_id": str(uuid.uuid4()),
            "type": "events_api",
            "payload": body,
            "accepts_response_payload": False,
            "retry_attempt": attempt,
            "retry_reason": "timeout" if attempt else "",
        }
        answer = self._post(envelope)
        if answer is None:
            return False
        try:
            await asyncio.wait_for(asyncio.wrap_future(answer), self._state.timings.ack)
        except TimeoutError:
            return False
        finally:
            self._forget(envelope)
        return True
