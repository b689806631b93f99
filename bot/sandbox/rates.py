"""Slack's rate limits: tiers per method, and one message a second per channel."""

from __future__ import annotations

import math
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.sandbox.errors import RateLimited

if TYPE_CHECKING:
    from collections.abc import Callable

#: Calls a minute for methods below the highest tier.
TIER_2, TIER_3, TIER_4 = 20, 50, 100
_TIERS = {
    "conversations.list": TIER_2,
    "conversations.join": TIER_3,
    "conversations.open": TIER_3,
    "conversations.info": TIER_3,
    "conversations.history": TIER_3,
    "conversations.replies": TIER_3,
    "chat.update": TIER_3,
    "chat.delete": TIER_3,
    "users.list": TIER_2,
    "users.getPresence": TIER_3,
    "users.lookupByEmail": TIER_3,
    "usergroups.list": TIER_2,
    "usergroups.users.list": TIER_2,
    "dnd.info": TIER_3,
    "reactions.add": TIER_3,
}
#: Messages that may go to one channel at once before the rate of one a second holds.
_BURST = 5


@dataclass(kw_only=True)
class _Bucket:
    level: float
    at: float


class Rates:
    """Leaky buckets in real time."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        """Count against `now`, in seconds."""
        self._now = now
        self._lock = threading.Lock()
        self._buckets: dict[tuple[str, str], _Bucket] = {}

    def count(self, method: str, channel: str) -> None:
        """Count one call, or raise `RateLimited` with the seconds until the next would pass."""
        if method in {"apps.connections.open", "auth.test"}:
            return
        if method == "chat.postMessage":
            self._count((method, channel), size=_BURST, per_second=1.0)
        else:
            tier = _TIERS.get(method, TIER_4)
            self._count((method, ""), size=tier, per_second=tier / 60)

    def _count(self, key: tuple[str, str], *, size: float, per_second: float) -> None:
        now = self._now()
        with self._lock:
            bucket = self._buckets.setdefault(key, _Bucket(level=size, at=now))
            bucket.level = min(size, bucket.level + (now - bucket.at) * per_second)
            bucket.at = now
            if bucket.level < 1:
                raise RateLimited(math.ceil((1 - bucket.level) / per_second))
            bucket.level -= 1
