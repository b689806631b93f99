from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.workflows.builders import (
    ADA,
    ANA,
    AUTHOR,
    BEN,
    CEM,
    COMPANY,
    CORRECTION,
    OLGA,
    done,
    drafted,
    due,
    found,
    mailing,
    playbook,
    press,
    reading,
)
from tests.unit.workflows.presses import of
from workflows.answers import Recorded, Refused
from workflows.commands import (
    Answer,
    Approve,
    Executed,
    Failed,
    Held,
    Later,
    Pause,
    Read,
    Redraft,
    Reject,
    Resume,
    Signal,
    Undo,
)
from workflows.errors import NotAllowed, NotOpen, Stale
from workflows.events import Event
from workflows.run import SYSTEM, Compensation, Outcome, Run
from workflows.text import Untrusted

if TYPE_CHECKING:
    from tests.unit.workflows.builders import House

BOOK = playbook(mailing())
ASKING = {"ask": "how", "who": "sales", "title": "How?", "options": ["call", "write"]}
CHECKED = playbook(reading(), mailing(still='quote.status == "sent"'))


def held(house: House, book: Any = BOOK) -> Run:
    """Return a run whose draft is signed and held."""
    run = house.start(book)
    if book is CHECKED:
        house.report(run, found())
    house.report(run, drafted())
    house.engine.handle(press(Approve, house.now(run), ANA))
    return house.now(run)


def leaving(house: House) -> Run:
    """Return a run whose draft is being carried out."""
    run = held(house)
    house.wake(run)
    return house.now(run)


def test_what_was_carried_out_ends_well(house: House) -> None:
    """Receipt and way back are kept; the step row and the record say so."""
    run = leaving(house)
    undo = Compensation(action="mail.send", payload={}, title=Untrusted("Correct it"))
    outcome = Outcome(status="done", receipt="<1@mail>", facts={"id": 7})
    house.report(run, Executed(outcome=outcome, compensation=undo))
    now = house.now(run)
    assert (now.state, of(now).state, of(now).outcome, of(now).compensation) == (
        "done",
        "executed",
        outcome,
        undo,
    )
    assert house.store.rows.steps[run.id, run.seq][0] == "done"
    executed = house.store.entries[-2]
    assert executed.event is Event.DRAFT_EXECUTED
    assert executed.head["receipt"] == "<1@mail>"
    assert executed.head["payload_hash"] == of(now).signatures[0].payload_hash


def test_what_the_other_side_refused_fails_the_run(house: House) -> None:
    """It is known not to have happened and can be drafted again."""
    run = leaving(house)
    house.report(run, Executed(outcome=Outcome(status="rejected", message="No such mailbox.")))
    now = house.now(run)
    assert (now.state, of(now).state, now.why) == ("failed", "failed", "No such mailbox.")
    assert house.store.rows.steps[run.id, run.seq][0] == "failed"
    house.engine.handle(press(Redraft, now, ANA))
    assert house.now(run).state == "working"


def test_what_nobody_knows_asks_a_person(house: House) -> None:
    """It is never repeated by the machine: no time wakes it."""
    run = leaving(house)
    house.report(run, Executed(outcome=Outcome(status="unknown", message="Cut off.")))
    now = house.now(run)
    assert (now.state, of(now).state, now.due_at) == ("uncertain", "uncertain", None)
    assert house.store.rows.steps[run.id, run.seq][0] == "uncertain"
    assert house.store.claim(house.clock.at + timedelta(days=9)) == []


def test_what_can_be_tried_again_is_under_the_same_key_and_later_each_time(house: House) -> None:
    """Known not to have happened: longer waits, at most an hour."""
    run = leaving(house)
    waits: list[float] = []
    for _ in range(9):
        house.report(run, Executed(outcome=Outcome(status="retryable", message="Busy.")))
        now = house.now(run)
        assert now.due_at is not None
        assert (now.state, of(now).state, of(now).key) == ("working", "executing", of(run).key)
        assert (now.seq, now.why) == (run.seq, "Busy.")
        waits.append((now.due_at - house.clock.at).total_seconds())
    assert waits == [60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]
    assert house.store.entries[-1].event is Event.RUN_POSTPONED


