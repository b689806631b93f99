"""Story: what was signed did not simply go through: nobody knows, it was refused, or two must sign."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.connectors.mail import SEND
from tests.fakes.connector import FakeConnector
from tests.slack import playbooks, screen
from tests.slack.office import ANA, LEE, MIA, NOA, SALES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.slack.office import Office

Json = dict[str, Any]


def _doubtful(opened: Callable[..., Office], fault: str) -> Office:
    mail = FakeConnector("mail", action=SEND, idempotency="none", faults=[fault])  # type: ignore[list-item] -- one of its words
    office = opened(mail=mail)
    office.command(LEE, "/playbook quote-follow-up Q-1043")
    office.press(NOA, office.newest(SALES), "approve")
    office.pass_by(seconds=61)
    return office


def test_it_happened_closes_it_and_nothing_is_sent_again(opened: Callable[..., Office]) -> None:
    """Somebody looked and found it: their word ends the run."""
    office = _doubtful(opened, "drop")
    doubtful = office.newest(SALES)
    assert "nobody knows whether it happened" in screen.words(doubtful)
    assert screen.buttons(doubtful) == ["It happened", "It did not: send again"]
    office.pass_by(hours=5)
    assert len(office.mail.calls) == 1, "nothing repeats it by itself"
    office.press(LEE, doubtful, "arrived")
    assert "confirmed by Lee Park" in screen.words(office.newest(SALES))
    assert len(office.mail.calls) == 1


def test_send_again_sends_the_same_bytes_under_the_same_key(opened: Callable[..., Office]) -> None:
    """Somebody looked and found nothing: it goes out once, as it was signed."""
    office = _doubtful(opened, "lose")
    office.press(LEE, office.newest(SALES), "send_again")
    assert len(office.mail.effects) == 1
    assert len(set(office.mail.calls)) == 1
    assert "receipt" in screen.words(office.newest(SALES))


def test_only_who_may_decide_says_what_happened(opened: Callable[..., Office]) -> None:
    """Saying that it happened is a decision too."""
    office = _doubtful(opened, "drop")
    assert "needs one of sales" in office.press(MIA, office.newest(SALES), "arrived").said


def test_an_uncertain_draft_has_its_buttons_in_the_queue(opened: Callable[..., Office]) -> None:
    """It waits in everybody's list with the card's two buttons, and no Approve."""
    office = _doubtful(opened, "drop")
    home = office.open_home(LEE)
    assert screen.buttons(home)[:3] == ["Claim next", "Start a playbook", "What can I do here?"]
    assert screen.buttons(home)[3:6] == ["It happened", "It did not: send again", "Open"]
    office.press(LEE, home, "arrived")
    assert "confirmed by Lee Park" in screen.words(office.newest(SALES))


def test_a_refused_letter_says_why_and_can_be_drafted_again(opened: Callable[..., Office]) -> None:
    """The other side said no for good: the card has its words."""
    office = _doubtful(opened, "reject")
    failed = office.newest(SALES)
    assert "it could not be carried out: Refused for good." in screen.words(failed)
    assert screen.buttons(failed) == ["Draft again"]


def test_two_of_sales_must_sign(opened: Callable[..., Office], home: Path) -> None:
    """The first signature is counted and shown; only the second lets it leave."""
    playbooks.letter(home, quorum=2)
    office = opened()
    office.command(ANA, "/playbook letter to=jo@lark.example")
    card = office.newest(SALES)
    assert "Needs two of sales" in screen.words(card)
    assert "Signed. 1 more of sales must sign." in office.press(LEE, card, "approve").said
    half = office.newest(SALES)
    assert "<@U01LEE> signed" in screen.words(half)
    assert "1 more of sales" in screen.words(half)
    assert screen.buttons(half) == ["Approve", "Edit", "Reject"]
    assert "You have signed this already" in office.press(LEE, half, "approve").said
    office.pass_by(minutes=5)
    assert office.mail.effects == []
    office.press(NOA, half, "approve")
    assert "Signed by U01LEE and U01NOA" in screen.words(office.newest(SALES))
    office.pass_by(seconds=61)
    assert len(office.mail.effects) == 1


def test_an_edit_voids_the_first_of_two_signatures(
    opened: Callable[..., Office], home: Path
) -> None:
    """Who signed revision 1 has not signed revision 2."""
    playbooks.letter(home, quorum=2)
    office = opened()
    office.command(ANA, "/playbook letter to=jo@lark.example")
    office.press(LEE, office.newest(SALES), "approve")
    office.press(NOA, office.newest(SALES), "edit")
    seen = office.submit(NOA, {"input:subject": "Good day", "sign_too": True})
    assert "1 more of sales must sign" in screen.words(seen.dialog)
    office.pass_by(minutes=5)
    assert office.mail.effects == []
    office.press(LEE, office.newest(SALES), "approve")
    office.pass_by(seconds=61)
    assert len(office.mail.effects) == 1


def test_what_is_not_true_any_more_does_not_leave(office: Office, card: Json) -> None:
    """The customer answered during the hold: the draft is withdrawn and says why."""
    office.press(NOA, card, "approve")
    quotes = office.home / "tables" / "quotes.csv"
    text = quotes.read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if line.startswith("Q-1043"))
    quotes.write_text(text.replace(line, line.replace(",sent,", ",accepted,")), encoding="utf-8")
    office.pass_by(seconds=61)
    assert office.mail.effects == []
    words = screen.words(office.newest(SALES))
    assert "Withdrawn, nothing was sent: its reason is gone" in words


def test_the_three_dots_tell_the_rest(office: Office, card: Json) -> None:
    """Why this, with its facts and who wrote it; and from there how it came here, step by step."""
    assert "Quote Q-1043 over 2,480.00 USD" in office.press(NOA, card, "more", "why").said
    told = office.slack.whispers[NOA][-1]
    assert "quote-follow-up" in office.press(NOA, told, "show_run").said
