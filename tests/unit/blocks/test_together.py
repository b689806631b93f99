"""What a card says once several people had to do with it."""

from __future__ import annotations

from datetime import timedelta

from blocks import card, notice, queue
from tests.unit.blocks.examples import ANA, BEN, NOW, SPEC, draft, edited, signed, task
from tests.unit.blocks.test_card import buttons, shown
from workflows.run import Actor, Claimed, Comment, DraftState, Ending, Needs, Wish
from workflows.text import Untrusted

WISH = Wish(by=Actor.user(BEN), at=NOW, words=Untrusted("*shorter*"), about=1)


def test_a_verdict_that_changed_stands_beside_the_old_one() -> None:
    """Who edits sees at once that somebody else must sign now."""
    needs = Needs(by=("owner",), quorum=1, words="the owner (above 5,000.00 USD)")
    after = edited(draft(), subject="Other").model_copy(
        update={"needs": needs, "needed": "one of sales", "edited_for": {2: "wrong facts"}}
    )
    said = shown(card.card(after, SPEC))
    assert f"edited by @{ANA}: wrong facts" in said
    assert "Now needs the owner (above 5,000.00 USD); before, one of sales" in said


def test_each_version_of_a_card_has_names_of_its_own() -> None:
    """Slack keeps what it drew under a name it knows."""
    claim = Claimed(by=BEN, until=NOW + timedelta(minutes=15))
    versions = [draft(), draft(claim=claim), draft(wishes=(WISH,))]
    names = [{block["block_id"] for block in card.card(one, SPEC)["blocks"]} for one in versions]
    assert not names[0] & names[1]
    assert not names[1] & names[2]


def test_while_it_is_written_again_only_rejecting_is_left() -> None:
    """And what was asked for is shown as it was typed."""
    payload = card.card(draft(state=DraftState.REWRITING, wishes=(WISH,)), SPEC)
    assert buttons(payload) == ["reject"]
    assert f"as @{BEN} asked" in shown(payload)
    assert "*shorter*" in shown(payload)
    assert "Being written again" in shown(card.card(draft(state=DraftState.REWRITING), SPEC))


def test_why_it_was_not_written_again_goes_with_the_next_text() -> None:
    """It is about that revision, and no other."""
    failed = draft(wishes=(WISH.model_copy(update={"problem": "no model is connected"}),))
    assert "Not written again: no model is connected." in shown(card.card(failed, SPEC))
    assert "Not written again" not in shown(card.card(edited(failed, subject="Other"), SPEC))


def test_comments_stand_on_the_card_for_the_text_they_were_about() -> None:
    """As they were typed."""
    said = Comment(by=ANA, n=1, words=Untrusted("called <@U1>"))
    assert f"@{ANA}: called <@U1>" in shown(card.card(signed(draft(comments=(said,)), ANA), SPEC))
    older = edited(draft(comments=(said,)), subject="Other")
    assert "called" not in shown(card.card(older, SPEC))


def test_what_was_taken_over_is_there_to_copy() -> None:
    """Short fields in lines, the text as a quote; a very long one begins and opens whole."""
    ending = Ending(by=Actor.user(ANA), at=NOW, reason="taken over")
    taken = draft(state=DraftState.TAKEN, ending=ending)
    assert f"Taken over by @{ANA}" in shown(card.card(taken, SPEC))
    assert "Taken over" in shown(card.card(taken.model_copy(update={"ending": None}), SPEC))
    said = notice.task(task(), taken, SPEC)
    assert "orders@lark-bakery.example" in shown(said)
    assert "review" not in buttons(said)
    long = draft({"to": "jo@x.example", "subject": "x", "body": "word " * 2_000})
    assert "review" in buttons(notice.task(task(), long, SPEC))


def test_a_row_says_who_is_looking_at_it() -> None:
    """And is free again once that is over, or for them."""
    until = NOW + timedelta(minutes=15)
    row = queue.Waiting(draft=draft(claim=Claimed(by=BEN, until=until)), spec=SPEC)
    assert f"@{BEN} is looking at it until" in shown({"blocks": queue.row(row)})
    assert not row.is_free(ANA, NOW)
    assert row.is_free(BEN, NOW)
    assert row.is_free(ANA, until)
    assert queue.Waiting(draft=draft(), spec=SPEC).is_free(ANA, NOW)
