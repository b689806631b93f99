"""Every button becomes one command with exactly what its card showed, or opens something."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from blocks.ids import ActionId
from blocks.queue import Waiting
from handlers import actions, starting
from handlers.payloads import ButtonPress
from handlers.replies import Opened, Said, Turned
from tests.unit.blocks import examples
from tests.unit.handlers.desks import ANA, FakeEngine, FakeReading, Room
from workflows.answers import Recorded, Refused
from workflows.commands import (
    REASONS,
    Answer,
    Approve,
    Claim,
    OnDraft,
    OpenChange,
    OpenEdit,
    OpenReject,
    OpenSign,
    Pause,
    Redraft,
    Reject,
    Resolve,
    Resume,
    StartRun,
    SwitchExample,
    Undo,
)
from workflows.errors import UnknownDraft
from workflows.run import Claimed, DraftState

if TYPE_CHECKING:
    from workflows.commands import Command

DRAFT = examples.draft()
RUN = examples.run().model_copy(update={"draft": DRAFT})
HASH = DRAFT.current.payload_hash[:12]
VALUE = f"{DRAFT.id}.1.{HASH}"


def _press(action: str, value: str = VALUE, *, menu: bool = False, view: str = "") -> ButtonPress:
    chosen = {"selected_option": {"value": value}} if menu else {"value": value}
    place = {"view": {"id": "V1", "type": view}} if view else {"container": {"message_ts": "1.5"}}
    body = {"user": {"id": ANA}, "channel": {"id": "C1"}, **place}
    acts = [{"action_id": action, "action_ts": "9.1", **chosen}]
    return ButtonPress.model_validate({**body, "actions": acts})


def _given(room: Room) -> Command:
    (command,) = room.engine.commands
    return command


@pytest.mark.parametrize(
    ("action", "kind"),
    [
        (ActionId.APPROVE, Approve),
        (ActionId.EDIT, OpenEdit),
        (ActionId.REJECT, OpenReject),
        (ActionId.UNDO, Undo),
        (ActionId.UNDO_DONE, Undo),
        (ActionId.DRAFT_AGAIN, Redraft),
        (ActionId.ARRIVED, Resolve),
        (ActionId.SEND_AGAIN, Resolve),
    ],
)
def test_a_cards_button_is_one_command_about_what_it_showed(
    action: ActionId, kind: type[OnDraft]
) -> None:
    """Draft, revision and hash from the button; the person from the envelope."""
    room = Room()
    assert actions.ON[action](room.desk, _press(action)) == Recorded()
    command = _given(room)
    assert type(command) is kind
    assert isinstance(command, OnDraft)
    assert (command.draft_id, command.revision, command.payload_hash) == (DRAFT.id, 1, HASH)
    assert command.actor.id == ANA


def test_looking_is_not_deduplicated_and_deciding_is() -> None:
    """Opening a form twice opens it twice; a signature has the press's own key."""
    room = Room()
    for action in (ActionId.EDIT, ActionId.REJECT, ActionId.APPROVE):
        actions.ON[action](room.desk, _press(action))
    keys = [command.key for command in room.engine.commands]
    assert keys[:2] == ["", ""]
    assert keys[2].endswith(f":approve:9.1:{ANA}")


@pytest.mark.parametrize(("action", "happened"), [("arrived", True), ("send_again", False)])
def test_what_somebody_saw_outside_is_taken_down(action: str, happened: bool) -> None:  # noqa: FBT001 -- a parameter of the test
    """It happened, or it did not."""
    room = Room()
    actions.ON[ActionId(action)](room.desk, _press(action))
    command = _given(room)
    assert isinstance(command, Resolve)
    assert command.happened is happened


@pytest.mark.parametrize("at", range(len(REASONS)))
def test_a_reason_rejects_with_one_tap(at: int) -> None:
    """The dialog then says what was done."""
    room = Room()
    reply = actions.reason(room.desk, _press(f"reason:{at}"))
    command = _given(room)
    assert isinstance(command, Reject)
    assert command.reason == REASONS[at]
    assert isinstance(reply, Turned)


def test_a_refused_reason_says_why() -> None:
    """The dialog does not claim that it was rejected."""
    refused = Refused(error=UnknownDraft())
    assert actions.reason(Room(engine=FakeEngine(refused)).desk, _press("reason:0")) is refused


@pytest.mark.parametrize("number", ["99", "-1"])
def test_a_reason_nobody_offered_rejects_nothing(number: str) -> None:
    """Only what stands on the buttons is a reason."""
    room = Room()
    assert isinstance(actions.reason(room.desk, _press(f"reason:{number}")), Said)
    assert room.engine.commands == []


def test_the_full_text_is_opened_turned_or_refused() -> None:
    """Pages turn in place; a draft that is gone is said."""
    desk = Room(reading=FakeReading(RUN)).desk
    assert isinstance(actions.review(desk, _press("review")), Opened)
    assert isinstance(actions.review_page(desk, _press("review_page", f"2:{VALUE}")), Turned)
    gone = Room().desk
    assert isinstance(actions.review_page(gone, _press("review_page", f"2:{VALUE}")), Refused)


def test_the_three_dots_show_why_or_ask_before_taking_over() -> None:
    """Two choices of one menu that decide nothing yet."""
    desk = Room(reading=FakeReading(RUN)).desk
    why = actions.more(desk, _press("more", f"why:{VALUE}", menu=True))
    assert isinstance(why, Said)
    assert "Why:" in why.message["text"]
    asked = actions.more(desk, _press("more", f"take:{VALUE}", menu=True))
    assert isinstance(asked, Opened)
    assert asked.view["callback_id"] == "take"


