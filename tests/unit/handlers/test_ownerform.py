"""The owner's form where something is not as it was when it was opened."""

from __future__ import annotations

from typing import Any

import pytest

from handlers import ownerform
from handlers.payloads import ButtonPress, Submission
from handlers.replies import Opened, Said, Wrong, after_submission
from tests.unit.blocks.examples import NOW
from tests.unit.handlers.desks import ANA, STRANGER, FakeReading, FakeTexts, Room
from tests.unit.workflows.playbook_text import GOOD, loaded, problems
from workflows.answers import Recorded, Refused
from workflows.errors import (
    CannotRewrite,
    NotShipped,
    PlaybookError,
    StaleForm,
    Stranger,
    UnknownPlaybook,
)
from workflows.loading import UnreadableFile
from workflows.versions.version import Active

Json = dict[str, Any]
BOOK = loaded(GOOD)
NAME = BOOK.playbook
TITLE = {"input:title:0": {"input": {"value": "Another"}}}


def press(action: str, value: str = NAME, person: str = ANA) -> ButtonPress:
    act = {"action_id": action, "block_id": "b", "value": value}
    return ButtonPress.model_validate({"user": {"id": person}, "actions": [act]})


def submission(metadata: str, values: Json | None = None, person: str = ANA) -> Submission:
    view = {"id": "V1", "private_metadata": metadata, "state": {"values": values or {}}}
    return Submission.model_validate({"user": {"id": person}, "view": view})


def refusal(reply: object) -> type[Exception]:
    assert isinstance(reply, Refused)
    return type(reply.error)


def standing(texts: FakeTexts | None = None) -> Room:
    """Return a desk whose playbook is active in this text."""
    active = Active(playbook=NAME, version=BOOK.version, at=NOW)
    reading = FakeReading(book=BOOK, active_now=active)
    return Room(reading=reading, texts=texts or FakeTexts())


def test_what_is_not_there_any_more_is_said() -> None:
    """Nothing is opened, and nothing proposed."""
    room = Room()
    assert refusal(ownerform.change(room.desk, press("change_playbook"))) is UnknownPlaybook
    assert refusal(ownerform.choose(room.desk, submission(NAME))) is StaleForm
    assert refusal(ownerform.propose(room.desk, submission(f"{NAME}|a|head"))) is StaleForm
    assert refusal(ownerform.create(room.desk, submission("gone"))) is NotShipped
    assert isinstance(ownerform.show_checklist(room.desk, press("show_checklist")), Said)
    assert not room.engine.commands


def test_only_staff_look() -> None:
    """Whoever else asks is told so."""
    room = Room(books=(BOOK,))
    for reply in (
        ownerform.show_checklist(room.desk, press("show_checklist", person=STRANGER)),
        ownerform.begin(room.desk, press("new_playbook", person=STRANGER)),
        ownerform.choose(room.desk, submission(NAME, person=STRANGER)),
    ):
        assert refusal(reply) is Stranger
    assert isinstance(ownerform.begin(room.desk, press("new_playbook")), Opened)


@pytest.mark.parametrize("key", ["gone", "head"])
def test_a_part_or_a_version_that_is_not_there_any_more_is_refused(key: str) -> None:
    """The form was filled with something else."""
    base = BOOK.version[:12] if key == "gone" else "0" * 12
    reply = ownerform.propose(standing().desk, submission(f"{NAME}|{base}|{key}", TITLE))
    assert refusal(reply) is StaleForm


def test_what_can_t_be_read_for_another_reason_is_said_whole() -> None:
    """No field is to blame."""
    room = standing(FakeTexts(fails=PlaybookError(place="p.yml", problem="it is gone")))
    reply = ownerform.propose(room.desk, submission(f"{NAME}|{BOOK.version[:12]}|head", TITLE))
    assert reply == Wrong({}, "p.yml: it is gone")
    found = problems(GOOD.replace("owner: sales", "owner: nobody"))
    room = standing(FakeTexts(fails=UnreadableFile("p.yml", found)))
    reply = ownerform.propose(room.desk, submission(f"{NAME}|{BOOK.version[:12]}|head", TITLE))
    assert isinstance(reply, Wrong)
    assert list(reply.errors) == ["owner"]


def test_an_answer_without_a_proposal_is_given_on() -> None:
    """What the engine says is what people are told."""
    room = standing(FakeTexts(book=BOOK))
    form = submission(f"{NAME}|{BOOK.version[:12]}|head", TITLE)
    assert ownerform.propose(room.desk, form) == Recorded()
    room.engine.answer = Refused(error=StaleForm())
    assert ownerform.propose(room.desk, form) is room.engine.answer
    assert room.texts.given[0][1].startswith("playbook: quote-follow-up\ntitle: Another\n")


def test_a_file_no_form_can_change_alone_is_refused() -> None:
    """Somebody changes the file instead."""
    room = standing()
    room.reading.book = BOOK.model_copy(update={"source": f"{GOOD}review: 2026-13-45\n"})
    form = submission(f"{NAME}|{BOOK.version[:12]}|head", TITLE)
    assert refusal(ownerform.propose(room.desk, form)) is CannotRewrite


def test_a_sentence_about_a_field_the_dialog_does_not_have_is_said_in_its_place() -> None:
    """Slack refuses an answer about such a field."""
    said: list[Json] = []
    shown = submission("", {"input:title:0": {"input": {"value": "x"}}})
    desk = Room().desk
    after_submission(desk, shown, Wrong({"title": "No."}), lambda **answer: said.append(answer))  # type: ignore[arg-type] -- only called
    after_submission(desk, shown, Wrong({"goal": "No."}), lambda **answer: said.append(answer))  # type: ignore[arg-type] -- only called
    assert said[0] == {"response_action": "errors", "errors": {"input:title:0": "No."}}
    assert "goal No." in str(said[1]["view"])
