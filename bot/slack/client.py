"""The client of Slack's Web API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slack_sdk import WebClient

from bot.settings import secret

if TYPE_CHECKING:
    from bot.settings import Settings

#: Seconds a call to Slack may take.
TIMEOUT = 10


def slack_client(settings: Settings, *, as_bot: bool = True) -> WebClient:
    """Return a client of Slack's Web API without retries of its own: the outbox has the one policy."""
    return WebClient(
        token=secret(settings.slack_bot_token) if as_bot else None,
        base_url=settings.slack_api_url,
        timeout=TIMEOUT,
        retry_handlers=[],
    )
