"""Monday at eight: the numbers of the week, once, and what to do next, in real Chromium."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.seat import APPROVE, FINANCE, OWNER

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Locator

    from tests.browser.seat import Seat

    Sit = Callable[..., Seat]

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-monday")]
KPI = "C01KPI"


@pytest.fixture
def mia(sit: Sit) -> Seat:
    """Somebody of finance in #kpi, on Monday at eight."""
    seat: Seat = sit(FINANCE, KPI)
    if "Mon, " not in seat.page.get_by_test_id("clock").inner_text():
        seat.page.get_by_role("button", name="Next Monday 08:00").click()
    return seat


def post(seat: Seat) -> Locator:
    return seat.page.locator('[data-testid="message"]').filter(
        has_text=re.compile(r"^.*Week \d+ ·")
    )


def test_the_numbers_are_posted_once_with_table_and_chart(mia: Seat) -> None:
    """One post: a sentence, the table, one line chart, what stands out, and where the numbers are from."""
    expect(post(mia)).to_have_count(1)
    expect(post(mia)).to_contain_text(re.compile("Revenue in week 9 of 2040 was [0-9,.]+ USD"))
    table = post(mia).get_by_role("table").first
    expect(table.get_by_role("row")).to_have_count(11)
    expect(table.get_by_role("columnheader").first).to_have_text("Metric")
    chart = post(mia).get_by_role("img", name=re.compile("Revenue, .*line chart"))
    expect(chart.locator("path, polyline").first).to_be_visible()
    expect(post(mia)).to_contain_text("What stands out")
    expect(post(mia)).to_contain_text("Advertising accounts: not connected")
    mia.page.get_by_role("button", name="+1 hour").click()
    mia.page.get_by_role("button", name="+1 hour").click()
    expect(mia.page.get_by_test_id("clock")).to_contain_text("10:0")
    expect(post(mia)).to_have_count(1)


def test_each_thing_that_stands_out_has_its_records_in_the_thread(mia: Seat) -> None:
    """The thread has a reply per anomaly, with the records it rests on."""
    post(mia).get_by_role("button", name=re.compile("repl(y|ies)")).click()
    thread = mia.page.get_by_test_id("thread")
    expect(thread.get_by_test_id("message").nth(1)).to_be_visible()
    expect(thread).to_contain_text("Refunds")


def test_a_next_action_drafts_in_the_thread_once(mia: Seat, sit: Sit) -> None:
    """Pressed twice, the button still makes one draft; its card is in the thread, ready to sign."""
    button = post(mia).get_by_test_id(re.compile("action-start_next")).first
    post(mia).get_by_role("button", name=re.compile("repl(y|ies)")).click()
    thread = mia.page.get_by_test_id("thread")
    button.click()
    expect(mia.private()).to_contain_text("the card appears in this thread")
    button.click()
    expect(thread.get_by_test_id(APPROVE)).to_have_count(1)
    expect(thread).to_contain_text("Remind")
    ana: Seat = sit(OWNER, KPI)
    post(ana).get_by_role("button", name=re.compile("repl(y|ies)")).click()
    ana.page.get_by_test_id("thread").get_by_test_id(APPROVE).click()
    expect(thread).to_contain_text("Signed by @Ana Ruiz")
