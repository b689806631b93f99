"""Hands do what they are asked, in order, and tell what came of it."""

from __future__ import annotations

import threading
import time

import pytest

from bot.jobs.hands import Hands


def test_what_is_asked_first_is_done_first() -> None:
    """One hand takes one thing after another."""
    hands, done = Hands(1), []
    for n in range(5):
        last = hands.do(lambda n=n: done.append(n))
    last.result(5)
    hands.rest(5)
    assert done == [0, 1, 2, 3, 4]


def test_an_error_goes_to_who_asked_and_ends_no_hand() -> None:
    """The next thing is done as if nothing had happened."""
    hands, done = Hands(1), []

    def wrong() -> None:
        msg = "a bug"
        raise ValueError(msg)

    with pytest.raises(ValueError, match="a bug"):
        hands.do(wrong).result(5)
    hands.do(lambda: done.append(1)).result(5)
    hands.rest(5)
    assert done == [1]


def test_what_was_called_off_is_not_begun() -> None:
    """As long as no hand has taken it."""
    hands, done, go = Hands(1), [], threading.Event()
    hands.do(lambda: go.wait(5))
    off = hands.do(lambda: done.append(1))
    assert off.cancel()
    go.set()
    hands.rest(5)
    assert done == []


def test_a_hand_that_hangs_is_not_waited_for() -> None:
    """A program that ends has so many seconds, whatever is in hand."""
    hands, go = Hands(2), threading.Event()
    hanging = hands.do(lambda: go.wait(5))
    began = time.monotonic()
    hands.rest(0.05)
    assert time.monotonic() - began < 2
    assert not hanging.done()
    go.set()
    hanging.result(5)
