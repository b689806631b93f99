"""A playbook's file is changed: the owner reads what would be different, says yes, and takes it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.seat import LEAD, SALES

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.demo import Demo
    from tests.browser.seat import Seat

    Picture = Callable[[Seat, str], None]
    Sit = Callable[..., Seat]

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-versions")]

#: Some of everything: wider, tighter, and only other words.
SWAPS = (
    ("allow: [table.find, mail.send]", "allow: [table.find, mail.send, table.update]"),
    ("hold: 60 seconds", "hold: 30 seconds"),
    ("edit: [subject, body]", "edit: body"),
    ("no answer is on record", "nobody has answered"),
)
#: Milliseconds until the folder was looked at twice and the card is there, on a machine that does other work too.
NOTICED = 60_000


def _changed(demo: Demo, *swaps: tuple[str, str]) -> None:
    file = demo._home / "playbooks" / "quote-follow-up.yml"
    text = file.read_text(encoding="utf-8")
    for old, new in swaps:
        assert old in text, old
        text = text.replace(old, new)
    file.write_text(text, encoding="utf-8")


def test_the_owner_reads_a_change_activates_it_and_returns(
    demo: Demo, sit: Sit, picture: Picture
) -> None:
    """Read at a desk, pressed there, seen on a phone by the other owner, who takes it back with one press."""
    lee, noa = sit(LEAD), sit(SALES, width=360, height=740)
    _changed(demo, *SWAPS)
    card = lee.card("a changed version")
    expect(card).to_be_visible(timeout=NOTICED)
    for words in (
        "wider: may now table.update",
        "wider: letter: held back 60 s → 30 s",
        "tighter: letter: subject may not be edited",
        "Unchanged: when it starts.",
        "It can be activated by",
    ):
        expect(card).to_contain_text(words)
    picture(lee, "open-1280")
    on_phone = noa.card("a changed version")
    expect(on_phone).to_be_visible()
    on_phone.scroll_into_view_if_needed()
    assert noa.wide() <= 360
    for name in ("Activate", "Not now", "Show the text"):
        box = on_phone.get_by_role("button", name=name).first.bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= 360
    picture(noa, "open-360")
    card.get_by_role("button", name="Show the text").click()
    expect(lee.modal).to_contain_text("held back 30 s after signing")
    picture(lee, "text-1280")
    lee.modal.get_by_role("button", name="Close").last.click()
    card.get_by_role("button", name="Activate").click()
    expect(card).to_contain_text("Activated by @Lee Park")
    picture(lee, "activated-1280")
    expect(lee.draft("Q-1043")).to_contain_text("nobody has answered")
    on_phone.get_by_role("button", name="Return to the version before").click()
    expect(on_phone).to_contain_text("not the active version any more")
    expect(noa.private()).to_contain_text("again. Runs under way keep theirs.")
    picture(noa, "returned-360")
    assert noa.wide() <= 360
