"""Every call the app made of the Web API, for tests to read."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.sandbox.records import Json

_KEPT = 20_000


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call and what it was answered."""

    method: str
    #: The arguments, without the token.
    args: Json
    answer: Json
    #: HTTP status; 0 when the connection was cut.
    status: int


class Journal:
    """The last 20,000 calls in the order they were answered."""

    def __init__(self) -> None:
        """Start empty."""
        self._lock = threading.Lock()
        self._calls: deque[Call] = deque(maxlen=_KEPT)

    def add(self, call: Call) -> None:
        """Note one call."""
        with self._lock:
            self._calls.append(call)

    def calls(self, method: str = "") -> list[Call]:
        """Return the calls of `method`, or all."""
        with self._lock:
            return [call for call in self._calls if method in ("", call.method)]

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._calls.clear()
