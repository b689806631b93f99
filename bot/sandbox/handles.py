"""The two ways back an interaction hands an app: a `trigger_id` and a `response_url`."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.sandbox.errors import SlackError

if TYPE_CHECKING:
    from bot.sandbox.records import Json
    from bot.sandbox.state import State

_USES = 5
_KEPT = 5_000


@dataclass(kw_only=True)
class Trigger:
    """One interaction's right to open one modal."""

    user: str
    born: float
    #: The modal the interaction came from, if any.
    view: str = ""
    used: bool = False


@dataclass(kw_only=True)
class Reply:
    """What one `response_url` may still do."""

    user: str
    channel: str
    born: float
    #: The message the interaction was on; empty after a slash command.
    source: Json | None = None
    thread_ts: str = ""
    uses: int = 0


class Handles:
    """All triggers and response URLs given out, oldest forgotten first."""

    def __init__(self, state: State) -> None:
        """Keep them beside the state."""
        self._state = state
        self._triggers: dict[str, Trigger] = {}
        self._replies: dict[str, Reply] = {}

    def trigger(self, user: str, view: str = "") -> str:
        """Give out a `trigger_id` for a person's interaction."""
        key = f"{secrets.randbelow(10**13)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        with self._state.lock:
            self._triggers[key] = Trigger(user=user, born=time.monotonic(), view=view)
            if len(self._triggers) > _KEPT:
                del self._triggers[next(iter(self._triggers))]
        return key

    def spend(self, key: str) -> Trigger:
        """Use a `trigger_id` up, or raise what Slack answers: unknown, late or used already."""
        with self._state.lock:
            found = self._triggers.get(key)
            if found is None:
                raise SlackError(error="invalid_trigger_id")
            if found.used:
                raise SlackError(error="exchanged_trigger_id")
            if time.monotonic() - found.born > self._state.timings.trigger:
                raise SlackError(error="expired_trigger_id")
            found.used = True
            return found

    def response_url(
        self, user: str, channel: str, source: Json | None, thread_ts: str = ""
    ) -> str:
        """Give out a `response_url` for an interaction in a conversation."""
        key = secrets.token_urlsafe(18)
        now = time.monotonic()
        reply = Reply(user=user, channel=channel, born=now, source=source, thread_ts=thread_ts)
        with self._state.lock:
            self._replies[key] = reply
            if len(self._replies) > _KEPT:
                del self._replies[next(iter(self._replies))]
        return f"{self._state.url}/respond/{self._state.workspace.team_id}/{key}"

    def reply(self, key: str) -> Reply:
        """Count one use of a `response_url`, or raise `expired_url` or `used_url`."""
        with self._state.lock:
            found = self._replies.get(key)
            if found is None or time.monotonic() - found.born > self._state.timings.response_url:
                raise SlackError(error="expired_url")
            if found.uses >= _USES:
                raise SlackError(error="used_url")
            found.uses += 1
            return found
