"""Story: a customer is written to by day, and not at all once they want no more messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.slack import playbooks, screen
from tests.slack.office import ANA, KIM, LEE, NOA, SALES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.slack.office import Office

Json = dict[str, Any]


def test_a_wish_heard_once_is_honoured_everywhere(
    home: Path, opened: Callable[..., Office]
) -> None:
    """Rejecting one letter with "no more messages" takes back another playbook's, and the next one is not drafted."""
    playbooks.letter(home)
    office = opened()
    office.command(LEE, "/playbook letter jo@lark.example")
    assert len(office.posted(SALES)) == 1
    office.command(LEE, "/playbook letter jo@lark.example")
    reasons = office.press(NOA, office.newest(SALES), "reject").dialog
    assert "holds for every playbook" in screen.words(reasons)
    said = screen.words(office.press(NOA, reasons, "reason:4").dialog)
    assert "jo@lark.example gets no more messages; what was waiting withdraws itself." in said
    office.settle()
    assert "the customer wants no more messages" in screen.words(office.posted(SALES)[0])
    office.command(LEE, "/playbook letter JO@lark.example")
    assert "wants no more messages" in screen.words(office.newest(SALES))
    office.pass_by(minutes=5)
    assert office.mail.effects == []


def test_the_commands_do_the_same(home: Path, opened: Callable[..., Office]) -> None:
    """Anybody on the staff can stop it, an admin lifts it, a guest does neither; Slack's link is an address too."""
    playbooks.letter(home)
    office = opened()
    assert "Say whose address" in office.command(LEE, "/sayso nocontact").said
    link = "<mailto:jo@lark.example|jo@lark.example>"
    assert "jo@lark.example gets no more" in office.command(LEE, f"/sayso nocontact {link}").said
    office.command(LEE, "/playbook letter jo@lark.example")
    assert "wants no more messages" in screen.words(office.newest(SALES))
    assert "needs the owner or an admin" in office.command(LEE, f"/sayso contact {link}").said
    assert "no guest" in office.command(KIM, f"/sayso nocontact {link}").said
    assert "may be written to again" in office.command(ANA, f"/sayso contact {link}").said
    office.command(LEE, "/playbook letter jo@lark.example")
    assert "Approve" in screen.buttons(office.newest(SALES))


def test_signed_at_night_it_says_when_it_leaves(home: Path, opened: Callable[..., Office]) -> None:
    """At four in the morning the card promises nine o'clock, and it can be held back until then."""
    playbooks.letter(home)
    with (home / "company.yml").open("a", encoding="utf-8") as file:
        file.write('customers: {hours: {days: mon-sat, open: "09:00", close: "20:00"}}\n')
    office = opened()
    office.command(LEE, "/playbook letter jo@lark.example")
    card = office.newest(SALES)
    office.press(NOA, card, "approve")
    office.pass_by(hours=4, minutes=59)
    assert office.mail.effects == []
    assert "Undo" in screen.buttons(office.newest(SALES))
    office.pass_by(minutes=2)
    assert len(office.mail.effects) == 1
