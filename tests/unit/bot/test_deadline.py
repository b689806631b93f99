"""One deadline for everything that is done for somebody who waits."""

from __future__ import annotations

from bot.deadline import left, within


def test_without_a_deadline_everybody_has_what_they_ask_for() -> None:
    """Workers and timers are bound by their own patience alone."""
    assert left(30.0) == 30.0
    assert left(-1.0) == 0.0


def test_what_is_done_inside_shares_what_is_left() -> None:
    """A second look has what the first one left, and a longer wish adds nothing."""
    with within(2.0):
        assert left(30.0) <= 2.0
        assert left(0.5) == 0.5
        with within(10.0):
            assert left(30.0) <= 2.0
        with within(0.0):
            assert left(30.0) == 0.0
        assert left(30.0) > 0.0
    assert left(30.0) == 30.0
