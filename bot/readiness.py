"""Could this process do its work now? What it answers is for whoever sends requests, and for whoever is called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from workflows.errors import NotRecorded
from workflows.ports import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.parts import Parts


class Connection(Protocol):
    """A connection through which presses arrive."""

    @property
    def connected(self) -> bool:
        """Whether they can arrive now."""
        ...


class Readiness:
    """Looks at the parts of a process, its connection to Slack if it keeps one, and its database."""

    def __init__(
        self,
        *,
        parts: Parts,
        socket: Connection | None,
        ask: Callable[[], object],
        unsealed: Callable[[], str] = str,
    ) -> None:
        """`ask` reads something small from the database. It raises `NotRecorded` when there is no answer.

        `unsealed` says why the audit log is not sealed now; it is empty when it is.
        """
        self._parts, self._socket, self._ask, self._unsealed = parts, socket, ask, unsealed

    def findings(self) -> Sequence[Finding]:
        """Return what keeps this process from its work; nothing when it could do it."""
        found = [*self._of_parts(), *self._of_connection(), *self._of_database()]
        return found or self._of_log()

    def _of_log(self) -> list[Finding]:
        if not (why := self._unsealed()):
            return []
        fix = "Presses are recorded all the same; sayso doctor looks at the key."
        return [Finding(ok=False, what="The audit log is not sealed", why=why, fix=fix)]

    def _of_parts(self) -> list[Finding]:
        fix = "Start this process again; its log says why it ended."
        return [
            Finding(ok=False, what=f"The part {name} of this process", why="it has ended", fix=fix)
            for name in self._parts.ended
        ]

    def _of_connection(self) -> list[Finding]:
        if self._socket is None or self._socket.connected:
            return []
        why = "there is no connection, so no press arrives here"
        fix = "It is tried again every few seconds; sayso doctor says what Slack answers."
        return [Finding(ok=False, what="Socket Mode", why=why, fix=fix)]

    def _of_database(self) -> list[Finding]:
        try:
            self._ask()
        except NotRecorded:
            fix = "Look at the database; sayso doctor says what it answers."
            return [Finding(ok=False, what="The database", why="it does not answer", fix=fix)]
        return []
