"""From a command to a letter that left: the draft card in the hands of people, in real Chromium."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.seat import APPROVE, EDIT, FINANCE, LEAD, OWNER, REJECT, SALES, UNDO

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.demo import Demo
    from tests.browser.seat import Seat

    Sit = Callable[..., Seat]

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-signing")]


def test_a_playbook_is_picked_filled_in_and_started(sit: Sit) -> None:
    """The composer completes the command, the picker shows the form, Start brings the card."""
    lee = sit(LEAD)
    lee.composer.fill("/pl")
    expect(lee.page.get_by_role("option", name="/playbook")).to_contain_text("Start a playbook")
    lee.page.keyboard.press("Tab")
    expect(lee.composer).to_have_value("/playbook ")
    lee.page.keyboard.press("Enter")
    lee.modal.get_by_label("Playbook").select_option("Follow up a quote")
    lee.modal.get_by_test_id("submit").click()
    expect(lee.modal).to_contain_text("Every quote gets an answer or a polite close")
    lee.modal.get_by_label("Quote number").fill("Q-1043")
    lee.modal.get_by_test_id("submit").click()
    expect(lee.modal).to_have_count(0)
    expect(lee.card("Send a follow-up for quote Q-1043 to Lark Bakery")).to_be_visible(timeout=5000)


def test_a_card_says_everything_in_one_order(sit: Sit) -> None:
    """What, risk, exactly what leaves, why, how sure, who and until when, then the buttons."""
    card = sit(LEAD).draft("Q-1040")
    parts = [
        "Send a follow-up for quote Q-1040 to Marlow's Diner",
        r"1,740.00 USD · Customer · can be held back 60 s",
        "To  pat@marlows-diner.example",
        "Subject  ",
        "Pat Marlow",
        "Why  ",
        "like this went out unchanged|the first of its kind",
        "written from template",
        "sales",
        "due ",
        "Approve",
        "Edit",
        "Reject",
    ]
    text = card.inner_text()
    places = [found.start() if (found := re.search(part, text)) else -1 for part in parts]
    assert -1 not in places, f"{parts[places.index(-1)]!r} is not on the card:\n{text}"
    assert places == sorted(places), text


def test_an_edit_shows_what_changed_and_by_whom(sit: Sit) -> None:
    """Saving the form makes revision 2; the card shows the old words struck and the new ones bold."""
    lee = sit(LEAD)
    card = lee.draft("Q-1042")
    card.get_by_test_id(EDIT).click()
    text = lee.modal.get_by_label("Text").input_value()
    assert "Kind regards" in text
    lee.modal.get_by_label("Text").fill(text.replace("Kind regards", "Warm wishes"))
    lee.modal.get_by_test_id("submit").click()
    expect(lee.modal).to_have_count(0)
    expect(card).to_contain_text("Revision 2, edited by @Lee Park")
    expect(card.locator("s, del").filter(has_text="Kind regards")).to_be_visible()
    expect(card.locator("b, strong").filter(has_text="Warm wishes")).to_be_visible()
    expect(card.get_by_test_id(APPROVE)).to_be_visible()


def test_an_edit_can_be_signed_at_once(sit: Sit) -> None:
    """With "Sign it too" the saved text is signed in the same step, and can still be held back."""
    lee = sit(LEAD)
    card = lee.draft("Q-1044")
    lee.rewrite(card, "Hello Imran, is the hood the right size?", sign=True)
    expect(card).to_contain_text("Revision 2, edited by @Lee Park")
    expect(card).to_contain_text(re.compile(r"Signed by @Lee Park .*leaves at \d\d:\d\d:\d\d"))
    card.get_by_test_id(UNDO).click()
    expect(card.get_by_test_id(APPROVE)).to_be_visible()


def test_a_draft_is_rejected_with_one_tap(sit: Sit, demo: Demo) -> None:
    """A reason is one button; the card says who rejected it and why, and nothing leaves."""
    noa = sit(SALES)
    before = len(demo.mailbox.letters())
    card = noa.draft("Q-1048")
    card.get_by_test_id(REJECT).click()
    noa.modal.get_by_role("button", name="Wrong time").click()
    expect(card).to_contain_text("Rejected by @Noa Brandt: wrong time")
    expect(card.get_by_test_id(APPROVE)).to_have_count(0)
    expect(card.get_by_role("button", name="Draft again")).to_be_visible()
    assert len(demo.mailbox.letters()) == before


def test_what_was_signed_is_what_leaves(sit: Sit, demo: Demo) -> None:
    """Approve, hold it back, approve again; an hour later exactly the signed text has arrived, once."""
    lee, before = sit(LEAD), len(demo.mailbox.letters())
    card = lee.draft("Q-1048")
    signed = "Hello Tess,\n\nis the oven still of interest? Two — “half price” — are left.\n\nLee"
    lee.rewrite(card, signed)
    card.get_by_test_id(APPROVE).click()
    expect(card).to_contain_text("leaves at")
    card.get_by_test_id(UNDO).click()
    card.get_by_test_id(APPROVE).click()
    expect(card.get_by_test_id(UNDO)).to_be_visible()
    assert len(demo.mailbox.letters()) == before
    lee.page.get_by_role("button", name="+1 hour").click()
    expect(card).to_contain_text("receipt")
    expect(card).to_contain_text("Signed by @Lee Park")
    (letter,) = demo.mailbox.letters()[before:]
    assert str(letter.message["To"]) == "tess@pine-ridge.example"
    assert letter.text.replace("\r\n", "\n").rstrip("\n") == signed
    box = lee.mailbox()
    expect(box.locator(".letter")).to_have_text(signed)
    expect(box).to_contain_text("tess@pine-ridge.example")


def test_somebody_without_the_right_is_told_in_private(sit: Sit) -> None:
    """Finance can't sign for sales: the card stays, and only she reads why and who can."""
    lee, mia = sit(LEAD), sit(FINANCE)
    stamp = lee.draft("Q-1042").get_attribute("data-ts")
    card = mia.page.locator(f'[data-ts="{stamp}"]').first
    card.get_by_test_id(APPROVE).click()
    expect(mia.private()).to_contain_text("Only visible to you")
    expect(mia.private()).to_contain_text("Nothing was done; Lee Park, Noa Brandt can.")
    expect(card.get_by_test_id(APPROVE)).to_be_visible()
    expect(lee.page.get_by_text("Nothing was done")).to_have_count(0)


