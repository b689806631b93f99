"""How far a playbook may be handed over: asked at a desk and on a phone, recommended with reasons, listed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.seat import LEAD, SALES
from workflows.delegation.matrix import MATRIX

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.browser.seat import Seat

    Picture = Callable[[Seat, str], None]
    Sit = Callable[..., Seat]

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-delegation")]
WIDTH, HEIGHT = 360, 740


def _answer(seat: Seat, **scores: int) -> None:
    """Choose the answers, and say how much work it is."""
    for name, score in scores.items():
        row = MATRIX[name]
        label = seat.modal.get_by_label(f"{row.label}: {row.asked}")
        label.select_option(label=row.options[score - 1])
    for label, value in (("Minutes each time", "25"), ("How many times", "12")):
        seat.modal.get_by_label(label).fill(value)


def _score(seat: Seat) -> None:
    """Score the follow-up, as somebody does who forgets the currency first."""
    seat.type("/sayso delegate quote-follow-up")
    _answer(seat, repeatability=4, risk=3, data=4, judgement=2, time=2)
    seat.modal.get_by_label("What an hour of work costs").fill("38.00 USD")
    seat.modal.get_by_test_id("submit").click()
    expect(seat.modal).to_contain_text("Level 3 is recommended")


def test_a_playbook_is_scored_at_a_desk(sit: Sit, picture: Picture) -> None:
    """The form, a mistake at its field, the recommendation with its reasons, and Home beside the level."""
    lee = sit(LEAD)
    lee.type("/sayso delegate quote-follow-up")
    expect(lee.modal).to_contain_text("How far to delegate?")
    picture(lee, "form-1280")
    lee.modal.get_by_label("What an hour of work costs").fill("38")
    _answer(lee, repeatability=4, risk=3, data=4, judgement=2, time=2)
    lee.modal.get_by_test_id("submit").click()
    expect(lee.modal).to_contain_text("This must be an amount and a currency")
    picture(lee, "wrong-1280")
    lee.modal.get_by_label("What an hour of work costs").fill("38.00 USD")
    lee.modal.get_by_test_id("submit").click()
    for words in (
        "Level 3 is recommended",
        "Risk 3 of 5 (a customer is annoyed, or some money is lost): level 3 at most",
        "It is at level 3, as recommended.",
        "Worth 190.00 USD a week",
        "Scored by @Lee Park",
    ):
        expect(lee.modal).to_contain_text(words)
    picture(lee, "told-1280")
    lee.modal.get_by_role("button", name="Close").last.click()
    lee.go("home")
    home = lee.page.get_by_test_id("home")
    expect(home).to_contain_text("level 3 (as recommended, scored by Lee Park)")
    picture(lee, "home-1280")


def test_work_is_added_and_listed_on_a_phone(sit: Sit, picture: Picture) -> None:
    """From the inventory to the form, the recommendation, and back; seen at a desk too."""
    noa = sit(SALES, width=WIDTH, height=HEIGHT)
    _score(noa)
    noa.modal.get_by_role("button", name="Task inventory").click()
    expect(noa.modal).to_contain_text("1 piece of work, 190.00 USD a week")
    noa.modal.get_by_role("button", name="Add a task").click()
    noa.modal.get_by_label("What is done again and again?").fill(
        "Answer mails about delivery times"
    )
    picture(noa, "form-360")
    _answer(noa, repeatability=5, risk=1, data=2, judgement=1, time=4)
    noa.modal.get_by_label("What an hour of work costs").fill("38.00 USD")
    noa.modal.get_by_label("What waiting costs a week").fill("200.00 USD")
    picture(noa, "filled-360")
    assert noa.wide() <= WIDTH
    noa.modal.get_by_test_id("submit").click()
    expect(noa.modal).to_contain_text("Level 2 is recommended")
    expect(noa.modal).to_contain_text("To go further")
    picture(noa, "told-360")
    noa.modal.get_by_role("button", name="Task inventory").click()
    expect(noa.modal).to_contain_text("2 pieces of work, 580.00 USD a week")
    expect(noa.modal).to_contain_text("Begin with")
    picture(noa, "inventory-360")
    assert noa.wide() <= WIDTH
    for name in ("Change", "Remove", "Add a task"):
        box = noa.modal.get_by_role("button", name=name).first.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= WIDTH
    noa.modal.get_by_role("button", name="Close").last.click()


def test_the_list_is_the_same_at_a_desk(sit: Sit, picture: Picture) -> None:
    """For everybody on the staff."""
    lee = sit(LEAD)
    lee.type("/sayso inventory")
    expect(lee.modal).to_contain_text("Playbooks nobody has scored")
    picture(lee, "inventory-1280")
    lee.modal.get_by_role("button", name="Close").last.click()
