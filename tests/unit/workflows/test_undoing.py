from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.workflows.builders import (
    ANA,
    BEN,
    CEM,
    CORRECTION,
    GIL,
    INA,
    OLGA,
    drafted,
    mailing,
    playbook,
    press,
    reading,
    refunding,
)
from tests.unit.workflows.presses import of, pressed, refused
from workflows.answers import Recorded, Refused
from workflows.commands import (
    Answer,
    Approve,
    CancelRun,
    Executed,
    Pause,
    Redraft,
    Reject,
    Resolve,
    Resume,
    Undo,
)
from workflows.errors import (
    NotOpen,
    Paused,
    TooLateToUndo,
)
from workflows.events import Event
from workflows.run import Compensation, Outcome, SignedDraft

if TYPE_CHECKING:
    from tests.unit.workflows.builders import House
    from workflows.run import Run

DONE = Outcome(status="done", receipt="<1@mail>")


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
    assert now.due_at == of(now).remind_at
    assert house.store.entries[-1].head["left"] is False
    assert of(pressed(house, Approve, run, ANA)).state == "holding"


def test_holding_back_after_its_time_lets_it_expire_at_once(house: House) -> None:
    """It was signed in time, not any more."""
    run = house.drafted(playbook(mailing(approve={"by": "sales", "escalate": []})))
    house.clock.at = of(run).expires_at - timedelta(seconds=10)
    pressed(house, Approve, run, ANA)
    house.clock.pass_by(seconds=30)
    assert pressed(house, Undo, run, ANA).due_at == house.clock.at
    house.wake(run)
    assert of(house.now(run)).state == "expired"


def gone(house: House, compensation: Compensation | None = CORRECTION) -> Run:
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
    assert (again.title.raw, again.current.payload) == (CORRECTION.title.raw, CORRECTION.payload)
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
        "It is too late to hold this back. Nothing undoes it automatically; sort it out by hand."
    )


def test_an_undo_by_an_action_nobody_carries_out_is_none(house: House) -> None:
    """The connector that would undo it is gone."""
    strange = CORRECTION.model_copy(update={"action": "fax.send"})
    assert "sort it out by hand" in refused(house, TooLateToUndo, Undo, gone(house, strange), ANA)


def test_an_undo_waits_until_the_run_is_over(house: House) -> None:
    """While it is at a later step its draft is another one."""
    run = house.drafted(playbook(mailing(), reading()))
    pressed(house, Approve, run, ANA)
    house.wake(run)
    house.report(run, Executed(outcome=DONE, compensation=CORRECTION))
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


@pytest.mark.parametrize(
    ("scope", "what"),
    [
        ("everything", "Everything"),
        ("playbook:follow-up", "follow-up"),
        ("agent:writer", "writer"),
    ],
)
def test_nothing_is_drafted_again_while_it_is_paused(house: House, scope: str, what: str) -> None:
    """The card says by whom, and offers it again once that is over."""
    run = house.drafted(playbook(mailing()))
    pressed(house, Reject, run, ANA, reason="other")
    house.engine.handle(Pause(actor=OLGA, scope=scope))
    sentence = refused(house, Paused, Redraft, run, BEN)
    assert sentence.startswith(f"{what} is paused by Olga. Nothing was started;")
    house.engine.handle(Resume(actor=OLGA, scope=scope))
    assert pressed(house, Redraft, run, BEN).state == "working"


def test_what_no_agent_writes_waits_for_no_agent(house: House) -> None:
    """Only its playbook's switch holds a fixed payload."""
    run = house.start(playbook(refunding()))
    pressed(house, Reject, run, CEM, reason="other")
    house.engine.handle(Pause(actor=OLGA, scope="agent:writer"))
    assert pressed(house, Redraft, run, CEM).state == "waiting"
    house.engine.handle(Resume(actor=OLGA, scope="agent:writer"))
    house.engine.handle(Pause(actor=OLGA, scope="playbook:follow-up"))
    pressed(house, Reject, run, CEM, reason="other")
    refused(house, Paused, Redraft, run, CEM)


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