def test_a_step_that_failed_parks_the_run(house: House) -> None:
    """What happened is said where it lives."""
    run = house.start(BOOK)
    house.report(run, Failed(problem="The model is gone."))
    assert (house.now(run).state, house.now(run).why) == ("failed", "The model is gone.")
    assert house.store.rows.steps[run.id, 1] == ("failed", {"problem": "The model is gone."})


def test_what_somebody_named_and_is_not_there_ends_the_run(house: House) -> None:
    """A slip of whoever started it is said where it lives, and is nobody's work and no error of the playbook."""
    run = house.start(BOOK)
    house.report(run, Failed(problem="There is no quote Q-9999.", absent=True))
    assert (house.now(run).state, house.now(run).why) == ("cancelled", "There is no quote Q-9999.")
    assert house.store.entries[-1].event is Event.RUN_STOPPED


@pytest.mark.parametrize("known", [{}, {"quote": {"customer": "C-7"}}])
def test_what_nobody_named_and_is_not_there_parks_the_run(
    house: House, known: dict[str, Any]
) -> None:
    """A schedule names nothing, and what one record says of another is for whoever keeps them."""
    run = house.start(BOOK)
    starter = run.started_by if known else SYSTEM
    house.store.rows.runs[run.id] = run.model_copy(update={"results": known, "started_by": starter})
    house.report(run, Failed(problem="There is no customer C-7.", absent=True))
    assert house.now(run).state == "failed"


def test_an_execution_that_failed_fails_its_draft(house: House) -> None:
    """Nothing left; the card says so and it can be drafted again."""
    run = leaving(house)
    house.report(run, Failed(problem="The bytes were not signed."))
    now = house.now(run)
    assert (now.state, of(now).state) == ("failed", "failed")
    assert of(now).ending is not None


def test_a_read_that_can_not_be_done_now_is_done_later(house: House) -> None:
    """The same step, when it says."""
    run = house.start(playbook(reading()))
    house.report(run, Later(problem="The table is locked.", after=15))
    now = house.now(run)
    assert (now.state, now.seq, now.due_at) == (
        "working",
        1,
        house.clock.at + timedelta(seconds=15),
    )


def test_a_summary_by_an_agent_is_on_the_record_as_written(house: House) -> None:
    """Who wrote it and what it was shown."""
    run = house.start(playbook({"read": "summary", "agent": "writer", "uses": "quote"}))
    house.report(run, Read(value="All is well.", source="agent.writer", author=AUTHOR, context="c"))
    written = next(e for e in house.store.entries if e.event is Event.STEP_WRITTEN)
    assert (written.head["context"], written.body["value"]) == ("c", "All is well.")


@pytest.mark.parametrize(
    "result",
    [drafted(), Executed(outcome=Outcome(status="done"))],
    ids=["a draft", "an execution"],
)
def test_a_read_step_takes_only_what_was_read(house: House, result: Any) -> None:
    """Anything else is dropped."""
    run = house.start(playbook(reading()))
    reply = house.report(run, result)
    assert isinstance(reply, Refused)
    assert isinstance(reply.error, Stale)
    assert house.now(run).results == {}


def test_nothing_is_executed_that_was_not_about_to_leave(house: House) -> None:
    """A worker can't make a rejected draft an executed one while the agent writes it again."""
    run = house.drafted(BOOK)
    house.engine.handle(press(Reject, run, ANA, reason="other"))
    house.engine.handle(press(Redraft, house.now(run), ANA))
    for result in (Executed(outcome=Outcome(status="done")), found()):
        reply = house.report(run, result)
        assert isinstance(reply, Refused)
    assert of(house.now(run)).state == "rejected"


