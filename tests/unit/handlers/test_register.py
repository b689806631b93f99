"""The edge to Slack: what is registered, and that no exception leaves a listener."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from slack_bolt import App, BoltRequest, BoltResponse
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient

from handlers.register import catch_up, happened, register
from tests.unit.blocks import examples
from tests.unit.handlers.desks import ANA, FakeEngine, FakeInbox, FakeReading, Room
from workflows.errors import NotRecorded

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

Json = dict[str, Any]
DRAFT = examples.draft()
VALUE = f"{DRAFT.id}.1.{DRAFT.current.payload_hash[:12]}"
OPENED = {"type": "app_home_opened", "user": ANA, "tab": "home"}


class AtOnce:
    """An executor that runs what it is given before it returns."""

    def submit(self, fn: Callable[..., Any], /, *args: Any) -> Future[Any] | None:
        fn(*args)
        return None


def _app(room: Room) -> App:
    """Return the real Bolt app; nothing it does here needs the network."""
    found = AuthorizeResult(enterprise_id=None, team_id="T1", bot_token="xoxb-1", bot_id="B1")
    app = App(
        authorize=lambda: found,
        client=WebClient(base_url="http://127.0.0.1:9/", retry_handlers=[]),
        signing_secret="s",
    )
    app.listener_runner.listener_executor = AtOnce()  # type: ignore[assignment] -- it has the one method that is used
    register(app, room.desk)
    return app


def _sent(room: Room, body: Json) -> BoltResponse:
    return _app(room).dispatch(BoltRequest(body=body, mode="socket_mode"))


def _press(**changes: Any) -> Json:
    act = {"action_id": "approve", "block_id": "b", "value": VALUE, "type": "button"}
    return {
        "type": "block_actions",
        "user": {"id": ANA},
        "team": {"id": "T1"},
        "container": {"message_ts": "1.5", "channel_id": "C1"},
        "actions": [{**act, **changes}],
    }


def _event(event: Json, event_id: str = "Ev1") -> Json:
    return {"type": "event_callback", "team_id": "T1", "event_id": event_id, "event": event}


def test_a_press_on_a_card_makes_its_message_known() -> None:
    """Whichever copy was pressed is drawn again with the others."""
    room = Room(reading=FakeReading(examples.run().model_copy(update={"draft": DRAFT})))
    assert _sent(room, _press()).status == 200
    assert room.adopted == [(f"draft:{DRAFT.id}", "C1", "1.5")]


def test_a_press_on_a_card_of_nobody_knows_what_is_not_kept() -> None:
    """A draft that is not here has no message to be drawn."""
    room = Room()
    assert _sent(room, _press()).status == 200
    assert room.adopted == []


def test_a_copy_that_can_not_be_noted_does_not_undo_the_press() -> None:
    """The decision is stored; the copy is drawn at the next press on it."""

    def fail() -> None:
        raise NotRecorded

    held = examples.run().model_copy(update={"draft": DRAFT})
    room = Room(reading=FakeReading(held), adopting=fail)
    assert _sent(room, _press()).status == 200
    assert len(room.engine.commands) == 1


def test_a_press_waits_for_the_database_no_longer_than_its_deadline() -> None:
    """Of Slack's three seconds two may be spent on locks."""
    room = Room()
    _sent(room, _press())
    assert room.engine.deadlines == [2.0]
    assert room.engine.left[0] <= 2.0


