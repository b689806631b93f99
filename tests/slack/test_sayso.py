"""Story: `/sayso` answers whatever one types, only to the one who asks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from handlers.commands import ON_SAYSO
from tests.slack import playbooks, screen
from tests.slack.office import ANA, IDA, KIM, LEE, MIA, NOA, SALES
from workflows.run import DraftState, RunState

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.slack.office import Office

Json = dict[str, Any]


def _words(said: str) -> set[str]:
    return set(re.findall(r"\w+", said))


@pytest.mark.parametrize("line", ["/sayso", "/sayso help", "/sayso HELP", "/sayso ?"])
def test_help_says_what_one_can_do(office: Office, line: str) -> None:
    """What is done most, every other verb, and buttons."""
    seen = office.command(LEE, line)
    assert [verb for verb in ON_SAYSO if verb != "help" and verb not in _words(seen.said)] == []
    assert seen.payload["response_type"] == "ephemeral"
    assert "/sayso queue what waits for you" in seen.said
    assert screen.buttons(seen.payload) == [
        "Start a playbook",
        "Show my queue",
        "Show the audit log",
    ]


def test_every_button_of_the_help_works(office: Office, card: Json) -> None:
    """Each does what its command does."""
    helped = {**office.command(LEE, "/sayso").payload, "ts": "1.1", "channel": SALES}
    assert card
    assert "1 waits for you" in office.press(LEE, helped, "show_queue").said
    assert "signed" not in office.press(LEE, helped, "show_audit").said
    picker = office.press(LEE, helped, "start").dialog
    assert picker
    assert picker["callback_id"] == "pick"


def test_wrong_words_get_the_likely_ones(office: Office) -> None:
    """`/sayso qeue` is met with the command that was meant."""
    said = office.command(LEE, "/sayso qeue").said
    assert "/sayso qeue is no command. Did you mean /sayso queue?" in said
    assert "is no command. Here is what you can do." in office.command(LEE, "/sayso zzz").said


def test_the_queue_shows_what_waits_with_the_cards_buttons(office: Office, card: Json) -> None:
    """The same Edit and Reject as on the card; Approve only where the row shows all that leaves."""
    assert card
    seen = office.command(NOA, "/sayso queue")
    assert "1 waits for you · oldest 0 min" in seen.said
    assert screen.buttons(seen.payload) == ["Edit", "Reject", "Open", "Claim next"]
    assert "Nothing waits for you." in office.command(MIA, "/sayso queue").said
    assert "Nothing waits for you." in office.command(MIA, "/sayso status").said


def test_claim_next_opens_the_most_pressing(office: Office) -> None:
    """The dearest first, with all of its text."""
    for quote in ("Q-1042", "Q-1044", "Q-1040"):
        office.command(ANA, f"/playbook quote-follow-up {quote}")
    listed: Json = {**office.command(NOA, "/sayso queue").payload, "ts": "1.1", "channel": SALES}
    rows = [screen.words(block) for block in listed["blocks"] if block["type"] == "rich_text"]
    assert [row.partition("quote ")[2][:6] for row in rows] == ["Q-1044", "Q-1040", "Q-1042"]
    assert "Q-1044" in screen.words(office.press(NOA, listed, "claim_next").dialog)
    empty = office.press(MIA, listed, "claim_next")
    assert "Nothing waits for you." in empty.said


def test_the_status_of_a_run_says_where_it_stands_and_how_it_came_there(
    office: Office, card: Json
) -> None:
    """By its id, the beginning of it, or what it is about, with the last steps."""
    assert card
    office.press(NOA, card, "approve")
    for name in (office.run().id, office.run().id[:30], "q-1043"):
        seen = office.command(LEE, f"/sayso status {name}")
        assert "quote-follow-up Q-1043 is signed and waits to leave" in seen.said
        assert "U01NOA" in seen.said
    assert "signed it" in office.command(LEE, "/sayso audit Q-1043").said
    assert "There is no run xyz." in office.command(LEE, "/sayso status xyz").said


def test_the_audit_log_is_asked_by_run_person_or_word(office: Office, card: Json) -> None:
    """Who signed what, when."""
    office.press(NOA, card, "approve")
    run_id = office.run().id
    for about in (f"run:{run_id}", f"draft:{office.draft().id}", f"<@{NOA}|noa>", f"user:{NOA}"):
        assert "signed" in office.command(LEE, f"/sayso audit {about}").said, about
    assert "signed" in office.command(LEE, "/sayso audit").said
    nothing = office.command(LEE, "/sayso audit qwertz").said
    assert "The audit log has nothing about qwertz yet." in nothing


def test_pausing_stops_starts_and_what_is_about_to_leave(office: Office, card: Json) -> None:
    """Paused, nothing starts and nothing leaves; resumed, what was signed goes out."""
    office.press(NOA, card, "approve")
    assert "nothing new starts and nothing leaves" in office.command(ANA, "/sayso pause").said
    assert "paused by Ana Ruiz" in office.command(LEE, "/playbook quote-follow-up Q-1044").said
    office.pass_by(minutes=5)
    assert office.mail.effects == []
    assert office.draft().state is DraftState.HOLDING
    assert "running again" in office.command(IDA, "/sayso resume").said
    office.pass_by(seconds=31)
    assert len(office.mail.effects) == 1


@pytest.mark.parametrize("person", [LEE, KIM, "U09NOBODY"])
def test_only_the_owner_and_admins_pause(office: Office, person: str) -> None:
    """Everybody else is told whom to ask, on the record."""
    said = office.command(person, "/sayso pause").said
    assert "needs the owner or an admin" in said
    assert len(office.audited("slack:press:refused", f"user:{person}")) == 1
    office.command(LEE, "/playbook quote-follow-up Q-1043")
    assert len(office.runs()) == 1


def test_pausing_something_that_is_not_there_is_refused(office: Office) -> None:
    """A misspelt name must not look as if it had been stopped."""
    said = office.command(ANA, "/sayso pause quote-folow-up").said
    assert "Did you mean quote-follow-up?" in said
    office.command(LEE, "/playbook quote-follow-up Q-1043")
    assert len(office.runs()) == 1


def test_a_connector_can_be_paused(office: Office, card: Json) -> None:
    """Scopes with a colon name an agent or a connector."""
    office.command(ANA, "/sayso pause connector:mail")
    office.press(NOA, card, "approve")
    office.pass_by(minutes=5)
    assert office.mail.effects == []
    office.command(ANA, "/sayso resume connector:mail")
    office.pass_by(seconds=31)
    assert len(office.mail.effects) == 1


def test_a_run_is_cancelled_by_the_beginning_of_its_id(office: Office, card: Json) -> None:
    """Nothing of it leaves any more, and its card says so."""
    office.press(NOA, card, "approve")
    said = office.command(LEE, f"/sayso cancel {office.run().id[:13]}").said
    assert "Cancelled. Nothing of it leaves any more." in said
    office.pass_by(minutes=5)
    assert office.mail.effects == []
    assert office.run().state is RunState.CANCELLED
    assert "Withdrawn, nothing was sent" in screen.words(office.posted(SALES)[0])


def test_cancel_asks_which(office: Office) -> None:
    """Without a run, or with one nobody knows, it says what to type."""
    assert "Say which run" in office.command(LEE, "/sayso cancel").said
    assert "There is no run nix." in office.command(LEE, "/sayso cancel nix").said


def test_an_ask_and_a_task_are_closed_with_buttons(
    opened: Callable[..., Office], home: Path
) -> None:
    """The recommended choice stands out; only the one who was asked may answer, once."""
    playbooks.question(home)
    office = opened()
    office.command(ANA, "/playbook question to=jo@lark.example")
    asked = office.newest(SALES)
    assert "U01LEE Which way for jo@lark.example?" in screen.words(asked)
    why = "Suggested: by mail, because jo@lark.example reads mail (not asked before)"
    assert why in screen.words(asked)
    assert screen.buttons(asked) == ["by mail (recommended)", "by phone"]
    assert "needs Lee Park" in office.press(NOA, asked, "answer:1").said
    late = office.pressing(LEE, asked, "answer:0")
    office.press(LEE, asked, "answer:1")
    answered = office.posted(SALES)[0]
    assert "Which way for jo@lark.example? · by phone by U01LEE" in screen.words(answered)
    assert screen.elements(answered) == []
    assert "already closed by Lee Park" in office.dispatch(late).said
    task = office.newest(SALES)
    assert screen.buttons(task) == ["Done"]
    office.press(LEE, task, "task_done")
    assert "Chosen: by phone" in screen.words(office.newest(SALES))
    assert office.run().state is RunState.DONE
