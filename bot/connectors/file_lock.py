"""A lock between processes that a crash can't leave behind: the system drops it with its process."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

if sys.platform == "win32":
    import msvcrt

    def _try_lock(file: IO[bytes]) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _try_lock(file: IO[bytes]) -> None:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)


#: Seconds between two tries.
_PAUSE = 0.01


@contextmanager
def locked(path: Path, seconds: float) -> Generator[None]:
    """Hold the lock file at `path`. Raises `TimeoutError` when others hold it longer than `seconds`."""
    until = time.monotonic() + seconds
    with path.open("ab") as file:
        while True:
            try:
                _try_lock(file)
                break
            except OSError as held:
                if time.monotonic() >= until:
                    msg = f"{path.name} has been held by somebody else for {seconds:g} seconds"
                    raise TimeoutError(msg) from held
                time.sleep(_PAUSE)
        yield
