"""What people put in elements, and what Slack's client says of it."""

from __future__ import annotations

from typing import Any

import pytest

from bot.sandbox.elements import chosen, elements, unfinished, values

OPTION = {"text": {"type": "plain_text", "text": "Firm"}, "value": "firm"}


def field(kind: str, *, optional: bool = False, **more: Any) -> dict[str, Any]:
    element = {"type": kind, "action_id": "a", **more}
    return {"type": "input", "block_id": "b", "optional": optional, "element": element}


@pytest.mark.parametrize(
    ("kind", "more", "given", "state"),
    [
        ("plain_text_input", {}, "hi", {"value": "hi"}),
        ("number_input", {}, 12, {"value": "12"}),
        ("static_select", {"options": [OPTION]}, "firm", {"selected_option": OPTION}),
        ("radio_buttons", {"options": [OPTION]}, "Firm", {"selected_option": OPTION}),
        ("checkboxes", {"options": [OPTION]}, ["firm"], {"selected_options": [OPTION]}),
        ("datepicker", {}, "2026-11-20", {"selected_date": "2026-11-20"}),
        ("datetimepicker", {}, "1794500000", {"selected_date_time": 1794500000}),
        ("users_select", {}, "U1", {"selected_user": "U1"}),
        ("multi_users_select", {}, ["U1", "U2"], {"selected_users": ["U1", "U2"]}),
        (
            "static_select",
            {"option_groups": [{"options": [OPTION]}]},
            None,
            {"selected_option": None},
        ),
    ],
)
def test_each_kind_reports_its_value_as_slack_does(
    kind: str, more: dict[str, Any], given: object, state: dict[str, Any]
) -> None:
    """The same plain value becomes the field Slack names for that kind."""
    block = field(kind, **more)
    assert values([block], {"a": given})["b"]["a"] == {"type": kind, **state}


def test_what_the_app_gave_to_start_with_counts_until_it_is_changed() -> None:
    """Untouched fields report their initial value; cleared ones report nothing."""
    block = field("plain_text_input", initial_value="draft")
    assert values([block], {})["b"]["a"]["value"] == "draft"
    assert values([block], {"b": {"a": None}})["b"]["a"]["value"] is None


def test_an_option_that_is_not_offered_is_refused() -> None:
    """A test that chooses what people can't choose fails with the list of what there is."""
    with pytest.raises(ValueError, match="there are: firm"):
        chosen({"type": "static_select", "options": [OPTION], "action_id": "tone"}, "soft")


@pytest.mark.parametrize(
    ("block", "given", "says"),
    [
        (field("plain_text_input"), "", "Please complete this required field."),
        (field("plain_text_input", optional=True), "", ""),
        (field("plain_text_input", min_length=3), "ab", "Must be at least 3 characters."),
        (field("plain_text_input", max_length=3), "abcd", "Must be at most 3 characters."),
        (field("number_input"), "ten", "Please enter a number."),
        (field("number_input"), "1.5", "Please enter a whole number."),
        (
            field("number_input", is_decimal_allowed=True, max_value="2"),
            "2.5",
            "Must be 2 or less.",
        ),
        (field("number_input", min_value="2"), "1", "Must be 2 or more."),
        (field("email_text_input"), "jo", "Please enter a valid email address."),
        (field("url_text_input"), "jo", "Please enter a valid URL."),
        (field("checkboxes", options=[OPTION]), [], "Please complete this required field."),
    ],
)
def test_a_form_is_checked_before_it_leaves(
    block: dict[str, Any], given: object, says: str
) -> None:
    """Length, numbers, addresses and what is missing are said beside the field."""
    told = unfinished([block], values([block], {"a": given}))
    assert told == ({"b": says} if says else {})


def test_elements_are_found_wherever_they_sit() -> None:
    """Accessories, inputs, rows and blocks within containers all count."""
    button = {"type": "button", "action_id": "x"}
    blocks = [
        {"type": "section", "accessory": button},
        {"type": "actions", "elements": [button, button]},
        {"type": "container", "child_blocks": [{"type": "actions", "elements": [button]}]},
        {"type": "carousel", "elements": [{"type": "card", "actions": [button]}]},
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "no"}]},
    ]
    assert len(list(elements(blocks))) == 5
