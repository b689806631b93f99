"""What the processes of these tests do. Every one is given where the company is, and which clock all agree on."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any, NoReturn

from agents.scripted import ScriptedDrafter
from tests.chaos.clock import FastClock
from tests.jobs.house import House, open_house

if TYPE_CHECKING:
    from workflows.ports import Drafter


@dataclass(frozen=True, kw_only=True)
class Scene:
    """The company's folder, its database, and a clock that begins on a Monday and runs `rate` times as fast."""

    home: str
    url: str
    began: float
    rate: float

    @property
    def clock(self) -> FastClock:
        """The time every process reads."""
        return FastClock(self.began, self.rate)

    def open(self, drafter: Drafter | None = None) -> House:
        """Open a node."""
        return open_house(Path(self.home), self.url, clock=self.clock, drafter=drafter)


class Deadly:
    """The `Drafter` port: whoever drafts dies on the spot, as if the kernel had killed it."""

    def draft(self, _request: object) -> NoReturn:
        os._exit(9)


class Hanging:
    """The `Drafter` port: says by a file that it has begun, and never comes back."""

    def __init__(self, flag: Path) -> None:
        self._flag = flag

    def draft(self, _request: object) -> Any:
        self._flag.touch()
        Event().wait()


def work(scene: Scene) -> None:
    """Serve until killed."""
    house = scene.open(ScriptedDrafter([{"note": "Hello"}]))
    house.carrier.serve(house.core, Event())


def schedule(scene: Scene) -> None:
    """Keep the calendar too, as the node does that starts first after a release."""
    house = scene.open()
    house.schedules.keep()
    house.carrier.serve(house.core, Event())


def hang_drafting(scene: Scene, flag: str) -> None:
    """Serve, and hang in the first draft."""
    house = scene.open(Hanging(Path(flag)))
    house.carrier.serve(house.core, Event())


def die_drafting(scene: Scene) -> None:
    """Serve until the first draft."""
    house = scene.open(Deadly())
    house.carrier.serve(house.core, Event())
