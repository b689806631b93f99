"""Story: a dozen letters that are alike are signed in one dialog, each one for itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.slack import playbooks, screen
from tests.slack.office import ANA, LEE, NOA, SALES
from workflows.run import DraftState

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.slack.office import Office

Json = dict[str, Any]


@pytest.fixture
def letters(home: Path, opened: Callable[..., Office]) -> Office:
    """Return an office where four short letters wait for sales."""
    playbooks.letter(home)
    office = opened()
    for n in range(4):
        office.command(ANA, f"/playbook letter to=jo{n}@lark.example")
    return office


def dialog(office: Office, person: str = NOA) -> Json:
    """Open the dialog of those that are alike."""
    shown = office.press(person, office.open_home(person), "together").dialog
    assert shown
    return shown


def ticks(shown: Json, *left_out: int) -> Json:
    """Return what the dialog holds when all but some are ticked."""
    names = [b["block_id"] for b in shown["blocks"] if b["block_id"].startswith("tick:")]
    return {name: n not in left_out for n, name in enumerate(names)}


def states(office: Office) -> list[DraftState]:
    """Return what became of the letters, in the order they were drafted."""
    drafts = [run.draft for run in office.runs() if run.draft]
    return [draft.state for draft in sorted(drafts, key=lambda draft: draft.id)]


def test_what_somebody_looks_at_is_not_among_them(letters: Office) -> None:
    """Their own stands among theirs; the others' dialog leaves it out."""
    letters.press(LEE, letters.newest(SALES), "more", "claim")
    assert screen.words(dialog(letters)).count("A short text") == 3
    assert screen.words(dialog(letters, LEE)).count("A short text") == 4
    letters.clock.pass_by(minutes=15)
    assert screen.words(dialog(letters)).count("A short text") == 4


def test_those_that_are_ticked_are_signed_and_the_others_wait(letters: Office) -> None:
    """Each has its own signature, with what was shown of it as evidence."""
    shown = dialog(letters)
    assert screen.words(shown).count("A short text") == 4
    done = letters.submit(NOA, ticks(shown, 2)).dialog
    assert "3 signed." in screen.words(done)
    assert sorted(states(letters)) == sorted([DraftState.HOLDING] * 3 + [DraftState.OPEN])
    signed = letters.audited("run:draft:signed")
    assert [entry.head["shown"] for entry in signed] == ["together"] * 3
    assert all(entry.head["card_hash"] for entry in signed)
    assert "Sign" not in " ".join(screen.buttons(letters.slack.homes[NOA])[:2])
    letters.pass_by(minutes=2)
    assert len(letters.mail.effects) == 3


def test_one_that_changed_meanwhile_is_not_signed(letters: Office) -> None:
    """What was edited or decided after the dialog opened is told apart; the rest is signed."""
    shown = dialog(letters)
    card = letters.posted(SALES)[0]
    letters.press(LEE, card, "reject")
    letters.submit(LEE, {"own_words": "Not this one"})
    letters.slack.dialogs[NOA] = shown
    done = screen.words(letters.submit(NOA, ticks(shown)).dialog)
    assert "3 signed. One was not: This was already rejected by Lee Park" in done


def test_nothing_ticked_signs_nothing(letters: Office) -> None:
    """And says so."""
    shown = dialog(letters)
    done = letters.submit(NOA, ticks(shown, 0, 1, 2, 3)).dialog
    assert "Nothing was signed." in screen.words(done)


def test_the_same_submission_twice_signs_once(letters: Office) -> None:
    """A double click is one."""
    shown = dialog(letters)
    body = letters.submitting(NOA, ticks(shown))
    letters.dispatch(body)
    letters.dispatch(body)
    assert len(letters.audited("run:draft:signed")) == 4


def test_amounts_are_signed_alone_unless_the_company_says_up_to_which(
    home: Path, opened: Callable[..., Office]
) -> None:
    """The sample company names no amount, so that four quotes are looked at one by one."""
    office = opened()
    for quote in ("Q-1040", "Q-1042", "Q-1043", "Q-1044"):
        office.command(ANA, f"/playbook quote-follow-up {quote}")
    assert "alike" not in screen.words(office.open_home(NOA))
    office.stop()
    with (home / "company.yml").open("a", encoding="utf-8") as file:
        file.write("together: {under: 1000000.00 USD, most: 3}\n")
    again = opened()
    words = screen.words(again.open_home(NOA))
    assert "Sign 3 alike" in words


def test_where_it_is_off_nothing_is_offered_together(
    home: Path, opened: Callable[..., Office]
) -> None:
    """A playbook says it for itself; each letter is signed alone."""
    playbooks.letter(home)
    file = home / "playbooks" / "letter.yml"
    text = file.read_text(encoding="utf-8")
    file.write_text(f"{text}\nflags: {{sign_together: false}}\n", encoding="utf-8")
    office = opened()
    for n in range(3):
        office.command(ANA, f"/playbook letter to=jo{n}@lark.example")
    shown = screen.buttons(office.open_home(NOA))
    assert not [button for button in shown if button.startswith("Sign ")]
    assert shown.count("Approve") == 3
