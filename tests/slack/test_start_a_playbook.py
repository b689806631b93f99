"""Story: somebody starts a playbook, from a picker, a form or one line, and the draft's card appears."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.slack import screen
from tests.slack.office import KIM, LEE, SALES, STRANGER

if TYPE_CHECKING:
    from tests.slack.office import Office


def test_one_line_starts_it_and_the_card_appears(office: Office) -> None:
    """`/playbook quote-follow-up Q-1043` answers at once; the card shows exactly what would leave."""
    seen = office.command(LEE, "/playbook quote-follow-up Q-1043")
    assert "working on it" in seen.said
    card = office.newest(SALES)
    assert screen.buttons(card) == ["Approve", "Edit", "Reject"]
    for part in ("Lark Bakery", "orders@lark-bakery.example", "2,480.00 USD", "Why"):
        assert part in screen.words(card)
    assert card["text"].startswith("To sign: Send a follow-up for quote Q-1043")
