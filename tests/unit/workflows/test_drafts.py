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
    GIL,
    INA,
    OLGA,
    drafted,
    mailing,
    playbook,
    press,
    reading,
    refunding,
    usd,
)
from workflows.answers import FieldErrors, Recorded, Refused, Show
from workflows.commands import (
    Answer,
    Approve,
    CancelRun,
    Edit,
    Executed,
    OnDraft,
    OpenEdit,
    OpenReject,
    Pause,
    Redraft,
    Reject,
    Resolve,
    Resume,
    StartRun,
    Undo,
)
from workflows.engine import Engine
from workflows.errors import (
    AlreadySigned,
    NotAllowed,
    NotOpen,
    OwnDraft,
    Paused,
    StaleCard,
    Stranger,
    TooLateToUndo,
)
from workflows.events import Event
from workflows.run import Compensation, Outcome, SignedDraft
from workflows.text import Untrusted

if TYPE_CHECKING:
    from tests.unit.workflows.builders import House
    from workflows.errors import Refusal
    from workflows.run import Draft, Run

TWO = playbook(mailing(approve={"by": ["sales", "finance"], "quorum": 2, "edit": "subject"}))
DONE = Outcome(status="done", receipt="<1@mail>")


def of(run: Run) -> Draft:
    """Return the run's draft."""
    assert run.draft is not None
    return run.draft


def pressed(house: House, kind: type[OnDraft], run: Run, who: Any, **more: Any) -> Run:
    """Press on the newest card; it is accepted. Return the run as it stands."""
    reply = house.engine.handle(press(kind, house.now(run), who, **more))
    assert isinstance(reply, Recorded), reply
    return house.now(run)


