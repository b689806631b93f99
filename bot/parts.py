"""The threads of a program: begun together, watched, and ended together."""

from __future__ import annotations

import time
from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Parts:
    """What a program does at the same time. Each part ends when the program is told to stop."""

    def __init__(self) -> None:
        """Begin with none."""
        self._threads: list[Thread] = []

    def begin(self, name: str, serve: Callable[..., object], *arguments: object) -> None:
        """Run a part beside the others."""
        thread = Thread(target=serve, args=arguments, name=name, daemon=True)
        thread.start()
        # Known once it runs: one that is about to begin is not one that has ended.
        self._threads.append(thread)

    @property
    def ended(self) -> list[str]:
        """Names of the parts that are over. Before the stop that is a fault."""
        return [thread.name for thread in self._threads if not thread.is_alive()]

    def end(self, seconds: float) -> list[str]:
        """Wait until all are over, `seconds` at most; return the names of those that are not."""
        until = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(until - time.monotonic(), 0.0))
        return [thread.name for thread in self._threads if thread.is_alive()]