def test_what_is_leaving_is_not_answered_with_a_read(house: House) -> None:
    """The execution stays outstanding."""
    run = leaving(house)
    for result in (found(), drafted()):
        assert isinstance(house.report(run, result), Refused)
    assert of(house.now(run)).state == "executing"


def test_a_report_that_comes_twice_counts_once(house: House) -> None:
    """The second is dropped without a trace."""
    run = leaving(house)
    report = done(house.claim(run), Executed(outcome=Outcome(status="done")))
    assert isinstance(house.engine.handle(report), Recorded)
    entries = house.store.entries
    reply = house.engine.handle(report)
    assert isinstance(reply, Refused)
    assert isinstance(reply.error, Stale)
    assert house.store.entries == entries


def test_the_late_report_of_a_worker_that_lost_its_lease_is_dropped(house: House) -> None:
    """Only the newest claim may report."""
    run = house.start(BOOK)
    late = house.claim(run)
    newer = house.claim(run)
    assert isinstance(house.engine.handle(done(late, drafted())), Refused)
    assert isinstance(house.engine.handle(done(newer, drafted())), Recorded)


def test_nobody_signing_in_time_lets_it_expire(house: House) -> None:
    """At half time people are reminded once; at the end it expires. Silence never approves."""
    alone = {"by": "sales", "edit": ["subject", "body"], "escalate": []}
    run = house.drafted(playbook(mailing(approve=alone)))
    assert run.due_at == of(run).remind_at
    house.wake(run)
    reminded = house.now(run)
    assert (of(reminded).state, reminded.due_at) == ("open", of(run).expires_at)
    assert house.store.entries[-1].event is Event.DRAFT_REMINDED
    house.wake(reminded)
    now = house.now(run)
    assert (now.state, of(now).state) == ("cancelled", "expired")
    assert now.why == "expired: nobody signed in time (one of sales)"
    assert [e.actor.kind for e in house.store.entries[-2:]] == ["timer", "timer"]


def test_a_late_answer_keeps_waiting(house: House) -> None:
    """An ask that is overdue waits on, and says that it is."""
    run = house.start(playbook(ASKING))
    house.wake(run)
    house.wake(run)
    now = house.now(run)
    assert (now.state, now.due_at, now.why) == ("waiting", None, "waits for Ana, overdue")
    assert now.task is not None
    assert isinstance(
        house.engine.handle(Answer(actor=ANA, task_id=now.task.id, choice="call")), Recorded
    )


def test_the_hold_over_it_leaves(house: House) -> None:
    """Exactly once, and that it does is on the record before it does."""
    run = held(house)
    house.wake(run)
    now = house.now(run)
    assert (now.state, of(now).state, now.due_at) == ("working", "executing", house.clock.at)
    assert house.store.entries[-1].event is Event.DRAFT_LEAVING


@pytest.mark.parametrize(
    "scope", ["everything", "playbook:follow-up", "connector:mail", "agent:writer"]
)
def test_what_is_switched_off_does_not_leave(house: House, scope: str) -> None:
    """It waits without a timer, and resuming wakes it."""
    run = held(house)
    house.engine.handle(Pause(actor=OLGA, scope=scope))
    house.wake(run)
    now = house.now(run)
    assert (now.state, of(now).state) == ("holding", "holding")
    assert now.why == f"{scope} is paused; it leaves once that is resumed"
    assert now.due_at is None
    house.engine.handle(Resume(actor=OLGA, scope=scope))
    assert house.now(run).due_at == house.clock.at
    house.wake(run)
    assert of(house.now(run)).state == "executing"


def test_a_switch_elsewhere_holds_nothing_back(house: House) -> None:
    """Another connector is off."""
    run = held(house)
    house.engine.handle(Pause(actor=OLGA, scope="connector:pay"))
    house.wake(run)
    assert of(house.now(run)).state == "executing"


