"""The technical person decides a run again from the log. Every other story here is replayed at its end as well."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import update

from bot.cli.replaying import replay
from bot.storage.tables import run
from tests.slack.office import LEE, NOA
from workflows.errors import BadInput

if TYPE_CHECKING:
    from pathlib import Path

    from tests.slack.office import Office


@pytest.fixture(autouse=True)
def _at_the_prompt(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command line works in the same company."""
    monkeypatch.chdir(home)
    monkeypatch.setenv("SAYSO_HOME", str(home))
    monkeypatch.delenv("DATABASE_URL", raising=False)


def test_a_run_that_was_signed_and_sent_is_the_same(
    office: Office, card: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """Turn by turn, and a last line; by its id, or as people know it."""
    office.press(NOA, card, "approve")
    office.pass_by(seconds=61)
    assert office.run().state == "done"
    assert replay("Q-1043") == 0
    told = capsys.readouterr().out.splitlines()
    assert [word in told[0] for word in ("ENTRY", "ASKED", "THEN THE RUN IS")] == [True] * 3
    (signed,) = [row for row in told if " Approve " in row]
    assert "Noa" in signed
    assert "holding at letter" in signed
    assert told[-1] == "The same."
    assert replay(office.run().id[:13], json=True) == 0
    plain = json.loads(capsys.readouterr().out)
    assert (plain["same"], plain["difference"], plain["erased"]) == (True, None, [])
    assert plain["turns"][-1]["state"] == "done"


def test_a_run_that_was_written_over_is_named(
    office: Office, card: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """One of two runs: it alone is named, and the command fails."""
    assert card
    office.command(LEE, "/playbook quote-follow-up Q-1044")
    forged = office.run()
    with office.foundation.database.write() as connection:
        touch = update(run).where(run.c.id == forged.id)
        connection.execute(touch.values(attempts=forged.attempts + 3))
    try:
        assert replay(every=True) == 1
        told = capsys.readouterr().out.splitlines()
        assert told[0].startswith(f"{forged.id}: Not the same. In the database the run's attempts")
        assert told[-1] == "2 runs: 1 the same, 0 as far as it goes, 1 not the same."
        assert replay(every=True, json=True) == 1
        assert json.loads(capsys.readouterr().out)["differ"] == 1
        assert replay(forged.id) == 1
        assert "Not the same." in capsys.readouterr().err
    finally:
        with office.foundation.database.write() as connection:
            connection.execute(touch.values(attempts=forged.attempts))


def test_one_run_or_all(office: Office) -> None:
    """Neither is a slip of the fingers, and so are both."""
    for asked in ({}, {"run_id": "x", "every": True}, {"run_id": "nobody"}):
        with pytest.raises(BadInput):
            replay(**asked)
    assert office.runs() == []
    assert replay(every=True) == 0
