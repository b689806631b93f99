"""What agents learnt, at a prompt: where an example waits, it says so, and can be taken in."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import pytest

from bot.app import found
from bot.cli.agents import learnt, switch
from bot.sample import write_sample
from bot.settings import Settings
from tests.fakes.clock import MONDAY, FakeClock
from tests.unit.bot.storage.records import taught
from workflows.trust.stages import Footing

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def _waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a company have learnt an edit for a playbook that stands at threshold."""
    write_sample(tmp_path, date(2026, 11, 23))
    monkeypatch.setenv("SAYSO_HOME", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", "")
    house = found(Settings(sayso_home=tmp_path, database_url=""), clock=FakeClock())
    taught(house.store)
    with house.store.transaction() as tx:
        tx.place(Footing(playbook="follow-up", stage="threshold", since=MONDAY))
    house.close()


@pytest.mark.usefixtures("_waiting")
def test_what_waits_is_listed_so_and_taken_in(capsys: pytest.CaptureFixture[str]) -> None:
    """In words and for a program; whoever sits at the machine is told what it costs."""
    assert learnt() == 0
    assert "d-1  waits (threshold)  writer  follow-up, letter" in capsys.readouterr().out
    assert learnt(json=True) == 0
    (one,) = json.loads(capsys.readouterr().out)["learnt"]
    assert (one["state"], one["waits"]) == ("on", "threshold")
    assert switch("d-1", "on") == 0
    assert "promotes it again" in capsys.readouterr().out
    assert learnt() == 0
    assert "d-1  on  writer  follow-up, letter" in capsys.readouterr().out
