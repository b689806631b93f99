"""Story: nobody is asked too often; what waits together is told together, and so is what happened meanwhile."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bot.cli.asks import asks
from tests.slack import playbooks, screen
from tests.slack.office import ANA, LEE, NOA, SALES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

    from tests.slack.office import Office

Json = dict[str, Any]


def add(home: Path, text: str) -> None:
    """Add to company.yml."""
    with (home / "company.yml").open("a", encoding="utf-8") as file:
        file.write(text + "\n")


def at_work(office: Office) -> Office:
    """Let it be a quarter past nine in New York."""
    office.pass_by(hours=5, minutes=15)
    return office


def letters(office: Office, n: int) -> None:
    """Start so many letters, each to another customer."""
    for k in range(n):
        office.command(ANA, f"/playbook letter to=jo{k}@lark.example")


def test_what_is_gathered_comes_in_one_message(home: Path, opened: Callable[..., Office]) -> None:
    """Two cards, then a digest at half past nine; each draft gets its card when it is decided."""
    playbooks.letter(home)
    add(home, 'asks: {most: 3, digest: ["09:30"]}')
    office = at_work(opened())
    letters(office, 6)
    assert len(office.posted(SALES)) == 2
    assert screen.words(office.open_home(NOA)).startswith("6 wait for you")
    office.pass_by(minutes=16)
    digest = office.newest(NOA)
    assert "6 wait for you" in screen.words(digest)
    assert "and 1 more in the Home tab" in screen.words(digest)
    assert len(office.posted(LEE)) == 1
    assert "Sign 6 alike …" in screen.buttons(digest)
    shown = office.press(NOA, digest, "together").dialog
    names = [b["block_id"] for b in shown["blocks"] if b["block_id"].startswith("tick:")]
    office.submit(NOA, {name: n != 2 for n, name in enumerate(names)})
    office.settle()
    assert "1 waits for you" in screen.words(office.newest(NOA))
    assert len(office.posted(SALES)) == 5
    held = [card for card in office.posted(SALES) if "Undo" in screen.buttons(card)]
    assert len(held) == 5
    office.pass_by(minutes=10)
    assert len(office.posted(NOA)) == 1, "told once"
    assert len(office.audited("run:draft:gathered")) == 4


def test_the_next_of_a_digest_is_claimed(home: Path, opened: Callable[..., Office]) -> None:
    """One press opens the most pressing one, another shows them all."""
    playbooks.letter(home)
    add(home, 'asks: {most: 3, digest: ["09:30"]}')
    office = at_work(opened())
    letters(office, 4)
    office.pass_by(minutes=16)
    assert "Write to" in screen.words(office.press(NOA, office.newest(NOA), "claim_next").dialog)
    assert "4 wait for you" in office.press(LEE, office.newest(LEE), "show_queue").said


def test_two_letters_to_one_customer_are_one_card(
    home: Path, opened: Callable[..., Office]
) -> None:
    """Each is signed or rejected on its own, with what was shown of it as evidence, and the card shrinks."""
    playbooks.letter(home)
    playbooks.letter(home, "reminder", title="Remind", body="Another text")
    office = opened()
    for name in ("letter", "reminder", "letter"):
        office.command(ANA, f"/playbook {name} jo@lark.example")
    (card,) = office.posted(SALES)
    assert "3 messages to this customer wait." in screen.words(card)
    assert screen.buttons(card).count("Approve") == 3
    second = next(run.draft for run in office.runs() if run.playbook == "reminder" and run.draft)
    office.press(NOA, card, "approve", second.id)
    (card,) = office.posted(SALES)
    assert "2 messages to this customer wait." in screen.words(card)
    assert "Undo" in screen.buttons(card)
    (signed,) = office.audited("run:draft:signed")
    assert signed.object == f"draft:{second.id}"
    assert (signed.head["shown"], bool(signed.head["card_hash"])) == ("card", True)
    office.press(NOA, card, "undo", second.id)
    (card,) = office.posted(SALES)
    assert "3 messages to this customer wait." in screen.words(card)
    assert office.rows(f"draft:{second.id}") == [], "nobody took the card for its copy"


def test_a_letter_that_goes_to_somebody_else_takes_none_with_it(
    home: Path, opened: Callable[..., Office]
) -> None:
    """Edited to another customer, the first card shows its own alone; the other gets a card and is signed there."""
    playbooks.letter(home)
    file = home / "playbooks" / "letter.yml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("edit: [subject, body]", "edit: [to, body]"), encoding="utf-8")
    office = opened()
    for _ in range(2):
        office.command(ANA, "/playbook letter jo@lark.example")
    (card,) = office.posted(SALES)
    first = next(run.draft for run in office.runs() if run.draft and not run.draft.shown_in)
    for to in ("ida@fern.example", "jo@lark.example"):
        office.press(NOA, card, "edit", first.id)
        office.submit(NOA, {"input:to": to})
        card, other = office.posted(SALES)
        assert screen.buttons(card).count("Approve") == 1
        assert "messages to this customer" not in screen.words(card)
        assert screen.buttons(other).count("Approve") == 1
    office.press(NOA, other, "approve")
    (signed,) = office.audited("run:draft:signed")
    assert signed.object != f"draft:{first.id}"
    assert (signed.head["shown"], bool(signed.head["card_hash"])) == ("card", True)


def test_one_is_signed_and_the_others_are_set_aside(
    home: Path, opened: Callable[..., Office]
) -> None:
    """One press: one letter goes, the others end with the reason, and can be drafted again."""
    playbooks.letter(home)
    office = opened()
    for _ in range(3):
        office.command(ANA, "/playbook letter jo@lark.example")
    (card,) = office.posted(SALES)
    second = screen.elements(card)[-1][1]["value"].split(".")[0]
    office.press(NOA, card, "only_this", f"{second}.1")
    (card,) = office.posted(SALES)
    words = screen.words(card)
    assert words.count("another message to this customer was signed instead") == 2
    assert screen.buttons(card).count("Draft again") == 2
    assert "messages to this customer" not in words
    office.pass_by(minutes=2)
    assert len(office.mail.effects) == 1


def test_none_is_set_aside_where_that_one_was_not_signed(
    home: Path, opened: Callable[..., Office]
) -> None:
    """A press that is refused, or the first of two signatures, ends nothing."""
    playbooks.letter(home, quorum=2)
    office = opened()
    for _ in range(2):
        office.command(ANA, "/playbook letter jo@lark.example")
    (card,) = office.posted(SALES)
    assert "must sign" in office.press(NOA, card, "only_this").said
    (card,) = office.posted(SALES)
    assert "2 messages to this customer wait." in screen.words(card)


def test_who_is_back_is_told_what_was_handled(home: Path, opened: Callable[..., Office]) -> None:
    """Once, in the morning, and only what could have been theirs."""
    playbooks.letter(home)
    file = home / "company.yml"
    text = file.read_text(encoding="utf-8")
    away = "roles: [sales], away: [{from: 2026-11-23, to: 2026-11-23}], stand_in: U01LEE}"
    assert "title: Sales, roles: [sales]}" in text
    file.write_text(text.replace("title: Sales, roles: [sales]}", f"title: Sales, {away}"))
    office = at_work(opened())
    letters(office, 3)
    signed, rejected, _ = office.posted(SALES)
    office.press(LEE, signed, "approve")
    office.pass_by(minutes=2)
    office.press(LEE, rejected, "reject")
    office.submit(LEE, {"own_words": "Not now"})
    office.pass_by(hours=15)  # Tuesday, a quarter past midnight
    assert office.posted(NOA) == []
    office.pass_by(hours=9)
    (told,) = office.posted(NOA)
    words = screen.words(told)
    assert "Welcome back." in words
    assert "Done" in words
    assert "Not now" in words
    assert "History" in screen.buttons(told)
    office.pass_by(hours=2)
    assert len(office.posted(NOA)) == 1
    assert office.posted(LEE) == []
    assert len(office.audited("timer:return:told")) == 1


def test_back_with_nothing_handled_nothing_is_said(
    home: Path, opened: Callable[..., Office]
) -> None:
    """No news is no message."""
    file = home / "company.yml"
    text = file.read_text(encoding="utf-8")
    away = "roles: [sales], away: [{from: 2026-11-23, to: 2026-11-23}]}"
    file.write_text(text.replace("title: Sales, roles: [sales]}", f"title: Sales, {away}"))
    office = at_work(opened())
    office.pass_by(hours=24)
    assert office.posted(NOA) == []


def test_the_weeks_asks_are_shown_to_the_owner(
    home: Path,
    opened: Callable[..., Office],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """How often each was asked on each day, and what asking was good for."""
    playbooks.letter(home)
    office = at_work(opened())
    letters(office, 4)
    first, second, third, _ = office.posted(SALES)
    for card in (first, second):
        office.press(NOA, card, "approve")
    office.press(NOA, third, "reject")
    office.submit(NOA, {"own_words": "No"})
    words = screen.words(office.open_home(ANA))
    assert "Asked this week" in words
    assert "· Mon 4 (at most 40 a day)" in words
    assert "Of 3 that people decided 2 were signed unchanged; asking changed or stopped 1." in words
    assert "Asked this week" not in screen.words(office.open_home(NOA))
    monkeypatch.chdir(home)
    monkeypatch.setenv("SAYSO_HOME", str(home))
    assert asks() == 0
    *people, value = capsys.readouterr().out.splitlines()
    assert [line for line in people if "Noa" in line and "Mon 4" in line]
    assert value in words
    assert asks(json=True) == 0
    assert '"unchanged": 2' in capsys.readouterr().out


def test_a_holiday_of_the_customers_keeps_it_back(
    home: Path, opened: Callable[..., Office]
) -> None:
    """Signed on Thanksgiving, it leaves on Friday; until then there is Undo."""
    playbooks.letter(home)
    add(home, "customers: {holidays: {country: US}}")
    office = opened()
    office.clock.at += timedelta(days=3)
    office.command(ANA, "/playbook letter jo@lark.example")
    office.press(NOA, office.newest(SALES), "approve")
    office.pass_by(hours=12)
    assert office.mail.effects == []
    assert "Undo" in screen.buttons(office.newest(SALES))
    office.pass_by(hours=8)
    assert len(office.mail.effects) == 1
