"""Processes a test may kill: forked from a server that has imported the program already."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable
    from multiprocessing.context import ForkServerContext
    from multiprocessing.process import BaseProcess


@cache
def _server() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.chaos.storm", "tests.chaos.day"])
    return context


class Actor:
    """One process of a cast, started again whenever it was killed."""

    def __init__(self, act: Callable[..., None], *arguments: Any) -> None:
        self._act, self._arguments = act, arguments
        self._process: BaseProcess | None = None
        self.kills = 0

    def start(self) -> None:
        """Begin, or begin again."""
        self._process = _server().Process(target=self._act, args=self._arguments, daemon=True)
        self._process.start()

    @property
    def alive(self) -> bool:
        """Whether it is running."""
        return self._process is not None and self._process.is_alive()

    def kill(self) -> bool:
        """End it as the kernel does when memory is short; False when it had ended by itself."""
        was_alive = self.alive
        self._signal(signal.SIGKILL)
        self.kills += was_alive
        return was_alive

    def terminate(self) -> float:
        """Ask it to stop; return how many seconds that took."""
        began = time.monotonic()
        self._signal(signal.SIGTERM)
        return time.monotonic() - began

    def _signal(self, number: signal.Signals) -> None:
        if self._process is None or self._process.pid is None:
            return
        if self._process.is_alive():
            os.kill(self._process.pid, number)
        self.join(20)

    def join(self, seconds: float) -> int | None:
        """Wait for its end; return its exit code, None while it is still running."""
        if self._process is None:
            return None
        self._process.join(seconds)
        return self._process.exitcode


def run(act: Callable[..., None], *arguments: Any, seconds: float = 30.0) -> int:
    """Run an act in a process of its own; return its exit code. Raises `TimeoutError` after `seconds`."""
    actor = Actor(act, *arguments)
    with cast([actor]):
        code = actor.join(seconds)
    if code is None:
        msg = f"{act.__name__} is not over after {seconds} s"
        raise TimeoutError(msg)
    return code


@contextmanager
def cast(actors: Iterable[Actor]) -> Generator[None]:
    """Start the actors; whatever happens, none of them outlives the test."""
    everybody = list(actors)
    try:
        for actor in everybody:
            actor.start()
        yield
    finally:
        for actor in everybody:
            actor.kill()


def wait_for(ready: Callable[[], object], seconds: float, what: str, every: float = 0.01) -> None:
    """Wait until `ready()` is true. Raises `TimeoutError` naming `what` after `seconds`."""
    until = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > until:
            msg = f"{what}: not within {seconds} s"
            raise TimeoutError(msg)
        time.sleep(every)
