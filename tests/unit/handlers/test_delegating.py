"""Scoring work: what opens the form, what it sends, and what is not there any more."""

from __future__ import annotations

from typing import Any

import pytest

from blocks.values import WorkValue
from handlers import actions, commands, delegating, views
from handlers.payloads import ButtonPress, SlashCommand, Submission
from handlers.replies import Opened, Turned
from tests.slack.screen import buttons, words
from tests.unit.blocks import examples
from tests.unit.handlers.desks import ANA, STRANGER, Room
from workflows.answers import Recorded, Refused
from workflows.commands import Assess, Unlist
from workflows.delegation.inventory import of_work
from workflows.errors import Rescored, UnknownPlaybook, UnknownWork

Json = dict[str, Any]
BOOK = examples.playbook()
ENTRY = f"playbook:{BOOK.playbook}"


def _press(action: str, value: str, person: str = ANA, page: str = "") -> ButtonPress:
    act = {"action_id": action, "block_id": "b", "value": value, "action_ts": "1.0"}
    view = {"id": "V1", "type": "modal", "private_metadata": page}
    return ButtonPress.model_validate({"user": {"id": person}, "actions": [act], "view": view})


def _pressed(room: Room, action: str, value: str, **more: str) -> Any:
    return actions.ON[actions.ActionId(action)](room.desk, _press(action, value, **more))


def _submitted(room: Room, value: str, values: Json | None = None) -> Any:
    view = {"id": "V1", "hash": "h", "private_metadata": value, "state": {"values": values or {}}}
    submission = Submission.model_validate({"user": {"id": ANA}, "view": view})
    return submission, views.ON[views.CallbackId.DELEGATE](room.desk, submission)


def test_a_new_piece_of_work_is_first_of_whoever_opens_the_form() -> None:
    """They can choose somebody else."""
    opened = _pressed(Room(), "delegate", "work:new.0")
    assert isinstance(opened, Opened)
    assert opened.view["private_metadata"] == "work:new.0"
    owner = next(b for b in opened.view["blocks"] if "owner" in b["block_id"])
    assert owner["element"]["initial_user"] == ANA


def test_the_form_names_the_version_there_is_now_not_the_one_of_the_button() -> None:
    """It shows that version's answers."""
    one = examples.assessment()
    opened = _pressed(Room(), "delegate", f"{one.entry}.1")
    assert isinstance(opened, Refused)
    room = Room()
    room.reading.stated[one.entry] = one
    opened = _pressed(room, "delegate", f"{one.entry}.1")
    assert isinstance(opened, Opened)
    assert opened.view["private_metadata"] == str(WorkValue(entry=one.entry, n=2))


@pytest.mark.parametrize(
    ("value", "error"),
    [("playbook:gone.0", UnknownPlaybook), (f"work:{'a' * 16}.1", UnknownWork)],
)
def test_what_is_not_there_any_more_opens_nothing(value: str, error: type[Exception]) -> None:
    """It is said instead."""
    answer = _pressed(Room(), "delegate", value)
    assert isinstance(answer, Refused)
    assert isinstance(answer.error, error)


def test_what_was_taken_off_is_not_opened_again_but_a_playbook_is() -> None:
    """A playbook can always be scored."""
    gone = examples.assessment().model_copy(update={"listed": False})
    of_book = gone.model_copy(update={"entry": ENTRY})
    room = Room(books=(BOOK,))
    room.reading.stated |= {gone.entry: gone, ENTRY: of_book}
    assert isinstance(_pressed(room, "delegate", f"{gone.entry}.2"), Refused)
    assert isinstance(_pressed(room, "delegate", f"{ENTRY}.0"), Opened)
    room.books, room.reading.stated[ENTRY] = (), of_book.model_copy(update={"listed": True})
    assert isinstance(_pressed(room, "delegate", f"{ENTRY}.0"), Refused)


@pytest.mark.parametrize("value", ["x", "work:new", "work:new.-1", "playbook:A.1", "draft:1.1", ""])
def test_a_value_of_another_kind_is_not_understood(value: str) -> None:
    """Whoever made it up gets nothing."""
    with pytest.raises(ValueError, match="not the value"):
        _pressed(Room(), "delegate", value)


def test_what_is_submitted_is_one_command_and_new_work_gets_its_name_from_the_submission() -> None:
    """The same delivery twice means the same piece of work."""
    room = Room()
    room.engine.answer = Refused(error=Rescored(who="Ben"))
    state = {"input:title:0": {"input": {"value": "Mails"}}, "input:minutes:0": {"input": {}}}
    submission, answer = _submitted(room, "work:new.0", state)
    assert answer is room.engine.answer
    (command,) = room.engine.commands
    assert isinstance(command, Assess)
    assert (command.entry, command.base) == (of_work(submission.key), 0)
    assert command.values == {"title": "Mails"}


def test_what_was_kept_is_shown_beside_the_playbooks_level() -> None:
    """The dialog turns into the recommendation."""
    one = examples.assessment().model_copy(update={"entry": ENTRY})
    room = Room(books=(BOOK,))
    room.reading.stated[ENTRY] = one
    _, answer = _submitted(room, f"{ENTRY}.2")
    assert isinstance(answer, Turned)
    assert "Level 4 is recommended" in words(answer.view)
    assert "It is at level 3. Its owner may raise" in words(answer.view)
    assert buttons(answer.view) == ["Change …", "Task inventory"]


def test_what_can_t_be_read_back_is_recorded_all_the_same() -> None:
    """The answer of the engine stands."""
    _, answer = _submitted(Room(), f"{ENTRY}.0")
    assert answer == Recorded()


def test_removing_names_the_version_and_turns_the_list() -> None:
    """On its page; a refusal is said."""
    one = examples.assessment()
    room = Room()
    answer = _pressed(room, "unlist", f"{one.entry}.2", page="x")
    assert isinstance(answer, Turned)
    (command,) = room.engine.commands
    assert isinstance(command, Unlist)
    assert (command.entry, command.base) == (one.entry, 2)
    room.engine.answer = Refused(error=UnknownWork())
    assert _pressed(room, "unlist", f"{one.entry}.2", page="1") is room.engine.answer


@pytest.mark.parametrize(
    ("action", "value"),
    [("delegate", "work:new.0"), ("delegate_which", "which"), ("inventory", "1")],
)
def test_strangers_open_nothing(action: str, value: str) -> None:
    """Only people of the company."""
    assert isinstance(_pressed(Room(), action, value, person=STRANGER), Refused)
    assert isinstance(_pressed(Room(), action, value), Opened)


def test_a_dialog_without_a_choice_names_no_playbook() -> None:
    """It is refused, not guessed."""
    submission = Submission.model_validate({"user": {"id": ANA}, "view": {"id": "V1"}})
    assert isinstance(delegating.chosen(Room().desk, submission), Refused)


def test_the_commands_are_those_of_the_help() -> None:
    """With and without a name."""
    room = Room(books=(BOOK,))
    lines = ["delegate", f"delegate {BOOK.playbook}", "inventory"]
    for line in lines:
        said = SlashCommand(command="/sayso", text=line, user_id=ANA)
        assert isinstance(commands.sayso(room.desk, said), Opened)
    wrong = SlashCommand(command="/sayso", text="delegate nothing", user_id=ANA)
    assert isinstance(commands.sayso(room.desk, wrong), Refused)
