"""Story: somebody edits a draft in a form. The card shows what changed, and what was typed is what leaves."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from tests.slack import playbooks, screen
from tests.slack.office import LEE, MIA, NOA, SALES, doubled
from workflows.run import DraftState

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.slack.office import Office

Json = dict[str, Any]


def test_the_form_has_the_fields_that_may_change_and_shows_the_others(
    office: Office, card: Json
) -> None:
    """The recipient comes from the record: it can be read, and not typed over."""
    form = office.press(LEE, card, "edit").dialog
    assert form
    entries = [block["block_id"] for block in form["blocks"] if block["type"] == "input"]
    assert entries == ["input:subject:0", "input:body:0", "reason", "sign_too"]
    assert "orders@lark-bakery.example" in screen.words(form)


def test_a_saved_edit_shows_what_changed_and_by_whom(office: Office, card: Json) -> None:
    """Same message, revision 2, old words struck out beside the new ones; nobody has signed it."""
    office.press(LEE, card, "edit")
    seen = office.submit(LEE, {"input:subject": "Your two ovens"})
    assert seen.acked
    assert seen.dialog is None
    edited = office.newest(SALES)
    assert edited["ts"] == card["ts"]
    words = screen.words(edited)
    assert "Revision 2, edited by U01LEE" in words
    assert "Your two ovens" in words
    assert "~" not in words
    assert _struck(edited), "the old words are struck out"
    assert screen.buttons(edited) == ["Approve", "Edit", "Reject", "The customer has replied"]


def _struck(part: object) -> list[str]:
    if isinstance(part, list):
        return [found for one in cast("list[object]", part) for found in _struck(one)]
    if not isinstance(part, dict):
        return []
    held = cast("Json", part)
    own = [str(held["text"])] if held.get("style") == {"strike": True} else []
    return [*own, *[found for one in held.values() for found in _struck(one)]]


def test_sign_it_too_signs_exactly_what_was_saved(office: Office, card: Json) -> None:
    """One form, two commands: the edit, then the signature on the new revision."""
    office.press(LEE, card, "edit")
    office.submit(LEE, {"input:body": "Dear Jo,\nhow about it?", "sign_too": True})
    assert "Signed by U01LEE" in screen.words(office.newest(SALES))
    office.pass_by(seconds=61)
    (effect,) = office.mail.effects
    assert json.loads(effect.body)["body"] == "Dear Jo,\nhow about it?"
    assert effect.key.endswith(":2")


def test_a_doubled_submission_saves_and_signs_once(office: Office, card: Json) -> None:
    """The network may deliver the form twice; there is one revision and one signature."""
    office.press(LEE, card, "edit")
    body = office.submitting(LEE, {"input:subject": "Once", "sign_too": True})
    office.dispatch(body)
    office.slack.dialogs[LEE] = body["view"]
    office.dispatch(doubled(body))
    assert office.draft().revision == 2
    assert len(office.draft().signatures) == 1


def test_a_wrong_value_is_told_at_its_field_and_saves_nothing(office: Office, card: Json) -> None:
    """The form stays open with what was typed."""
    form = office.press(LEE, card, "edit").dialog
    assert form
    seen = office.submit(LEE, {"input:subject": ""})
    assert list(seen.errors) == ["input:subject:0"]
    assert seen.dialog == form
    seen = office.submit(LEE, {"input:subject": "x" * 300, "sign_too": True})
    assert "at most 200" in seen.errors["input:subject:0"]
    assert office.draft().revision == 1
    assert office.draft().signatures == ()


def test_saving_without_a_change_says_so(office: Office, card: Json) -> None:
    """Nothing changed: no new revision, and the person is told."""
    office.press(LEE, card, "edit")
    assert "Nothing was changed." in screen.words(office.submit(LEE).dialog)
    assert office.draft().revision == 1


def test_an_edit_of_what_was_signed_meanwhile_is_told(office: Office, card: Json) -> None:
    """Who was slower learns who was first; what they typed is not saved over it."""
    office.press(LEE, card, "edit")
    office.press(NOA, card, "approve")
    seen = office.submit(LEE, {"input:subject": "Too late"})
    assert seen.dialog
    assert seen.dialog["title"]["text"] == "Not done"
    assert "already approved by Noa Brandt" in screen.words(seen.dialog)
    assert office.draft().revision == 1


def test_who_may_edit_and_not_sign_saves_without_a_signature(office: Office) -> None:
    """Whoever started a run may edit it; "sign it too" then says why it was not signed."""
    office.command(MIA, "/playbook quote-follow-up Q-1043")
    office.press(MIA, office.newest(SALES), "edit")
    seen = office.submit(MIA, {"input:subject": "From finance", "sign_too": True})
    assert seen.dialog
    assert seen.dialog["title"]["text"] == "Saved, not signed"
    assert "Your edit is saved, but not signed." in screen.words(seen.dialog)
    assert office.draft().revision == 2
    assert office.draft().state is DraftState.OPEN


def test_a_form_slack_does_not_open_changes_nothing(office: Office, card: Json) -> None:
    """The press is acknowledged and the person can try again."""
    office.slack.errors["views.open"].append("expired_trigger_id")
    seen = office.press(LEE, card, "edit")
    assert seen.acked
    assert "Slack did not open the form (expired_trigger_id). Nothing was changed" in seen.said


def test_an_edit_from_an_unknown_draft_is_refused(office: Office, card: Json) -> None:
    """A form that names no draft of this workspace does nothing."""
    office.press(LEE, card, "edit")
    dialog = office.slack.dialogs[LEE]
    office.slack.dialogs[LEE] = {**dialog, "private_metadata": f"gone.1.{'a' * 12}"}
    assert "not known here" in screen.words(office.submit(LEE).dialog)


def test_a_long_text_is_read_on_pages_and_signed_after_the_last(
    opened: Callable[..., Office], home: Path
) -> None:
    """A card that can't show all of it has no Approve; the last page of the full text has."""
    playbooks.letter(home, body="A long word here. " * 250)
    office = opened()
    office.command(LEE, "/playbook letter to=jo@lark.example")
    card = office.newest(SALES)
    assert screen.buttons(card)[0] == "Review full text"
    first = office.press(LEE, card, "review").dialog
    assert first
    assert "submit" not in first
    last = office.press(LEE, first, "review_page", "2:").dialog
    assert last
    assert last["id"] == first["id"]
    assert last["submit"]["text"] == "Approve"
    assert office.submit(LEE).dialog is None
    assert "Signed by U01LEE" in screen.words(office.newest(SALES))