@pytest.mark.parametrize("error", [RuntimeError("boom"), ValueError("odd"), KeyError("x")])
def test_a_failing_listener_acknowledges_and_raises_nothing(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    """What went wrong is in the log under a reference, never with the person."""
    assert _sent(Room(engine=FakeEngine(error)), _press()).status == 200
    assert caplog.records


def test_a_failing_form_says_so_in_place() -> None:
    """The reference is what the person can pass on."""
    view = {"callback_id": "review", "private_metadata": VALUE, "type": "modal"}
    body = {"type": "view_submission", "user": {"id": ANA}, "team": {"id": "T1"}, "view": view}
    answer = _sent(Room(engine=FakeEngine(RuntimeError("boom"))), body)
    assert answer.status == 200
    assert "Something went wrong here (reference" in answer.body


@pytest.mark.parametrize("action_id", ["approved", "snooze", "approve_all", "x:approve"])
def test_an_unknown_button_is_acknowledged(action_id: str) -> None:
    """It does nothing."""
    room = Room()
    assert _sent(room, _press(action_id=action_id)).status == 200
    assert room.engine.commands == []


def test_an_event_is_kept_before_it_is_acknowledged() -> None:
    """And dealt with once."""
    room = Room()
    for _ in range(2):
        assert _sent(room, _event(OPENED)).status == 200
    assert room.homes == [ANA]
    assert room.inbox.done == ["Ev1"]


def test_an_event_that_can_not_be_kept_is_not_acknowledged() -> None:
    """Slack delivers it again."""
    room = Room(inbox=FakeInbox(fails=NotRecorded()))
    assert _sent(room, _event(OPENED)).status == 500
    assert room.homes == []


@pytest.mark.parametrize("event", [{"type": "reaction_added"}, {}, "odd"])
def test_an_event_nobody_listens_for_is_not_kept(event: Any) -> None:
    """Only what will be dealt with fills the inbox."""
    room = Room()
    _sent(room, _event(event))
    assert room.inbox.events == {}


def test_an_event_that_can_not_be_stored_now_waits_for_the_next_start() -> None:
    """It stays unhandled, and nothing is raised."""
    room = Room(inbox=FakeInbox(fails=NotRecorded()))
    happened(room.desk, _event(OPENED))
    assert room.inbox.done == []


def test_an_event_that_breaks_something_raises_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """One bad event must not keep the bot from starting; it stays on the list."""
    room = Room(inbox=FakeInbox(fails=RuntimeError("boom")))
    happened(room.desk, _event(OPENED))
    assert "could not be dealt with" in caplog.text


@pytest.mark.parametrize("kind", ["tokens_revoked", "app_uninstalled"])
def test_slack_taking_its_tokens_back_is_logged(
    kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    """With what happens next; the event is dealt with."""
    room = Room()
    happened(room.desk, _event({"type": kind}))
    assert caplog.records[0].levelname == "ERROR"
    assert room.inbox.done == ["Ev1"]


@pytest.mark.parametrize("event", [{"tab": "messages"}, {"tab": "home", "user": ""}])
def test_only_somebody_who_opens_the_home_tab_has_it_drawn(event: Json) -> None:
    """The messages tab is no Home; nobody has no Home."""
    room = Room()
    happened(room.desk, _event({**OPENED, **event}))
    assert room.homes == []


def test_what_is_no_event_is_not_read_as_one() -> None:
    """A press that carries something odd where events have their id is still a press."""
    room = Room()
    assert _sent(room, {**_press(), "event_id": ["odd"]}).status == 200
    assert len(room.engine.commands) == 1


def test_a_form_that_was_not_stored_is_told_in_place() -> None:
    """Nothing typed is lost."""
    view = {"callback_id": "review", "private_metadata": VALUE, "type": "modal"}
    body = {"type": "view_submission", "user": {"id": ANA}, "team": {"id": "T1"}, "view": view}
    answer = _sent(Room(engine=FakeEngine(NotRecorded())), body)
    assert "Not recorded" in answer.body


def test_a_form_nobody_knows_is_told_in_place() -> None:
    """It is of an older version."""
    view = {"callback_id": "older", "type": "modal"}
    body = {"type": "view_submission", "user": {"id": ANA}, "team": {"id": "T1"}, "view": view}
    assert "not known any more" in _sent(Room(), body).body


def test_a_command_is_answered() -> None:
    """In its acknowledgement."""
    body = {"command": "/sayso", "text": "", "user_id": ANA, "team_id": "T1"}
    assert "Sayso: agents draft" in _sent(Room(), body).body


def test_the_shortcut_is_answered() -> None:
    """Also where Slack can't be reached to open the dialog."""
    body = {"type": "shortcut", "callback_id": "start_playbook", "user": {"id": ANA}}
    assert _sent(Room(), body).status == 200


def test_catching_up_deals_with_what_was_left() -> None:
    """Oldest first; what an older version kept and nobody knows now is left alone."""
    room = Room()
    room.inbox.events = {
        "Ev1": _event(OPENED),
        "Ev2": _event({"type": "gone"}, "Ev2"),
        "Ev3": _event({**OPENED, "user": "U02BEN"}, "Ev3"),
    }
    room.inbox.done.append("Ev1")
    catch_up(room.desk)
    assert room.homes == ["U02BEN"]
    assert room.inbox.done == ["Ev1", "Ev3"]
