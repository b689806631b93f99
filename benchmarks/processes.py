"""Processes of their own: started, looked at, and ended."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator

_ROOT = Path(__file__).resolve().parent.parent
_MEGABYTE = 1024 * 1024


@contextmanager
def process(
    command: list[str], environment: dict[str, str] | None = None
) -> Generator[subprocess.Popen[bytes]]:
    """Run a command in the repository until the block ends; then ask it to stop, and make it after ten seconds."""
    pipe = subprocess.PIPE
    started = subprocess.Popen(command, cwd=_ROOT, env=environment, stdin=pipe, stdout=pipe)
    try:
        yield started
    finally:
        started.send_signal(signal.SIGTERM)
        try:
            started.wait(timeout=15)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()
        for end in (started.stdin, started.stdout):
            if end:
                end.close()


@contextmanager
def module(name: str, *arguments: object) -> Generator[subprocess.Popen[bytes]]:
    """Run a module of this repository."""
    with process([sys.executable, "-m", name, *map(str, arguments)]) as started:
        yield started


def answers(started: subprocess.Popen[bytes], port: int) -> bool:
    """Whether somebody listens at a port. Raises `RuntimeError` when the process has ended instead."""
    if started.poll() is not None:
        msg = f"{started.args} ended with {started.returncode}"
        raise RuntimeError(msg)
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def free_port() -> int:
    """Return a port nobody listens at."""
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return asked.getsockname()[1]


def memory(pid: int) -> float:
    """Return the megabytes a process holds now."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * 4096 / _MEGABYTE


def threads(pid: int) -> int:
    """Return how many threads a process has."""
    return len(list(Path(f"/proc/{pid}/task").iterdir()))
