"""The one retry policy for calls to a model. The SDK's own is off: two of them would multiply."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_random_exponential

from agents.shortfall import Fault

if TYPE_CHECKING:
    from collections.abc import Callable

    from tenacity import RetryCallState

    from workflows.ports import Clock

#: Tries of one question in one form.
TRIES = 3
#: Seconds. The wait is drawn at random below a bound that doubles from the first to the second.
FIRST_WAIT, LONGEST_WAIT = 0.5, 8.0

_random_wait = wait_random_exponential(multiplier=FIRST_WAIT, max=LONGEST_WAIT)


def retrying(*, clock: Clock, until: datetime, sleep: Callable[[float], None]) -> Retrying:
    """Return the policy: at most three tries, never past `until`, at least as patient as Retry-After asks."""

    def too_late(state: RetryCallState) -> bool:
        return clock.now() + timedelta(seconds=state.upcoming_sleep) >= until

    return Retrying(
        retry=retry_if_exception(_may_pass),
        wait=_wait,
        stop=lambda state: stop_after_attempt(TRIES)(state) or too_late(state),
        sleep=sleep,
        reraise=True,
    )


def _may_pass(error: BaseException) -> bool:
    return isinstance(error, Fault) and error.retryable


def _wait(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    asked = error.retry_after if isinstance(error, Fault) else 0.0
    return max(_random_wait(state), asked)
