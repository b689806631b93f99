"""The draft card in every state, and the dialogs a draft opens."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blocks import card, limits, modal
from blocks.kit.problem import walk
from blocks.text import visible
from blocks.values import value_of
from tests.unit.blocks.examples import (
    ALL_TYPES,
    ANA,
    BEN,
    BODY,
    MAIL,
    NOW,
    SPEC,
    draft,
    edited,
    signed,
)
from workflows.action import Money, Risk
from workflows.run import SYSTEM, Actor, Confidence, DraftState, Ending, Evidence, Needs, Outcome
from workflows.text import Untrusted


def shown(payload: dict[str, Any]) -> str:
    """Return what a reader sees of the blocks, in order."""
    words: list[str] = []
    for item in walk(payload["blocks"]):
        if isinstance(item.get("text"), str):
            words.append(item["text"])
        elif item.get("type") == "user":
            words.append(f"@{item['user_id']}")
        elif item.get("type") == "date":
            words.append(item["fallback"])
    return "".join(words)


def buttons(payload: dict[str, Any]) -> list[str]:
    """Return the action ids of the buttons, in order."""
    return [item["action_id"] for item in walk(payload["blocks"]) if item.get("type") == "button"]


def test_the_open_card_says_all_before_its_buttons() -> None:
    """What, risk, what leaves, why, how sure, who and until when: always in this order."""
    said = shown(card.card(draft(), SPEC))
    order = [
        "Send a follow-up", "*2,480.00 USD*", "Customer", "held back 60 s", "send a correction",
        "To", "orders@lark-bakery.example", "Subject", "Your quote Q-1043", BODY,
        "Why", "Sent 3 working days ago", "asked about delivery", "POL-7@2",
        "31 of 34 like this went out unchanged", "template", "Needs one of sales", "due", "reminder",
        "Approve", "Edit", "Reject",
    ]  # fmt: skip
    positions = [said.index(words) for words in order]
    assert positions == sorted(positions)


def test_the_notification_is_a_sentence_with_the_amount() -> None:
    """A phone shows nothing but this."""
    assert card.card(draft(), SPEC)["text"] == (
        "To sign: Send a follow-up for quote Q-1043 to Lark Bakery (2,480.00 USD)."
    )
    assert card.card(draft(amount=None), SPEC)["text"].endswith("Lark Bakery.")


def test_buttons_carry_ids_and_name_their_object() -> None:
    """A button holds the revision and the hash, and a screen reader hears what it is about."""
    payload = card.card(draft(), SPEC)
    approve = next(i for i in walk(payload) if i.get("action_id") == "approve")
    assert approve["value"] == f"0199-draft.1.{draft().current.payload_hash[:12]}"
    assert approve["accessibility_label"].startswith("Approve Send a follow-up for quote Q-1043")
    assert approve["style"] == "primary"
    assert buttons(payload) == ["approve", "edit", "reject"]
    assert not [i for i in walk(payload) if i.get("style") == "danger"]


@settings(max_examples=50, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["to", "subject", "body", "amount", "day", "extra", "bcc"]),
        st.one_of(
            st.text(max_size=1200),
            st.integers(-(2**53) + 1, 2**53 - 1),
            st.booleans(),
            st.lists(st.text(max_size=9)),
        ),
        min_size=1,
    )
)
def test_a_card_that_can_be_signed_shows_every_field(payload: dict[str, Any]) -> None:
    """For any payload: each value is on the card, or the card has no Approve but a review of all."""
    one = draft(payload)
    built = card.card(one, SPEC)
    if "approve" in buttons(built):
        pages = [built]
    else:
        assert "review" in buttons(built)
        pages = _pages(one)
        assert [bool(page.get("submit")) for page in pages] == [False] * (len(pages) - 1) + [True]
    said = "".join(shown(page) for page in pages)
    for value in payload.values():
        if isinstance(value, str):
            assert len(pages) > 1 or visible(value) in said


def _pages(one: Any) -> list[dict[str, Any]]:
    first = modal.review(one, SPEC)
    count = int(first["title"]["text"].rpartition(" ")[2])
    return [modal.review(one, SPEC, page) for page in range(1, count + 1)]


@pytest.mark.parametrize(("length", "signable"), [(1000, True), (1001, False), (50_000, False)])
def test_a_text_that_is_not_shown_whole_has_no_approve(length: int, signable: bool) -> None:  # noqa: FBT001 -- a column of the table
    """Nobody signs below the fold."""
    built = card.card(draft({**MAIL, "body": "x" * length}), SPEC)
    assert ("approve" in buttons(built)) is signable
    assert ("review" in buttons(built)) is not signable
    assert ("read it whole to sign it" in shown(built)) is not signable


def test_only_the_last_page_can_be_signed() -> None:
    """Approve stands where the text ends, and nowhere once the draft is decided."""
    long = draft({**MAIL, "body": "word " * 1500})
    first, *_, last = _pages(long)
    assert "submit" not in first
    assert last["submit"]["text"] == "Approve"
    assert buttons(first) == ["review_page:next"]
    assert buttons(last) == ["review_page:back"]
    assert "SHA-256" in shown(last)
    done = draft({**MAIL, "body": "word " * 1500}, state=DraftState.EXECUTED)
    assert not [page for page in _pages(done) if page.get("submit")]


def test_a_page_that_does_not_exist_is_the_nearest() -> None:
    """A forged or late page number opens a page that is there."""
    assert modal.review(draft(), SPEC, 99)["title"]["text"] == "Full text 1 of 1"
    assert modal.review(draft(), SPEC, -3)["title"]["text"] == "Full text 1 of 1"


@pytest.mark.parametrize(
    ("state", "words", "left"),
    [
        (DraftState.SIGNED, "Signed by @U01ANA", []),
        (DraftState.HOLDING, "leaves at ", ["undo"]),
        (DraftState.EXECUTING, "being carried out", []),
        (DraftState.EXECUTED, "done Mon 23 Nov 12:00 UTC · receipt m-1", ["undo_done"]),
        (DraftState.REJECTED, "Rejected by @U01ANA: wrong facts", ["draft_again"]),
        (DraftState.WITHDRAWN, "Withdrawn, nothing was sent: wrong facts", ["draft_again"]),
        (DraftState.EXPIRED, "Nothing was sent.", ["draft_again"]),
        (DraftState.UNCERTAIN, "nobody knows whether it happened", ["arrived", "send_again"]),
        (DraftState.FAILED, "it could not be carried out: wrong facts", ["draft_again"]),
    ],
)
def test_a_decided_card_says_how_it_stands(state: DraftState, words: str, left: list[str]) -> None:
    """The text stays, the buttons go, and what happened is said with who and when."""
    built = card.card(draft(state=state), SPEC)
    assert words in shown(built)
    assert BODY in shown(built)
    assert buttons(built) == left
    assert limits.check(built) == []


def test_every_state_has_a_card() -> None:
    """A new state without its line fails here."""
    assert all(card.card(draft(state=state), SPEC)["text"] for state in DraftState)


def test_an_undone_action_is_not_drafted_again() -> None:
    """Only the step of a playbook can be drafted again."""
    built = card.card(draft(state=DraftState.REJECTED, undoes="0198"), SPEC)
    assert buttons(built) == []


def test_a_decided_long_text_can_still_be_read() -> None:
    """The full text stays one press away."""
    built = card.card(draft({**MAIL, "body": "x" * 2000}, state=DraftState.EXECUTED), SPEC)
    assert buttons(built) == ["undo_done", "review"]


def test_an_undo_button_says_what_undoing_is() -> None:
    """The compensating action is named; without one there is no button."""
    built = card.card(draft(state=DraftState.EXECUTED), SPEC)
    assert "Undo: Send a correction" in shown(built)
    assert buttons(card.card(draft(state=DraftState.EXECUTED, compensation=None), SPEC)) == []


def test_an_edited_card_names_the_editor_and_shows_the_change() -> None:
    """Revision 2 has its diff, and its parts have new ids."""
    before = draft()
    after = edited(before, subject="Your quote Q-1044")
    built = card.card(after, SPEC)
    assert "Revision 2, edited by @U01ANA" in shown(built)
    struck = [i["text"] for i in walk(built) if i.get("style") == {"strike": True}]
    bold = [i["text"] for i in walk(built) if i.get("style") == {"bold": True}]
    assert struck == ["1043"]
    assert "1044" in bold
    ids = [{b["block_id"] for b in card.card(d, SPEC)["blocks"]} for d in (before, after)]
    assert not ids[0] & ids[1]


def test_a_draft_that_was_held_back_says_so() -> None:
    """The same text again is a new revision that nobody has signed."""
    assert "held back: earlier signatures count no more" in shown(card.card(edited(draft()), SPEC))


def test_one_of_two_signatures_is_named_and_the_buttons_stay() -> None:
    """The card says who signed and how many are missing."""
    two = signed(draft(needs=Needs(by=("finance",), quorum=2, words="two of finance")), BEN)
    built = card.card(two, SPEC)
    assert "<@U02BEN> signed <!date" in shown(built)
    assert "1 more of finance" in shown(built)
    assert buttons(built) == ["approve", "edit", "reject"]


def test_two_signers_are_both_named() -> None:
    """After the quorum the card names everybody who signed."""
    both = signed(signed(draft(), ANA), BEN)
    held = both.model_copy(update={"state": DraftState.HOLDING})
    assert "Signed by @U01ANA and @U02BEN" in shown(card.card(held, SPEC))
    assert "leaves in a moment" in shown(card.card(held, SPEC))


@pytest.mark.parametrize(
    ("risk", "undo", "hold", "asks"),
    [
        (Risk.CUSTOMER, "", 60.0, False),
        (Risk.CUSTOMER, "", 0.0, True),
        (Risk.CUSTOMER, "send a correction", 0.0, False),
        (Risk.LEGAL, "", 60.0, True),
        (Risk.MONEY, "", 60.0, False),
        (Risk.MONEY, "refund it", 0.0, False),
        (Risk.INTERNAL, "", 0.0, False),
    ],
)
def test_only_what_cannot_be_undone_asks_twice(
    risk: Risk,
    undo: str,
    hold: float,
    asks: bool,  # noqa: FBT001 -- a column of the table
) -> None:
    """Routine is one tap; the irreversible has a question with its amount. Money asks for the amount instead."""
    rule = draft().rule.model_copy(update={"hold": hold})
    spec = SPEC.model_copy(update={"undo": undo})
    built = card.card(draft(risk=risk, rule=rule), spec)
    questions = [item["confirm"] for item in walk(built) if "confirm" in item and "value" in item]
    assert bool(questions) is asks
    if asks:
        assert questions[0]["title"]["text"] == "This can't be undone. 2,480.00 USD"
        assert ("leaves at once" in shown(built)) is (hold == 0)


def test_a_question_without_an_amount_has_none() -> None:
    """Not everything that can't be undone is money."""
    built = card.card(draft(risk=Risk.LEGAL, amount=None), None)
    assert "This can't be undone." in [i.get("text") for i in walk(built)]


