"""What Slack sends, read once."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from handlers.payloads import ButtonPress, Happening, SlashCommand, Submission

VALUE = "draft-1.2.0123456789ab"


def _press(**changes: Any) -> ButtonPress:
    body: dict[str, Any] = {
        "user": {"id": "U1"},
        "team": {"id": "T1"},
        "channel": {"id": "C1"},
        "container": {"message_ts": "1.5", "channel_id": "C1"},
        "actions": [{"action_id": "approve", "block_id": "b", "action_ts": "9.1", "value": VALUE}],
    }
    return ButtonPress.model_validate({**body, **changes})


def test_the_person_comes_from_the_envelope_and_the_draft_from_the_button() -> None:
    """A button says which bytes were shown, never who pressed."""
    press = _press()
    assert press.person == "U1"
    assert (press.value.draft_id, press.value.revision, press.value.hash) == (
        "draft-1",
        2,
        "0123456789ab",
    )


def test_two_presses_have_two_keys_and_one_press_has_one() -> None:
    """Delivered twice it is the same press; pressed again a moment later it is another."""
    later = {"action_id": "approve", "block_id": "b", "action_ts": "9.2", "value": VALUE}
    assert _press().key == _press().key
    assert _press().key != _press(actions=[later]).key
    assert _press().key != _press(user={"id": "U2"}).key


def test_the_place_is_found_wherever_slack_puts_it() -> None:
    """Channel and message stand in the container, or beside it."""
    assert _press().place == ("C1", "1.5")
    bare = _press(container={"channel_id": "C2"}, channel={}, message={"ts": "2.5"})
    assert bare.place == ("C2", "2.5")
    assert _press(container={}, channel={}).place == ("", "")


def test_the_thread_is_the_messages_own_or_the_one_it_would_open() -> None:
    """A draft started from a post appears under that post."""
    assert _press().thread_ts == "1.5"
    assert _press(container={"message_ts": "1.5", "thread_ts": "1.0"}).thread_ts == "1.0"
    assert _press(message={"thread_ts": "0.9"}).thread_ts == "0.9"


def test_a_press_in_a_view_has_the_view_in_its_key() -> None:
    """Outside of messages the view is the place."""
    assert ":V1:" in _press(container={"view_id": "V1"}, channel={}).key
    assert ":V2:" in _press(container={}, channel={}, view={"id": "V2"}).key


@pytest.mark.parametrize(
    ("changes", "card"),
    [
        ({}, "draft-1"),
        ({"container": {"message_ts": "1.5", "is_ephemeral": True}}, ""),
        ({"container": {}}, ""),
        ({"actions": [{"action_id": "switch", "value": "pause:everything"}]}, ""),
        (
            {"actions": [{"action_id": "more", "selected_option": {"value": f"why:{VALUE}"}}]},
            "draft-1",
        ),
    ],
)
def test_only_a_posted_card_is_a_card(changes: dict[str, Any], card: str) -> None:
    """A list that one person saw, a dialog and other buttons show no card that could be drawn again."""
    assert _press(**changes).card == card


def test_a_menu_choice_is_chosen_like_a_button() -> None:
    """The value of the option counts, with its word in front."""
    act = {"action_id": "more", "selected_option": {"value": f"why:{VALUE}"}}
    tag, value = _press(actions=[act]).tagged
    assert (tag, value.draft_id) == ("why", "draft-1")


@pytest.mark.parametrize("wrong", [{"actions": []}, {"user": None}, {"container": "x"}])
def test_a_payload_of_another_shape_is_refused(wrong: dict[str, Any]) -> None:
    """What we rely on must be there."""
    with pytest.raises(ValidationError):
        _press(**wrong)


def test_what_a_form_holds_is_found_by_block_and_action() -> None:
    """What is not there is empty."""
    state = {"values": {"b": {"a": {"value": "x"}}}}
    body = {"user": {"id": "U1"}, "view": {"id": "V", "hash": "h", "state": state}}
    view = Submission.model_validate(body).view
    assert view.held("b", "a") == {"value": "x"}
    assert view.held("b", "z") == view.held("z", "a") == {}
    empty = Submission.model_validate({"user": {"id": "U1"}, "view": {}})
    assert empty.view.inputs == {}
    assert empty.key == "view::::U1"


def test_a_command_is_read_by_words() -> None:
    """Spaces don't matter; the trigger tells one command from the next."""
    body = {"command": "/sayso", "text": "  status  r1 ", "user_id": "U1", "trigger_id": "t"}
    command = SlashCommand.model_validate(body)
    assert command.words == ["status", "r1"]
    assert command.key == "command::t:U1"


def test_an_event_says_its_kind() -> None:
    """An envelope without an event has none."""
    assert Happening.of({"event": {"type": "app_home_opened"}}).type == "app_home_opened"
    assert Happening.of({}).type == ""
