"""The owner asks what a changed playbook would have done with last month's quotes, before anybody is bound by it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from bot.cli.simulating import simulate
from bot.storage.audit_search import Filters, search
from tests.slack.office import LEE, NOA
from workflows.errors import BadInput

if TYPE_CHECKING:
    from pathlib import Path

    from tests.slack.office import Office

SINCE = "2026-11-01"


@pytest.fixture(autouse=True)
def _at_the_prompt(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command line works in the same company."""
    monkeypatch.chdir(home)
    monkeypatch.setenv("SAYSO_HOME", str(home))
    monkeypatch.delenv("DATABASE_URL", raising=False)


@pytest.fixture
def month(office: Office, card: dict[str, Any]) -> Office:
    """Return an office where one quote was followed up, and one waits."""
    office.press(NOA, card, "approve")
    office.pass_by(seconds=61)
    office.command(LEE, "/playbook quote-follow-up Q-1044")
    return office


def test_the_live_version_against_itself_shows_no_difference(
    month: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was done is what would have been done, and looking leaves no trace."""
    before = search(month.foundation.database, Filters(), ws=month.foundation.store.ws)
    assert simulate("quote-follow-up", SINCE) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0].split() == ["SUBJECT", "STARTED", "WAS", "WOULD", "BE"]
    assert "Q-1043" in told[1]
    assert "2,480.00 USD" in told[1]
    assert told[1].endswith("the same")
    assert told[-1] == "Of 2 runs: 2 the same."
    assert search(month.foundation.database, Filters(), ws=month.foundation.store.ws) == before


def test_another_approver_shows_run_by_run(
    month: Office, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file beside the company's is enough; nothing is active by being looked at."""
    assert month
    text = (home / "playbooks" / "quote-follow-up.yml").read_text(encoding="utf-8")
    assert "      by: sales\n" in text
    other = home / "stricter.yml"
    other.write_text(text.replace("      by: sales\n", "      by: finance\n"), encoding="utf-8")
    assert simulate(str(other), SINCE) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[-1] == "Of 2 runs: 0 the same, 2 needs one of finance instead of one of sales."
    assert simulate(str(other), SINCE, json=True) == 0
    plain = json.loads(capsys.readouterr().out)
    assert [run["known"] for run in plain["runs"]] == [True, True]
    assert plain["runs"][0]["was"]["signings"][0]["needs"] == "one of sales"
    assert plain["runs"][0]["would"]["signings"][0]["needs"] == "one of finance"


def test_since_is_a_while_or_a_day(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    """Anything else is said to be wrong before anything is read."""
    assert office
    assert simulate("quote-follow-up", "8w") == 0
    assert "No run of this playbook" in capsys.readouterr().out
    for wrong in ("soon", "0d", "30"):
        with pytest.raises(BadInput):
            simulate("quote-follow-up", wrong)
