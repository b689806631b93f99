"""Connectors behind one lookup."""

from __future__ import annotations

import pytest

from bot.connectors.registry import Connectors
from tests.fakes.connector import FakeConnector
from tests.fakes.signed import signed
from workflows.action import ActionSpec, Risk
from workflows.errors import ConnectorError

MAIL = FakeConnector("mail", records={"L-1": {"from": "Mira"}})
TABLE = FakeConnector("table")
BOTH = Connectors([MAIL, TABLE])


def test_every_action_and_read_is_listed_under_its_full_name() -> None:
    """A playbook is checked against these names."""
    assert [*BOTH.actions] == ["mail.send", "table.send"]
    assert [*BOTH.reads] == ["mail.find", "table.find"]
    assert [finding.ok for finding in BOTH.check()] == [True, True]


def test_work_reaches_the_connector_of_its_name() -> None:
    """Reading, previewing, carrying out, looking up and undoing go to one connector."""
    draft = signed("mail.send", {"to": "Mira"})
    assert BOTH.read("mail.find", {"id": "L-1"}).value == {"from": "Mira"}
    assert BOTH.preview("mail.send", {"to": "Mira"}).lines == ("to: Mira",)
    assert BOTH.lookup(draft) is None
    outcome = BOTH.execute(draft)
    assert [effect.key for effect in MAIL.effects] == ["draft:d-1:1"]
    assert TABLE.effects == []
    assert BOTH.lookup(draft) == outcome
    assert BOTH.undo(draft, outcome)


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    """The sentence says what there is and what was probably meant."""
    with pytest.raises(ConnectorError, match=r"Did you mean mail\.send\?"):
        BOTH.preview("mail.sned", {})
    with pytest.raises(ConnectorError, match=r"There is: mail\.find, table\.find\.$"):
        BOTH.read("crm.search", {})


@pytest.mark.parametrize("call", [BOTH.execute, BOTH.lookup])
def test_an_unknown_action_is_never_carried_out(call: object) -> None:
    """A signed draft of a connector that was removed says so."""
    assert callable(call)
    with pytest.raises(ConnectorError, match="no connector here has that"):
        call(signed("phone.call", {"to": "Mira"}))


def test_two_connectors_of_one_name_are_refused() -> None:
    """Nobody could say which of them would act."""
    with pytest.raises(ValueError, match="two connectors called mail"):
        Connectors([MAIL, FakeConnector("mail")])


def test_a_connector_cannot_offer_another_ones_action() -> None:
    """An action's first half is its connector's name."""
    stolen = ActionSpec(
        name="mail.send", title="Send", risk=Risk.CUSTOMER, fields=(), idempotency="none"
    )
    with pytest.raises(ValueError, match="must begin with table"):
        Connectors([FakeConnector("table", action=stolen)])
