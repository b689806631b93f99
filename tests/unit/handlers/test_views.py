"""A submitted dialog becomes one command, or two where it says so."""

from __future__ import annotations

from typing import Any

import pytest

from handlers import starting, views
from handlers.payloads import Submission
from handlers.replies import Opened, Turned
from tests.unit.blocks import examples
from tests.unit.handlers.desks import ANA, FakeEngine, FakeReading, Room
from workflows.answers import Answer, FieldErrors, Recorded, Refused
from workflows.commands import Approve, Command, Edit, Reject
from workflows.errors import AlreadySigned

Json = dict[str, Any]
DRAFT = examples.draft()
RUN = examples.run().model_copy(update={"draft": DRAFT})
VALUE = f"{DRAFT.id}.1.{DRAFT.current.payload_hash[:12]}"
SIGN = {"sign_too": {"sign_too": {"selected_options": [{"value": "yes"}]}}}


def _form(values: Json, metadata: str = VALUE) -> Submission:
    view = {"id": "V1", "hash": "h", "private_metadata": metadata, "state": {"values": values}}
    return Submission.model_validate({"user": {"id": ANA}, "view": view})


def _typed(**fields: str | None) -> Json:
    return {f"input:{name}:0": {"input": {"value": value}} for name, value in fields.items()}


class Answering(FakeEngine):
    """Answers the edit and the signature differently."""

    def __init__(self, edited: Answer, signed: Answer) -> None:
        super().__init__()
        self._answers = [edited, signed]

    def handle(self, command: Command, deadline: float | None = None) -> Answer:
        super().handle(command, deadline)
        return self._answers[len(self.commands) - 1]


def _room(*answers: Answer) -> Room:
    engine = Answering(*answers) if answers else FakeEngine(Recorded(run=RUN))
    return Room(engine=engine, reading=FakeReading(RUN))


def test_an_edit_carries_what_was_typed_and_what_was_emptied() -> None:
    """An emptied field is a change too; a field that was not in the form is none."""
    room = _room()
    views.edit(room.desk, _form(_typed(subject="Mine", body=None)))
    (command,) = room.engine.commands
    assert isinstance(command, Edit)
    assert command.changes == {"subject": "Mine", "body": ""}


def test_signing_too_is_a_second_command_about_what_was_saved() -> None:
    """With the revision and the hash of the saved draft."""
    room = _room()
    assert isinstance(views.edit(room.desk, _form({**_typed(subject="x"), **SIGN})), Recorded)
    edited, signed = room.engine.commands
    assert isinstance(signed, Approve)
    assert signed.payload_hash == DRAFT.current.payload_hash
    assert edited.key != signed.key


def test_what_was_not_saved_is_not_signed() -> None:
    """Field errors keep the form open; nothing is signed."""
    wrong = FieldErrors(errors={"subject": "is missing"})
    room = _room(wrong, Recorded())
    assert views.edit(room.desk, _form({**_typed(subject="x"), **SIGN})) is wrong
    assert len(room.engine.commands) == 1


def test_saved_and_refused_to_sign_says_both() -> None:
    """The edit stands; the signature does not."""
    refused = Refused(error=AlreadySigned(missing=1, needed="two of sales"))
    room = _room(Recorded(run=RUN), refused)
    shown = views.edit(room.desk, _form({**_typed(subject="x"), **SIGN}))
    assert isinstance(shown, Turned)
    assert "Your edit is saved, but not signed." in str(shown.view)


def test_own_words_reject() -> None:
    """They are kept as untrusted text."""
    room = _room()
    views.reject(room.desk, _form({"own_words": {"input": {"value": "No *way*"}}}))
    (command,) = room.engine.commands
    assert isinstance(command, Reject)
    assert (command.reason, command.comment.raw) == ("other", "No *way*")


def test_the_last_page_signs() -> None:
    """What the dialog was opened about."""
    room = _room()
    views.review(room.desk, _form({}))
    (command,) = room.engine.commands
    assert isinstance(command, Approve)
    assert command.draft_id == DRAFT.id


@pytest.mark.parametrize("chosen", [None, {"value": "gone"}])
def test_a_pick_nobody_has_is_refused(chosen: Json | None) -> None:
    """Nothing was chosen, or it was taken away."""
    values = {"playbook": {"pick": {"selected_option": chosen}}}
    assert isinstance(starting.choose(_room().desk, _form(values, "C1")), Refused)


def test_a_pick_shows_the_form() -> None:
    """And carries on where it was begun."""
    room = Room(books=(examples.playbook(),))
    values = {"playbook": {"pick": {"selected_option": {"value": "quote-follow-up"}}}}
    shown = starting.choose(room.desk, _form(values, "C1"))
    assert isinstance(shown, Opened)
    assert shown.view["private_metadata"] == "C1|quote-follow-up"


def test_a_form_that_does_not_fit_stays() -> None:
    """The engine's field errors reach the dialog."""
    wrong = FieldErrors(errors={"quote": "is missing"})
    room = Room(engine=FakeEngine(wrong), books=(examples.playbook(),))
    assert starting.start(room.desk, _form({}, "C1|quote-follow-up")) is wrong
    assert isinstance(starting.start(room.desk, _form({}, "C1|gone")), Refused)
