"""The only way out to Slack's Web API: one pace, one reading of its errors, no retry of its own.

A call ends in one of five ways, and the outbox knows what to do with each; nothing here loops.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from http.client import HTTPException
from typing import TYPE_CHECKING, Any, Literal, cast

from slack_sdk.errors import SlackApiError, SlackClientError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from slack_sdk import WebClient

#: Slack's words for "this can never work until somebody mends something".
_PERMANENT = frozenset(
    {
        "account_inactive",
        "channel_not_found",
        "ekm_access_denied",
        "invalid_auth",
        "is_archived",
        "missing_scope",
        "no_permission",
        "not_allowed_token_type",
        "not_authed",
        "not_in_channel",
        "org_login_required",
        "restricted_action",
        "team_access_not_granted",
        "token_expired",
        "token_revoked",
        "user_not_found",
    }
)
_REFUSED_BLOCKS = frozenset(
    {"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "invalid_arguments"}
)
_GONE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})
#: Seconds to wait on a 429 that does not say how long.
UNSAID = 5.0


@dataclass(frozen=True, kw_only=True)
class Sent:
    """How a call ended. `wait` is in seconds; `error` is Slack's own word."""

    how: Literal["ok", "later", "refused-blocks", "gone", "permanent", "unknown"]
    ts: str = ""
    channel: str = ""
    wait: float = 0.0
    error: str = ""
    #: What was asked for.
    said: dict[str, Any] = field(default_factory=dict[str, Any])


class Gateway:
    """Calls Slack. Every message is sent with unfurling off, so that a link in a draft fetches nothing."""

    def __init__(
        self, client: WebClient, called: Callable[[str, str], None] = lambda _method, _how: None
    ) -> None:
        """Take a client whose own retries are off; `called` is told each method and what came of it."""
        self._client, self._called = client, called

    def post(self, channel: str, thread_ts: str, message: dict[str, Any]) -> Sent:
        """Post a new message."""
        quiet = {"unfurl_links": False, "unfurl_media": False}
        thread = {"thread_ts": thread_ts} if thread_ts else {}
        return self._call("chat.postMessage", {"channel": channel, **message, **quiet, **thread})

    def whisper(self, channel: str, person: str, thread_ts: str, message: dict[str, Any]) -> Sent:
        """Show a message to one person alone, where they wrote."""
        thread = {"thread_ts": thread_ts} if thread_ts else {}
        told = {"channel": channel, "user": person, **message, **thread}
        return self._call("chat.postEphemeral", told)

    def update(self, channel: str, ts: str, message: dict[str, Any]) -> Sent:
        """Draw a message again."""
        return self._call("chat.update", {"channel": channel, "ts": ts, **message})

    def publish(self, person: str, view: dict[str, Any]) -> Sent:
        """Show somebody their App Home."""
        return self._call("views.publish", {"user_id": person, "view": view})

    def open_dm(self, person: str) -> Sent:
        """Return the channel of the direct conversation with somebody, as `channel`."""
        return self._call("conversations.open", {"users": person})

    def tell(self, person: str, words: str) -> None:
        """Tell somebody something in a direct message, if Slack lets it."""
        dm = self.open_dm(person)
        if dm.how == "ok":
            self.post(dm.channel, "", {"text": words})

    def ask(self, method: str, arguments: Mapping[str, str]) -> Sent:
        """Ask for something, as `said`. Slack reads the arguments of such methods from a form only."""
        return self._call(method, {}, dict(arguments))

    def _call(
        self, method: str, arguments: dict[str, Any], form: dict[str, str] | None = None
    ) -> Sent:
        sent = self._tried(method, arguments, form)
        self._called(method, sent.how)
        return sent

    def _tried(self, method: str, arguments: dict[str, Any], form: dict[str, str] | None) -> Sent:
        sending: Any = {"json": arguments} if form is None else {"data": form}
        try:
            answer = self._client.api_call(method, **sending)
        except SlackApiError as error:
            return _read_error(error)
        except (OSError, HTTPException, SlackClientError, ValueError) as error:
            # Time-outs, resets, an answer cut short or not JSON: Slack may have done it or not.
            return Sent(how="unknown", error=type(error).__name__, wait=2.0)
        said = cast("dict[str, Any]", answer.data)
        if form is not None:
            return Sent(how="ok", said=said)
        channel: Any = said.get("channel") or ""  # an id, or a whole conversation
        channel_id = channel if isinstance(channel, str) else channel["id"]
        return Sent(how="ok", ts=str(said.get("ts") or ""), channel=channel_id)


def _read_error(error: SlackApiError) -> Sent:
    response: Any = error.response
    status = int(response.status_code or 200)
    word = str(response.get("error", ""))
    if status == 429 or word in {"ratelimited", "rate_limited"}:  # noqa: PLR2004 -- HTTP's own number
        return Sent(how="later", wait=_retry_after(response.headers), error="ratelimited")
    if word in _REFUSED_BLOCKS:
        return Sent(how="refused-blocks", error=word)
    if word in _GONE:
        return Sent(how="gone", error=word)
    if word in _PERMANENT:
        return Sent(how="permanent", error=word)
    return Sent(how="unknown", error=word or f"http-{status}", wait=2.0)


def _retry_after(headers: dict[str, Any]) -> float:
    said = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    try:
        return max(
            1.0, float(said if isinstance(said, str) else said[0])
        )  # Slack says whole seconds; 0 is answered like 1
    except (TypeError, ValueError):
        return UNSAID
