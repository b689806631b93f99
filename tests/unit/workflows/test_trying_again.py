"""What was tried in vain goes the way of all that is signed: held, with Undo, and looked at before it leaves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.workflows.builders import (
    ACTIONS,
    ADA,
    ANA,
    BEN,
    CORRECTION,
    OLGA,
    drafted,
    found,
    mailing,
    playbook,
    press,
    reading,
)
from tests.unit.workflows.builders import house as new_house
from tests.unit.workflows.presses import of, pressed, refused
from tests.unit.workflows.trusting import footing, free, trusted
from workflows.answers import Recorded, Refused
from workflows.commands import (
    Approve,
    CancelRun,
    Demote,
    Executed,
    Held,
    Later,
    Pause,
    Resume,
    StopContact,
    Undo,
)
from workflows.customers import Customers
from workflows.errors import TooLateToUndo
from workflows.events import Event
from workflows.limits import Limit
from workflows.run import SYSTEM, DraftState, Outcome, RunState

if TYPE_CHECKING:
    from tests.unit.workflows.builders import House
    from workflows.run import Run

BUSY = Outcome(status="retryable", message="Try later.")
#: The other side said so itself, and no try before is in doubt.
IN_VAIN = Executed(outcome=BUSY, stayed=True)
#: The answer was lost; its key keeps it from happening twice.
LOST = Executed(outcome=BUSY)
DONE = Executed(outcome=Outcome(status="done"))
BOOK = playbook(mailing())
CHECKED = playbook(reading(), mailing(still='quote.status == "sent"'))
TAKEN_BACK = "the playbook was taken back to assist meanwhile"


def leaving(house: House, book: Any = BOOK) -> Run:
    """Return a run whose draft is being carried out."""
    run = house.start(book)
    if book is CHECKED:
        house.report(run, found())
    house.report(run, drafted())
    house.engine.handle(press(Approve, house.now(run), ANA))
    house.wake(run, fresh={"quote": {"status": "sent"}})
    assert of(house.now(run)).state is DraftState.EXECUTING
    return house.now(run)


def waiting(house: House, book: Any = BOOK) -> Run:
    """Return a run whose draft was tried once in vain."""
    run = leaving(house, book)
    house.report(run, IN_VAIN)
    assert of(house.now(run)).state is DraftState.HOLDING
    return house.now(run)


def test_it_is_held_and_then_leaves_under_the_same_key(house: House) -> None:
    """Its signature counts on; the card has what was said, and when it is tried again."""
    before = leaving(house)
    house.report(before, IN_VAIN)
    run = house.now(before)
    assert (run.state, run.why, run.attempts) == (RunState.HOLDING, "Try later.", 0)
    assert of(run).leaves_at == run.due_at == house.clock.at + timedelta(seconds=60)
    assert (of(run).outcome, of(run).tries, of(run).signers) == (BUSY, 1, ("U-ANA",))
    assert house.store.rows.steps[run.id, before.seq][0] == "failed"
    assert house.store.entries[-1].event is Event.RUN_POSTPONED
    assert house.store.entries[-1].head["after"] == 60
    house.wake(run)
    again = house.now(run)
    assert (of(again).state, of(again).key, of(again).outcome) == ("executing", of(run).key, None)
    assert house.store.entries[-1].event is Event.DRAFT_LEAVING
    house.report(again, DONE)
    assert (of(house.now(run)).state, of(house.now(run)).signed_at) == (
        "executed",
        of(run).signed_at,
    )


def test_an_undo_of_what_was_tried_in_vain_is_tried_as_often_as_any_other(house: House) -> None:
    """How often the letter was tried says nothing of the one that undoes it."""
    run = waiting(house)
    house.wake(run)
    house.report(run, DONE.model_copy(update={"compensation": CORRECTION}))
    assert of(house.now(run)).tries == 1
    undo = pressed(house, Undo, run, BEN)
    assert (of(undo).undoes, of(undo).tries) == (of(run).id, 0)


def test_each_wait_is_longer_and_the_fifth_try_is_the_last(house: House) -> None:
    """Whatever woke it meanwhile; then it has failed, and can be drafted again."""
    run = leaving(house)
    waits: list[float] = []
    for _ in range(4):
        house.report(run, IN_VAIN)
        due = house.now(run).due_at
        assert due
        waits.append((due - house.clock.at).total_seconds())
        house.wake(run, problem="no answer")
        house.wake(run)
    assert waits == [60, 120, 240, 480]
    house.report(run, IN_VAIN)
    now = house.now(run)
    assert (now.state, of(now).state) == ("failed", "failed")
    assert now.why == "It was tried 5 times in vain. The last time: Try later."


def test_what_may_have_happened_stays_what_is_leaving(house: House) -> None:
    """Nobody takes back what may be there already; its step stays an intent without an outcome."""
    run = leaving(house)
    house.report(run, LOST)
    now = house.now(run)
    assert (now.state, of(now).state, of(now).tries) == ("working", "executing", 0)
    assert house.store.rows.steps[run.id, run.seq][0] == "intent"
    assert "may have happened" in refused(house, TooLateToUndo, Undo, now, ANA)
    stopped = house.engine.handle(CancelRun(actor=ADA, run_id=run.id))
    assert isinstance(stopped, Refused)
    assert "may have happened" in stopped.error.sentence


def test_a_turn_that_came_too_late_leaves_a_doubt_as_it_is(house: House) -> None:
    """It was begun by somebody who never reported: that is still so."""
    run = leaving(house)
    for begun, state in ((True, "intent"), (False, "failed")):
        house.report(run, Later(problem="too late", after=0, begun=begun))
        assert house.store.rows.steps[run.id, run.seq][0] == state


def test_it_can_be_held_back_while_it_waits(house: House) -> None:
    """The same text as a new revision nobody signed, under another key, and nothing of the tries is left."""
    run = waiting(house)
    back = pressed(house, Undo, run, ANA)
    assert (of(back).state, of(back).revision, of(back).signers) == ("open", 2, ())
    assert (of(back).outcome, of(back).tries, of(back).leaves_at) == (None, 0, None)
    assert of(back).undone_at == house.clock.at
    left = house.left(back, Outcome(status="done"), BEN)
    assert of(left).state is DraftState.EXECUTED


def test_it_can_be_cancelled_while_it_waits(house: House) -> None:
    """Nothing of it leaves any more."""
    run = waiting(house)
    reply = house.engine.handle(CancelRun(actor=ADA, run_id=run.id))
    assert isinstance(reply, Recorded)
    now = house.now(run)
    assert (now.state, of(now).state, now.due_at) == ("cancelled", "withdrawn", None)


@pytest.mark.parametrize(("status", "state"), [("sent", "executing"), ("paid", "withdrawn")])
def test_its_reason_is_looked_at_again(house: House, status: str, state: str) -> None:
    """By the records as they are now."""
    run = waiting(house, CHECKED)
    house.wake(run, fresh={"quote": {"status": status}})
    assert of(house.now(run)).state == state


def test_a_pause_keeps_it_and_its_tries(house: House) -> None:
    """Resumed, it goes on where it was."""
    run = waiting(house)
    house.engine.handle(Pause(actor=OLGA, scope="everything"))
    house.wake(run)
    assert (of(house.now(run)).state, house.now(run).due_at) == ("holding", None)
    house.engine.handle(Resume(actor=OLGA, scope="everything"))
    house.wake(run)
    house.report(run, IN_VAIN)
    assert of(house.now(run)).tries == 2


def test_what_a_pause_kept_from_being_begun_is_looked_at_again(house: House) -> None:
    """It was about to leave; while it was paused its reason went."""
    run = leaving(house, CHECKED)
    house.engine.handle(Pause(actor=OLGA, scope="everything"))
    house.report(run, Held(problem="paused", scope="everything", stayed=True))
    now = house.now(run)
    assert (now.state, of(now).state, now.due_at) == ("holding", "holding", None)
    house.engine.handle(Resume(actor=OLGA, scope="everything"))
    house.wake(run, fresh={"quote": {"status": "paid"}})
    assert of(house.now(run)).state is DraftState.WITHDRAWN


def test_signed_in_time_it_is_tried_after_its_deadline(house: House) -> None:
    """Only what was kept beyond the next try expires."""
    run = leaving(house, playbook(mailing(approve={"by": "sales", "within": "2 minutes"})))
    for _ in range(4):
        house.report(run, IN_VAIN)
        house.wake(run)
    assert house.clock.at > of(house.now(run)).expires_at + timedelta(minutes=10)
    assert of(house.now(run)).state is DraftState.EXECUTING


def test_kept_long_after_its_try_it_expires(house: House) -> None:
    """A pause of a day: people signed it for then."""
    run = waiting(house, playbook(mailing(approve={"by": "sales", "within": "2 minutes"})))
    house.clock.pass_by(days=1)
    house.wake(run)
    assert of(house.now(run)).state is DraftState.EXPIRED


def reaching() -> House:
    """Return a house whose letters reach customers, from nine to eight."""
    mail = ACTIONS["mail.send"].model_copy(update={"reaches": "to"})
    here = new_house(actions={**ACTIONS, "mail.send": mail})
    day: dict[str, Any] = {"hours": {"days": "mon-sat", "open": "09:00", "close": "20:00"}}
    there = {"customers": Customers.model_validate(day)}
    here.directory.now = here.directory.now.model_copy(update=there)
    return here


def test_who_wants_no_more_messages_gets_none() -> None:
    """Said while it waits to be tried again."""
    here = reaching()
    run = waiting(here)
    here.engine.handle(StopContact(actor=ANA, address="jo@example.com"))
    here.wake(run)
    assert of(here.now(run)).state is DraftState.WITHDRAWN


def test_a_try_in_the_customers_night_waits_for_the_day() -> None:
    """The card says so at once."""
    here = reaching()
    here.clock.at = datetime(2026, 11, 23, 18, 58, tzinfo=UTC)
    run = waiting(here)
    morning = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
    assert of(run).leaves_at == run.due_at == morning
    here.wake(run)
    assert of(here.now(run)).state is DraftState.EXECUTING


def test_a_limit_passed_meanwhile_asks_others(house: House) -> None:
    """As for all that is held."""
    run = waiting(house)
    limit = {"limit": "letters", "on": "mail.send", "per": "company", "in": "1 day", "count": 0}
    limits = (Limit.model_validate({**limit, "by": "owner"}),)
    house.directory.now = house.directory.now.model_copy(update={"limits": limits})
    house.wake(run)
    draft = of(house.now(run))
    assert (draft.state, draft.needs.by, draft.tries) == ("open", ("owner",), 0)


# --- Signed by rule ---


def ruled(built: House, book: Any) -> Run:
    """Return a run whose draft a rule signed, tried once in vain."""
    run = built.drafted(book)
    built.wake(run)
    built.report(run, IN_VAIN)
    assert of(built.now(run)).ruled
    return built.now(run)


def test_a_demotion_while_it_waits_asks_people() -> None:
    """What a rule signed is looked at like before its first try."""
    book = free()
    built = trusted(book)
    run = ruled(built, book)
    built.engine.handle(Demote(actor=SYSTEM, playbook=book.playbook, to="assist"))
    built.wake(run)
    draft = of(built.now(run))
    assert (draft.state, draft.asked, draft.signers) == ("open", TAKEN_BACK, ())


def test_without_one_it_leaves() -> None:
    """Nothing has changed."""
    book = free()
    built = trusted(book)
    run = ruled(built, book)
    built.wake(run)
    built.report(run, DONE)
    assert of(built.now(run)).state is DraftState.EXECUTED


def test_freed_further_it_leaves_and_taken_back_a_little_it_asks() -> None:
    """At `threshold` it would have had to be sure enough; nobody looked whether it was."""
    for stage, state in (("autonomous", "executing"), ("threshold", "open")):
        book = free()
        built = trusted(book)
        run = ruled(built, book)
        with built.store.transaction() as tx:
            tx.place(footing(book, stage))
        built.wake(run)
        assert of(built.now(run)).state == state


@pytest.mark.parametrize("risk", ["money", "legal", "employee"])
def test_what_is_grave_by_now_asks_people(risk: str) -> None:
    """The connector says so since it was signed."""
    book = free()
    actions = {**ACTIONS}
    built = trusted(book, actions=actions)
    run = ruled(built, book)
    actions["mail.send"] = ACTIONS["mail.send"].model_copy(update={"risk": risk})
    built.wake(run)
    draft = of(built.now(run))
    assert (draft.state, draft.asked) == ("open", f"{risk} never goes by itself")


def test_an_action_nobody_has_any_more_is_no_way_past() -> None:
    """Its own risk still counts; carrying it out fails."""
    book = free()
    actions = {**ACTIONS}
    built = trusted(book, actions=actions)
    run = ruled(built, book)
    del actions["mail.send"]
    built.wake(run)
    assert of(built.now(run)).state is DraftState.EXECUTING


def test_a_limit_for_each_signer_set_meanwhile_asks_people() -> None:
    """It holds for a rule as for a person."""
    book = free()
    built = trusted(book)
    run = ruled(built, book)
    limit = {"limit": "each", "on": "mail.send", "per": "person", "in": "1 day", "count": 0}
    limits = (Limit.model_validate(limit),)
    built.directory.now = built.directory.now.model_copy(update={"limits": limits})
    built.wake(run)
    assert "beyond the limit, each" in of(built.now(run)).asked


def test_the_days_limit_and_the_sample_are_not_asked_again() -> None:
    """It was counted on the day it was signed, and drawn once."""
    book = free(alone={"amount": "500.00 USD", "count": 1})
    built = trusted(book)
    run = ruled(built, book)
    every = {"sample": 1.0}
    built.directory.now = built.directory.now.model_copy(update=every)
    built.clock.pass_by(minutes=2)
    built.wake(run)
    assert of(built.now(run)).state is DraftState.EXECUTING
