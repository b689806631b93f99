"""`sayso run` is told to stop in the middle of a press: the press is recorded and acknowledged, then it is gone."""

from __future__ import annotations

import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import pytest

from tests.chaos.processes import wait_for
from tests.web.bridge import Bridge
from tests.web.installation import SALES, Process

if TYPE_CHECKING:
    from collections.abc import Generator

    from tests.web.installation import Installation

pytestmark = pytest.mark.chaos

#: Seconds within which a process that was told to stop is gone, and says that it is not ready.
GONE, AT_ONCE = 10.0, 1.0
#: How long a call that hangs would keep it.
HANGS = 60.0


@contextmanager
def _writer(installation: Installation) -> Generator[None]:
    """Hold the database, as another writer does: whoever begins to write now is in the middle of it."""
    with closing(sqlite3.connect(installation.home / "sayso.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@contextmanager
def _running(installation: Installation, mode: str) -> Generator[Process]:
    """Run the bot, reached in this way."""
    process = Process(installation, SLACK_MODE=mode)
    edge = Bridge(installation.slack, [process.url])
    try:
        process.wait_ready()
        if mode == "http":
            edge.open()
        yield process
    finally:
        edge.close()
        process.kill()


@pytest.mark.parametrize("mode", ["socket", "http"])
def test_a_press_in_the_middle_is_recorded_and_acknowledged(
    installation: Installation, mode: str
) -> None:
    """From the signal on it is not ready; the press gets its answer; it is gone in time; the letter leaves once."""
    lee = installation.slack.person("U01LEE")
    with _running(installation, mode) as process:
        lee.command("/playbook", "quote-follow-up Q-1043", SALES)
        card = lee.wait_message(SALES, "To sign: Send a follow-up for quote Q-1043", 20)
        with ThreadPoolExecutor(1) as person:
            with _writer(installation):
                press = person.submit(lee.press, SALES, card["ts"], "approve")
                with pytest.raises(TimeoutError):
                    press.result(0.5)
                process.tell()
                began = time.monotonic()
                wait_for(lambda: process.status("/readyz") == 503, AT_ONCE, "it is not ready", 0.02)
                assert not press.done()
            assert not press.result(10).error
        process.end()
        assert time.monotonic() - began < GONE
    with _running(installation, mode):
        lee.wait_message(SALES, "Done: Send a follow-up for quote Q-1043", 20)
    assert len(installation.mailbox.letters()) == 1


def test_a_press_after_the_end_is_not_taken(installation: Installation) -> None:
    """Nobody is there any more: Slack says so, and nothing was done."""
    lee = installation.slack.person("U01LEE")
    with _running(installation, "socket") as process:
        lee.command("/playbook", "quote-follow-up Q-1043", SALES)
        card = lee.wait_message(SALES, "To sign: Send a follow-up for quote Q-1043", 20)
        process.tell()
        process.end()
        assert lee.press(SALES, card["ts"], "approve").error
        assert process.status("/healthz") == 0
    assert installation.mailbox.letters() == []


def test_a_call_that_hangs_holds_nobody_up(installation: Installation) -> None:
    """Slack answers nothing while it stops: it is gone in time all the same."""
    lee = installation.slack.person("U01LEE")
    with _running(installation, "socket") as process:
        installation.slack.faults.fail("*", delay=HANGS, times=50)
        lee.command("/playbook", "quote-follow-up Q-1043", SALES)
        process.tell()
        process.end(calm=False, seconds=HANGS / 2)
