"""A server on loopback that speaks chat completions in whatever dialect a test needs."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Generator


@dataclass(frozen=True, kw_only=True)
class Reply:
    """One HTTP answer. `cut`: the connection ends after so many bytes of the body; `hang`: nothing comes."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict[str, str])
    cut: int | None = None
    hang: bool = False
    #: Sends the body byte by byte for ever.
    drip: bool = False


def completion(
    content: Any, *, finish: str = "stop", usage: Any = "counted", **message: Any
) -> Reply:
    """A well-formed answer around any content."""
    counted = {"prompt_tokens": 900, "completion_tokens": 120, "total_tokens": 1020}
    body: dict[str, Any] = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "model": "test-model-2026",
        "choices": [
            {
                "index": 0,
                "finish_reason": finish,
                "message": {"role": "assistant", "content": content, **message},
            }
        ],
    }
    if usage is not None:
        body["usage"] = counted if usage == "counted" else usage
    return Reply(body=json.dumps(body).encode())


def problem(status: int, code: str = "", message: str = "no", **headers: str) -> Reply:
    """An error as OpenAI words it."""
    body = {
        "error": {"message": message, "type": code or "error", "code": code or None, "param": None}
    }
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status=status, body=json.dumps(body).encode(), headers=named)


class ChatServer:
    """Answers from a script, first in first out, the last for ever; or by a rule that reads the question."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self._rule: Callable[[dict[str, Any]], Reply] = lambda _asked: Reply(status=500)
        self._stopped = threading.Event()
        self._web = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._web.daemon_threads = True
        self._thread = threading.Thread(target=self._web.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._web.server_port}/v1"

    def says(self, *replies: Reply) -> None:
        """Begin a new script."""
        script = list(replies)
        self.follows(lambda _asked: script.pop(0) if len(script) > 1 else script[0])

    def follows(self, rule: Callable[[dict[str, Any]], Reply]) -> None:
        """Answer by a rule from here on."""
        self.asked.clear()
        self.headers.clear()
        self._rule = rule

    def __enter__(self) -> Self:
        """Begin to listen."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of whoever still waits, and stop."""
        self._stopped.set()
        self._web.shutdown()
        self._web.server_close()
        self._thread.join(5)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                server.asked.append(json.loads(body))
                server.headers.append({name.lower(): value for name, value in self.headers.items()})
                with _gone_is_fine():
                    self._answer(server._rule(server.asked[-1]))

            def _answer(self, reply: Reply) -> None:
                if reply.hang:
                    server._stopped.wait(2)
                    return
                self.send_response_only(reply.status)
                self.send_header("content-type", "application/json")
                self.send_header("connection", "close")
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                length = 1_000_000 if reply.drip else len(reply.body)
                self.send_header("content-length", str(length))
                self.end_headers()
                if reply.drip:
                    self._drip()
                self.wfile.write(reply.body[: reply.cut])

            def _drip(self) -> None:
                for _ in range(200):
                    self.wfile.write(b" ")
                    if server._stopped.wait(0.01):
                        return

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- its parent's name
                """Stay quiet."""

        return Handler


@contextmanager
def _gone_is_fine() -> Generator[None]:
    """A client that gave up is what some tests are about."""
    try:
        yield
    except (BrokenPipeError, ConnectionResetError):
        return