def test_a_playbook_that_only_drafts_has_no_approve() -> None:
    """Below level 3 the card says to copy the text."""
    built = card.card(draft(), SPEC, card.Setting(level=2))
    assert buttons(built) == ["edit", "reject"]
    assert "Level 2: this playbook only drafts" in shown(built)


def test_a_one_person_company_is_told_so_on_each_card() -> None:
    """Self-approval is allowed there and never silent."""
    assert "one-person company" in shown(card.card(draft(), SPEC, card.Setting(solo=True)))


def test_an_unusual_address_and_hidden_characters_are_pointed_at() -> None:
    """Look-alike domains, real link targets and invisible characters are named on the card."""
    payload = {
        "to": "jo@l\u0430rk.example",
        "subject": "pay\u202e",
        "body": "see https://bank.example@\u0435vil.example/ and https://a.example https://b.example",
    }
    said = shown(card.card(draft(payload), SPEC))
    assert "unusual characters (Cyrillic and Latin)" in said
    assert "xn--" in said
    assert "Links lead to: " in said
    assert "and more" in said
    quiet = shown(card.card(draft(), SPEC))
    assert "unusual" not in quiet
    assert "Links lead" not in quiet


def test_hidden_characters_alone_are_pointed_at() -> None:
    """One line says what the marks mean."""
    said = shown(card.card(draft({**MAIL, "subject": "a\u202eb"}), SPEC))
    assert "Invisible characters are shown as ⟦U+…⟧" in said


