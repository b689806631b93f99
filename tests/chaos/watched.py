"""A press on its way, seen from outside: when somebody was told something, and whether it was acknowledged."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

from tests.chaos.processes import wait_for
from tests.slack.office import request

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.slack.office import Office

Json = dict[str, Any]

#: What somebody is told whose press was not stored, and for certain.
TOLD = "Not recorded, nothing was done"
#: What somebody is told when nobody can know yet.
UNSURE = "Look at the card in a moment"
#: Seconds in which Slack's person must have an answer.
SOON = 2.5


class Watched:
    """Delivers one press in a thread of its own."""

    def __init__(self, office: Office, person: str, body: Json) -> None:
        self._office, self._person, self._body = office, person, body
        self._before = len(office.slack.whispers[person])
        self.began = time.monotonic()
        self.acked = False
        self.answered = 0.0
        self.thread = threading.Thread(target=self._deliver)
        self.thread.start()

    def _deliver(self) -> None:
        reply = self._office.program.app.dispatch(request(self._body))
        self.acked = reply.status == 200
        if self.acked:
            self.answered = self.answered or time.monotonic()

    def told(self) -> bool:
        """Whether there was an answer by now, of one kind or the other."""
        if len(self._office.slack.whispers[self._person]) > self._before:
            self.answered = self.answered or time.monotonic()
        return self.answered > 0

    def wait(self, seconds: float = 6.0) -> None:
        """Wait for an answer, and for whatever the listener does after it."""
        wait_all([self], seconds)

    @property
    def seconds(self) -> float:
        """How long the person waited."""
        return self.answered - self.began

    @property
    def said(self) -> str:
        """What the person was told."""
        return str(self._office.slack.whispers[self._person][self._before :])


def wait_all(presses: Sequence[Watched], seconds: float = 6.0) -> None:
    """Wait until each has an answer; without an acknowledgement the delivery itself takes three seconds."""
    wait_for(lambda: all(press.told() for press in presses), seconds, "an answer to each")
    for press in presses:
        press.thread.join(seconds)
        assert not press.thread.is_alive(), "the listener hangs"
