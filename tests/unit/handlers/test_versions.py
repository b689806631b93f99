"""The buttons of a changed playbook, each to one command or one dialog."""

from __future__ import annotations

from typing import Any

import pytest

from handlers import actions, versions
from handlers.payloads import ButtonPress
from handlers.replies import Opened, Said, Turned
from tests.slack.screen import words
from tests.unit.blocks.examples import NOW
from tests.unit.handlers.desks import ANA, STRANGER, Room
from workflows.answers import Recorded, Refused
from workflows.commands import Activate, Dismiss, RollBack
from workflows.errors import NothingBefore
from workflows.versions.version import Proposal

A, B = "a" * 12, "b" * 12
MADE = Proposal(id="p-1", playbook="quote-follow-up", version=A, base=B, found_at=NOW)


def _press(action: str, value: str, person: str = ANA, **body: Any) -> ButtonPress:
    act = {"action_id": action, "block_id": "b", "value": value, "action_ts": "1.0"}
    return ButtonPress.model_validate({"user": {"id": person}, "actions": [act], **body})


CARD = {"channel": {"id": "C1"}, "message": {"ts": "1.1"}}


@pytest.mark.parametrize(("action", "kind"), [("activate", Activate), ("dismiss", Dismiss)])
def test_a_press_on_the_card_is_one_command(action: str, kind: type[Activate | Dismiss]) -> None:
    """It names what the card showed; the card tells the rest."""
    room = Room()
    press = _press(action, f"p-1.{A}.{B}.open", **CARD)
    answer = actions.ON[actions.ActionId(action)](room.desk, press)
    assert answer == Recorded()
    (command,) = room.engine.commands
    assert isinstance(command, kind)
    assert (command.proposal_id, command.version, command.active) == ("p-1", A, B)
    assert command.key == press.key


def test_a_press_in_the_dialog_turns_it_into_what_came_of_it() -> None:
    """A dialog would go on showing the buttons."""
    answer = versions.activate(Room().desk, _press("activate", f"p-1.{A}.{B}.open"))
    assert isinstance(answer, Turned)
    assert "Activated" in words(answer.view)
    room = Room()
    room.engine.answer = Refused(error=NothingBefore())
    assert versions.dismiss(room.desk, _press("dismiss", f"p-1.{A}..open")) is room.engine.answer


def test_returning_is_one_command() -> None:
    """With both versions as they were shown."""
    room = Room()
    versions.roll_back(room.desk, _press("roll_back", f"quote-follow-up.{A}.{B}"))
    (command,) = room.engine.commands
    assert isinstance(command, RollBack)
    assert (command.playbook, command.active, command.to) == ("quote-follow-up", A, B)


def test_what_would_change_and_the_whole_text_can_be_looked_at() -> None:
    """By people of the company alone."""
    room = Room()
    room.reading.proposed = MADE
    for look in (versions.show_change, versions.show_text):
        assert isinstance(look(room.desk, _press("show", "p-1")), Opened)
        assert isinstance(look(room.desk, _press("show", "p-1", STRANGER)), Refused)
    assert isinstance(versions.show_change(room.desk, _press("show", "p-2")), Refused)
    assert isinstance(versions.show_text(room.desk, _press("show", "p-2")), Said)
