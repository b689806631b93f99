"""Something goes otherwise, as people in Slack see it: the card says why, and somebody is asked to call."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from bot.connectors.mail import SEND
from tests.fakes.connector import FakeConnector
from tests.slack import playbooks, screen
from tests.slack.office import KIM, LEE, NOA, SALES, STRANGER, Office
from workflows.run import DraftState, RunState

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from workflows.ports import Found, JsonObject

Json = dict[str, Any]


@pytest.fixture
def letters(opened: Callable[..., Office], home: Path) -> Office:
    """Return an office where Lee has started a letter whose playbook has exceptions."""
    playbooks.exceptional(home)
    office = opened()
    office.command(LEE, "/playbook letter to=jo@lark.example")
    return office


def texts(office: Office) -> list[str]:
    """Return the words of every message in #sales."""
    return [screen.words(message) for message in office.posted(SALES)]


def test_the_customer_replies_before_anybody_has_signed(letters: Office) -> None:
    """Noa says so on the card: it is withdrawn, Lee is asked to call, nothing is sent."""
    card = letters.newest(SALES)
    seen = letters.press(NOA, card, "replied")
    assert "Noted. Nothing that was prepared before the reply leaves." in seen.said
    drawn, *rest = texts(letters)
    assert "Withdrawn, nothing was sent: the customer has replied" in drawn
    assert "the run goes on with call" in drawn
    assert screen.buttons(letters.posted(SALES)[0]) == []
    assert "jo@lark.example has replied, so the letter is not sent." in " ".join(rest)
    assert "A task for you: Call jo@lark.example" in " ".join(rest)
    (entry,) = letters.audited("run:exception:taken")
    assert (entry.head["exception"], entry.head["then"]) == ("replied", "call")
    assert letters.mail.effects == []
    task = next(each for each in letters.posted(SALES) if "Done" in screen.buttons(each))
    letters.press(LEE, task, "task_done")
    assert letters.run().state is RunState.DONE


def test_the_customer_replies_while_the_letter_is_held(letters: Office) -> None:
    """Signed a moment ago: the button beside Undo keeps it here, and a second press is told it is over."""
    card = letters.newest(SALES)
    letters.press(NOA, card, "approve")
    held = letters.posted(SALES)[0]
    assert screen.buttons(held) == ["Undo", "The customer has replied"]
    letters.press(LEE, held, "replied")
    letters.pass_by(minutes=5)
    assert letters.draft().state is DraftState.WITHDRAWN
    assert letters.mail.effects == []
    assert "Refused" not in letters.press(NOA, held, "replied").said


@pytest.mark.parametrize("who", [STRANGER, KIM])
def test_only_staff_speak_for_a_customer(letters: Office, who: str) -> None:
    """A stranger and a guest are told so, and the letter can still be signed."""
    assert letters.press(who, letters.newest(SALES), "replied").said
    assert letters.draft().state is DraftState.OPEN


def test_the_command_says_it_too(letters: Office) -> None:
    """By the run's subject."""
    assert "Say to which" in letters.command(NOA, "/sayso replied").said
    assert "no run nobody" in letters.command(NOA, "/sayso replied nobody").said
    assert "Noted." in letters.command(NOA, "/sayso replied jo@lark.example").said
    assert letters.draft().state is DraftState.WITHDRAWN


def test_a_shipped_follow_up_ends_with_a_reply(office: Office) -> None:
    """One press on its card, and nothing is sent."""
    office.command(LEE, "/playbook quote-follow-up Q-1043")
    assert "Noted." in office.press(NOA, office.newest(SALES), "replied").said
    assert office.draft().state is DraftState.WITHDRAWN
    assert any("so no follow-up is sent" in said for said in texts(office))


