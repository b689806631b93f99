"""Story: a question comes with a suggestion, and the owner sees where people hesitate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cli.choices import choices
from tests.slack import playbooks, screen
from tests.slack.office import ANA, LEE, SALES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

    from tests.slack.office import Office


def test_a_question_says_how_often_its_suggestion_was_taken(
    opened: Callable[..., Office],
    home: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """People's answers so far are counted, and the prompt shows where they hesitate."""
    playbooks.question(home)
    office = opened()
    office.pass_by(hours=5)
    for option in ("answer:0", "answer:1"):
        office.command(ANA, "/playbook question to=jo@lark.example")
        office.pass_by(minutes=150)
        office.press(LEE, office.newest(SALES), option)
    office.command(ANA, "/playbook question to=jo@lark.example")
    assert "(taken 1 of 2 times)" in screen.words(office.newest(SALES))
    monkeypatch.chdir(home)
    monkeypatch.setenv("SAYSO_HOME", str(home))
    assert choices("2026-11-01") == 0
    row = capsys.readouterr().out.splitlines()[1]
    assert row.split() == ["question", "which", "2", "1", "of", "2", "0", "2", "h", "30", "min"]
