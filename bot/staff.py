"""Who works here, as Slack sees it: asked in the background, after events of Slack's, and before a press if need be."""

from __future__ import annotations

import logging
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING

from bot.deadline import left
from bot.slack.people import Unanswered, read
from bot.storage.readings import Readings
from workflows.basis.reading import channels_named
from workflows.errors import NotRecorded
from workflows.ports import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import datetime

    from bot.program import Foundation
    from bot.slack.gateway import Gateway
    from workflows.answers import Answer
    from workflows.basis.reading import Reading
    from workflows.commands import Command
    from workflows.company import Company
    from workflows.ports import Clock, Directory, Door

    #: Asks Slack about the company's people now, and knows what was read before. Raises `Unanswered`.
    Ask = Callable[[Company, datetime, Reading | None], Reading]

_log = logging.getLogger(__name__)

#: Seconds a press waits for Slack when the reading is too old for it.
PATIENCE = 0.5
#: Seconds after Slack was silent in which no press waits for it.
PEACE = 10.0
#: Seconds between two looks whether it is time to ask.
LOOK = 1.0
#: Slack's words for what an installation lacks, and what mends it.
_FIXES = {
    "missing_scope": "Paste manifest.yml into the app's page at Slack again and reinstall the app.",
}


class Staff:
    """The `Directory` of what people see, and what keeps it true."""

    def __init__(
        self,
        *,
        folder: Directory,
        readings: Readings,
        ask: Ask,
        clock: Clock,
        seconds: Callable[[], float],
    ) -> None:
        """Take company.yml and the row the reading is kept in; `seconds` is a clock that never goes back."""
        self._folder, self._readings, self._ask = folder, readings, ask
        self._clock, self._seconds = clock, seconds
        self._lock = Lock()
        self._looking: Event | None = None
        self._peace_until = 0.0
        self._problem = ""

    def company(self) -> Company:
        """Return the company as Slack saw it last. Raises `NotRecorded`."""
        return self._folder.company().with_reading(self._readings.newest(), self._clock.now())

    def changed(self, people: Collection[str] | None = None) -> None:
        """Have Slack asked again soon: something changed about these, or about a group. Raises `NotRecorded`."""
        listed = {person.id for person in self._folder.company().people}
        if people is None or listed & set(people):
            self._readings.hint(self._clock.now())

    def freshen(self) -> None:
        """Ask Slack before a press is decided, if the reading is too old to go by; wait half a second at most."""
        if self._seconds() < self._peace_until or self._is_fresh():
            return
        self._begin().wait(left(PATIENCE))

    def _is_fresh(self) -> bool:
        reading = self._readings.newest()
        return reading is not None and reading.is_fresh(self._clock.now())

    def _begin(self) -> Event:
        """Begin to look, or join a look that has begun."""
        with self._lock:
            if self._looking is None or self._looking.is_set():
                self._looking = Event()
                # Slack may take longer than anybody waits, also at the end of the program.
                Thread(target=self._look, args=(self._looking,), name="staff", daemon=True).start()
            return self._looking

    def _look(self, done: Event) -> None:
        try:
            self._read(None)
        except Exception:  # noqa: BLE001 -- the outermost edge of a thread; the press goes by what is known
            _log.warning("who works here could not be looked at for a press", exc_info=True)
        finally:
            done.set()

    def look(self) -> None:
        """Ask Slack if it is time and nobody else does; somebody new in company.yml is asked about at once.

        Raises `NotRecorded`.
        """
        if self._seconds() < self._peace_until:
            return
        if not self._covers():
            self._readings.hint(self._clock.now())
        if claimed := self._readings.claim(self._clock.now()):
            self._read(claimed)

    def _covers(self) -> bool:
        reading = self._readings.newest()
        people = self._folder.company().people
        return reading is None or reading.covers(person.id for person in people)

    def _read(self, claimed: datetime | None) -> None:
        company, before = self._folder.company(), self._readings.newest()
        try:
            found = self._ask(company, self._clock.now(), before)
        except Unanswered as silent:
            self._leave_in_peace(silent.word, silent.wait)
            return
        self._readings.keep(found, claimed)
        self._leave_in_peace(found.problem, 0.0)

    def _leave_in_peace(self, problem: str, seconds: float) -> None:
        """Ask nothing for a while after something could not be read, and say so once."""
        if problem:
            self._peace_until = self._seconds() + max(PEACE, seconds)
        if problem and problem != self._problem:
            _log.warning("Slack did not say who works here: %s", problem)
        self._problem = problem

    def findings(self) -> tuple[Finding, ...]:
        """Say what Slack keeps from us, for App Home."""
        if not self._problem:
            return ()
        fix = _FIXES.get(self._problem, "It is asked again by itself; sayso doctor tells more.")
        what = "Slack does not say who works here and who is in its groups"
        return (Finding(ok=False, what=what, why=self._problem, fix=fix),)

    def serve(self, stop: Event) -> None:
        """Look once a second until `stop`."""
        while not stop.is_set():
            try:
                self.look()
            except NotRecorded:
                _log.warning("the database does not answer; Slack is asked who is here later")
            except Exception:  # noqa: BLE001 -- the outermost loop: a look that fails must not end the looking
                _log.exception("Slack could not be asked who works here; the next try is later")
            stop.wait(LOOK)


class Asking:
    """The door for people: what they ask for is decided on a reading that is young enough, if Slack can be reached."""

    def __init__(self, door: Door, staff: Staff) -> None:
        """Take the one door."""
        self._door, self._staff = door, staff

    def handle(self, command: Command, deadline: float | None = None) -> Answer:
        """Look again who works here if need be, then decide. Raises `NotRecorded`."""
        self._staff.freshen()
        return self._door.handle(command, deadline)


def staff_of(foundation: Foundation, gateway: Gateway, seconds: Callable[[], float]) -> Staff:
    """Put it together."""
    folder, shelf, lookup = foundation.folder, foundation.shelf, foundation.lookup

    def ask(company: Company, now: datetime, before: Reading | None) -> Reading:
        # What waits to be signed keeps to its own version, whichever is active by now.
        waiting = {run.version for run in lookup.open_runs()}
        books = [*shelf.books(), *filter(None, map(lookup.version, waiting))]
        return read(gateway, company, channels_named(company, books), now, before)

    return Staff(
        folder=folder,
        readings=Readings(foundation.store),
        ask=ask,
        clock=foundation.clock,
        seconds=seconds,
    )


def tell_keeper(foundation: Foundation, gateway: Gateway, words: str) -> None:
    """Tell whoever keeps it running in a direct message; the log has it in any case."""
    _log.error("%s", words)
    gateway.tell(foundation.folder.company().keeper, words)
