"""Somebody sets in Slack that they are away, and somebody else stands in: no administrator, no file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.seat import APPROVE, FINANCE

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.browser.seat import Seat

    Sit = Callable[..., Seat]

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-status")]

IDA = "U01IDA"


def test_a_stand_in_signs_for_somebody_whose_status_says_they_are_away(sit: Sit) -> None:
    """The open card says so by itself, and what Mia could sign Ida signs."""
    mia, ida = sit(FINANCE, "C01FINANCE"), sit(IDA, "C01FINANCE")
    mia.type("/playbook payment-recovery INV-3051")
    card = ida.card("INV-3051")
    expect(card.get_by_test_id(APPROVE)).to_be_visible()
    mia.page.get_by_test_id("status").select_option(label="🌴 Vacationing")
    expect(card).to_contain_text("@Mia Okafor is away (on vacation, by Slack)", timeout=60_000)
    expect(card).to_contain_text("@Ida Moreau may sign in their place")
    card.get_by_test_id(APPROVE).click()
    expect(card).to_contain_text("Signed by @Ida Moreau")
