"""An HTTP server for as long as a test needs it."""

from __future__ import annotations

from contextlib import contextmanager
from threading import Event, Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator

    from bot.web.server import Web


@contextmanager
def served(web: Web, stop: Event | None = None) -> Generator[str]:
    """Serve, and give the address; stop at the end."""
    ending = stop or Event()
    listener = web.listen()
    thread = Thread(target=web.serve, args=(listener, ending), daemon=True)
    thread.start()
    try:
        assert web.wait_listening(10)
        yield web.url
    finally:
        ending.set()
        thread.join(15)
        assert not thread.is_alive(), "the server does not end"
