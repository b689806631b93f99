from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.ids import FakeIds
from tests.unit.workflows.builders import (
    ADA,
    ANA,
    BEN,
    CEM,
    COMPANY,
    DORA,
    mailing,
    playbook,
    press,
    refunding,
    usd,
)
from tests.unit.workflows.presses import of, pressed, refused
from workflows.answers import FieldErrors, Recorded, Refused, Show
from workflows.commands import (
    Approve,
    Edit,
    OnDraft,
    OpenEdit,
    OpenReject,
    Reject,
    StartRun,
)
from workflows.engine import Engine
from workflows.errors import (
    AlreadySigned,
    NotAllowed,
    NotOpen,
    OwnDraft,
    StaleCard,
    Stranger,
)
from workflows.events import Event
from workflows.text import Untrusted

if TYPE_CHECKING:
    from tests.unit.workflows.builders import House

TWO = playbook(mailing(approve={"by": ["sales", "finance"], "quorum": 2, "edit": "subject"}))


def test_a_signature_is_on_the_bytes_that_were_shown(house: House) -> None:
    """Signed, held for its time, and all of it on the record."""
    run = house.drafted(playbook(mailing()))
    now = pressed(house, Approve, run, ANA, card_hash="card-1")
    signature = of(now).signatures[0]
    assert (signature.actor, signature.n, signature.card_hash) == ("U-ANA", 1, "card-1")
    assert signature.payload_hash == of(now).current.payload_hash
    assert (now.state, of(now).state) == ("holding", "holding")
    assert now.due_at == of(now).leaves_at == house.clock.at + timedelta(seconds=60)
    signed, held = house.store.entries[-2:]
    assert (signed.event, held.event) == (Event.DRAFT_SIGNED, Event.DRAFT_HELD)
    assert signed.head["card_hash"] == "card-1"
    assert (signed.head["missing"], signed.head["self"]) == (0, False)


def test_signing_what_one_started_is_marked(house: House) -> None:
    """Allowed for customer actions, and visible afterwards."""
    run = house.drafted(playbook(mailing()), ANA)
    pressed(house, Approve, run, ANA)
    assert house.store.entries[-2].head["self"] is True


def test_signing_what_one_started_is_barred_for_money(house: House) -> None:
    """Somebody else must; their names are said."""
    run = house.start(playbook(refunding()), CEM)
    sentence = refused(house, OwnDraft, Approve, run, CEM)
    assert sentence.endswith("Dora can sign it.")
    assert pressed(house, Approve, run, DORA).state == "holding"


def test_whoever_changed_an_amount_does_not_sign_it(house: House) -> None:
    """The one who wrote the revision needs somebody else."""
    run = house.start(playbook(refunding()))
    pressed(house, Edit, run, DORA, changes={"amount": "90.00 USD"})
    assert "You wrote this revision" in refused(house, OwnDraft, Approve, run, DORA)
    assert pressed(house, Approve, run, CEM).state == "holding"


def test_two_of_two_sign_and_neither_twice(house: House) -> None:
    """After the first it is still open; the second lets it be held."""
    run = house.drafted(TWO)
    reply = house.engine.handle(press(Approve, run, ANA))
    assert isinstance(reply, Recorded)
    assert reply.sentence == "Signed. 1 more of sales or finance must sign."
    assert (house.now(run).state, of(house.now(run)).state) == ("waiting", "open")
    assert "still needs 1 more" in refused(house, AlreadySigned, Approve, run, ANA)
    now = pressed(house, Approve, run, CEM)
    assert (of(now).state, of(now).signers) == ("holding", ("U-ANA", "U-CEM"))


def test_an_edit_voids_earlier_signatures(house: House) -> None:
    """Both must sign the new text; the old signature stays on the record."""
    run = house.drafted(TWO)
    pressed(house, Approve, run, ANA)
    now = pressed(house, Edit, run, CEM, changes={"subject": "Still interested?"})
    assert (of(now).revision, of(now).signers) == (2, ())
    assert len(of(now).signatures) == 1
    assert of(now).current.author == CEM
    assert of(pressed(house, Approve, run, ANA)).state == "open"
    assert of(pressed(house, Approve, run, BEN)).state == "holding"


@pytest.mark.parametrize(
    "shown", [{"revision": 1}, {"payload_hash": "0000"}, {"revision": 3}, {"revision": 0}]
)
@pytest.mark.parametrize("kind", [Approve, OpenEdit, Edit, OpenReject, Reject])
def test_an_old_card_decides_nothing(
    house: House, kind: type[OnDraft], shown: dict[str, Any]
) -> None:
    """Whoever looks at an older text is told who changed it."""
    run = house.drafted(TWO)
    pressed(house, Edit, run, BEN, changes={"subject": "New"})
    words: dict[type[OnDraft], dict[str, Any]] = {
        Edit: {"changes": {"subject": "Newer"}},
        Reject: {"reason": "other"},
    }
    more = words.get(kind, {})
    sentence = refused(house, StaleCard, kind, run, ANA, **more, **shown)
    assert "Ben changed it to revision 2" in sentence


def test_a_draft_past_its_time_can_not_be_signed(house: House) -> None:
    """Even when the timer has not come to it yet: silence and lateness never approve."""
    run = house.drafted(playbook(mailing()))
    house.clock.at = of(run).expires_at - timedelta(seconds=1)
    assert isinstance(house.engine.handle(press(OpenEdit, run, ANA)), Show)
    house.clock.pass_by(seconds=1)
    sentence = refused(house, NotOpen, Approve, run, ANA)
    assert sentence == "This is past its time and can no longer be signed."


