"""Several people at one draft, in real Chromium: changes asked for, and an edit the policy decides on again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from agents.scripted import ScriptedDrafter
from bot.demo import Demo
from bot.sample import write_sample
from tests.browser.conftest import FRIDAY, MONDAY
from tests.browser.seat import APPROVE, LEAD, SALES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.browser.seat import Seat

    Sit = Callable[..., Seat]

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-together")]
FIRST: dict[str, Any] = {
    "subject": "Your quote",
    "body": "Dear Jo,\n\nit has been a long while since we sent the quote.\n\nLee",
}
SHORTER = {"subject": "Your quote", "body": "Dear Jo,\n\nshall we go ahead?\n\nLee"}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demo with an agent that writes a long text first, then a shorter one."""
    folder = tmp_path_factory.mktemp("together")
    write_sample(folder / "company", MONDAY)
    script = ScriptedDrafter([FIRST, SHORTER, FIRST, FIRST])
    made = Demo(folder / "company", folder / "data", drafter=script)
    made.clock.move_to(FRIDAY)
    made.start()
    yield made
    made.stop()


def _choose(card: Any, words: str) -> None:
    card.get_by_role("button", name="More actions").click()
    card.page.get_by_role("menuitem", name=words).click()


def test_changes_are_asked_for_and_come_back_in_the_same_card(sit: Sit) -> None:
    """The form, the wish, the new text with what changed and for whom; at a phone's width nothing scrolls sideways."""
    noa = sit(SALES, "C01SALES", 360, 740)
    card = noa.draft("Q-1043")
    _choose(card, "Request changes")
    noa.modal.get_by_label("What should be different?").fill("shorter please")
    assert noa.wide() <= 360
    noa.modal.get_by_test_id("submit").click()
    expect(noa.modal).to_have_count(0)
    expect(card).to_contain_text("written again for @Noa Brandt: shorter please")
    expect(card.locator("blockquote")).to_contain_text("shall we go ahead?")
    expect(card.get_by_test_id(APPROVE)).to_be_visible()
    assert noa.wide() <= 360


def test_somebody_claims_it_in_words_and_says_why_they_edit(sit: Sit) -> None:
    """In the thread, the same as the button; and a reason with one tap."""
    lee = sit(LEAD)
    card = lee.draft("Q-1042")
    card.hover()
    card.get_by_role("button", name="Reply in thread").click()
    reply = lee.page.get_by_test_id("reply")
    reply.fill("@sayso claim")
    reply.press("Enter")
    expect(lee.page.get_by_text("It is yours until")).to_be_visible()
    expect(card).to_contain_text("@Lee Park is looking at it until")
    lee.page.get_by_role("button", name="Close thread").click()
    card.get_by_test_id("action-edit").click()
    lee.modal.get_by_label("Subject").fill("Your two ovens")
    lee.modal.get_by_label("Wrong tone").check()
    lee.modal.get_by_test_id("submit").click()
    expect(lee.modal).to_have_count(0)
    expect(card).to_contain_text("edited by @Lee Park: wrong tone")
