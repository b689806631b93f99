"""Story: what is counted is true. What rules signed and what people signed are told apart everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bot.cli.asks import asks
from tests.slack import screen, trusting
from tests.slack.office import ANA, IDA, LEE, NOA, SALES
from tests.slack.trusting import START

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.slack.office import Office

Json = dict[str, Any]


def by_rule(office: Office, count: int) -> None:
    """Have letters go by themselves, and leave."""
    for _ in range(count):
        office.command(LEE, START)
    office.pass_by(minutes=2)


def asked(office: Office) -> Json:
    """Return the card that waits for a signature."""
    return next(one for one in office.posted(SALES) if "Approve" in screen.buttons(one))


@pytest.fixture
def free(opened: Callable[..., Office], home: Path) -> Office:
    """Return the company whose letters go by themselves, two a day, and are looked at later."""
    trusting.letter(home, "audit later")
    office = opened()
    trusting.stands(office, "autonomous")
    return office


def test_the_week_tells_rules_and_people_apart(
    free: Office,
    home: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In Home and at the prompt; nobody was asked about what a rule signed, so it says nothing of asking."""
    by_rule(free, 2)
    assert "0 signed by people, 2 by rule." in screen.words(free.open_home(ANA))
    by_rule(free, 1)  # the third of the day asks
    free.press(NOA, asked(free), "approve")
    free.pass_by(minutes=2)
    said = (
        "1 signed by people, 2 by rule. Of 1 that people decided 1 were signed unchanged; "
        "asking changed or stopped 0."
    )
    assert said in screen.words(free.open_home(ANA))
    monkeypatch.chdir(home)
    monkeypatch.setenv("SAYSO_HOME", str(home))
    assert asks() == 0
    assert said in capsys.readouterr().out
    free.press(LEE, free.open_home(LEE), "home_page:list", "playbooks")
    listed = screen.words(free.slack.homes[LEE])
    assert "this week 3 sent, 0 edited, 2 signed by rule, 0 rejected" in listed
    free.pass_by(days=1)
    head = "Yesterday 3 went out, 0 of them edited, 2 signed by rule."
    assert head in screen.words(free.open_home(IDA))


def test_the_edit_rate_is_of_what_people_signed(free: Office) -> None:
    """It does not fall because a rule signs."""
    by_rule(free, 3)
    free.press(NOA, asked(free), "edit")
    free.submit(NOA, {"body": "Quite another text"})
    free.press(NOA, asked(free), "approve")
    free.pass_by(minutes=2)
    assert len(free.mail.effects) == 3
    free.press(LEE, free.open_home(LEE), "home_page:list", "learnt")
    assert "edited before it left: 1 of 1" in screen.words(free.slack.homes[LEE])


def test_looks_right_earns_a_rule_nothing(free: Office) -> None:
    """Its own drafts are shown apart from what people decided, however they were found."""
    by_rule(free, 2)
    for card in free.posted(SALES)[:2]:
        if "Looks right" in screen.buttons(card):
            free.press(NOA, card, "looks_right")
    report = free.command(LEE, "/sayso trust letter").said
    assert "nothing was decided yet" in report
    assert "0 sent as written" in report
    assert "2 sent by rule: 2 found right, 0 wrong, 0 not looked at" in report
    assert "sent by rule, found right" in report
    assert "You decided nothing" in free.command(NOA, "/sayso deciding").said


def test_who_is_back_reads_what_a_rule_signed(home: Path, opened: Callable[..., Office]) -> None:
    """Said as what it is, after what people decided."""
    trusting.letter(home)
    file = home / "company.yml"
    text = file.read_text(encoding="utf-8")
    away = "roles: [sales], away: [{from: 2026-11-23, to: 2026-11-23}], stand_in: U01LEE}"
    assert "title: Sales, roles: [sales]}" in text
    file.write_text(text.replace("title: Sales, roles: [sales]}", f"title: Sales, {away}"))
    office = opened()
    trusting.stands(office, "autonomous")
    office.pass_by(minutes=1)
    by_rule(office, 3)
    office.press(LEE, asked(office), "approve")
    office.pass_by(minutes=2)
    office.pass_by(hours=30)  # Tuesday, ten in the morning
    (told,) = office.posted(NOA)
    words = screen.words(told)
    assert "3 drafts were handled while you were away, 2 of them by rule." in words
    assert words.index("Signed by") < words.index("By rule, no person signed it")


def test_nothing_decided_counts_nothing_in_home(free: Office) -> None:
    """The list is of one person's way, so no number stands beside it."""
    free.press(NOA, free.open_home(NOA), "home_page:list", "deciding")
    empty = screen.words(free.slack.homes[NOA])
    assert "How I decide (1)" not in empty
    assert "You decided nothing in the last 30 days." in empty
    by_rule(free, 3)
    free.press(NOA, asked(free), "approve")
    free.press(NOA, free.open_home(NOA), "home_page:list", "deciding")
    found = screen.words(free.slack.homes[NOA])
    assert "You decided 1 draft" in found
    assert "How I decide (1)" not in found
