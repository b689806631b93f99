"""Story: what was signed could not be carried out just then; while it waits, people and rules count as before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.connectors.mail import SEND
from bot.storage.audit_verify import verify
from tests.fakes.connector import FakeConnector
from tests.slack import playbooks, screen, trusting
from tests.slack.office import LEE, NOA, SALES
from tests.slack.trusting import START
from workflows.run import DraftState

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.slack.office import Office


def tried(opened: Callable[..., Office], home: Path, *faults: Any) -> Office:
    """Return the company whose letter was signed, and could not be sent at its first try."""
    playbooks.letter(home)
    office = opened(mail=FakeConnector("mail", action=SEND, faults=faults or ["fail"]))
    office.command(LEE, "/playbook letter to=jo@lark.example")
    office.press(NOA, office.newest(SALES), "approve")
    office.pass_by(seconds=61)
    assert len(office.mail.calls) == 1
    return office


def test_the_card_says_when_it_is_tried_again(opened: Callable[..., Office], home: Path) -> None:
    """With what the other side said, and Undo; then it leaves once, under one key."""
    office = tried(opened, home)
    card = office.newest(SALES)
    shown = screen.words(card)
    assert "could not be carried out yet, is tried again at" in shown
    assert "Not reached; nothing happened." in shown
    assert screen.buttons(card) == ["Undo"]
    office.pass_by(seconds=61)
    assert "receipt" in screen.words(office.newest(SALES))
    assert len(office.mail.effects) == 1
    assert len(set(office.mail.calls)) == 1
    assert verify(office.foundation.database).ok


def test_undo_holds_back_what_waits_to_be_tried_again(
    opened: Callable[..., Office], home: Path
) -> None:
    """It has not happened, so nothing has to be made up for: the draft is open again."""
    office = tried(opened, home)
    office.press(NOA, office.newest(SALES), "undo")
    assert screen.buttons(office.newest(SALES)) == ["Approve", "Edit", "Reject"]
    office.pass_by(hours=1)
    assert office.mail.effects == []
    office.press(NOA, office.newest(SALES), "approve")
    office.pass_by(seconds=61)
    assert len(office.mail.effects) == 1


def test_it_can_be_cancelled_while_it_waits(opened: Callable[..., Office], home: Path) -> None:
    """Nothing of it leaves any more."""
    office = tried(opened, home)
    assert "Nothing of it leaves" in office.command(LEE, f"/sayso cancel {office.run().id}").said
    office.pass_by(hours=1)
    assert len(office.mail.calls) == 1


def test_who_wants_no_more_messages_is_not_sent_what_waits(
    opened: Callable[..., Office], home: Path
) -> None:
    """Said between two tries."""
    office = tried(opened, home)
    office.command(LEE, "/sayso nocontact jo@lark.example")
    office.pass_by(hours=1)
    assert "the customer wants no more messages" in screen.words(office.newest(SALES))
    assert len(office.mail.calls) == 1


def test_five_tries_and_it_failed(opened: Callable[..., Office], home: Path) -> None:
    """The card has the last words, and offers to draft it again."""
    office = tried(opened, home, *["fail"] * 9)
    letter = office.draft()
    for _ in range(6):
        office.pass_by(minutes=10)
    assert len(office.mail.calls) == 5
    assert office.as_it_is(letter).state is DraftState.FAILED
    card = next(card for card in office.posted(SALES) if "Draft again" in screen.buttons(card))
    assert "It was tried 5 times in vain." in screen.words(card)


def test_a_lost_answer_is_nobodys_to_take_back(opened: Callable[..., Office], home: Path) -> None:
    """It may be there already: looked up again it is not, and only then it is sent once more."""
    office = tried(opened, home, "lose")
    card = office.newest(SALES)
    assert "being carried out" in screen.words(card)
    assert screen.buttons(card) == []
    said = office.command(LEE, f"/sayso cancel {office.run().id}").said
    assert "may have happened" in said
    office.pass_by(seconds=61)
    assert len(office.mail.effects) == 1


def test_a_demotion_between_two_tries_asks_people(
    opened: Callable[..., Office], home: Path
) -> None:
    """A rule had signed it, and may not any more: it is a card like any other, and says why."""
    trusting.letter(home)
    office = opened(mail=FakeConnector("mail", action=SEND, faults=["fail"]))
    trusting.stands(office, "autonomous")
    office.command(LEE, START)
    office.pass_by(seconds=61)
    assert "is tried again at" in screen.words(office.newest(SALES))
    office.command(LEE, "/sayso stage letter assist too many edits")
    office.pass_by(hours=1)
    card = next(card for card in office.posted(SALES) if "Approve" in screen.buttons(card))
    assert "taken back to assist" in screen.words(card)
    assert len(office.mail.calls) == 1
    office.press(NOA, card, "approve")
    office.pass_by(seconds=61)
    assert len(office.mail.effects) == 1
