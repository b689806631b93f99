"""Where a playbook stands, at a prompt: it is shown and taken back there, and never let go on."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

import pytest

from bot.app import found
from bot.cli.reading import reader
from bot.cli.staging import stage
from bot.cli.versions import active, standings, stands
from bot.sample import write_sample
from bot.settings import Settings
from tests.fakes.clock import MONDAY, FakeClock
from workflows.errors import BadInput, NotAllowed, UnknownPlaybook
from workflows.trust.stages import Footing, Maker, Segment

if TYPE_CHECKING:
    from pathlib import Path

    from workflows.trust.stages import Stage

NAME = "quote-follow-up"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a company that has started; the command finds it by its settings."""
    write_sample(tmp_path, date(2026, 11, 23))
    monkeypatch.setenv("SAYSO_HOME", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", "")
    house = found(Settings(sayso_home=tmp_path, database_url=""), clock=FakeClock())
    house.watching.begin()
    house.close()
    return tmp_path


def _stands(home: Path, at: Stage, *granted: Segment) -> None:
    house = found(Settings(sayso_home=home, database_url=""), clock=FakeClock())
    with house.store.transaction() as tx:
        tx.place(Footing(playbook=NAME, stage=at, since=MONDAY, granted=granted))
    house.close()


def test_it_says_where_a_playbook_stands(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In words, or for a program."""
    assert stage(NAME) == 0
    assert "is at the stage assist: it drafts, and people sign" in capsys.readouterr().out
    _stands(home, "shadow")
    assert stage(NAME, json=True) == 0
    assert '"stage": "shadow"' in capsys.readouterr().out


def test_it_is_taken_back(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With why, on the record."""
    _stands(home, "threshold")
    assert stage(NAME, "assist", "too many edits") == 0
    said = capsys.readouterr().out
    assert re.search(r"since \d{4}-\d\d-\d\d \(too many edits\)", said)


@pytest.mark.usefixtures("home")
def test_it_is_not_let_go_on_here() -> None:
    """A person does that in Slack; and a stage has to be one."""
    with pytest.raises(
        NotAllowed, match=r"needs a person.*type /sayso stage quote-follow-up threshold"
    ):
        stage(NAME, "threshold")
    with pytest.raises(BadInput, match="there is no such stage"):
        stage(NAME, "free")
    with pytest.raises(UnknownPlaybook):
        stage("nothing")


def test_lists_and_procedures_name_the_stage(home: Path) -> None:
    """Beside the level."""
    settings = Settings(sayso_home=home, database_url="")
    reading = reader(settings)
    _stands(home, "shadow")
    rows = {row.playbook: row for row in standings(settings, reading)}
    assert rows[NAME].stage == "shadow"
    assert rows[NAME].cells[4] == "shadow"
    book = active(settings, reading, NAME)
    assert book
    assert stands(settings, reading, book).startswith("the stage shadow: it drafts silently")


def test_a_stage_for_some_drafts_alone_is_said_with_them(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In the list, in the procedure and for a program."""
    maker = Maker(agent="writer", model="m-1", prompt_version="p-1")
    _stands(home, "threshold", Segment(maker=maker, action="mail.send", known=True))
    settings = Settings(sayso_home=home, database_url="")
    reading, words = reader(settings), "mail.send, for customers known before"
    rows = {row.playbook: row for row in standings(settings, reading)}
    assert (rows[NAME].stage, rows[NAME].only) == ("threshold", words)
    assert rows[NAME].cells[4] == f"threshold, only: {words}"
    book = active(settings, reading, NAME)
    assert book
    assert f"only {words}" in stands(settings, reading, book)
    assert stage(NAME, json=True) == 0
    assert words in capsys.readouterr().out


def test_before_the_first_start_it_stands_where_its_file_lets_it_begin(tmp_path: Path) -> None:
    """Looking makes no database."""
    write_sample(tmp_path, date(2026, 11, 23))
    settings = Settings(sayso_home=tmp_path, database_url="")
    reading = reader(settings)
    rows = {row.playbook: row for row in standings(settings, reading)}
    assert rows[NAME].stage == "assist"
    assert "as its file lets it begin" in stands(settings, reading, reading.book(NAME))
