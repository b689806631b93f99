"""Opening the page, asking for help, and what waits in the Home tab, in real Chromium."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.seat import APPROVE, EDIT, LEAD, OWNER, REJECT, SALES

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.browser.seat import Seat

    Sit = Callable[..., Seat]

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-looking")]


def test_the_page_opens_on_the_company_and_its_people(sit: Sit) -> None:
    """Without an address in hand one is the first person, in their Home, with everybody else beside it."""
    ana = sit("", "")
    expect(ana.page.get_by_role("navigation")).to_contain_text("Alder Ovens")
    expect(ana.page.get_by_test_id("person")).to_have_value(OWNER)
    people = ana.page.get_by_test_id("person").locator("option")
    expect(people).to_have_count(12)
    expect(people.nth(1)).to_have_text("Lee Park, Sales lead")
    expect(ana.page.get_by_test_id("home")).to_contain_text("Nothing waits for you.")
    expect(ana.page.get_by_test_id("connection")).to_have_text("sayso is connected")
    for channel in ("general", "sales", "finance", "operations", "kpi"):
        expect(ana.page.get_by_role("list", name="Channels").get_by_text(channel)).to_be_visible()


def test_sayso_alone_says_what_one_can_do(sit: Sit) -> None:
    """Four lines and buttons, only visible to the one who asked; a button starts a playbook."""
    lee = sit(LEAD)
    lee.type("/sayso")
    answer = lee.private()
    expect(answer).to_contain_text("Only visible to you")
    expect(answer).to_contain_text("/playbook start a playbook")
    answer.get_by_role("button", name="Start a playbook").click()
    expect(lee.modal.get_by_label("Playbook")).to_be_visible()
    lee.page.keyboard.press("Escape")
    expect(lee.modal).to_have_count(0)


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("/sayso quue", "/sayso quue is no command. Did you mean /sayso queue?"),
        ("/playbook quote-folow-up", "Did you mean quote-follow-up?"),
        ("/sayso status Q-0000", "There is no run Q-0000."),
    ],
)
def test_wrong_words_get_a_helpful_answer(sit: Sit, typed: str, answer: str) -> None:
    """A slip says what was not understood and what was probably meant, in private."""
    noa = sit(SALES)
    noa.type(typed)
    expect(noa.page.locator(".ephemeral").filter(has_text=answer).last).to_be_visible()


def test_the_queue_and_the_home_tab_show_what_waits(sit: Sit) -> None:
    """What a command lists is what Home lists; a press there opens the draft, and it can be decided."""
    lee = sit(LEAD)
    lee.draft("Q-1043")
    lee.type("/sayso queue")
    queue = lee.page.locator(".ephemeral").filter(has_text="for you").last
    expect(queue).to_contain_text("Send a follow-up for quote Q-1043 to Lark Bakery")
    lee.go("home")
    home = lee.page.get_by_test_id("home")
    expect(home).to_contain_text("1 waits for you")
    expect(home).to_contain_text("Send a follow-up for quote Q-1043 to Lark Bakery")
    home.get_by_test_id("action-open").click()
    expect(lee.modal).to_contain_text("Hello Jo Larkin")
    lee.modal.get_by_role("button", name="Close").first.click()
    home.get_by_test_id(REJECT).click()
    lee.modal.get_by_role("button", name="Not needed").click()
    expect(lee.modal).to_contain_text("Rejected: not needed")
    lee.page.keyboard.press("Escape")
    expect(home).to_contain_text("Nothing waits for you.")
    lee.go("C01SALES")
    expect(lee.card("Q-1043")).to_contain_text("Rejected by @Lee Park: not needed")


def test_a_draft_is_changed_and_signed_from_home(sit: Sit) -> None:
    """Edit and sign work in Home as on the card, and Home follows at once."""
    noa = sit(SALES)
    noa.draft("Q-1042")
    noa.go("home")
    home = noa.page.get_by_test_id("home")
    home.get_by_test_id(EDIT).click()
    noa.modal.get_by_label("Text").fill("Hello Lin, shall we hold the trays for you?")
    noa.modal.get_by_label("Sign it too").check()
    noa.modal.get_by_test_id("submit").click()
    expect(noa.modal).to_have_count(0)
    expect(home.get_by_test_id(APPROVE)).to_have_count(0)
    noa.go("C01SALES")
    expect(noa.card("Q-1042")).to_contain_text("Signed by @Noa Brandt")


def test_history_and_reasons_are_behind_the_dots(sit: Sit) -> None:
    """Why this draft, and how it came here, without leaving the channel."""
    lee = sit(LEAD)
    card = lee.draft("Q-1040")
    card.get_by_role("button", name="More actions").click()
    lee.page.get_by_role("menuitem", name="Why this?").click()
    expect(lee.private()).to_contain_text("Its status is sent: no answer is on record")
    lee.private().get_by_role("button", name="History").click()
    expect(lee.private()).to_contain_text("the agent sales-follow-up drafted it")
