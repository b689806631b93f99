"""Work for people and the emergency stop, in the browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.seat import LEAD, OWNER, SALES

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.browser.seat import Seat

    Sit = Callable[..., Seat]

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-work")]


def _said(seat: Seat, words: str, answer: str) -> None:
    """Type a command once the page is there, and wait for a new message that only this person is shown."""
    expect(seat.page.get_by_test_id("connection")).to_have_text("sayso is connected")
    told = seat.page.locator(".ephemeral").filter(has_text=answer)
    seat.page.wait_for_timeout(500)  # what was there before is drawn
    before = told.count()
    seat.type(words)
    expect(told).to_have_count(before + 1)


def _asked(seat: Seat, about: str) -> None:
    """Ask Lee which way to go, and have the call given to Lee."""
    _said(seat, f"/playbook question to={about}", "working on it")
    card = seat.card(f"Which way for {about}?")
    card.get_by_role("button", name="by phone").click()
    expect(seat.card(f"Call {about}")).to_be_visible()


def test_work_is_handed_over_and_done(sit: Sit) -> None:
    """Lee hands the call to Noa, who is told in a message of her own and closes it in her Home."""
    lee, noa = sit(LEAD), sit(SALES)
    _asked(lee, "jo@lark.example")
    card = lee.card("Call jo@lark.example")
    card.get_by_test_id("action-task_more").click()
    lee.page.get_by_role("menuitem", name="Hand over").click()
    expect(lee.modal).to_contain_text("Who takes it over?")
    lee.modal.get_by_label("Who takes it over?").select_option(SALES)
    lee.modal.get_by_test_id("submit").click()
    lee.modal.get_by_role("button", name="Close").last.click()
    expect(noa.card("handed over to you")).to_contain_text("@Noa Brandt")
    noa.go("home")
    noa.page.get_by_role("button", name="Done").first.click()
    expect(lee.card("Chosen: by phone")).to_be_visible()


def test_work_is_put_off_on_a_phone(sit: Sit) -> None:
    """One press behind the three dots; she reads until when, and nothing is wider than the screen."""
    lee = sit(LEAD, width=360, height=740)
    _asked(lee, "tess@pine-ridge.example")
    card = lee.card("Call tess@pine-ridge.example")
    card.get_by_test_id("action-task_more").click()
    lee.page.get_by_role("menuitem", name="Put off for a working day").click()
    expect(lee.private()).to_contain_text("Put off: due")
    assert lee.wide() <= 360


def test_a_paused_company_says_who_stopped_it(sit: Sit) -> None:
    """The emergency stop from Slack, and a switch in the owner's Home that ends it."""
    ana, lee = sit(OWNER), sit(LEAD)
    _said(ana, "/sayso pause", "nothing new starts and nothing leaves")
    _said(lee, "/playbook quote-follow-up Q-1043", "paused by Ana Ruiz")
    ana.go("home")
    ana.page.get_by_role("button", name="Switch on").click()
    expect(ana.page.get_by_role("button", name="Switch on")).to_have_count(0)
    expect(lee.draft("Q-1043")).to_be_visible()
