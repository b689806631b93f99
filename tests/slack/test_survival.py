"""Story: whatever Slack delivers, and whatever the database does, nothing breaks and the person is told."""

from __future__ import annotations

import json
import sqlite3
import threading
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from tests.slack import screen
from tests.slack.office import LEE, NOA, SALES, retold
from tests.slack.workspace import TEAM
from workflows.run import DraftState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.slack.office import Office

Json = dict[str, Any]


@pytest.fixture
def locked(office: Office) -> Iterator[sqlite3.Connection]:
    """Hold the database's writer lock, as another process would."""
    file = office.home / "sayso.db"
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield connection


def _free(connection: sqlite3.Connection) -> None:
    connection.execute("ROLLBACK")


def test_a_press_that_could_not_be_stored_is_not_acknowledged(
    office: Office, card: Json, locked: sqlite3.Connection
) -> None:
    """Commit before ack: Slack shows its error, the person a sentence, and the next press works."""
    seen = office.dispatch(office.pressing(NOA, card, "approve"))
    assert not seen.acked
    assert "Not recorded, nothing was done" in seen.said
    assert office.draft().state is DraftState.OPEN
    _free(locked)
    office.press(NOA, card, "approve")
    assert office.draft().state is DraftState.HOLDING


def test_a_command_that_could_not_be_stored_is_not_acknowledged(
    office: Office, locked: sqlite3.Connection
) -> None:
    """Typed words get the same sentence."""
    seen = office.dispatch(office.commanding(LEE, "/playbook quote-follow-up Q-1043"))
    assert not seen.acked
    assert "Not recorded, nothing was done" in seen.said
    _free(locked)
    assert office.runs() == []


