"""Ids that count, so that a test can say which one it expects."""

from __future__ import annotations

from itertools import count


class FakeIds:
    """The `Ids` port: shaped like UUIDv7, sorted in the order they were drawn."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def new(self) -> str:
        return f"01900000-0000-7000-8000-{next(self._numbers):012d}"
