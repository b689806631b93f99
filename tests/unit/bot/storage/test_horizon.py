"""Where to look for entries without a leaf: not at everything each time, and never past one that may still come."""

from __future__ import annotations

import pytest

from bot.storage.horizon import MARGIN, REACH, SWEEP, Horizon


class Seconds:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def horizon(seconds: Seconds) -> Horizon:
    return Horizon(seconds)


def test_a_start_looks_at_everything_part_by_part(horizon: Horizon) -> None:
    """Until nothing is left behind the last part."""
    assert horizon.above() == 0
    horizon.passed(to=500, complete=False)
    assert horizon.above() == 500
    horizon.passed(to=700, complete=True)
    assert horizon.above() == 0


def test_a_number_is_settled_once_no_transaction_can_be_that_old(
    horizon: Horizon, seconds: Seconds
) -> None:
    """What was the highest number a margin ago."""
    for second in range(int(MARGIN) + 5):
        seconds.now = float(second)
        horizon.passed(to=1000 + second, complete=True)
    assert horizon.above() == 1004


def test_what_was_only_partly_sealed_settles_nothing(horizon: Horizon, seconds: Seconds) -> None:
    """Entries are left behind it."""
    horizon.passed(to=10, complete=True)
    seconds.now = 1.0
    horizon.passed(to=500, complete=False)
    seconds.now = 2 * MARGIN
    assert horizon.above() == 10


def test_numbers_far_behind_are_settled_at_once(horizon: Horizon) -> None:
    """So that a start on a large log looks at all of it once, not for a minute."""
    horizon.passed(to=REACH + 7, complete=True)
    assert horizon.above() == 7


def test_everything_is_looked_at_again_once_an_hour(horizon: Horizon, seconds: Seconds) -> None:
    """Should a transaction ever have lived longer than the margin."""
    horizon.passed(to=10, complete=True)
    seconds.now = SWEEP - 1
    assert horizon.above() == 10
    seconds.now = SWEEP
    assert horizon.above() == 0
    horizon.passed(to=10, complete=True)
    assert horizon.above() == 10
