"""Plain words in a thread: what is answered to whom, when nothing can be decided."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from handlers.mentions import app_mention, seen
from tests.unit.blocks import examples
from tests.unit.handlers.desks import ANA, FakeEngine, FakeReading, Room
from workflows.errors import NotRecorded

Json = dict[str, Any]
DRAFT = examples.draft()
RUN = examples.run().model_copy(update={"draft": DRAFT})


def mention(text: str = "<@U00SAYSO> approve") -> Json:
    """Return somebody's words in the thread of the card."""
    at = f"{examples.NOW.timestamp():.6f}"
    return {"user": ANA, "text": text, "channel": "C1", "ts": at, "thread_ts": "1.5"}


def test_what_could_not_be_stored_is_said_at_once() -> None:
    """Nobody waits for a signature that is not there."""
    reading = FakeReading(RUN, threads={("C1", "1.5"): [RUN]})
    room = Room(engine=FakeEngine(NotRecorded()), reading=reading)
    app_mention(room.desk, mention())
    ((channel, person, thread, said),) = room.whispers
    assert (channel, person, thread) == ("C1", ANA, "1.5")
    assert said.startswith("Not recorded, nothing was done")


def test_a_run_without_a_draft_has_nothing_to_decide() -> None:
    """The thread is no card's any more."""
    room = Room(reading=FakeReading(threads={("C1", "1.5"): [examples.run()]}))
    app_mention(room.desk, mention())
    assert "in the thread of a draft's card" in room.whispers[0][3]
    assert room.engine.commands == []


@pytest.mark.parametrize(("after", "n"), [(-1.0, 1), (2.9, 1), (3.0, 2), (60.0, 2)])
def test_a_revision_is_seen_once_it_was_there_for_a_moment(after: float, n: int) -> None:
    """It has to be drawn first; the card's first text stood there before anybody wrote under it."""
    twice = examples.edited(DRAFT, subject="Another")
    assert seen(twice, examples.NOW + timedelta(seconds=after)).n == n