def test_a_playbook_that_has_nothing_for_a_reply_says_so(
    opened: Callable[..., Office], home: Path
) -> None:
    """Neither a button nor the command takes anything back."""
    playbooks.letter(home)
    office = opened()
    office.command(LEE, "/playbook letter to=jo@lark.example")
    assert "replied" not in str(office.newest(SALES))
    assert "not waiting for that" in office.command(NOA, "/sayso replied jo@lark.example").said
    assert office.draft().state is DraftState.OPEN


def test_of_a_reply_and_a_letter_about_to_leave_one_wins(letters: Office) -> None:
    """Many times at the same moment: what was withdrawn was never sent, what was sent is on the record as such."""
    for _ in range(12):
        letters.press(NOA, letters.posted(SALES)[-1], "approve")
        held = next(m for m in reversed(letters.posted(SALES)) if "Undo" in screen.buttons(m))
        letters.clock.pass_by(seconds=61)
        before = len(letters.mail.effects)
        with ThreadPoolExecutor(2) as both:
            pressed = both.submit(letters.deliver, letters.pressing(LEE, held, "replied"))
            worked = both.submit(letters.program.core.advance)
            pressed.result(30)
            worked.result(30)
        letters.settle()
        draft, sent = letters.draft(), len(letters.mail.effects) - before
        assert (draft.state, sent) in {(DraftState.WITHDRAWN, 0), (DraftState.EXECUTED, 1)}
        run = letters.run()
        assert run.step == "call", "the reply is taken up in either case"
        letters.command(LEE, "/playbook letter to=jo@lark.example")


class Interrupted(FakeConnector):
    """A connector during whose next reading something else happens."""

    meanwhile: Callable[[], None] | None = None

    def read(self, name: str, params: JsonObject) -> Found:
        """Let it happen, once, then read."""
        happens, self.meanwhile = self.meanwhile, None
        if happens:
            happens()
        return super().read(name, params)


def test_a_reply_recorded_while_the_facts_are_looked_at_keeps_the_letter(
    opened: Callable[..., Office], home: Path
) -> None:
    """A worker has claimed what is held and reads the records again when the reply commits."""
    playbooks.exceptional(home, reads="mail.find")
    mail = Interrupted("mail", action=SEND, records={"jo@lark.example": {"name": "Jo"}})
    office = opened(mail=mail)
    office.command(LEE, "/playbook letter to=jo@lark.example")
    office.press(NOA, office.newest(SALES), "approve")
    held = office.posted(SALES)[0]
    mail.meanwhile = lambda: office.deliver(office.pressing(LEE, held, "replied"))
    office.pass_by(seconds=61)
    assert mail.meanwhile is None, "nothing was read again"
    assert office.as_it_is(office.draft()).state is DraftState.WITHDRAWN
    assert mail.effects == []


def test_nobody_signs_and_somebody_is_asked_to_call(letters: Office) -> None:
    """The card has expired and can't be drafted again; the run has gone on."""
    opened = letters.draft()
    for hours in (2, 2, 4):
        letters.pass_by(hours=hours, seconds=1)
    assert letters.as_it_is(opened).state is DraftState.EXPIRED
    card = texts(letters)[0]
    assert "Nothing was sent" in card
    assert "the run goes on with call" in card
    assert "A task for you: Call jo@lark.example" in " ".join(texts(letters))


def test_an_emergency_is_somebodys_task_at_once(letters: Office) -> None:
    """A word in what was asked for: no letter is prepared."""
    letters.command(NOA, "/playbook letter to=fire@lark.example")
    said = " ".join(texts(letters)[-2:])
    assert "A fire at fire@lark.example: call now." in said
    assert "A task for you: Call fire@lark.example" in said
    assert letters.run().draft is None


def test_what_the_mail_server_refuses_is_somebodys_task(letters: Office) -> None:
    """The card says what was refused, and where it goes on."""
    letters.mail.faults = lambda _key, _n: "reject"
    letters.press(NOA, letters.newest(SALES), "approve")
    letters.pass_by(seconds=61)
    card = texts(letters)[0]
    assert "could not be carried out: Refused for good." in card
    assert "the run goes on with call" in card
    assert letters.run().step == "call"