def test_a_page_that_is_turned_after_closing_is_no_matter(
    opened: Callable[..., Office], home: Path
) -> None:
    """A dialog that was closed in the meantime can't be drawn; the press is acknowledged all the same."""
    playbooks.letter(home, body="A long word here. " * 250)
    office = opened()
    office.command(LEE, "/playbook letter to=jo@lark.example")
    first = office.press(LEE, office.newest(SALES), "review").dialog
    assert first
    del office.slack.dialogs[LEE]
    assert office.press(LEE, first, "review_page", "2:").acked


def test_below_level_three_it_can_be_read_and_not_signed(
    opened: Callable[..., Office], home: Path
) -> None:
    """A playbook that only drafts offers no Approve: not on the card, in the text, or in the list."""
    playbooks.letter(home, level=2)
    office = opened()
    office.command(LEE, "/playbook letter to=jo@lark.example")
    card = office.newest(SALES)
    assert screen.buttons(card) == ["Edit", "Reject"]
    assert "this playbook only drafts" in screen.words(card)
    listed = office.command(NOA, "/sayso queue").payload
    assert screen.buttons(listed) == ["Edit", "Reject", "Open", "Claim next"]
    full = office.press(NOA, {**listed, "ts": "1.1", "channel": SALES}, "open").dialog
    assert full
    assert "submit" not in full
    office.slack.dialogs[NOA] = {**full, "submit": {"type": "plain_text", "text": "Approve"}}
    assert "only drafts" in screen.words(office.submit(NOA).dialog)
