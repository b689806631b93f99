"""Story: somebody decides in plain words, in the thread of a card, through the same door as its buttons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from agents.scripted import ScriptedDrafter
from tests.fakes.connector import FakeConnector
from tests.slack import playbooks, screen
from tests.slack.office import ANA, LEE, MIA, NOA, SALES, STRANGER
from tests.slack.test_together import FIRST, PAY, SHORTER
from tests.slack.test_weekly_numbers import monday_at_eight
from workflows.commands import StartRun
from workflows.run import Actor, DraftState, Place

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.slack.office import Office

Json = dict[str, Any]


def test_approve_in_the_thread_signs_what_the_card_showed(office: Office, card: Json) -> None:
    """Answered to who wrote it alone, in the thread; the log says it was in words, and what was shown."""
    (row,) = office.rows(f"draft:{office.draft().id}")
    assert "Recorded." in office.say(NOA, card, "approve")
    assert "Signed by U01NOA" in screen.words(office.newest(SALES))
    assert office.slack.whispers[NOA][-1]["thread_ts"] == card["ts"]
    (entry,) = office.audited("run:draft:signed")
    assert (entry.head["shown"], entry.head["card_hash"]) == ("words", row.shown_hash)
    office.pass_by(seconds=61)
    assert len(office.mail.effects) == 1


def test_no_with_a_reason_rejects(office: Office, card: Json) -> None:
    """In their own words, or one of the usual ones."""
    office.say(LEE, card, "no, wrong amount")
    assert "Rejected by U01LEE: other · wrong amount" in screen.words(office.newest(SALES))


def test_change_lets_the_agent_write_again(opened: Callable[..., Office]) -> None:
    """In the same card, as from the form."""
    office = opened(drafter=ScriptedDrafter([FIRST, SHORTER]))
    office.command(LEE, "/playbook quote-follow-up Q-1043")
    office.say(NOA, office.newest(SALES), "change: shorter please")
    assert "written again for U01NOA: shorter please" in screen.words(office.newest(SALES))


def test_take_over_and_claim(office: Office, card: Json) -> None:
    """With the answer the command has."""
    assert "It is yours until 04:15." in office.say(NOA, card, "claim")
    assert "Noa Brandt is looking at this until 04:15." in office.say(LEE, card, "take over")
    office.say(NOA, card, "take over")
    assert office.draft().state is DraftState.TAKEN


@pytest.mark.parametrize("words", ["approve it", "not ok", "approve?", "aprovar", "> approve"])
def test_what_is_not_plain_does_nothing_and_says_what_is(
    office: Office, card: Json, words: str
) -> None:
    """Nobody signs by accident."""
    said = office.say(NOA, card, words)
    assert "I understand only these words here, in English: approve · " in said
    assert office.draft().signatures == ()


def test_words_about_an_older_text_are_refused(office: Office, card: Json) -> None:
    """Somebody edited it after the message was written: it was not that text they meant."""
    office.pass_by(seconds=30)
    office.press(LEE, card, "edit")
    office.submit(LEE, {"input:subject": "Another"})
    said = office.say(NOA, card, "approve", ago=10)
    assert "This is revision 1; Lee Park changed it to revision 2." in said
    assert office.draft().signatures == ()
    office.pass_by(seconds=5)
    assert "Recorded." in office.say(NOA, card, "approve")


def test_words_that_come_late_are_not_acted_on(office: Office, card: Json) -> None:
    """An hour in somebody's outbox is too long."""
    assert "came too late" in office.say(NOA, card, "approve", ago=301)
    assert office.draft().signatures == ()


def test_the_same_message_twice_counts_once(office: Office, card: Json) -> None:
    """Slack tells an event again; also under another id."""
    mention: Json = {
        "type": "app_mention",
        "user": NOA,
        "text": "<@U00SAYSO> claim",
        "ts": f"{office.clock.at.timestamp():.6f}",
        "channel": card["channel"],
        "thread_ts": card["ts"],
    }
    for event_id in ("Ev-same", "Ev-same", "Ev-other"):
        office.event(event_id, mention)
    assert len(office.audited("run:draft:claimed")) == 1
    assert len(office.slack.whispers[NOA]) == 2


