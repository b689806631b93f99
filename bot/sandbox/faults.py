"""Faults a test switches on: refusals, lost replies, late answers, broken sockets."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What happens to one call of the Web API."""

    #: Slack's error name, answered instead of doing the call.
    error: str = ""
    #: An HTTP status answered instead of doing the call.
    http_status: int = 0
    #: Seconds the answer waits.
    delay: float = 0.0
    #: Cut the connection before the call is done ("request") or after ("reply").
    drop: Literal["", "request", "reply"] = ""
    #: Seconds to name in `Retry-After`, answered with HTTP 429.
    retry_after: int = 0


class Faults:
    """Every switch, thread-safe. `clear()` sets all of them back."""

    def __init__(self) -> None:
        """Start with everything working."""
        self._lock = threading.Lock()
        self._planned: dict[str, list[Fault]] = {}
        self._drop_acks = 0
        self._doubles = 0
        self._dark_until = 0.0
        #: Tokens Slack now answers with `token_revoked`.
        self.revoked: set[str] = set()
        #: Set by the server: asks every socket to leave, or cuts them when the reason is empty.
        self.on_disconnect: Callable[[str], None] = lambda _reason: None
        #: Set by the server: the bot's token.
        self.bot_token = ""

    def fail(
        self,
        method: str,
        *,
        error: str = "",
        http_status: int = 0,
        delay: float = 0.0,
        drop: Literal["", "request", "reply"] = "",
        times: int = 1,
    ) -> None:
        """Make the next `times` calls of `method` ("*" for any) go wrong in this way."""
        fault = Fault(error=error, http_status=http_status, delay=delay, drop=drop)
        with self._lock:
            self._planned.setdefault(method, []).extend([fault] * times)

    def rate_limit(self, method: str, *, retry_after: int = 1, times: int = 1) -> None:
        """Answer the next `times` calls of `method` with HTTP 429."""
        with self._lock:
            planned = self._planned.setdefault(method, [])
            planned.extend([Fault(retry_after=retry_after)] * times)

    def take(self, method: str) -> Fault | None:
        """Return and use up the fault planned for this call, if any."""
        with self._lock:
            for key in (method, "*"):
                if self._planned.get(key):
                    return self._planned[key].pop(0)
        return None

    def disconnect(self, reason: str = "refresh_requested") -> None:
        """Ask every socket to reconnect: "refresh_requested", "warning" or "link_disabled"."""
        self.on_disconnect(reason)

    def cut(self) -> None:
        """Break every socket without a word."""
        self.on_disconnect("")

    def gap(self, seconds: float) -> None:
        """Be unreachable to the app for `seconds`: sockets cut, calls dropped."""
        with self._lock:
            self._dark_until = time.monotonic() + seconds
        self.cut()

    def is_dark(self) -> bool:
        """Whether the app can't reach the workspace now."""
        return time.monotonic() < self._dark_until

    def drop_acks(self, times: int = 1) -> None:
        """Lose the next `times` acknowledgements on their way."""
        with self._lock:
            self._drop_acks += times

    def duplicate_envelopes(self, times: int = 1) -> None:
        """Deliver the next `times` envelopes twice."""
        with self._lock:
            self._doubles += times

    def loses_ack(self) -> bool:
        """Use up one planned lost acknowledgement, if any."""
        with self._lock:
            lost = self._drop_acks > 0
            self._drop_acks -= lost
            return lost

    def doubles(self) -> bool:
        """Use up one planned double delivery, if any."""
        with self._lock:
            twice = self._doubles > 0
            self._doubles -= twice
            return twice

    def revoke_token(self, token: str = "") -> None:
        """Revoke a token, the bot's unless another is named."""
        self.revoked.add(token or self.bot_token)

    def restore_token(self, token: str = "") -> None:
        """Make a revoked token good again."""
        self.revoked.discard(token or self.bot_token)

    def clear(self) -> None:
        """Set every switch back."""
        with self._lock:
            self._planned.clear()
            self._drop_acks = self._doubles = 0
            self._dark_until = 0.0
            self.revoked.clear()
