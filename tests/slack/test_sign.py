"""Story: somebody signs. It is held for its seconds, leaves once, and every wrong or late press is told why."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from tests.slack import screen
from tests.slack.office import (
    ANA,
    IDA,
    KIM,
    LEE,
    MIA,
    NOA,
    SALES,
    STRANGER,
    doubled,
    request,
    retold,
)
from workflows.run import DraftState
from workflows.text import canonical

if TYPE_CHECKING:
    from tests.slack.office import Office

Json = dict[str, Any]


def test_approve_holds_it_and_undo_holds_it_back(office: Office, card: Json) -> None:
    """For a minute nothing has left; Undo opens the draft again with no signature on it."""
    assert office.press(NOA, card, "approve").acked
    held = office.newest(SALES)
    assert "Signed by U01NOA" in screen.words(held)
    assert "leaves at" in screen.words(held)
    assert screen.buttons(held) == ["Undo", "The customer has replied"]
    seen = office.press(NOA, held, "undo")
    assert "Held back. Nothing was sent; the draft is open again." in seen.said
    office.pass_by(minutes=10)
    again = office.newest(SALES)
    assert screen.buttons(again) == ["Approve", "Edit", "Reject", "The customer has replied"]
    assert "earlier signatures count no more" in screen.words(again)
    assert office.mail.effects == []


def test_what_was_signed_leaves_once_and_the_card_has_its_receipt(
    office: Office, card: Json
) -> None:
    """After the hold exactly the shown text leaves, and the same message says so."""
    office.press(NOA, card, "approve")
    office.pass_by(seconds=61)
    (effect,) = office.mail.effects
    assert effect.body.encode() == canonical(office.draft().current.payload)
    done = office.newest(SALES)
    assert done["ts"] == card["ts"]
    assert "receipt mail-draft:" in screen.words(done)
    assert screen.buttons(done) == ["Undo: Send a correction"]
    assert done["text"].startswith("Done: ")


def test_undoing_after_it_left_is_a_new_draft_to_sign(office: Office, card: Json) -> None:
    """What has left can't be called back: a correction is drafted, and signed like anything else."""
    office.press(NOA, card, "approve")
    office.pass_by(seconds=61)
    office.press(LEE, office.newest(SALES), "undo_done")
    correction = office.newest(SALES)
    assert correction["ts"] != card["ts"]
    assert "Send a correction" in screen.words(correction)
    assert screen.buttons(correction) == ["Approve", "Edit", "Reject"]
    office.press(NOA, correction, "approve")
    office.pass_by(seconds=61)
    assert len(office.mail.effects) == 2


@pytest.mark.parametrize("person", [MIA, KIM, STRANGER])
def test_who_may_not_sign_is_told_and_it_is_on_the_record(
    office: Office, card: Json, person: str
) -> None:
    """Somebody of finance, a guest and a stranger: refused in private, with an audit entry each."""
    for action in ("approve", "edit", "reject"):
        seen = office.press(person, card, action)
        assert seen.acked
        assert seen.said
        assert seen.dialog is None
    refused = office.audited("slack:press:refused", f"user:{person}")
    assert len(refused) == 3
    assert {entry.object for entry in refused} == {f"draft:{office.draft().id}"}
    assert office.draft().state is DraftState.OPEN


def test_the_refusal_says_who_can(office: Office, card: Json) -> None:
    """A refusal names the people to ask."""
    said = office.press(MIA, card, "approve").said
    assert "Signing customer actions like this needs one of sales." in said
    assert "Lee Park, Noa Brandt can." in said


def test_a_press_on_an_old_revision_is_told_who_changed_it(office: Office, card: Json) -> None:
    """The card somebody still has on the screen signs nothing that is not on it."""
    old = office.pressing(NOA, card, "approve")
    office.press(LEE, card, "edit")
    office.submit(LEE, {"input:subject": "Your ovens"})
    said = office.dispatch(old).said
    assert "This is revision 1; Lee Park changed it to revision 2." in said
    assert office.draft().signatures == ()
    assert office.audited("slack:press:refused")[-1].head["reason"] == "stale-card"


def test_the_same_revision_with_other_bytes_is_stale_too(office: Office, card: Json) -> None:
    """A button is bound to the hash of what it showed."""
    body = office.pressing(NOA, card, "approve")
    draft = office.draft()
    forged = retold(body, value=f"{draft.id}.1.{'0' * 12}")
    assert "This is revision 1" in office.dispatch(forged).said
    assert office.draft().signatures == ()


def test_who_comes_second_is_told_who_was_first(office: Office, card: Json) -> None:
    """Signed or rejected, the second press learns by whom and when, and changes nothing."""
    late = office.pressing(LEE, card, "approve")
    too_late = office.pressing(LEE, card, "reject")
    office.press(NOA, card, "approve")
    assert "already approved by Noa Brandt at 04:00" in office.dispatch(late).said
    assert "already approved by Noa Brandt" in office.dispatch(too_late).said
    office.pass_by(seconds=61)
    last = office.dispatch(office.pressing(LEE, card, "edit")).said
    assert "approved and carried out" in last
    assert len(office.mail.effects) == 1


