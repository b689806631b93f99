"""What a carrier drives: claim one due run, do its work step, report through the one door."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Protocol

from bot.crash import Boundary, here
from workflows.answers import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from bot.jobs.performer import Performer
    from workflows.engine import Engine
    from workflows.ports import Clock
    from workflows.run import Run

_log = logging.getLogger(__name__)

#: Seconds a claim lasts; longer than any call's timeout and than any skew of clocks.
LEASE = 60.0


class Claim(Protocol):
    """One due run, leased to whoever claimed it."""

    @property
    def run(self) -> Run:
        """The run as it was claimed, with its new fence."""
        ...

    @property
    def until(self) -> datetime:
        """When the lease runs out."""
        ...

    @property
    def found_intent(self) -> bool:
        """Whether an earlier worker began this very step and never reported."""
        ...


class Claims(Protocol):
    """The store's side of the workers."""

    def claim(self, now: datetime, lease_seconds: float, limit: int = 1) -> Sequence[Claim]:
        """Lease due runs, oldest first; a lease that runs out makes the run due again."""
        ...


class RunCore:
    """Advances runs one work step at a time."""

    def __init__(
        self,
        *,
        claims: Claims,
        performer: Performer,
        engine: Engine,
        clock: Clock,
        ticks: Sequence[Callable[[], None]],
    ) -> None:
        """Take the ports; `ticks` are what the clock drives: due schedules, tidying."""
        self._claims, self._performer, self._engine = claims, performer, engine
        self._clock, self._ticks = clock, ticks

    def advance(self) -> bool:
        """Claim and perform one due run; False when none is due. Effects are claimed one at a time."""
        claims = self._claims.claim(self._clock.now(), LEASE)
        for claim in claims:
            done = self._performer.perform(
                claim.run, begun_before=claim.found_intent, until=claim.until
            )
            here(Boundary.WORKED)
            answer = self._engine.handle(done)
            if isinstance(answer, Refused):
                _log.info(
                    "a late result of run %s was dropped: %s", claim.run.id, answer.error.code
                )
        return bool(claims)

    def tick(self) -> None:
        """Let time do its work."""
        for tick in self._ticks:
            tick()
