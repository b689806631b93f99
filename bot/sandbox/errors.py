"""What can go wrong in the local workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.sandbox.records import Json


class SlackError(Exception):
    """An error Slack itself would answer with, by its name on the wire."""

    def __init__(self, *, error: str, messages: list[str] | None = None, **more: object) -> None:
        """Name the error; `messages` go to `response_metadata`."""
        super().__init__(error)
        self.error = error
        self.body: Json = {"ok": False, "error": error, **more}
        if messages:
            self.body["response_metadata"] = {"messages": messages}


class RateLimited(SlackError):
    """Too many calls: answered with HTTP 429 and `Retry-After`."""

    def __init__(self, retry_after: int) -> None:
        """Say how many seconds to wait."""
        super().__init__(error="ratelimited")
        self.retry_after = retry_after


class NotOnScreen(Exception):
    """The person can't do this: what they would press or fill in isn't in front of them."""