def test_one_press_delivered_twice_is_one_signature(office: Office, card: Json) -> None:
    """Slack or the network may deliver a press again; it counts once."""
    body = office.pressing(NOA, card, "approve")
    assert office.dispatch(body).acked
    assert office.dispatch(doubled(body)).acked
    office.pass_by(seconds=61)
    assert len(office.audited("run:draft:signed")) == 1
    assert len(office.mail.effects) == 1


def test_two_people_at_once_have_one_effect(office: Office, card: Json) -> None:
    """Both press in the same moment: one signature counts, the other person is told."""
    bodies = [office.pressing(person, card, "approve") for person in (LEE, NOA)]
    ready, answers = threading.Barrier(2), list[Any]()

    def press(body: Json) -> None:
        ready.wait(5)
        answers.append(office.program.app.dispatch(request(body)))

    threads = [threading.Thread(target=press, args=(body,)) for body in bodies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    office.pass_by(seconds=61)
    assert [answer.status for answer in answers] == [200, 200]
    assert len(office.audited("run:draft:signed")) == 1
    assert len(office.audited("slack:press:refused")) == 1
    assert len(office.mail.effects) == 1
    told = [*office.slack.whispers[LEE], *office.slack.whispers[NOA]]
    assert sum("already approved by" in screen.words(one) for one in told) == 1


def test_a_press_on_a_copy_nobody_knew_counts_and_the_copy_is_drawn_too(
    office: Office, card: Json
) -> None:
    """A card that was posted twice after a lost answer is as good as the other: both show what happened."""
    copy = {**card, "ts": office.slack.new_ts()}
    office.slack.messages[SALES][copy["ts"]] = copy
    office.press(NOA, copy, "approve")
    for ts in (card["ts"], copy["ts"]):
        assert "Signed by U01NOA" in screen.words(office.slack.messages[SALES][ts])
    assert len(office.posted(SALES)) == 2


def test_a_press_in_a_private_list_makes_no_copy_of_a_card(office: Office, card: Json) -> None:
    """What only one person saw is no message: nothing tries to draw it again."""
    office.dispatch(office.commanding(NOA, "/sayso queue"))
    payload = office.dispatch(office.commanding(NOA, "/sayso queue")).payload
    listed = {**payload, "ts": office.slack.new_ts(), "channel": SALES}
    office.press(NOA, listed, "edit")
    office.press(NOA, listed, "open")
    assert len(office.rows(f"draft:{office.draft().id}")) == 1
    assert len(office.posted(SALES)) == 1
    assert card["ts"] in office.slack.messages[SALES]


def test_a_letter_above_the_threshold_is_the_owners_to_sign(office: Office) -> None:
    """9,420 USD is above 5,000: sales may read it, the owner signs it."""
    office.command(LEE, "/playbook quote-follow-up Q-1041")
    card = office.newest(SALES)
    assert "the owner (above 5,000.00 USD)" in screen.words(card)
    assert "above 5,000.00 USD" in office.press(NOA, card, "approve").said
    assert office.press(ANA, card, "approve").said == ""
    office.pass_by(seconds=61)
    assert len(office.mail.effects) == 1


def test_an_unsigned_draft_expires_and_can_be_drafted_again(office: Office, card: Json) -> None:
    """Silence never approves: after its time it says who was missing, and one button begins again."""
    late = office.pressing(NOA, card, "approve")
    draft = office.draft()
    for _ in range(2):
        office.clock.at = office.as_it_is(draft).expires_at
        office.pass_by(seconds=31)
    expired = office.posted(SALES)[0]
    words = screen.words(expired)
    assert "Nobody signed by" in words
    assert "Nothing was sent. It needed one of sales or owner." in words
    assert "expired" in office.dispatch(late).said
    assert office.mail.effects == []
    assert "the new card appears here" in office.press(LEE, expired, "draft_again").said
    again = office.newest(SALES)
    assert again["ts"] != expired["ts"]
    office.press(NOA, again, "approve")
    office.pass_by(seconds=61)
    assert len(office.mail.effects) == 1


def test_old_cards_work_after_the_bot_was_off(office: Office, card: Json) -> None:
    """A new program on the same database takes the press on a card of the old one."""
    office.restart()
    office.press(NOA, card, "approve")
    office.restart()
    office.pass_by(seconds=61)
    assert len(office.mail.effects) == 1
    assert "receipt" in screen.words(office.newest(SALES))


def test_an_admin_of_another_team_may_not_sign(office: Office, card: Json) -> None:
    """Being an admin is no right to sign."""
    assert "needs one of sales" in office.press(IDA, card, "approve").said
