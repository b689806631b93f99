"""Who the bot is in its workspace: asked of Slack once, before anything is let in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError

from workflows.errors import NotRecorded

if TYPE_CHECKING:
    from collections.abc import Callable

    from slack_sdk import WebClient


def identity(client: WebClient) -> Callable[[], AuthorizeResult]:
    """Return what Bolt asks before each listener.

    Bolt's own way acknowledges a press it could not authorise, and the press would be lost. Here it raises
    `NotRecorded` instead: nothing is acknowledged, and Slack tells the person.
    """
    known: list[AuthorizeResult] = []

    def authorize() -> AuthorizeResult:
        if not known:
            known.append(_ask(client))
        return known[0]

    return authorize


def _ask(client: WebClient) -> AuthorizeResult:
    try:
        said = client.auth_test()
    except (SlackApiError, OSError) as error:
        raise NotRecorded from error
    return AuthorizeResult.from_auth_test_response(auth_test_response=said, bot_token=client.token)
