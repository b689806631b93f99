"""What a carrier drives: claim one due run, do its work step, report through the one door."""

from __future__ import annotations

import logging
from contextlib import nullcontext
from typing import TYPE_CHECKING, Protocol

from bot.bound import bound
from bot.crash import Boundary, here
from bot.jobs.renewal import MOST, Renewal
from workflows.answers import Refused
from workflows.run import DraftState, RunState

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime

    from bot.jobs.performer import Performer
    from workflows.commands import Due, StepDone
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

    def claim(
        self, now: datetime, lease_seconds: float, limit: int = 1, run_id: str | None = None
    ) -> Sequence[Claim]:
        """Lease due runs, oldest first or the one named; a lease that runs out makes the run due again."""
        ...

    def renew(self, run_id: str, fence: int, until: datetime) -> bool:
        """Hold a run longer; False when somebody else has it by now."""
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
        lease: float = LEASE,
        longest: float = MOST,
    ) -> None:
        """Take the ports; `ticks` are what the clock drives: due schedules, tidying.

        `lease` is the seconds a claim lasts, `longest` those for which slow work may be held in all.
        """
        self._claims, self._performer, self._engine = claims, performer, engine
        self._clock, self._ticks, self._lease = clock, ticks, lease
        self._renewal = Renewal(renew=claims.renew, clock=clock, lease=lease, most=longest)

    def advance(self, run_id: str | None = None, /) -> bool:
        """Claim and perform one due run, this one if it is named; False when none is due.

        Effects are claimed one at a time. Asked for a run that is not due, that is gone or that somebody else
        has, it does nothing.
        """
        claims = self._claims.claim(self._clock.now(), self._lease, run_id=run_id)
        for claim in claims:
            draft = claim.run.draft
            with bound(ws=claim.run.ws, run=claim.run.id, draft=draft.id if draft else ""):
                self._advance(claim)
        return bool(claims)

    def _advance(self, claim: Claim) -> None:
        done = self._perform(claim)
        here(Boundary.WORKED)
        answer = self._engine.handle(done)
        if isinstance(answer, Refused):
            _log.info("a late result of run %s was dropped: %s", claim.run.id, answer.error.code)

    def _perform(self, claim: Claim) -> StepDone | Due:
        with self._held(claim):
            return self._performer.perform(
                claim.run, begun_before=claim.found_intent, until=claim.until
            )

    def _held(self, claim: Claim) -> AbstractContextManager[None]:
        """Hold a run for work that changes nothing outside. An effect has to fit its lease instead."""
        run = claim.run
        leaves = run.draft is not None and run.draft.state is DraftState.EXECUTING
        if run.state is not RunState.WORKING or leaves:
            return nullcontext()
        return self._renewal.holding(claim)

    def tick(self) -> None:
        """Let time do its work. One that fails keeps no other from its turn; the first error is raised at the end."""
        errors: list[Exception] = []
        for tick in self._ticks:
            try:
                tick()
            except Exception as error:  # noqa: BLE001 -- raised below, once the others had their turn
                errors.append(error)
        for another in errors[1:]:
            _log.error("another tick failed as well", exc_info=another)
        if errors:
            raise errors[0]
