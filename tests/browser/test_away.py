"""The bot goes away and comes back: people see it, nothing is lost, and old cards still work."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.seat import APPROVE, LEAD

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.demo import Demo
    from tests.browser.seat import Seat

    Sit = Callable[..., Seat]

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-away")]


def test_an_old_card_works_after_the_bot_was_away(sit: Sit, demo: Demo) -> None:
    """Away shows, a press gets Slack's own error; back again, the queue is there and the same card is signed."""
    lee = sit(LEAD)
    card = lee.draft("Q-1043")
    demo.stop_bot()
    expect(lee.page.get_by_test_id("connection")).to_have_text("sayso is not connected")
    card.get_by_test_id(APPROVE).click()
    expect(lee.toast).to_contain_text("sayso didn't respond")
    expect(card.get_by_test_id(APPROVE)).to_be_visible()
    demo.start_bot()
    expect(lee.page.get_by_test_id("connection")).to_have_text("sayso is connected")
    lee.type("/sayso queue")
    expect(lee.private()).to_contain_text("Send a follow-up for quote Q-1043")
    card.get_by_test_id(APPROVE).click()
    expect(card).to_contain_text("Signed by @Lee Park")
