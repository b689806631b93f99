"""What somebody at a prompt is told of what people scored; nothing is scored there."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from bot.app import found
from bot.cli import company, delegating
from bot.cli.delegating import Form
from bot.sample import write_sample
from bot.settings import Settings
from bot.storage.errors import CannotOpen
from tests.fakes.clock import FakeClock
from workflows.answers import Recorded
from workflows.commands import Assess
from workflows.delegation.inventory import of_playbook, of_work
from workflows.delegation.matrix import MATRIX
from workflows.errors import BadInput
from workflows.run import Actor

if TYPE_CHECKING:
    from pathlib import Path

NAME = "quote-follow-up"
NUMBERS = "\nnumbers: {hour: 38.00 USD}\n"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a company whose settings are at hand."""
    write_sample(tmp_path, date(2026, 11, 23))
    file = tmp_path / "company.yml"
    file.write_text(file.read_text(encoding="utf-8") + NUMBERS, encoding="utf-8")
    monkeypatch.setenv("SAYSO_HOME", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", "")
    return tmp_path


def _begin(home: Path, *work: tuple[str, dict[str, Any]]) -> None:
    house = found(Settings(sayso_home=home, database_url=""), clock=FakeClock())
    house.watching.begin()
    for entry, more in work:
        scores = {name: row.options[0] for name, row in MATRIX.items()}
        values = {**scores, "minutes": 30, "times": 4, "per": "a week", **more}
        command = Assess(actor=Actor.user("U01NOA"), entry=entry, values=values)
        assert house.engine.handle(command) == Recorded()
    house.close()


TASK = (of_work("1"), {"title": "=Answer\u202e mails", "owner": "U01LEE"})


def test_a_playbook_is_told_with_its_reasons(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Level, who, why, what first, worth, and the level it states."""
    _begin(home, (of_playbook(NAME), {}))
    assert delegating.delegation(NAME) == 0
    said = capsys.readouterr().out
    assert "Level 1 is recommended: it only reads." in said
    assert "Scored by Noa Brandt, 23 Nov 2026. The playbook is at level 3." in said
    assert "- Data readiness 1 of 5 (in people's heads): level 1 at most" in said
    assert "Worth 76.00 USD a week" in said
    delegating.delegation(NAME, json=True)
    assert json.loads(capsys.readouterr().out)["recommended"]["level"] == 1
    company.explain(NAME)
    assert "- Recommended: level 1, as scored by Noa Brandt, 23 Nov 2026" in capsys.readouterr().out


def test_what_nobody_scored_is_said(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With what to do; another name is refused with the nearest one."""
    _begin(home)
    delegating.delegation(NAME)
    assert "In Slack: /sayso delegate quote-follow-up" in capsys.readouterr().out
    delegating.delegation(NAME, json=True)
    assert json.loads(capsys.readouterr().out) is None
    delegating.inventory()
    assert "Nothing is on the inventory yet" in capsys.readouterr().out
    with pytest.raises(BadInput, match="quote-follow-up"):
        delegating.delegation("quote-folow-up")


def test_the_inventory_is_listed_and_exported(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No title moves the cursor, and no cell is a formula to a spreadsheet."""
    _begin(home, TASK, (of_playbook(NAME), {"minutes": 60, "data": MATRIX["data"].options[4]}))
    delegating.inventory()
    listed = capsys.readouterr().out.splitlines()
    assert listed[0].split()[:3] == ["TASK", "OWNER", "LEVEL"]
    assert listed[1].split("  ")[0] == "Follow up a quote"
    assert "\u202e" not in "".join(listed)
    assert "Lee Park" in listed[2]
    assert "Begin with: nothing can be handed over yet" in listed
    assert "By company.yml an hour of work costs 38.00 USD." in listed
    delegating.inventory(Form.CSV)
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert rows[1]["title"].startswith("'=Answer")
    assert rows[0]["worth a week"] == "152.00 USD"
    assert rows[0]["entry"] == of_playbook(NAME)
    delegating.inventory(json=True)
    assert len(json.loads(capsys.readouterr().out)) == 2


def test_without_a_database_or_a_company_it_says_so(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A procedure is explained all the same."""
    with pytest.raises(CannotOpen):
        delegating.inventory()
    company.explain(NAME)
    (home / "company.yml").write_text("name: [", encoding="utf-8")
    with pytest.raises(BadInput, match=r"company\.yml"):
        delegating.inventory()
    assert "Recommended" not in capsys.readouterr().out
