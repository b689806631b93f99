"""Two people must sign, in real Chromium: one is not enough, and an edit asks the policy again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from bot.demo import Demo
from bot.sample import write_sample
from tests.browser.conftest import FRIDAY, MONDAY
from tests.browser.seat import APPROVE, LEAD, SALES, UNDO

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.browser.seat import Seat

    Sit = Callable[..., Seat]

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-two-sign")]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demo in which two of sales sign above 1,000 USD."""
    folder = tmp_path_factory.mktemp("two")
    write_sample(folder / "company", MONDAY)
    file = folder / "company" / "playbooks" / "quote-follow-up.yml"
    text = file.read_text(encoding="utf-8")
    above = "- {amount: 5000.00 USD, by: owner}"
    assert above in text
    two = "- {amount: 1000.00 USD, by: sales, quorum: 2}"
    file.write_text(text.replace(above, f"{two}\n        {above}"), encoding="utf-8")
    made = Demo(folder / "company", folder / "data")
    made.clock.move_to(FRIDAY)
    made.start()
    yield made
    made.stop()


def test_one_signature_is_not_enough_and_an_edit_asks_for_both_again(sit: Sit, demo: Demo) -> None:
    """Lee signs; Noa changes the text, so that Lee's signature counts no more; both sign, and only then it is held."""
    lee, noa = sit(LEAD), sit(SALES, "C01SALES", 360, 740)
    card = lee.draft("Q-1043")
    hers = noa.card("Send a follow-up for quote Q-1043")
    expect(card).to_contain_text("two of sales (above 1,000.00 USD)")
    card.get_by_test_id(APPROVE).click()
    expect(card).to_contain_text("1 more of sales")
    expect(card.get_by_test_id(UNDO)).to_have_count(0)
    noa.rewrite(hers, "Hello Jo,\n\nis the quote still of interest?\n\nNoa")
    expect(card).to_contain_text("Revision 2, edited by @Noa Brandt")
    expect(card).not_to_contain_text("1 more of sales")
    expect(card).to_contain_text("two of sales (above 1,000.00 USD)")
    hers.get_by_test_id(APPROVE).click()
    expect(hers).to_contain_text("1 more of sales")
    expect(hers.get_by_test_id(UNDO)).to_have_count(0)
    card.get_by_test_id(APPROVE).click()
    expect(card.get_by_test_id(UNDO)).to_be_visible()
    expect(card).to_contain_text("leaves at")
    assert noa.wide() <= 360
    assert demo.mailbox.letters() == []
