"""Story: somebody rejects a draft, with one tap or in their own words, and it can be drafted again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from agents.scripted import ScriptedDrafter
from tests.slack import screen
from tests.slack.office import LEE, NOA, SALES, retold
from workflows.run import DraftState

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.slack.office import Office
    from workflows.ports import JsonObject

Json = dict[str, Any]


def test_one_tap_rejects_with_a_reason(office: Office, card: Json) -> None:
    """The card says who and why, and nothing leaves."""
    reasons = office.press(NOA, card, "reject").dialog
    assert reasons
    assert screen.buttons(reasons) == [
        "Wrong facts",
        "Wrong tone",
        "Wrong time",
        "Not needed",
        "No more messages",
    ]
    done = office.press(NOA, reasons, "reason:1").dialog
    assert "Rejected: wrong tone. Nothing was sent." in screen.words(done)
    rejected = office.newest(SALES)
    assert "Rejected by U01NOA: wrong tone" in screen.words(rejected)
    assert screen.buttons(rejected) == ["Draft again"]
    office.pass_by(minutes=5)
    assert office.mail.effects == []


def test_own_words_are_kept_and_shown(office: Office, card: Json) -> None:
    """What was typed stands on the card."""
    office.press(NOA, card, "reject")
    assert office.submit(NOA, {"own_words": "They called *yesterday*"}).dialog is None
    words = screen.words(office.newest(SALES))
    assert "Rejected by U01NOA: other · They called *yesterday*" in words


def test_the_agent_is_told_why_when_it_drafts_again(opened: Callable[..., Office]) -> None:
    """Draft again: the next text is written with the reason in view."""
    first: JsonObject = {"subject": "Your quote", "body": "Buy now"}
    drafter = ScriptedDrafter([first, {**first, "body": "How is it going?"}])
    office = opened(drafter=drafter)
    office.command(LEE, "/playbook quote-follow-up Q-1043")
    office.press(NOA, office.newest(SALES), "reject")
    office.submit(NOA, {"own_words": "Too pushy"})
    seen = office.press(NOA, office.newest(SALES), "draft_again")
    assert "the new card appears here" in seen.said
    assert "Too pushy" in drafter.requests[1].rejected
    assert "How is it going?" in screen.words(office.newest(SALES))
    assert office.draft().state is DraftState.OPEN


def test_draft_again_pressed_twice_drafts_once(office: Office, card: Json) -> None:
    """The card of the rejected draft is history once another took its place."""
    office.press(NOA, card, "reject")
    office.submit(NOA, {"own_words": "No"})
    rejected = office.newest(SALES)
    office.press(NOA, rejected, "draft_again")
    assert office.press(LEE, rejected, "draft_again").said
    assert len(office.posted(SALES)) == 2


def test_rejecting_what_was_signed_meanwhile_is_told(office: Office, card: Json) -> None:
    """The reasons were open while somebody else signed: the tap changes nothing and says so."""
    reasons = office.press(NOA, card, "reject").dialog
    assert reasons
    office.press(LEE, card, "approve")
    told = office.press(NOA, reasons, "reason:0").dialog
    assert "already approved by Lee Park" in screen.words(told)
    assert office.draft().state is DraftState.HOLDING


def test_a_reason_nobody_offered_is_no_reason(office: Office, card: Json) -> None:
    """A button with a strange number does nothing and says so."""
    reasons = office.press(NOA, card, "reject").dialog
    assert reasons
    body = office.pressing(NOA, reasons, "reason:1")
    for strange in ("reason:x", "reason:99", "reason"):
        seen = office.dispatch(retold(body, action_id=strange))
        assert seen.acked
        assert "Nothing was done" in screen.words(seen.dialog), strange
    assert office.draft().state is DraftState.OPEN