def refused(
    house: House, error: type[Refusal], kind: type[OnDraft], run: Run, who: Any, **more: Any
) -> str:
    """Press on the newest card; it is refused. Return the sentence."""
    before = house.now(run)
    reply = house.engine.handle(press(kind, before, who, **more))
    assert isinstance(reply, Refused), reply
    assert isinstance(reply.error, error)
    assert house.now(run) == before
    return reply.error.sentence


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
        shelf=house.shelf,
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
        ({"amount": "500.01 USD"}, usd("500.01"), "one of owner (above 500.00 USD)"),
        ({"amount": "40.00 USD"}, usd("40"), "one of finance"),
        ({"fee": "3.00 USD"}, usd("100"), "one of finance"),
        ({"fee": "600.00 USD"}, usd("600"), "one of owner (above 500.00 USD)"),
        (
            {"amount": "1.00 USD", "fee": "700.00 USD"},
            usd("700"),
            "one of owner (above 500.00 USD)",
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


def test_a_held_draft_can_be_held_back(house: House) -> None:
    """The same text as a new revision that nobody has signed; nothing was sent."""
    run = house.drafted(playbook(mailing()))
    held = pressed(house, Approve, run, ANA)
    reply = house.engine.handle(press(Undo, held, BEN))
    now = house.now(run)
    assert isinstance(reply, Recorded)
    assert reply.sentence == "Held back. Nothing was sent; the draft is open again."
    assert (now.state, of(now).state, of(now).signers) == ("waiting", "open", ())
    assert of(now).current.payload_hash == of(held).current.payload_hash
    assert (of(now).revision, of(now).leaves_at) == (2, None)
    assert now.due_at == of(now).expires_at
    assert house.store.entries[-1].head["left"] is False
    assert of(pressed(house, Approve, run, ANA)).state == "holding"


def test_holding_back_after_its_time_lets_it_expire_at_once(house: House) -> None:
    """It was signed in time, not any more."""
    run = house.drafted(playbook(mailing()))
    house.clock.at = of(run).expires_at - timedelta(seconds=10)
    pressed(house, Approve, run, ANA)
    house.clock.pass_by(seconds=30)
    assert pressed(house, Undo, run, ANA).due_at == house.clock.at
    house.wake(run)
    assert of(house.now(run)).state == "expired"


UNDONE = Compensation(
    action="mail.send",
    payload={"to": "jo@example.com", "subject": "Sorry", "body": "That was wrong."},
    title=Untrusted("Send a correction to Jo"),
)


def gone(house: House, compensation: Compensation | None = UNDONE) -> Run:
    """Return a run whose letter left."""
    run = house.drafted(playbook(mailing()))
    pressed(house, Approve, run, ANA)
    house.wake(run)
    house.report(run, Executed(outcome=DONE, compensation=compensation))
    return house.now(run)


def test_what_left_is_undone_by_another_draft(house: House) -> None:
    """It is signed like any other, carries no old signature, and ends the run again."""
    run = gone(house)
    first = of(run)
    now = pressed(house, Undo, run, BEN)
    again = of(now)
    assert (now.state, again.state, again.undoes) == ("waiting", "open", first.id)
    assert (again.title.raw, again.current.payload) == (UNDONE.title.raw, UNDONE.payload)
    assert (again.signatures, again.outcome, again.compensation) == ((), None, None)
    assert again.author.label == "Undoes what was carried out"
    assert again.why.raw.startswith("Undoes what left 2026-11-23")
    assert house.store.rows.drafts[first.id].state == "executed"
    house.left(now, DONE)
    assert (house.now(run).state, of(house.now(run)).state) == ("done", "executed")


def test_what_can_not_be_undone_says_so(house: House) -> None:
    """A person sorts it out by hand."""
    sentence = refused(house, TooLateToUndo, Undo, gone(house, None), ANA)
    assert sentence == (
        "It has already left, so it can't be held back any more."
        " Nothing undoes it automatically; sort it out by hand."
    )


def test_an_undo_by_an_action_nobody_carries_out_is_none(house: House) -> None:
    """The connector that would undo it is gone."""
    strange = UNDONE.model_copy(update={"action": "fax.send"})
    assert "sort it out by hand" in refused(house, TooLateToUndo, Undo, gone(house, strange), ANA)


def test_an_undo_waits_until_the_run_is_over(house: House) -> None:
    """While it is at a later step its draft is another one."""
    run = house.drafted(playbook(mailing(), reading()))
    pressed(house, Approve, run, ANA)
    house.wake(run)
    house.report(run, Executed(outcome=DONE, compensation=UNDONE))
    assert "The run is at the step quote" in refused(house, TooLateToUndo, Undo, run, ANA)


def test_an_undo_can_not_be_drafted_again(house: House) -> None:
    """No agent wrote it; press Undo again instead."""
    run = gone(house)
    pressed(house, Undo, run, BEN)
    pressed(house, Reject, run, BEN, reason="other")
    assert "drafted again" in refused(house, NotOpen, Redraft, run, ANA)


def in_doubt(house: House) -> Run:
    """Return a run whose letter may have left."""
    return house.left(house.drafted(playbook(mailing())), Outcome(status="unknown", message="cut"))


def test_a_person_says_that_it_happened(house: House) -> None:
    """Then it is carried out, on their word, and the run goes on."""
    run = in_doubt(house)
    assert (run.state, of(run).state, run.due_at) == ("uncertain", "uncertain", None)
    now = pressed(house, Resolve, run, ANA, happened=True)
    assert (now.state, of(now).state) == ("done", "executed")
    assert house.store.entries[-2].head["happened"] is True


def test_a_person_says_that_it_did_not_happen(house: House) -> None:
    """The same bytes leave again under the same key."""
    run = in_doubt(house)
    now = pressed(house, Resolve, run, ANA, happened=False)
    assert (now.state, of(now).state, of(now).outcome) == ("working", "executing", None)
    assert of(now).key == of(run).key
    assert SignedDraft.of(of(now)).signers == ("U-ANA",)
    assert now.seq > run.seq


@pytest.mark.parametrize(
    ("scope", "what"),
    [
        ("everything", "Everything"),
        ("playbook:follow-up", "follow-up"),
        ("connector:mail", "mail"),
        ("agent:writer", "writer"),
    ],
)
def test_nothing_is_sent_again_while_it_is_switched_off(
    house: House, scope: str, what: str
) -> None:
    """The kill switch holds for "send again" too; saying that it happened is still possible."""
    run = in_doubt(house)
    house.engine.handle(Pause(actor=OLGA, scope=scope))
    sentence = refused(house, Paused, Resolve, run, ANA, happened=False)
    assert sentence.startswith(f"{what} is paused by Olga.")
    house.engine.handle(Resume(actor=OLGA, scope=scope))
    assert pressed(house, Resolve, run, ANA, happened=False).state == "working"


def test_a_rejected_draft_can_be_written_again(house: House) -> None:
    """The agent works again; then another draft stands in its place."""
    run = house.drafted(playbook(mailing()))
    rejected = pressed(house, Reject, run, ANA, reason="wrong tone")
    reply = house.engine.handle(press(Redraft, rejected, BEN))
    assert isinstance(reply, Recorded)
    assert reply.sentence == "Drafting again; the new card appears here."
    assert house.now(run).state == "working"
    house.report(run, drafted(subject="Dear Jo"))
    assert of(house.now(run)).id != of(rejected).id
    assert of(house.now(run)).current.payload["subject"] == "Dear Jo"


def test_a_fixed_payload_can_be_opened_again(house: House) -> None:
    """Without an agent it is open at once."""
    run = house.start(playbook(refunding()))
    pressed(house, Reject, run, CEM, reason="other")
    assert (pressed(house, Redraft, run, CEM).state, of(house.now(run)).state) == (
        "waiting",
        "open",
    )


def test_the_card_of_a_replaced_draft_starts_nothing(house: House) -> None:
    """A second press on the rejected draft must not push the run off the draft that replaced it."""
    run = house.drafted(playbook(mailing()))
    old = press(Redraft, pressed(house, Reject, run, ANA, reason="other"), ANA)
    house.engine.handle(old)
    while_written = house.engine.handle(old)
    house.report(run, drafted())
    while_open = house.engine.handle(old)
    pressed(house, Approve, run, ANA)
    house.wake(run)
    while_leaving = house.engine.handle(old)
    house.report(run, Executed(outcome=DONE))
    at_the_end = house.engine.handle(old)
    for reply in (while_written, while_open, while_leaving, at_the_end):
        assert isinstance(reply, Refused)
        assert reply.error.sentence == "This is rejected and can no longer be drafted again."
    assert (house.now(run).state, of(house.now(run)).state) == ("done", "executed")


def test_a_step_that_was_taken_later_is_not_drafted_from_an_old_card(house: House) -> None:
    """The replaced draft's step is done; the run failed at another one."""
    run = house.drafted(playbook(mailing(), {"decide": "x", "if": "nobody == 1"}))
    rejected = pressed(house, Reject, run, ANA, reason="other")
    pressed(house, Redraft, run, ANA)
    house.report(run, drafted())
    house.left(run, DONE)
    assert (house.now(run).state, house.now(run).step) == ("failed", "x")
    assert isinstance(house.engine.handle(press(Redraft, rejected, ANA)), Refused)


def cancelled(house: House, run: Run, who: Any = ANA) -> Any:
    """Have somebody stop the run."""
    return house.engine.handle(CancelRun(actor=who, run_id=run.id))


def test_cancelling_withdraws_an_open_or_held_draft(house: House) -> None:
    """Nothing of it leaves any more; who stopped it is on the record."""
    run = house.drafted(playbook(mailing()))
    pressed(house, Approve, run, ANA)
    reply = cancelled(house, run, CEM)
    now = house.now(run)
    assert reply.sentence == "Cancelled. Nothing of it leaves any more."
    assert (now.state, of(now).state, now.due_at) == ("cancelled", "withdrawn", None)
    assert [e.event for e in house.store.entries[-2:]] == [
        Event.RUN_CANCELLED,
        Event.DRAFT_WITHDRAWN,
    ]


def test_what_is_being_carried_out_can_not_be_cancelled(house: House) -> None:
    """It may have happened already."""
    run = house.drafted(playbook(mailing()))
    pressed(house, Approve, run, ANA)
    house.wake(run)
    reply = cancelled(house, run)
    assert isinstance(reply, Refused)
    assert isinstance(reply.error, TooLateToUndo)
    assert of(house.now(run)).state == "executing"


def test_cancelling_takes_the_task_off_its_owners_list(house: House) -> None:
    """Nobody is left with work that is over; a late answer is refused."""
    asking = {"ask": "how", "who": "sales", "title": "How?", "options": ["call", "write"]}
    run = house.start(playbook(asking))
    assert run.task is not None
    cancelled(house, run, BEN)
    task = house.store.rows.tasks[run.task.id]
    assert task.state == "done"
    assert house.store.entries[-1].event is Event.TASK_CLOSED
    late = house.engine.handle(Answer(actor=ANA, task_id=task.id, choice="call"))
    assert isinstance(late, Refused)
    assert "closed by Ben" in late.error.sentence


def test_a_run_without_a_draft_is_just_stopped(house: House) -> None:
    """It says by whom."""
    run = house.start(playbook(reading()))
    cancelled(house, run)
    assert (house.now(run).state, house.now(run).why) == ("cancelled", "stopped by Ana")


def test_a_closed_task_stays_as_it_was_answered(house: House) -> None:
    """Cancelling later does not touch it."""
    asking = {"ask": "how", "who": "sales", "title": "How?", "options": ["call", "write"]}
    run = house.start(playbook(asking, reading()))
    assert run.task is not None
    house.engine.handle(Answer(actor=ANA, task_id=run.task.id, choice="call"))
    before = house.store.rows.tasks
    cancelled(house, run, BEN)
    assert house.store.rows.tasks == before


@pytest.mark.parametrize("who", [GIL, INA])
def test_guests_and_those_who_left_stop_nothing(house: House, who: Any) -> None:
    """Whatever the company file still says about them."""
    run = house.start(playbook(reading()))
    reply = cancelled(house, run, who)
    assert isinstance(reply, Refused)
    assert reply.error.sentence.startswith("This needs somebody who works at Northwind now")
    assert house.now(run).state == "working"


def test_somebody_taken_off_the_list_can_not_press_any_more(house: House) -> None:
    """Rights are those of today, not of the day the card was posted."""
    run = house.drafted(playbook(mailing()))
    gone_now = tuple(person for person in COMPANY.people if person.id != "U-ANA")
    house.directory.now = COMPANY.model_copy(update={"people": gone_now})
    refused(house, Stranger, Approve, run, ANA)
    reply = house.engine.handle(StartRun(actor=ANA, playbook="follow-up"))
    assert isinstance(reply, Refused)
