"""Answers meet people: what is acknowledged, said and opened, in which case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest

from handlers import replies
from handlers.payloads import Submission
from handlers.replies import Opened, Said, Turned
from tests.unit.blocks import examples
from tests.unit.handlers.desks import Phone, Room, refused_by_slack
from workflows.answers import FieldErrors, Recorded, Refused, Show
from workflows.errors import NotRecorded, UnknownDraft

if TYPE_CHECKING:
    from slack_bolt import Ack

    from workflows.run import Draft

Json = dict[str, Any]
VIEW: Json = {"type": "modal", "blocks": []}


def _run(draft: Draft | None) -> Any:
    return examples.run().model_copy(update={"draft": draft})


def _form(*blocks: str) -> Submission:
    values = {block: {"input": {"value": "x"}} for block in blocks}
    body = {"user": {"id": "U1"}, "view": {"id": "V1", "state": {"values": values}}}
    return Submission.model_validate(body)


def _ack(phone: Phone) -> Ack:
    return cast("Ack", phone.ack)


def test_what_has_nothing_to_say_is_only_acknowledged() -> None:
    """The card tells."""
    phone = Phone()
    replies.after_press(Room().desk, Recorded(), phone.back())
    assert (phone.acks, phone.said, phone.calls) == ([{}], [], [])


@pytest.mark.parametrize("view", ["edit", "reject", "change", "sign"])
def test_a_form_is_opened_and_acknowledged(view: Any) -> None:
    """Edit and reject open their own dialog."""
    phone = Phone()
    replies.after_press(Room().desk, Show(view=view, run=_run(examples.draft())), phone.back())
    ((method, arguments),) = phone.calls
    assert (method, arguments["view"]["callback_id"]) == ("views.open", view)
    assert phone.acks == [{}]


@pytest.mark.parametrize("draft", [None, examples.draft(action="gone.send")])
def test_a_draft_that_can_not_be_shown_is_said(draft: Draft | None) -> None:
    """No draft any more, or an action nobody carries out any more."""
    phone = Phone()
    replies.after_press(Room().desk, Show(view="edit", run=_run(draft)), phone.back())
    assert "can't be shown here any more" in str(phone.calls)


def test_a_dialog_slack_does_not_open_is_said() -> None:
    """The press is acknowledged, and the person knows that nothing was changed."""
    phone = Phone(error=refused_by_slack("expired_trigger_id"))
    back = phone.back()
    replies.after_press(Room().desk, Opened(VIEW), back)
    assert phone.acks == [{}]
    phone.error = None
    replies.after_press(Room().desk, Opened(VIEW), back)
    assert phone.calls


def test_a_page_is_turned_where_it_was_pressed() -> None:
    """A dialog is updated, a Home tab published again."""
    phone = Phone()
    modal = {"user": {"id": "U1"}, "view": {"id": "V1", "type": "modal"}}
    home = {"user": {"id": "U1"}, "view": {"id": "V1", "type": "home"}}
    for body in (modal, home):
        replies.after_press(Room().desk, Turned(VIEW), phone.back(body))
    assert phone.calls == [
        ("views.update", {"view_id": "V1", "view": VIEW}),
        ("views.publish", {"user_id": "U1", "view": VIEW}),
    ]


def test_a_message_is_for_one_person_alone() -> None:
    """Ephemeral, and never in place of the card."""
    phone = Phone()
    replies.after_press(Room().desk, Said({"text": "Hello", "blocks": []}), phone.back())
    (message,) = phone.said
    assert message["response_type"] == "ephemeral"
    assert message["replace_original"] is False


def test_a_refusal_is_a_sentence() -> None:
    """Whatever was pressed, the refusal's own words are shown."""
    phone = Phone()
    replies.after_press(Room().desk, Refused(error=UnknownDraft()), phone.back())
    assert "not known here" in phone.said[0]["text"]


def test_without_a_response_url_it_comes_as_a_dialog() -> None:
    """In Home there is no place for a message, in a dialog the dialog is the place."""
    phone = Phone(response_url=None)
    replies.after_press(Room().desk, Refused(error=UnknownDraft()), phone.back())
    modal = {"user": {"id": "U1"}, "view": {"id": "V1", "type": "modal"}}
    replies.after_press(Room().desk, Refused(error=UnknownDraft()), phone.back(modal))
    assert [method for method, _ in phone.calls] == ["views.open", "views.update"]


