"""Slack's edge for an app that listens over HTTP: takes envelopes from the local workspace, sends signed requests."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from slack_sdk.socket_mode.builtin import SocketModeClient
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web import WebClient

from tests.web.outsiders import Answer, tell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slack_sdk.socket_mode.client import BaseSocketModeClient
    from slack_sdk.socket_mode.request import SocketModeRequest

    from bot.sandbox.server import Sandbox


class Bridge:
    """Spreads what the local workspace sends over addresses, by turns, as a balancer does."""

    def __init__(self, sandbox: Sandbox, urls: Sequence[str]) -> None:
        self._urls = list(urls)
        self._sandbox = sandbox
        #: The status of every request, oldest first.
        self.answers: list[int] = []
        self._client = SocketModeClient(
            app_token=sandbox.workspace.app_token,
            web_client=WebClient(base_url=sandbox.api_url),
            concurrency=20,
        )
        self._client.socket_mode_request_listeners.append(self._pass_on)

    def open(self) -> Bridge:
        """Begin."""
        self._client.connect_to_new_endpoint()
        assert self._sandbox.wait_connected(1, 10)
        return self

    def close(self) -> None:
        """End."""
        self._client.close()

    def _pass_on(self, client: BaseSocketModeClient, request: SocketModeRequest) -> None:
        url = self._urls[len(self.answers) % len(self._urls)]
        answer = self._told(url, request.payload, request.retry_attempt or 0)
        self.answers.append(answer.status)
        if answer.status == 200:
            payload: Any = answer.json if answer.body else None
            client.send_socket_mode_response(
                SocketModeResponse(envelope_id=request.envelope_id, payload=payload)
            )

    def _told(self, url: str, payload: dict[str, Any], retry: int) -> Answer:
        headers = {"X-Slack-Retry-Num": str(retry)} if retry else {}
        try:
            return tell(url, payload, time.time(), **headers)
        except OSError:
            return Answer(status=0)