def test_evidence_links_to_records_of_ours_only() -> None:
    """A source with an address is a link; any other address is only its name."""
    facts = (
        Evidence(fact=Untrusted("one"), source="table/1", url="https://records.example/1"),
        Evidence(fact=Untrusted("two"), source="table/2", url="javascript:alert(1)"),
        Evidence(fact=Untrusted("three"), source=""),
        Evidence(fact=Untrusted("four"), source="table/4"),
    )
    built = card.card(draft(evidence=facts, why=Untrusted("")), SPEC)
    assert [i["url"] for i in walk(built) if i.get("type") == "link"] == [facts[0].url]
    assert "and 1 more under" in shown(built)
    assert "Why  " not in shown(card.card(draft(evidence=(), why=Untrusted("")), SPEC))
    only = card.card(draft(evidence=()), SPEC)
    assert "Sent 3 working days ago" in shown(only)


def test_the_first_draft_of_its_kind_says_so_and_failed_gates_are_shown() -> None:
    """Without history there is no rate to show."""
    built = card.card(draft(confidence=Confidence(gates=("amount not in records",))), SPEC)
    assert "the first of its kind" in shown(built)
    assert "look twice: amount not in records" in shown(built)


def test_several_long_fields_have_their_names() -> None:
    """One quote needs no label; two do. A payload without short fields has only quotes."""
    two = draft({"body": "one", "postscript": "two\nlines"})
    assert "Postscript" in shown(card.card(two, SPEC))
    assert "Body" not in shown(card.card(draft({"body": "one"}), SPEC))


def test_people_in_a_payload_are_mentioned() -> None:
    """A person's id is shown as the person, on the card and on the page."""
    one = draft({"who": ANA, "note": "x"})
    for built in (card.card(one, ALL_TYPES), modal.review(one, ALL_TYPES)):
        assert ANA in [item.get("user_id") for item in walk(built)]