@pytest.mark.parametrize(("kind", "view"), [(OpenEdit, "edit"), (OpenReject, "reject")])
def test_forms_open_for_those_who_may_decide(house: House, kind: type[OnDraft], view: Any) -> None:
    """Showing changes nothing and is on the record."""
    run = house.drafted(playbook(mailing()))
    reply = house.engine.handle(press(kind, run, ADA))
    assert reply == Show(view=view, run=run)
    assert house.now(run) == run
    assert house.store.entries[-1].event is Event.DRAFT_SHOWN
    assert "Ana, Ben can." in refused(house, NotAllowed, kind, run, CEM)


@pytest.mark.parametrize(
    ("changes", "named"), [({"to": "eve@example.com"}, "to"), ({"to": "x", "bcc": "y"}, "bcc, to")]
)
def test_a_field_from_the_record_can_not_be_edited(
    house: House, changes: dict[str, Any], named: str
) -> None:
    """Only the fields the playbook opens for it."""
    run = house.drafted(playbook(mailing()))
    sentence = refused(house, NotAllowed, Edit, run, ANA, changes={"subject": "x", **changes})
    assert sentence.startswith(f"Changing {named} needs another playbook.")


def test_a_wrong_edit_saves_nothing(house: House) -> None:
    """The form says what is wrong beside the field; nothing is put on the record."""
    run = house.drafted(playbook(mailing()))
    before = house.store.rows
    reply = house.engine.handle(press(Edit, run, ANA, changes={"subject": "a\nb"}, key="k"))
    assert reply == FieldErrors(errors={"subject": "must be a single line"})
    assert house.store.rows == before


def test_an_edit_that_changes_nothing_makes_no_revision(house: House) -> None:
    """Earlier signatures stand; that the form was sent is on the record."""
    run = house.drafted(TWO)
    pressed(house, Approve, run, ANA)
    reply = house.engine.handle(press(Edit, run, BEN, changes={"subject": "Your quote"}))
    assert isinstance(reply, Recorded)
    assert reply.sentence == "Nothing was changed."
    assert of(house.now(run)).signers == ("U-ANA",)
    assert (house.store.entries[-1].event, house.store.entries[-1].head["changed"]) == (
        Event.DRAFT_SHOWN,
        False,
    )


def test_an_edit_of_an_action_nobody_carries_out_any_more_saves_nothing(house: House) -> None:
    """It says so instead of crashing."""
    run = house.drafted(playbook(mailing()))
    bare = Engine(
        store=house.store,
        clock=house.clock,
        ids=FakeIds(),
        directory=house.directory,
        actions={},
    )
    reply = bare.handle(press(Edit, run, ANA, changes={"subject": "x"}))
    assert reply == FieldErrors(errors={"mail.send": "is not known here"})


STEEP = {
    "by": "finance",
    "edit": ["amount", "fee"],
    "above": [{"amount": "500.00 USD", "by": "owner"}],
}


@pytest.mark.parametrize(
    ("changes", "amount", "words"),
    [
        ({"amount": "500.00 USD"}, usd("500"), "one of finance"),
        ({"amount": "500.01 USD"}, usd("500.01"), "the owner (above 500.00 USD)"),
        ({"amount": "40.00 USD"}, usd("40"), "one of finance"),
        ({"fee": "3.00 USD"}, usd("100"), "one of finance"),
        ({"fee": "600.00 USD"}, usd("600"), "the owner (above 500.00 USD)"),
        (
            {"amount": "1.00 USD", "fee": "700.00 USD"},
            usd("700"),
            "the owner (above 500.00 USD)",
        ),
    ],
)
def test_the_policy_is_run_again_on_an_edited_amount(
    house: House, changes: dict[str, Any], amount: Any, words: str
) -> None:
    """An edit can't slip an amount below a threshold it passes."""
    run = house.start(playbook(refunding(approve=STEEP)))
    now = pressed(house, Edit, run, DORA, changes=changes)
    assert (of(now).amount, of(now).needs.words) == (amount, words)


def test_an_edit_of_an_amount_counts_where_the_step_named_none(house: House) -> None:
    """The threshold looks at what is about to leave."""
    run = house.start(playbook(refunding(approve=STEEP, amount="")))
    assert of(run).amount is None
    now = pressed(house, Edit, run, DORA, changes={"amount": "900.00 USD"})
    assert of(now).needs.by == ("owner",)


def test_a_rejection_ends_draft_and_run_with_its_reason(house: House) -> None:
    """Ada started it and may take it back."""
    run = house.drafted(playbook(mailing()))
    now = pressed(house, Reject, run, ADA, reason="wrong time", comment=Untrusted("in May"))
    ending = of(now).ending
    assert ending is not None
    assert (of(now).state, ending.by, ending.reason, ending.comment.raw) == (
        "rejected",
        ADA,
        "wrong time",
        "in May",
    )
    assert (now.state, now.due_at, now.why) == ("cancelled", None, "rejected: wrong time")
    assert house.store.entries[-1].body["comment"] == "in May"


def test_somebody_taken_off_the_list_can_not_press_any_more(house: House) -> None:
    """Rights are those of today, not of the day the card was posted."""
    run = house.drafted(playbook(mailing()))
    gone_now = tuple(person for person in COMPANY.people if person.id != "U-ANA")
    house.directory.now = COMPANY.model_copy(update={"people": gone_now})
    refused(house, Stranger, Approve, run, ANA)
    reply = house.engine.handle(StartRun(actor=ANA, playbook="follow-up"))
    assert isinstance(reply, Refused)