def test_what_can_not_be_checked_again_waits(house: House) -> None:
    """It never leaves on old facts."""
    run = held(house, CHECKED)
    house.wake(run, problem="the table did not answer.")
    now = house.now(run)
    assert of(now).state == "holding"
    assert now.why == "the facts could not be checked again: the table did not answer."


def test_what_can_not_be_checked_in_time_expires(house: House) -> None:
    """Its record may be gone for good: people signed it for then, and are told that nothing left."""
    run = held(house, CHECKED)
    until = of(house.now(run)).expires_at
    house.clock.pass_by(seconds=(until - house.clock.at).total_seconds())
    house.wake(run, problem="there is no such quote.")
    assert of(house.now(run)).state == "holding"
    house.clock.pass_by(minutes=11)
    house.wake(run, problem="there is no such quote.")
    assert of(house.now(run)).state == "expired"


@pytest.mark.parametrize(("status", "state"), [("sent", "executing"), ("paid", "withdrawn")])
def test_the_reason_is_looked_at_again_before_it_leaves(
    house: House, status: str, state: str
) -> None:
    """A draft whose reason is gone withdraws itself and says why."""
    run = held(house, CHECKED)
    house.wake(run, fresh={"quote": {"status": status}})
    now = house.now(run)
    assert of(now).state == state
    if state == "withdrawn":
        assert (now.state, "the record has changed" in now.why) == ("cancelled", True)


def test_an_undo_is_not_held_to_the_original_reason(house: House) -> None:
    """What is corrected need not be open still."""
    run = held(house, CHECKED)
    house.wake(run, fresh={"quote": {"status": "sent"}})
    house.report(run, Executed(outcome=Outcome(status="done"), compensation=CORRECTION))
    house.engine.handle(press(Undo, house.now(run), ANA))
    house.engine.handle(press(Approve, house.now(run), BEN))
    house.wake(run, fresh={"quote": {"status": "paid"}})
    assert of(house.now(run)).state == "executing"


def test_a_wake_up_that_comes_twice_counts_once(house: House) -> None:
    """The hold is over once."""
    run = held(house)
    wake = due(house.claim(run))
    house.engine.handle(wake)
    assert isinstance(house.engine.handle(wake), Refused)
    assert of(house.now(run)).state == "executing"


@pytest.mark.parametrize("name", ["paid", ""])
def test_a_signal_nobody_waits_for_wakes_nothing(house: House, name: str) -> None:
    """It is refused and on the record."""
    run = house.start(playbook({"wait": "reply", "for": "3 days", "signal": "answered"}))
    reply = house.engine.handle(Signal(actor=SYSTEM, run_id=run.id, name=name))
    assert isinstance(reply, Refused)
    assert reply.error.sentence == "This is not waiting for that and can no longer be woken by it."
    assert house.now(run) == run


def test_a_signal_does_not_wake_a_run_that_waits_for_a_person(house: House) -> None:
    """An open draft is no wait."""
    run = house.drafted(BOOK)
    reply = house.engine.handle(Signal(actor=SYSTEM, run_id=run.id, name=""))
    assert isinstance(reply, Refused)


def test_a_task_is_closed_by_its_owner_or_an_admin(house: House) -> None:
    """Others are told whose it is."""
    for who in (ANA, ADA, OLGA):
        run = house.start(playbook(ASKING))
        assert run.task is not None
        answer = Answer(actor=who, task_id=run.task.id, choice="write")
        late = house.engine.handle(answer.model_copy(update={"actor": CEM}))
        assert isinstance(late, Refused)
        assert late.error.sentence == (
            "Closing or moving this task needs Ana. Nothing was done; ask them, or an admin."
        )
        house.engine.handle(answer)
        now = house.now(run)
        assert now.task is not None
        assert now.task.ending is not None
        assert (now.task.answer, now.task.state, now.task.ending.by) == ("write", "done", who)


