"""Story: an accountant asks what the approver saw. The signature's hash leads to the very card, byte for byte."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from blocks import modal
from blocks.values import value_of
from tests.slack.office import LEE, NOA, SALES
from tests.slack.playbooks import letter
from workflows.text import digest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.slack.office import Office

Json = dict[str, Any]


def _signed(office: Office) -> Json:
    return office.audited("run:draft:signed")[-1].head


def test_the_card_that_was_signed_can_be_shown_again(office: Office, card: Json) -> None:
    """The audit entry, the signature's row and the kept card agree, and the card is what Slack showed."""
    shown = {"text": card["text"], "blocks": card["blocks"]}
    office.press(NOA, card, "approve")
    head = _signed(office)
    assert head["shown"] == "card"
    assert office.draft().signatures[0].card_hash == head["card_hash"]
    kept = office.foundation.lookup.card(head["card_hash"])
    assert kept is not None
    assert hashlib.sha256(kept.encode()).hexdigest() == head["card_hash"]
    assert json.loads(kept) == shown


def test_a_press_on_an_unknown_copy_is_marked(office: Office, card: Json) -> None:
    """It counts, as the row decides; but nobody claims to know what stood on that copy."""
    copy = {**card, "ts": office.slack.new_ts()}
    office.slack.messages[SALES][copy["ts"]] = copy
    office.press(NOA, copy, "approve")
    assert (_signed(office)["card_hash"], _signed(office)["shown"]) == ("", "card not known")


def test_a_version_the_message_shows_no_more_is_not_taken_for_the_newer(
    office: Office, card: Json
) -> None:
    """Somebody pressed on a card that was drawn again in between: what they saw is not what stands there now."""
    office.press(NOA, card, "approve")
    office.press(NOA, office.newest(SALES), "undo")
    again = office.newest(SALES)
    draft = office.draft()
    body = office.pressing(NOA, card, "approve")
    body["actions"][0]["value"] = value_of(draft)
    office.dispatch(body)
    assert _signed(office)["shown"] == "card not known"
    assert draft.revision == 2
    assert again["ts"] == card["ts"]


def test_the_full_text_that_was_signed_can_be_drawn_again(
    opened: Callable[..., Office], home: Path
) -> None:
    """Whoever signs on the last page has turned the others; their hash is made from the draft alone."""
    letter(home, body="A long word here. " * 250)
    office = opened()
    office.command(LEE, "/playbook letter to=jo@lark.example")
    first = office.press(NOA, office.newest(SALES), "review").dialog
    assert first is not None
    assert office.press(NOA, first, "review_page", "2:").acked
    draft = office.draft()
    spec = office.foundation.connectors.actions[draft.action]
    office.submit(NOA)
    drawn = [modal.review(draft, spec, page) for page in (1, 2)]
    assert (_signed(office)["shown"], _signed(office)["card_hash"]) == ("full text", digest(drawn))


def test_an_edit_and_a_rejection_name_their_forms(office: Office, card: Json) -> None:
    """Each step of the way is on the record: the card, then the form that was opened from it."""
    office.press(NOA, card, "edit")
    office.submit(NOA, {"input:subject": "Your ovens"})
    assert office.audited("slack:draft:shown")[-1].head["shown"] == "card"
    assert office.audited("run:draft:edited")[-1].head["shown"] == "edit form"
    office.press(NOA, office.newest(SALES), "reject")
    office.submit(NOA, {"own_words": "Not now"})
    rejected = office.audited("run:draft:rejected")[-1].head
    assert rejected["shown"] == "reasons"
    assert len(rejected["card_hash"]) == 64
