"""How long whoever asked can wait: one deadline for all that is done for them, however many looks it takes."""

from __future__ import annotations

import time
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator

_UNTIL: ContextVar[float | None] = ContextVar("until", default=None)


@contextmanager
def within(seconds: float) -> Generator[None]:
    """Give everything inside, in this thread, so many seconds together."""
    token = _UNTIL.set(time.monotonic() + left(seconds))
    try:
        yield
    finally:
        _UNTIL.reset(token)


def left(most: float) -> float:
    """Return the seconds that are left here, at most `most`; 0 when they are over."""
    until = _UNTIL.get()
    return max(most if until is None else min(most, until - time.monotonic()), 0.0)
