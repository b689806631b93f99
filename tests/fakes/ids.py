"""Ids that count, so that a test can say which one it expects."""

from __future__ import annotations

from itertools import count

from bot.clock import TimeIds
from workflows.trust.alone import is_sampled


class FakeIds:
    """The `Ids` port: shaped like UUIDv7, sorted in the order they were drawn."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def new(self) -> str:
        return f"01900000-0000-7000-8000-{next(self._numbers):012d}"


class UnsampledIds:
    """The `Ids` port: real ones, none of which a sample of one in ten draws: what a story tells has no luck in it."""

    def __init__(self) -> None:
        self._ids = TimeIds()

    def new(self) -> str:
        drawn = self._ids.new()
        while is_sampled(drawn, 0.1):
            drawn = self._ids.new()
        return drawn