def test_a_task_whose_owner_left_says_so(house: House) -> None:
    """An admin can close it."""
    run = house.start(playbook(ASKING))
    assert run.task is not None
    left = tuple(person for person in COMPANY.people if person.id != "U-ANA")
    house.directory.now = COMPANY.model_copy(update={"people": left})
    reply = house.engine.handle(Answer(actor=BEN, task_id=run.task.id, choice="call"))
    assert isinstance(reply, Refused)
    assert isinstance(reply.error, NotAllowed)
    assert "needs its owner" in reply.error.sentence


def test_an_ask_takes_only_its_options(house: House) -> None:
    """The sentence lists them."""
    run = house.start(playbook(ASKING))
    assert run.task is not None
    reply = house.engine.handle(Answer(actor=ANA, task_id=run.task.id, choice="dance"))
    assert isinstance(reply, Refused)
    assert isinstance(reply.error, NotOpen)
    assert "call, write" in reply.error.sentence


def test_a_second_task_is_not_closed_by_the_answer_to_the_first(house: House) -> None:
    """Each button belongs to its own task."""
    second = {**ASKING, "ask": "again"}
    run = house.start(playbook(ASKING, second))
    assert run.task is not None
    first = Answer(actor=ANA, task_id=run.task.id, choice="call")
    house.engine.handle(first)
    assert isinstance(house.engine.handle(first), Refused)
    now = house.now(run)
    assert now.task is not None
    assert (now.step, now.task.state) == ("again", "open")


def test_work_held_by_a_pause_waits_for_resuming(house: House) -> None:
    """Nothing was begun, so its step may be begun again; no timer looks at it meanwhile."""
    run = house.start(BOOK)
    house.engine.handle(Pause(actor=OLGA, scope="everything"))
    house.report(run, Held(problem="everything is paused", scope="everything"))
    now = house.now(run)
    assert (now.state, now.due_at, now.attempts) == ("working", None, 0)
    assert [state for state, _ in house.store.rows.steps.values()] == ["failed"]
    house.engine.handle(Resume(actor=OLGA, scope="everything"))
    assert house.now(run).due_at == house.clock.at


def test_work_held_by_a_pause_that_is_over_goes_on_at_once(house: House) -> None:
    """Resumed while the worker was on its way back: nobody else would wake the run."""
    run = house.start(BOOK)
    house.report(run, Held(problem="everything is paused", scope="everything"))
    assert house.now(run).due_at == house.clock.at


def test_a_signed_draft_does_not_leave_long_after_its_deadline(house: House) -> None:
    """Signed in time, then kept from leaving for a day: nothing is sent, and it can be drafted again."""
    run = held(house)
    house.engine.handle(Pause(actor=OLGA, scope="everything"))
    house.wake(run)
    house.clock.at += timedelta(days=1)
    house.engine.handle(Resume(actor=OLGA, scope="everything"))
    house.wake(run)
    now = house.now(run)
    assert (now.state, of(now).state) == ("cancelled", "expired")
    assert now.why == "expired: it was signed and could not leave in time"


def test_work_begun_before_a_pause_stays_in_doubt(house: House) -> None:
    """It may have happened: what came of it is asked when it goes on, not forgotten."""
    run = house.start(BOOK)
    house.report(run, Held(problem="everything is paused", scope="everything", begun=True))
    assert [state for state, _ in house.store.rows.steps.values()] == ["intent"]


def test_what_became_of_a_draft_is_kept_when_the_next_step_opens_another(house: House) -> None:
    """Two letters in one playbook: the first stays carried out, and the second is open."""
    second = {**mailing(), "draft": "second"}
    run = house.drafted(playbook(mailing(), second))
    first = of(run).id
    house.left(run, Outcome(status="done", receipt="<1@mail>"))
    house.report(house.now(run), drafted())
    with house.store.transaction() as tx:
        kept = tx.run_of_draft(first)
    assert kept is not None
    assert of(kept).state == "executed"
    assert (of(house.now(run)).step, of(house.now(run)).state) == ("second", "open")
