"""Presses at a steady pace while everything else goes on: each is answered in time, and the process does not grow."""

from __future__ import annotations

import json
import time
from statistics import mean
from typing import TYPE_CHECKING

import pytest

from bot.storage.audit_verify import verify
from bot.storage.database import open_database
from tests.chaos.load import CHANNELS, Load, bear, write_company
from tests.chaos.processes import run
from tests.slack.workspace import Server, Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: Presses a second, and seconds; the long form is ten minutes at its full pace, with the machine to itself.
PACE, SECONDS = 50.0, 20.0
#: Presses a second while other tests share the machine.
EASY = 20.0
#: Seconds to acknowledge, for 99 of 100; asked for in the long form alone, on a machine that does nothing else.
P99 = 0.5


@pytest.fixture
def slack() -> Iterator[Server]:
    """Return a Slack in the process of the test, so that what it keeps is not taken for the bot's."""
    workspace = Workspace()
    workspace.replies["load"] = ("U-OWNER", "C-0")
    server = Server(workspace)
    yield server
    server.stop()


def test_presses_at_a_steady_pace_are_answered_and_cost_no_memory(
    tmp_path: Path, database_url: str, slack: Server, scale: float, seed: int
) -> None:
    """Starts, signatures, late presses, doubles, strangers: none without an answer, and memory is given back."""
    home, pace = write_company(tmp_path / "company"), PACE if scale > 1 else EASY
    load = Load(
        home=str(home),
        database=database_url,
        slack=slack.url,
        seed=seed,
        pace=pace,
        seconds=SECONDS * scale,
    )
    began = time.monotonic()
    assert run(bear, load, seconds=60 + 4 * load.seconds) == 0
    measured = json.loads(load.told.read_text())
    p99 = measured["seconds"][len(measured["seconds"]) * 99 // 100]
    kept = measured["kilobytes"]
    before, after = mean(kept[len(kept) // 3 : 2 * len(kept) // 3]), mean(kept[-len(kept) // 3 :])
    told = f"{len(measured['seconds'])} presses in {time.monotonic() - began:.0f} s, p99 {p99 * 1000:.0f} ms"
    print(f"{told}, {before:.0f} then {after:.0f} kB")  # noqa: T201 -- shown with -s
    assert not measured["hangs"]
    # With the machine to itself nobody is turned away; beside other tests a few are told to press again.
    assert measured["unanswered"] <= (0 if scale > 1 else 0.02 * pace * load.seconds)
    assert len(measured["seconds"]) == round(pace * load.seconds)
    assert after < before * (1.1 if scale > 1 else 1.5)
    assert scale <= 1 or p99 < P99
    assert (home / "effects.jsonl").exists(), "nothing was signed"
    _assert_whole(database_url)


def _assert_whole(url: str) -> None:
    database = open_database(url)
    verdict = verify(database)
    database.close()
    assert verdict.ok, verdict
    assert verdict.chains > CHANNELS
