"""The same page 360 pixels wide: everything is reachable, nothing scrolls sideways."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.seat import APPROVE, EDIT, LEAD

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.browser.seat import Seat

    Sit = Callable[..., Seat]

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-phone")]
WIDTH, HEIGHT = 360, 740


@pytest.fixture
def lee(sit: Sit) -> Seat:
    """The sales lead, with a phone."""
    return sit(LEAD, "C01SALES", WIDTH, HEIGHT)


def test_channels_are_behind_one_button(lee: Seat) -> None:
    """The sidebar opens over the page, and closes when something was chosen."""
    expect(lee.page.get_by_test_id("person")).not_to_be_visible()
    lee.page.get_by_label("Show channels").click()
    expect(lee.page.get_by_test_id("person")).to_be_visible()
    lee.go("home")
    expect(lee.page.get_by_test_id("home")).to_contain_text("for you")
    expect(lee.page.get_by_test_id("person")).not_to_be_visible()
    assert lee.wide() <= WIDTH


def test_a_card_is_read_changed_and_signed(lee: Seat) -> None:
    """The card's buttons and the form's lie inside the screen and are as large as a thumb needs."""
    card = lee.draft("Q-1043")
    assert lee.wide() <= WIDTH
    for name in ("Approve", "Edit", "Reject"):
        box = card.get_by_role("button", name=name).first.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= WIDTH
        assert box["height"] >= 30
    card.get_by_test_id(EDIT).click()
    text = lee.modal.get_by_label("Text")
    expect(text).to_be_in_viewport()
    text.fill("Hello Jo, is anything unclear?")
    submit = lee.modal.get_by_test_id("submit")
    expect(submit).to_be_in_viewport()
    assert lee.wide() <= WIDTH
    submit.click()
    expect(card).to_contain_text("Revision 2, edited by @Lee Park")
    card.get_by_test_id(APPROVE).click()
    expect(card).to_contain_text("Signed by @Lee Park")


def test_the_weekly_numbers_stay_inside_the_screen(lee: Seat) -> None:
    """Table and chart scroll by themselves; the page does not."""
    lee.type("/sayso kpi")
    lee.page.get_by_label("Show channels").click()
    lee.go("C01KPI")
    expect(lee.page.get_by_role("img", name="line chart").last).to_be_visible()
    assert lee.wide() <= WIDTH
