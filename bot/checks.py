"""Looks now and then whether every connection would work, so that App Home can tell the admins what is wrong."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from threading import Event

    from workflows.ports import Finding

_log = logging.getLogger(__name__)

#: Seconds between two looks.
PAUSE = 900.0


class Checks:
    """The findings of the latest look. A look may take as long as a connection's time-out, so nobody waits for it."""

    def __init__(
        self, check: Callable[[], tuple[Finding, ...]], changed: Callable[[], object]
    ) -> None:
        """`check` asks every connection; `changed` is called when the findings are others than before."""
        self._check, self._changed = check, changed
        self._findings: tuple[Finding, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was found last; nothing before the first look."""
        return self._findings

    def look(self) -> None:
        """Look once."""
        found = self._check()
        if found != self._findings:
            self._findings = found
            self._changed()

    def serve(self, stop: Event, pause: float = PAUSE) -> None:
        """Look at once, then every `pause` seconds until `stop`."""
        while not stop.is_set():
            try:
                self.look()
            except Exception:  # noqa: BLE001 -- the outermost loop: a look that fails must not end the looking
                if not stop.is_set():  # at the end the database may be closed already
                    _log.exception("the connections could not be looked at; the next try is later")
            stop.wait(pause)
