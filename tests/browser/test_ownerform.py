"""The owner changes a playbook without its file: chooses what, fills it in, reads the diff, activates it there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.seat import LEAD, SALES

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.demo import Demo
    from tests.browser.seat import Seat

    Picture = Callable[[Seat, str], None]
    Sit = Callable[..., Seat]

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-ownerform")]


def _chosen(seat: Seat, part: str) -> None:
    """Open the form of one part of the follow-up."""
    expect(seat.page.get_by_test_id("connection")).to_have_text("sayso is connected")
    seat.type("/sayso change quote-follow-up")
    expect(seat.modal).to_contain_text("What do you want to change?")
    seat.modal.get_by_label("What do you want to change?").select_option(label=part)
    seat.modal.get_by_test_id("submit").click()
    expect(seat.modal).to_contain_text("This makes a proposal")


def test_the_owner_fills_in_a_change_reads_it_and_activates_it(
    demo: Demo, sit: Sit, picture: Picture
) -> None:
    """At a desk; the other owner sees the same on a phone, and the file in the folder stays as it was."""
    lee, noa = sit(LEAD), sit(SALES, width=360, height=740)
    file = demo._home / "playbooks" / "quote-follow-up.yml"
    before = file.read_text(encoding="utf-8")
    _chosen(lee, "Who signs, until when, in which words: letter")
    picture(lee, "form-1280")
    lee.modal.get_by_label("Signed by").fill("slaes")
    lee.modal.get_by_test_id("submit").click()
    expect(lee.modal).to_contain_text("Did you mean sales?")
    picture(lee, "wrong-1280")
    lee.modal.get_by_label("Signed by").fill("sales")
    lee.modal.get_by_label("Held back with Undo").fill("30 seconds")
    lee.modal.get_by_test_id("submit").click()
    expect(lee.modal).to_contain_text("wider: letter: held back 60 s → 30 s")
    expect(lee.modal).to_contain_text("Filled in by @Lee Park")
    picture(lee, "diff-1280")
    on_phone = noa.card("a changed version")
    expect(on_phone).to_contain_text("held back 60 s → 30 s")
    on_phone.scroll_into_view_if_needed()
    picture(noa, "card-360")
    assert noa.wide() <= 360
    lee.modal.get_by_role("button", name="Activate").click()
    expect(lee.modal).to_contain_text("Activated")
    lee.modal.get_by_role("button", name="Close").last.click()
    expect(on_phone).to_contain_text("Activated by @Lee Park")
    assert file.read_text(encoding="utf-8") == before


def test_form_and_checklist_fit_a_phone(sit: Sit, picture: Picture) -> None:
    """Nothing is wider than the screen."""
    noa = sit(SALES, width=360, height=740)
    expect(noa.page.get_by_test_id("connection")).to_have_text("sayso is connected")
    noa.type("/playbook quote-follow-up checklist")
    expect(noa.private()).to_contain_text("☐ letter: Send a follow-up")
    picture(noa, "checklist-360")
    assert noa.wide() <= 360
    _chosen(noa, "Title, goal, owner and channel")
    picture(noa, "form-360")
    assert noa.wide() <= 360