@pytest.mark.parametrize(
    ("choice", "kind"), [("change", OpenChange), ("comment", OpenSign), ("claim", Claim)]
)
def test_the_other_choices_are_commands(choice: str, kind: type) -> None:
    """With who, and what was shown."""
    room = Room(reading=FakeReading(RUN))
    actions.more(room.desk, _press("more", f"{choice}:{VALUE}", menu=True))
    assert isinstance(_given(room), kind)


def test_a_choice_of_an_older_menu_is_not_understood() -> None:
    """The listener says so to the person."""
    with pytest.raises(ValueError, match="history"):
        actions.more(Room().desk, _press("more", f"history:{VALUE}", menu=True))


@pytest.mark.parametrize(
    ("action", "value", "task", "choice"),
    [("answer:1", "t1:by phone: now", "t1", "by phone: now"), ("task_done", "t1", "t1", "done")],
)
def test_a_task_is_answered_with_its_choice(
    action: str, value: str, task: str, choice: str
) -> None:
    """An option may hold a colon itself."""
    room = Room()
    actions.ON[ActionId(action.partition(":")[0])](room.desk, _press(action, value))
    command = _given(room)
    assert isinstance(command, Answer)
    assert (command.task_id, command.choice) == (task, choice)


def test_a_picked_playbook_shows_its_form_and_keeps_the_channel() -> None:
    """From a message the channel it stands in, from the picker the one it was opened in."""
    desk = Room(books=(examples.playbook(),)).desk
    shown = starting.pick(desk, _press("pick:0", "quote-follow-up"))
    assert isinstance(shown, Opened)
    assert shown.view["private_metadata"] == "C1|quote-follow-up"
    assert isinstance(starting.pick(desk, _press("pick:0", "gone")), Said)


def test_start_opens_the_picker() -> None:
    """With what there is."""
    assert isinstance(starting.begin(Room().desk, _press("start", "pick")), Opened)


def test_a_next_action_starts_from_the_record() -> None:
    """Playbook and inputs come from the report, the thread from where the button stands."""
    report = examples.report().model_dump(mode="json")
    held = RUN.model_copy(update={"results": {"report": report}})
    room = Room(reading=FakeReading(held))
    reply = starting.start_next(room.desk, _press("start_next:0", f"{held.id}:0"))
    command = _given(room)
    assert isinstance(command, StartRun)
    assert (command.playbook, command.key) == ("invoice-follow-up", f"kpi:{held.id}:0")
    assert command.place
    assert command.place.thread_ts == "1.5"
    assert isinstance(reply, Recorded)
    assert isinstance(starting.start_next(room.desk, _press("start_next", "gone:0")), Said)


@pytest.mark.parametrize(("word", "kind"), [("pause", Pause), ("resume", Resume)])
def test_a_switch_says_which_way_and_what(word: str, kind: type) -> None:
    """The scope may hold a colon."""
    room = Room()
    actions.switch(room.desk, _press("switch", f"{word}:playbook:x"))
    command = _given(room)
    assert isinstance(command, kind)
    assert command.model_dump()["scope"] == "playbook:x"


@pytest.mark.parametrize("to", ["on", "off", "removed"])
def test_an_example_is_switched_by_one_command(to: str) -> None:
    """Whether they may is decided where everything is."""
    room = Room()
    actions.example(room.desk, _press("example", f"{to}:d-7"))
    command = _given(room)
    assert isinstance(command, SwitchExample)
    assert (command.example_id, command.to) == ("d-7", to)
    with pytest.raises(ValueError, match="to"):
        actions.example(room.desk, _press("example", "sideways:d-7"))


def test_the_most_pressing_is_opened_or_nothing_waits() -> None:
    """Claim next takes the first of the list."""
    room = Room(reading=FakeReading(RUN))
    assert isinstance(actions.claim_next(room.desk, _press("claim_next", "next")), Said)
    room.waiting = [Waiting(draft=DRAFT, spec=examples.SPEC)]
    assert isinstance(actions.claim_next(room.desk, _press("claim_next", "next")), Opened)
    assert isinstance(_given(room), Claim)


def test_claim_next_leaves_out_what_others_look_at() -> None:
    """And says so when that is all; one nobody can sign any more is opened without a claim."""
    until = examples.NOW + timedelta(minutes=1)
    theirs = DRAFT.model_copy(update={"claim": Claimed(by="U9", until=until)})
    room = Room(reading=FakeReading(RUN))
    room.waiting = [Waiting(draft=theirs, spec=examples.SPEC)]
    said = actions.claim_next(room.desk, _press("claim_next", "next"))
    assert isinstance(said, Said)
    assert "Others are looking" in said.message["text"]
    doubt = DRAFT.model_copy(update={"state": DraftState.UNCERTAIN})
    room.waiting = [Waiting(draft=doubt, spec=examples.SPEC)]
    assert isinstance(actions.claim_next(room.desk, _press("claim_next", "next")), Opened)
    assert room.engine.commands == []


def test_claim_next_says_when_somebody_was_faster() -> None:
    """Between the list and the claim."""
    room = Room(engine=FakeEngine(Refused(error=UnknownDraft())), reading=FakeReading(RUN))
    room.waiting = [Waiting(draft=DRAFT, spec=examples.SPEC)]
    assert isinstance(actions.claim_next(room.desk, _press("claim_next", "next")), Refused)


@pytest.mark.parametrize("action", ["show_queue", "show_audit", "show_run", "show_help"])
def test_looking_answers_with_something_to_look_at(action: str) -> None:
    """Each for the one who asks."""
    desk = Room(reading=FakeReading(RUN)).desk
    assert isinstance(actions.ON[ActionId(action)](desk, _press(action, RUN.id)), Said)