@pytest.mark.parametrize(
    ("reply", "payload"),
    [
        (Recorded(), {}),
        (Opened(VIEW), {"response_action": "update", "view": VIEW}),
        (Turned(VIEW), {"response_action": "update", "view": VIEW}),
        (
            FieldErrors(errors={"to": "is not filled in"}),
            {"response_action": "errors", "errors": {"input:to:0": "This is not filled in."}},
        ),
    ],
)
def test_a_submitted_form_closes_turns_or_shows_what_is_wrong(reply: Any, payload: Json) -> None:
    """What Slack is told about the dialog."""
    phone = Phone()
    replies.after_submission(Room().desk, _form("input:to:0"), reply, _ack(phone))
    assert phone.acks == [payload]


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Refused(error=UnknownDraft()), "not known here"),
        (Recorded(sentence="Nothing was changed."), "Nothing was changed."),
        (FieldErrors(errors={"other": "is wrong"}), "That did not fit: other is wrong."),
    ],
)
def test_a_submitted_form_says_what_came_of_it(reply: Any, words: str) -> None:
    """Slack takes no error at a field the dialog does not have: it is said in words."""
    phone = Phone()
    replies.after_submission(Room().desk, _form("input:to:0"), reply, _ack(phone))
    (payload,) = phone.acks
    assert payload["response_action"] == "update"
    assert words in str(payload["view"])


def test_a_submitted_form_turns_into_the_one_that_is_asked_for() -> None:
    """Signing money on the last page asks for the amount next."""
    phone, shown = Phone(), Show(view="sign", run=_run(examples.draft()))
    replies.after_submission(Room().desk, _form("input:to:0"), shown, _ack(phone))
    assert phone.acks[0]["response_action"] == "update"
    assert phone.acks[0]["view"]["callback_id"] == "sign"


def test_a_form_that_was_not_stored_stays_open() -> None:
    """At its first field where it has one; a dialog without fields says it in place."""
    phone = Phone()
    replies.submission_not_recorded(_form("b1", "b2"), NotRecorded(), _ack(phone))
    replies.submission_not_recorded(_form(), NotRecorded(), _ack(phone))
    first, second = phone.acks
    assert list(first["errors"]) == ["b1"]
    assert "Not recorded" in str(second["view"])


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Recorded(), "Done."),
        (Recorded(sentence="Paused."), "Paused."),
        (Refused(error=UnknownDraft()), "not known here"),
        (FieldErrors(errors={"week": "is no week"}), "That did not fit: week is no week."),
        (Said({"text": "Help", "blocks": []}), "Help"),
    ],
)
def test_a_command_is_always_answered_in_words(reply: Any, words: str) -> None:
    """Only to the one who typed it."""
    phone = Phone()
    replies.after_command(reply, phone.back())
    (payload,) = phone.acks
    assert words in payload["text"]
    assert payload["response_type"] == "ephemeral"


def test_a_command_that_opens_a_dialog_says_nothing_more() -> None:
    """Unless Slack does not open it."""
    phone = Phone()
    replies.after_command(Opened(VIEW), phone.back())
    phone.error = refused_by_slack("expired_trigger_id")
    replies.after_command(Opened(VIEW), phone.back())
    assert phone.acks[0] == {}
    assert "did not open the form (expired_trigger_id)" in phone.acks[1]["text"]


def test_what_is_only_shown_has_no_sentence() -> None:
    """A dialog speaks for itself."""
    assert replies.sentence(Opened(VIEW)) == ""


@pytest.mark.parametrize("error", [refused_by_slack("boom"), TimeoutError(), ValueError()])
def test_slack_failing_is_no_exception(error: Exception) -> None:
    """A decision stands whatever can be shown of it."""
    phone = Phone(error=error)
    phone.back().say({"text": "x", "blocks": []})
    phone.back().turn(VIEW)
    assert phone.back().open(VIEW)


def test_a_payload_of_any_shape_has_a_way_back() -> None:
    """Even a broken one can be answered."""
    phone = Phone()
    back = phone.back({"user": "x", "view": None, "user_id": "U2"})
    back.refuse("No.")
    assert back.person == "U2"
    assert phone.acks == [{}]
    assert phone.said[0]["text"] == "No."
