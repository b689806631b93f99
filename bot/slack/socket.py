"""Socket Mode: one connection that is watched, and renewed within seconds when it goes quiet."""

from __future__ import annotations

import logging
import time
from threading import Event, Thread
from typing import TYPE_CHECKING

from slack_bolt.adapter.socket_mode.builtin import SocketModeHandler

if TYPE_CHECKING:
    from slack_bolt import App

_log = logging.getLogger(__name__)

#: Seconds between pings, and between looks at the connection.
PING = 3.0
LOOK = 1.0
#: A new try waits this long at first, twice as long each time, at most so long.
FIRST_WAIT, LONGEST_WAIT = 0.5, 8.0


class Socket:
    """Keeps a Socket Mode connection up. Slack may close it at any time; presses in a gap show Slack's own error."""

    def __init__(self, app: App, app_token: str) -> None:
        """Take the app whose listeners answer, and its app-level token."""
        self._handler = SocketModeHandler(app, app_token, ping_interval=PING, concurrency=20)
        self._client = self._handler.client
        self._wait = FIRST_WAIT

    @property
    def connected(self) -> bool:
        """Whether envelopes can arrive now."""
        return bool(self._client.is_connected())

    def serve(self, stop: Event) -> None:
        """Connect, and connect again whenever the connection is gone, until `stop`.

        What has arrived by then is still dealt with and acknowledged, before the connection is closed.
        """
        watch = Thread(target=self._watch, args=(stop,), name="socket", daemon=True)
        watch.start()
        stop.wait()
        watch.join(timeout=2)
        self._finish()
        self._handler.close()

    def _finish(self) -> None:
        """Take nothing more, and wait for what was taken.

        The client's own `close()` does the same in another order: it hangs up first, and a press that is just
        being recorded could not be acknowledged any more. Each takes three seconds at most; then Bolt gives up.
        """
        self._client.auto_reconnect_enabled = False
        self._client.closed = True
        self._client.enqueue_message("")  # wakes whoever waits for the next one; it is no envelope
        self._client.message_processor.shutdown()
        self._client.message_workers.shutdown()

    def _watch(self, stop: Event) -> None:
        while not stop.is_set():
            if not self.connected:
                self._connect()
            stop.wait(LOOK if self.connected else self._wait)

    def _connect(self) -> None:
        try:
            self._client.connect_to_new_endpoint(force=True)
            self._wait = FIRST_WAIT
        except Exception as error:  # noqa: BLE001 -- the outermost loop: whatever went wrong, it is tried again
            _log.warning(
                "no connection to Slack (%s); next try in %.1f s",
                error or type(error).__name__,
                self._wait,
            )
            self._wait = min(self._wait * 2, LONGEST_WAIT)

    def wait_connected(self, seconds: float) -> bool:
        """Wait until envelopes can arrive; False when they can't after `seconds`."""
        until = time.monotonic() + seconds
        while not self.connected and time.monotonic() < until:
            time.sleep(0.02)
        return self.connected
