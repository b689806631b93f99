"""What waits together is told together, signed together, and shown together, in real Chromium."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from bot.demo import Demo
from bot.sample import write_sample
from tests.browser.conftest import FRIDAY, MONDAY
from tests.browser.seat import APPROVE, OWNER, SALES, UNDO
from tests.slack import playbooks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.browser.seat import Seat

    Sit = Callable[..., Seat]

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-asked-rarely")]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demo at nine in the morning; nobody is asked by more than two cards."""
    folder = tmp_path_factory.mktemp("rarely")
    write_sample(folder / "company", MONDAY)
    playbooks.letter(folder / "company")
    with (folder / "company" / "company.yml").open("a", encoding="utf-8") as file:
        file.write('asks: {most: 3, digest: ["09:30"]}\n')
    made = Demo(folder / "company", folder / "data")
    made.clock.move_to(FRIDAY)
    made.start()
    yield made
    made.stop()


def test_two_letters_to_one_customer_are_one_card(sit: Sit) -> None:
    """Each with its own buttons; one is signed and its row shrinks; a phone shows all of it."""
    ana = sit(OWNER, "C01SALES", 360, 740)
    for _ in range(2):
        ana.type("/playbook letter jo@lark.example")
    card = ana.card("2 messages to this customer wait.")
    expect(card.get_by_test_id(APPROVE)).to_have_count(2)
    assert ana.wide() <= 360
    noa = sit(SALES)
    expect(noa.card("2 messages to this customer wait.")).to_be_visible()
    card = noa.card("Write to jo@lark.example")
    card.get_by_test_id(APPROVE).last.click()
    expect(card.get_by_test_id(UNDO)).to_be_visible()
    expect(card.get_by_test_id(APPROVE)).to_have_count(1)
    expect(card).not_to_contain_text("messages to this customer wait")
    card.get_by_test_id(APPROVE).click()


def test_a_morning_of_letters_is_told_once_and_signed_together(sit: Sit, demo: Demo) -> None:
    """Home has them at once, the digest names them, and one that is unticked still waits when the others are signed."""
    ana = sit(OWNER)
    for n in range(6):
        ana.type(f"/playbook letter to=jo{n}@lark.example")
    noa = sit(SALES, "home")
    expect(noa.page.get_by_text("6 wait for you").first).to_be_visible()
    demo.clock.move_to(FRIDAY + timedelta(minutes=31))
    noa.page.get_by_role("navigation").get_by_role("button", name="sayso messages").click()
    digest = noa.card("6 wait for you")
    expect(digest).to_contain_text("Write to jo0@lark.example")
    noa.page.set_viewport_size({"width": 360, "height": 740})
    assert noa.wide() <= 360
    noa.page.set_viewport_size({"width": 1280, "height": 800})
    digest.get_by_test_id("action-together").click()
    ticks = noa.modal.get_by_role("checkbox")
    expect(ticks).to_have_count(6)
    shown = dict.fromkeys(re.findall(r"Write to jo\d@lark\.example", noa.modal.inner_text()))
    ticks.nth(2).uncheck()
    noa.modal.get_by_test_id("submit").click()
    expect(noa.modal).to_contain_text("5 signed.")
    noa.modal.get_by_role("button", name="Close").first.click()
    expect(noa.card("1 waits for you")).to_contain_text([*shown][2])
