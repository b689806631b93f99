"""What may be signed together with others: small, of low risk, by one person, beyond no limit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.workflows.builders import (
    ANA,
    CEM,
    COMPANY,
    draft,
    mailing,
    playbook,
    refunding,
    usd,
)
from tests.unit.workflows.presses import pressed, refused
from workflows import policy
from workflows.action import Money, Risk
from workflows.commands import Approve
from workflows.company import Together
from workflows.errors import NotAllowed
from workflows.run import DraftState, Needs

if TYPE_CHECKING:
    from tests.unit.workflows.builders import House

UPTO = COMPANY.model_copy(update={"together": Together(under=usd("100.00"))})
NEEDS = Needs(by=("sales",), quorum=1, words="one of sales")


@pytest.mark.parametrize(
    ("changes", "may"),
    [
        ({}, True),
        ({"amount": usd("100.00")}, True),
        ({"amount": usd("-100.00")}, True),
        ({"amount": usd("100.01")}, False),
        ({"amount": Money(minor=100, currency="EUR")}, False),
        ({"risk": Risk.MONEY}, False),
        ({"risk": Risk.LEGAL}, False),
        ({"needs": NEEDS.model_copy(update={"quorum": 2})}, False),
        ({"needs": NEEDS.model_copy(update={"cites": ("above:1.00 USD",)})}, False),
        ({"needs": NEEDS.model_copy(update={"cites": ("limit:letters",)})}, False),
    ],
)
def test_small_things_of_low_risk_go_together(changes: dict[str, Any], may: bool) -> None:  # noqa: FBT001 -- a parameter of the test
    """Everything else is looked at alone."""
    assert policy.may_go_together(draft(**changes), UPTO) is may


def test_without_an_amount_to_compare_with_none_goes() -> None:
    """Silence of company.yml is no permission."""
    assert policy.may_go_together(draft(), COMPANY)
    assert not policy.may_go_together(draft(amount=usd("0.01")), COMPANY)


def test_the_engine_refuses_what_the_dialog_should_not_have_offered(house: House) -> None:
    """Money signed from the dialog of many is refused, and can be signed alone."""
    run = house.now(house.start(playbook(refunding())))
    said = refused(house, NotAllowed, Approve, run, CEM, shown="together")
    assert "open it and sign it alone" in said
    letter = house.drafted(playbook(mailing()))
    held = pressed(house, Approve, letter, ANA, shown="together")
    assert held.draft
    assert held.draft.state is DraftState.HOLDING
