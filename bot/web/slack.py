"""`POST /slack/events`: events, presses, dialogs and commands. The answer comes after the commit, as everywhere."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from slack_bolt import BoltRequest
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from bot.web.envelope import Envelope

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from slack_bolt import BoltResponse
    from starlette.requests import Request

    from bot.web.signature import Signature

_log = logging.getLogger(__name__)

#: Bytes a request may have; Slack's largest are dialogs with a few hundred thousand.
LARGEST = 1_000_000
#: Presses dealt with at once. Bolt's own adapter takes one after another, and presses would queue behind it.
AT_ONCE = 32
#: Seconds a body may take to arrive; Slack itself gives up after three.
PATIENCE = 5.0
#: The only headers that are handed on. The signature covers none of them, so none may decide anything.
_HANDED_ON = ("content-type", "x-slack-retry-num", "x-slack-retry-reason")


class Refused(Exception):
    """The request is answered with `status` and nothing else."""

    def __init__(self, status: int) -> None:
        """Take the HTTP status."""
        super().__init__(status)
        self.status = status


class SlackEndpoint:
    """Lets in what Slack signed, and has it dealt with in threads."""

    def __init__(
        self, dispatch: Callable[[BoltRequest], BoltResponse], signature: Signature
    ) -> None:
        """`dispatch` deals with one request and returns once it may be acknowledged."""
        self._dispatch, self._signature = dispatch, signature
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="slack-http")

    async def __call__(self, request: Request) -> Response:
        """Answer one request: 401 unless it is Slack's, 413 when it is too long, 400 when it can't be understood."""
        try:
            body = await self._authentic(request)
            asked = understood(body, request.headers)
        except Refused as refused:
            return Response(status_code=refused.status)
        loop = asyncio.get_running_loop()
        answer = await loop.run_in_executor(self._threads, self._dispatch, asked)
        kind = answer.headers.get("content-type", ["text/plain"])[0]
        return Response(answer.body, status_code=answer.status, media_type=kind)

    def close(self) -> None:
        """Take no more; what is being dealt with goes on."""
        self._threads.shutdown(wait=False)

    async def _authentic(self, request: Request) -> bytes:
        if not self._signature.may_be_right(request.headers):
            raise Refused(401)
        body = await _read(request)
        if not self._signature.is_right(request.headers, body):
            raise Refused(401)
        return body


async def _read(request: Request) -> bytes:
    """Return the body. Raises `Refused` for one that is too long, without reading it all, or does not come."""
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > LARGEST:
        raise Refused(413)
    body = bytearray()
    try:
        async with asyncio.timeout(PATIENCE):
            async for chunk in request.stream():
                body += chunk
                if len(body) > LARGEST:
                    raise Refused(413)
    except (TimeoutError, ClientDisconnect):
        raise Refused(400) from None
    return bytes(body)


def understood(body: bytes, headers: Mapping[str, str]) -> BoltRequest:
    """Read what Slack signed. Raises `Refused` when it is nothing Slack would send."""
    handed_on: dict[str, str | Sequence[str]] = {
        name: headers[name] for name in _HANDED_ON if name in headers
    }
    try:
        asked = BoltRequest(body=body.decode(), headers=handed_on)
        Envelope.model_validate(asked.body)
    except (ValueError, TypeError, AttributeError, LookupError, RecursionError) as error:
        # Bolt reads nested payloads without looking at their types first.
        _log.warning("a signed request could not be read (%s)", type(error).__name__)
        raise Refused(400) from None
    return asked