def test_how_it_ended_is_said_without_an_ending_too() -> None:
    """An ending may be missing its reason, its comment or itself."""
    bare = draft(state=DraftState.REJECTED, ending=None)
    assert shown(card.card(bare, SPEC)).count("Rejected") == 1
    quiet = Ending(by=SYSTEM, at=NOW, comment=Untrusted("see the call"))
    said = shown(card.card(draft(state=DraftState.WITHDRAWN, ending=quiet), SPEC))
    assert "see the call" in said
    agent = Ending(by=Actor(kind="agent", id="lead"), at=NOW)
    assert "by the agent lead" in shown(
        card.card(draft(state=DraftState.REJECTED, ending=agent), SPEC)
    )


def test_an_execution_says_what_is_known_of_it() -> None:
    """Receipt, message and time are shown where there are some."""
    confirmed = Outcome(status="done", message="confirmed by Ana")
    ending = Ending(by=Actor.user(ANA), at=NOW + timedelta(minutes=3), reason="confirmed")
    said = shown(
        card.card(draft(state=DraftState.EXECUTED, outcome=confirmed, ending=ending), SPEC)
    )
    assert "done Mon 23 Nov 12:03 UTC · confirmed by Ana" in said
    bare = draft(state=DraftState.EXECUTED, outcome=None, leaves_at=None, signatures=())
    assert "Signed by  · done " in shown(card.card(bare, SPEC))
    lost = draft(state=DraftState.UNCERTAIN, outcome=None)
    assert "Please look there and say." in shown(card.card(lost, SPEC))


def test_money_has_separators_everywhere() -> None:
    """An amount is never a bare number."""
    amount = Money(minor=1_248_000, currency="USD")
    built = card.card(draft({"amount": "12480.00 USD"}, amount=amount), ALL_TYPES)
    assert shown(built).count("12,480.00 USD") == 2


def test_the_edit_form_has_the_fields_people_may_change() -> None:
    """Others are shown to read; the form carries the draft and offers to sign too."""
    view = modal.edit(draft(), SPEC)
    inputs = [block["block_id"] for block in view["blocks"] if block["type"] == "input"]
    assert inputs == ["input:subject:0", "input:body:0", "reason", "sign_too"]
    assert "orders@lark-bakery.example" in shown(view)
    assert view["private_metadata"] == value_of(draft())
    assert view["callback_id"] == "edit"


def test_a_draft_nobody_may_edit_says_so() -> None:
    """The form has no Save then."""
    fixed = draft(rule=draft().rule.model_copy(update={"edit": ()}))
    view = modal.edit(fixed, SPEC)
    assert "submit" not in view
    assert "Reject it with a reason" in shown(view)


def test_what_no_dialog_can_hold_is_not_edited() -> None:
    """A text beyond what Slack takes is only shown."""
    view = modal.edit(draft({**MAIL, "body": "é" * 100_000}), SPEC)
    assert "input:body:0" not in [block["block_id"] for block in view["blocks"]]
    assert limits.check(view) == []


def test_a_form_of_everything_has_nothing_left_to_read() -> None:
    """Where all may be edited, no line stands above the inputs."""
    rule = draft().rule.model_copy(update={"edit": ("to", "subject", "body")})
    kinds = [block["type"] for block in modal.edit(draft(rule=rule), SPEC)["blocks"]]
    assert set(kinds) == {"input"}


def test_rejecting_is_one_tap_with_a_reason() -> None:
    """Each reason is a button; other words have a field."""
    view = modal.reject(draft())
    assert buttons(view) == ["reason:0", "reason:1", "reason:2", "reason:3"]
    assert "Wrong facts" in shown(view)
    assert view["submit"]["text"] == "Reject"


@pytest.mark.parametrize("state", list(DraftState))
def test_that_the_customer_has_replied_can_be_said_before_it_leaves(state: DraftState) -> None:
    """Behind the three dots, and beside Undo while it is held; nowhere else."""
    built = card.card(draft(state=state), SPEC, card.Setting(replies=True))
    waits = state in {DraftState.OPEN, DraftState.HOLDING}
    assert ("The customer has replied" in str(built)) is waits


@pytest.mark.parametrize(("to", "words"), [("call", "with call"), ("next", "the run goes on")])
def test_a_card_says_where_the_run_went_on(to: str, words: str) -> None:
    """And offers nothing that would begin it anew."""
    for state in (DraftState.WITHDRAWN, DraftState.EXPIRED, DraftState.FAILED):
        made = draft(state=state)
        assert made.ending
        went_on = made.model_copy(update={"ending": made.ending.model_copy(update={"led_to": to})})
        built = card.card(went_on, SPEC)
        assert words in shown(built)
        assert "Draft again" not in str(built)
