"""Looks whether the company's playbooks changed. What did is proposed, and waits for a person's yes."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from workflows.commands import Complain, Install, Propose
from workflows.errors import NotRecorded
from workflows.playbook import Playbook
from workflows.ports import Finding
from workflows.run import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Callable
    from threading import Event

    from workflows.ports import Door
    from workflows.versions.version import Offered, Unreadable

_log = logging.getLogger(__name__)

#: Seconds between two looks.
PAUSE = 3.0
_FIX = "Correct the file; sayso playbook validate shows every mistake."


class Watching:
    """The folder of playbooks, looked at by every process that works; the database decides what is new."""

    def __init__(
        self,
        engine: Door,
        *,
        look: Callable[[], Offered],
        is_untouched: Callable[[], bool],
    ) -> None:
        """`look` reads the folder; `is_untouched` says whether nothing was ever active or proposed here."""
        self._engine, self._look, self._is_untouched = engine, look, is_untouched
        #: Called when the findings are others than before.
        self.changed: Callable[[], object] = lambda: None
        self._findings: tuple[Finding, ...] = ()
        #: What was found at the last look, and what was last told, by playbook.
        self._found: dict[str, str] = {}
        self._told: dict[str, str] = {}

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The files that can't be used now."""
        return self._findings

    def install(self) -> None:
        """Let a company that never started begin with what stands there; every process does, whoever is first.

        Raises `PlaybookError` for a file that can't be used, if the company never started: nothing stops by it then.
        """
        if not self._is_untouched():
            return
        offered = self._look()
        for one in offered.unreadable:
            raise one.error
        self._engine.handle(Install(actor=SYSTEM, books=offered.books))

    def begin(self) -> None:
        """Look for the first time, and tell of all that is not known yet. Raises `PlaybookError` as `install` does."""
        self.install()
        offered = self._look()
        self._found = _versions(offered)
        self._tell(offered)

    def tick(self) -> None:
        """Look again. A file counts once it stands there unchanged for two looks: somebody may be writing it."""
        offered = self._look()
        before, self._found = self._found, _versions(offered)
        still = {name for name, version in self._found.items() if before.get(name) == version}
        self._tell(offered, still)

    def _tell(self, offered: Offered, only: set[str] | None = None) -> None:
        for one in (*offered.books, *offered.unreadable):
            is_settled = only is None or one.playbook in only
            if is_settled and self._told.get(one.playbook) != one.version:
                self._engine.handle(_command(one))
                self._told[one.playbook] = one.version
        findings = tuple(
            Finding(ok=False, what=f"Playbook {one.playbook}", why=one.error.sentence, fix=_FIX)
            for one in offered.unreadable
        )
        if findings != self._findings:
            self._findings = findings
            self.changed()

    def serve(self, stop: Event, pause: float = PAUSE) -> None:
        """Look every `pause` seconds until `stop`."""
        while not stop.wait(pause):
            try:
                self.tick()
            except NotRecorded:
                _log.warning("the database does not answer; the playbooks are looked at again")
            except Exception:  # noqa: BLE001 -- the outermost loop: a look that fails must not end the looking
                _log.exception("the playbooks could not be looked at; the next try is soon")


def _versions(offered: Offered) -> dict[str, str]:
    return {one.playbook: one.version for one in (*offered.books, *offered.unreadable)}


def _command(one: Playbook | Unreadable) -> Propose | Complain:
    if isinstance(one, Playbook):
        return Propose(actor=SYSTEM, playbook=one.playbook, version=one.version, book=one)
    key = f"unreadable:{one.version}"
    return Complain(
        actor=SYSTEM,
        key=key,
        playbook=one.playbook,
        version=one.version,
        problem=one.error.sentence,
    )