def test_above_the_limit_the_owner_signs(sit: Sit) -> None:
    """A quote above 5,000 USD is not the sales lead's to sign; the owner may."""
    lee, ana = sit(LEAD), sit(OWNER)
    card = lee.draft("Q-1045")
    expect(card).to_contain_text("(above 5,000.00 USD)")
    card.get_by_test_id(APPROVE).click()
    expect(lee.private()).to_contain_text("Ana Ruiz can")
    theirs = ana.card("Send a follow-up for quote Q-1045")
    theirs.get_by_test_id(APPROVE).click()
    expect(card).to_contain_text("Signed by @Ana Ruiz")


def test_a_card_is_signed_by_keyboard_alone(sit: Sit) -> None:
    """Tab reaches Approve, its name says what is approved, and Enter signs."""
    lee = sit(LEAD)
    card = lee.draft("Q-1044")
    lee.page.locator('[role="log"]').focus()
    button = card.get_by_test_id(APPROVE)
    for _ in range(60):
        lee.page.keyboard.press("Tab")
        if button.evaluate("one => one === document.activeElement"):
            break
    expect(button).to_be_focused()
    expect(button).to_have_accessible_name(re.compile("Approve .*Q-1044"))
    lee.page.keyboard.press("Enter")
    expect(card).to_contain_text("Signed by @Lee Park")


def test_two_people_press_at_once_and_one_signs(sit: Sit, demo: Demo) -> None:
    """Both see Approve and press in the same moment: one signature counts, the other is told by whom."""
    lee, noa = sit(LEAD), sit(SALES)
    mine = lee.draft("Q-1040")
    cards = [mine, noa.page.locator(f'[data-ts="{mine.get_attribute("data-ts")}"]').first]
    for card in cards:
        expect(card.get_by_test_id(APPROVE)).to_be_visible()
    value = str(cards[0].get_by_test_id(APPROVE).get_attribute("data-value"))
    for card in cards:
        card.get_by_test_id(APPROVE).evaluate("one => void setTimeout(() => one.click(), 300)")
    for card in cards:
        expect(card).to_contain_text(re.compile("Signed by @(Lee Park|Noa Brandt)"))
    assert demo.program is not None
    run = demo.program.desk.reading.run_of_draft(value.partition(".")[0])
    assert run is not None
    assert run.draft is not None
    (signer,) = run.draft.signers
    late = noa if signer == LEAD else lee
    signed_by = {LEAD: "Lee Park", SALES: "Noa Brandt"}[signer]
    expect(late.private()).to_contain_text(f"already approved by {signed_by}")