def test_a_form_that_could_not_be_stored_keeps_what_was_typed(office: Office, card: Json) -> None:
    """The dialog stays open with the sentence at its first field, and can be submitted again."""
    office.press(LEE, card, "edit")
    with closing(sqlite3.connect(office.home / "sayso.db", isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        seen = office.dispatch(office.submitting(LEE, {"input:subject": "Mine"}))
        connection.execute("ROLLBACK")
    assert "Not recorded" in next(iter(seen.errors.values()))
    assert office.draft().revision == 1
    office.submit(LEE, {"input:subject": "Mine"})
    assert office.draft().revision == 2


def test_an_event_that_could_not_be_stored_is_not_acknowledged(
    office: Office, locked: sqlite3.Connection
) -> None:
    """Slack sends it again then."""
    event = {"type": "app_home_opened", "user": LEE, "tab": "home"}
    body = {"type": "event_callback", "team_id": TEAM, "event_id": "Ev9", "event": event}
    assert not office.dispatch(body).acked
    _free(locked)
    assert office.dispatch(body).acked
    office.settle()
    assert LEE in office.slack.homes


def test_a_doubled_event_counts_once(office: Office) -> None:
    """Events are kept by their id before they are acknowledged; the second is dropped."""
    event = {"type": "app_home_opened", "user": LEE, "tab": "home"}
    office.event("Ev1", event)
    (row,) = office.rows(f"home:{LEE}")
    assert office.event("Ev1", event).acked
    (again,) = office.rows(f"home:{LEE}")
    assert again.wanted == row.wanted
    office.event("Ev2", event)
    (third,) = office.rows(f"home:{LEE}")
    assert third.wanted == row.wanted + 1


def test_an_event_a_crash_left_behind_is_dealt_with_at_the_next_start(office: Office) -> None:
    """Stored and acknowledged, but the bot died before it did anything."""
    event = {"type": "app_home_opened", "user": LEE, "tab": "home"}
    body = {"type": "event_callback", "team_id": TEAM, "event_id": "Ev1", "event": event}
    office.program.desk.inbox.store_event("Ev1", body, None)
    strange = {"event_id": "Ev2", "event": {"type": "of_an_older_version"}}
    office.program.desk.inbox.store_event("Ev2", strange, None)
    office.settle()
    assert office.slack.homes == {}
    office.restart()
    office.settle()
    assert LEE in office.slack.homes
    assert [kept.event_id for kept in office.unhandled()] == ["Ev2"]


def test_events_about_the_app_itself_are_taken_calmly(office: Office) -> None:
    """Tokens revoked, app removed: kept and logged, nothing breaks."""
    for number, kind in enumerate(("tokens_revoked", "app_uninstalled")):
        assert office.event(f"Ev{number}", {"type": kind}).acked
    assert office.unhandled() == []


@pytest.mark.parametrize("action", ["approve", "edit", "reject", "undo", "more", "open", "arrived"])
def test_a_strange_button_does_nothing_and_says_so(office: Office, card: Json, action: str) -> None:
    """Whatever a button carries, there is an answer and no effect."""
    body = office.pressing(NOA, card, "approve")
    for value in ("", "x", "a.b.c", "gone.1.aaaaaaaaaaaa", "🙂" * 900, "a.0.b" * 3):
        seen = office.dispatch(retold(body, action_id=action, value=value))
        assert seen.acked, value
        assert "nothing was done" in seen.said.lower(), value
    assert office.draft().state is DraftState.OPEN
    assert len(office.posted(SALES)) == 1


def test_a_button_of_an_older_version_is_answered(office: Office, card: Json) -> None:
    """Slack keeps a button for as long as its message: one nobody listens to any more is told so."""
    body = office.pressing(NOA, card, "approve")
    seen = office.dispatch(retold(body, action_id="snooze:1"))
    assert seen.acked
    assert "of a kind that is not known any more" in seen.said


def test_a_dialog_of_an_older_version_is_answered(office: Office, card: Json) -> None:
    """A form that was open during an upgrade says that it can't be taken."""
    office.press(LEE, card, "edit")
    office.slack.dialogs[LEE] = {**office.slack.dialogs[LEE], "callback_id": "older"}
    assert "not known any more" in screen.words(office.submit(LEE).dialog)


@pytest.mark.parametrize("metadata", ["", "x", "a.b.c"])
def test_a_form_without_its_draft_is_answered(office: Office, card: Json, metadata: str) -> None:
    """A form that lost what it was about changes nothing and says so."""
    for action in ("edit", "reject"):
        office.press(LEE, card, action)
        held = office.slack.dialogs[LEE]
        office.slack.dialogs[LEE] = {**held, "private_metadata": metadata}
        told = office.submit(LEE, {"own_words": "no"}).dialog
        assert "not known any more" in screen.words(told)
    assert office.draft().revision == 1


@pytest.mark.parametrize(
    "missing", ["user", "team", "container", "channel", "message", "trigger_id"]
)
def test_a_press_with_a_part_missing_survives(office: Office, card: Json, missing: str) -> None:
    """No exception leaves a listener whatever Slack leaves out."""
    body = office.pressing(NOA, card, "approve")
    del body[missing]
    seen = office.dispatch(body)
    assert seen.acked or missing == "user"


@pytest.mark.parametrize("broken", [{"user": None}, {"actions": [{"action_id": "approve"}]}])
def test_a_press_of_a_broken_shape_survives(office: Office, card: Json, broken: Json) -> None:
    """A shape nobody promised is answered, not crashed on."""
    office.dispatch({**office.pressing(NOA, card, "approve"), **broken})
    assert office.draft().state is DraftState.OPEN


def test_slack_not_answering_changes_nothing_of_a_decision(office: Office, card: Json) -> None:
    """The press counts although Slack refused what was to be shown; it is shown later."""
    office.slack.errors["chat.update"] += ["internal_error"] * 2
    office.press(NOA, card, "approve")
    assert office.draft().state is DraftState.HOLDING
    office.pass_by(seconds=61)
    office.pass_by(minutes=2)
    assert "receipt" in screen.words(office.newest(SALES))


def test_a_call_slack_does_not_know_is_no_matter(office: Office) -> None:
    """The look-alike knows what the real one knows: an unknown method is an error and not a crash."""
    assert office.slack.answer("chat.sing", {}) == {"ok": False, "error": "unknown_method"}


def test_many_presses_at_once_are_each_answered(home: Path, opened: Callable[..., Office]) -> None:
    """Twelve drafts, twelve presses in the same moment: twelve letters."""
    file = home / "playbooks" / "quote-follow-up.yml"
    text = file.read_text(encoding="utf-8").replace("mode: single", "mode: parallel")
    text = text.replace("kind: follow-up\n", "")  # of those, one at a time
    file.write_text(text, encoding="utf-8")
    with (home / "company.yml").open("a", encoding="utf-8") as company:
        company.write("customers: {one_card: false}\n")
    office = opened()
    for _ in range(12):
        office.command(LEE, "/playbook quote-follow-up Q-1043")
    bodies = [office.pressing(NOA, card, "approve") for card in office.posted(SALES)]
    threads = [threading.Thread(target=office.deliver, args=(body,)) for body in bodies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    office.pass_by(seconds=61)
    assert len(office.mail.effects) == 12
    assert len({json.dumps(one.key) for one in office.mail.effects}) == 12


def test_serving_begins_with_what_a_crash_left_behind(office: Office) -> None:
    """The whole program with its threads: it catches up, draws, looks at its connections, and stops when told."""
    event = {"type": "app_home_opened", "user": LEE, "tab": "home"}
    body = {"type": "event_callback", "team_id": TEAM, "event_id": "Ev1", "event": event}
    office.program.desk.inbox.store_event("Ev1", body, None)
    stop = threading.Event()
    serving = threading.Thread(target=office.program.serve, args=(stop,))
    serving.start()
    try:
        assert office.slack.drawn.wait(10), "App Home was never drawn"
    finally:
        stop.set()
        serving.join(15)
    assert not serving.is_alive()
    assert LEE in office.slack.homes
    assert office.program.checks.findings
