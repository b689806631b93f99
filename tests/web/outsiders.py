"""Who sends requests: Slack, with its secret, and anybody else. Signing is written again here, from Slack's words."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import http.client
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from starlette.types import ASGIApp, Message

Json = dict[str, Any]

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back."""

    status: int
    body: bytes = b""

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def signed(body: bytes, at: float, secret: str = SECRET) -> dict[str, str]:
    """Return the headers Slack sends with these bytes at this time."""
    base = f"v0:{int(at)}:".encode() + body
    digest = hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": str(int(at)), "X-Slack-Signature": f"v0={digest}"}


def written(payload: Json) -> tuple[bytes, str]:
    """Return a payload as Slack writes it on the wire, and the content type."""
    if payload.get("type") in {"event_callback", "url_verification"}:
        return json.dumps(payload).encode(), "application/json"
    form = payload if "command" in payload else {"payload": json.dumps(payload)}
    return urlencode(form).encode(), "application/x-www-form-urlencoded"


def ask(
    url: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
) -> Answer:
    """Send a request, GET without a body, and return the answer. Raises `OSError` when nobody listens."""
    place = urlsplit(url)
    line = http.client.HTTPConnection(str(place.hostname), int(place.port or 80), timeout=10)
    try:
        line.request("GET" if body is None else "POST", path, body, dict(headers or {}))
        answer = line.getresponse()
        return Answer(status=answer.status, body=answer.read())
    finally:
        line.close()


def tell(url: str, payload: Json, at: float, **headers: str) -> Answer:
    """Send a payload as Slack does."""
    body, kind = written(payload)
    said = {"Content-Type": kind, **signed(body, at), **headers}
    return ask(url, "/slack/events", body, said)


def call(
    app: ASGIApp,
    path: str,
    chunks: Iterable[bytes] | None = None,
    headers: Iterable[tuple[bytes, bytes]] = (),
) -> Answer:
    """Send a request without a network, whatever its headers hold; GET without chunks."""
    return asyncio.run(_call(app, path, chunks, list(headers)))


async def _call(
    app: ASGIApp,
    path: str,
    chunks: Iterable[bytes] | None,
    headers: list[tuple[bytes, bytes]],
) -> Answer:
    left = iter(chunks or ())
    sent: list[Message] = []
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET" if chunks is None else "POST",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }

    async def receive() -> Message:
        chunk = next(left, None)
        return {"type": "http.request", "body": chunk or b"", "more_body": chunk is not None}

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    parts = [each.get("body", b"") for each in sent if each["type"] == "http.response.body"]
    return Answer(status=sent[0]["status"], body=b"".join(parts))