def test_who_may_not_is_told_why_in_words_too(office: Office, card: Json) -> None:
    """Finance does not sign for sales; a stranger learns nothing; a bot is not answered."""
    assert "Lee Park, Noa Brandt can." in office.say(MIA, card, "approve")
    assert "listed in company.yml" in office.say(STRANGER, card, "approve")
    mention: Json = {"type": "app_mention", "user": NOA, "bot_id": "B9", "ts": "1.1"}
    office.event("Ev-bot", {**mention, "text": "<@U00SAYSO> approve", "channel": SALES})
    assert office.slack.whispers[NOA] == []
    assert office.draft().signatures == ()


def test_elsewhere_a_mention_is_told_where_words_work(office: Office, card: Json) -> None:
    """In a channel, and in a thread that is no card's."""
    assert "in the thread of a draft's card" in office.say(NOA, {**card, "ts": ""}, "approve")
    assert "in the thread of a draft's card" in office.say(NOA, {**card, "ts": "1.5"}, "approve")
    assert office.draft().signatures == ()


def test_a_text_the_card_can_not_show_whole_is_not_signed_in_words(
    opened: Callable[..., Office], home: Path
) -> None:
    """It is read on its pages first; rejecting works."""
    playbooks.letter(home, body="A long word here. " * 250)
    office = opened()
    office.command(LEE, "/playbook letter to=jo@lark.example")
    card = office.newest(SALES)
    assert "Press Review full text" in office.say(NOA, card, "ok")
    assert office.draft().signatures == ()
    office.say(NOA, card, "no, not needed")
    assert office.draft().state is DraftState.REJECTED


def test_money_that_nothing_brings_back_needs_the_amount_in_words_too(
    opened: Callable[..., Office], home: Path
) -> None:
    """The exact one."""
    playbooks.refund(home)
    office = opened(more=(FakeConnector("pay", action=PAY, idempotency="key"),))
    office.command(LEE, "/playbook refund to=jo@lark.example")
    card = office.newest(SALES)
    assert "Write approve with the amount" in office.say(MIA, card, "approve")
    assert "not the amount on the card" in office.say(MIA, card, "approve 1,480.01 USD")
    assert office.draft().signatures == ()
    assert "Recorded." in office.say(MIA, card, "approve 1480 USD")
    assert office.draft().signers == (MIA,)


def test_in_the_thread_of_a_report_the_one_open_draft_is_meant(office: Office) -> None:
    """Of two nobody knows which."""
    post = monday_at_eight(office)
    office.press(MIA, post, "start_next")
    assert "It is yours until" in office.say(ANA, post, "claim")
    place = Place(channel=post["channel"], thread_ts=post["ts"])
    more = StartRun(
        actor=Actor.user(LEE), playbook="quote-follow-up", inputs={"quote": "Q-1043"}, place=place
    )
    office.foundation.engine.handle(more)
    office.settle()
    assert "Several drafts wait in this thread." in office.say(ANA, post, "claim")


def test_where_plain_words_are_off_only_buttons_decide(
    opened: Callable[..., Office], home: Path
) -> None:
    """One line in company.yml; the answer says what to do instead."""
    with (home / "company.yml").open("a", encoding="utf-8") as file:
        file.write("\nflags: {plain_words: false}\n")
    office = opened()
    office.command(LEE, "/playbook quote-follow-up Q-1043")
    card = office.newest(SALES)
    told = office.say(NOA, card, "approve")
    assert "Deciding by plain words needs them to be switched on" in told
    assert office.draft().signatures == ()
    office.press(NOA, card, "approve")
    assert len(office.draft().signatures) == 1
