"""A wire between the program and its database that can be slow, go dead, or break at the worst moment."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

#: `before`: the commit never reaches the server. `after`: it does, and the answer never comes back.
Cut = Literal["before", "after"]
_COMMIT = b"COMMIT"


class Proxy:
    """Passes bytes on between a port of its own and the server's."""

    def __init__(self, port: int) -> None:
        self._server = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._cut: Cut | None = None
        self._lock = threading.Lock()
        self._wires: list[_Wire] = []
        #: Commits that were cut so far.
        self.cuts = 0
        #: Seconds each packet takes.
        self.delay = 0.0
        #: Whether nothing is passed on, though connections stay open and new ones are taken.
        self.dead = False
        #: Whether new connections are refused.
        self.dark = False
        threading.Thread(target=self._accept, daemon=True).start()

    def cut_next(self, cut: Cut | None) -> None:
        """Break the wire at the next commit."""
        with self._lock:
            self._cut = cut

    def cut_all(self) -> None:
        """Break every connection there is."""
        with self._lock:
            wires, self._wires = self._wires, []
        for wire in wires:
            wire.close()

    def taken(self, packet: bytes) -> Cut | None:
        """Say whether this packet is the commit that was waited for; only one ever is."""
        with self._lock:
            if self._cut is None or _COMMIT not in packet:
                return None
            found, self._cut = self._cut, None
            self.cuts += 1
            return found

    def pause(self) -> None:
        """Hold a packet back for as long as the wire is slow or dead."""
        if self.delay:
            time.sleep(self.delay)  # the fault itself
        while self.dead:
            time.sleep(0.01)  # the fault itself

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self.dark:
                client.close()
                continue
            try:
                server = socket.create_connection(("127.0.0.1", self._server))
            except OSError:
                client.close()
                continue
            with self._lock:
                self._wires.append(_Wire(self, client, server))

    def close(self) -> None:
        """Break everything and stop listening."""
        self.dead = False
        self._listener.close()
        self.cut_all()


class _Wire:
    """One connection through the proxy."""

    def __init__(self, proxy: Proxy, client: socket.socket, server: socket.socket) -> None:
        self._proxy, self._ends = proxy, (client, server)
        self._swallows = False
        self._begin(lambda: self._pass_on(client, server, self._asked))
        self._begin(lambda: self._pass_on(server, client, self._answered))

    def _begin(self, work: Callable[[], None]) -> None:
        threading.Thread(target=work, daemon=True).start()

    def _pass_on(
        self, source: socket.socket, target: socket.socket, may_pass: Callable[[bytes], bool]
    ) -> None:
        with contextlib.suppress(OSError):
            while packet := source.recv(65536):
                self._proxy.pause()
                if not may_pass(packet):
                    break
                target.sendall(packet)
        self.close()

    def _asked(self, packet: bytes) -> bool:
        cut = self._proxy.taken(packet)
        self._swallows = cut == "after"
        return cut != "before"

    def _answered(self, _packet: bytes) -> bool:
        return not self._swallows

    def close(self) -> None:
        for end in self._ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
