"""What happens instead when something goes otherwise: each bites, ends what was open, and is on the record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.workflows.builders import (
    ADA,
    ANA,
    AUTHOR,
    CORRECTION,
    EVE,
    GIL,
    done,
    draft,
    drafted,
    due,
    found,
    mailing,
    playbook,
    press,
    reading,
    refunding,
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
    Redraft,
    Resolve,
    Signal,
    Undo,
)
from workflows.events import Event
from workflows.exceptions import listens
from workflows.run import SYSTEM, Outcome, Run

if TYPE_CHECKING:
    from tests.unit.workflows.builders import House
    from workflows.answers import Answer as Reply
    from workflows.playbook import Playbook

#: Work for a person that only an exception leads to.
CALL = {"task": "call", "who": "sales", "title": "Call them", "aside": True}
WAIT = {"wait": "days", "for": "3 days"}


def book(*steps: dict[str, Any], on: str, then: str = "call", **more: Any) -> Playbook:
    """Return a playbook of these steps, the call set aside, and one exception that leads there."""
    return playbook(*steps, CALL, exceptions=[{"on": on, "then": then, **more}])


def replied(house: House, run: Run, who: Any = SYSTEM, value: Any = None) -> Reply:
    """Say that the customer has replied."""
    return house.engine.handle(Signal(actor=who, run_id=run.id, name="replied", value=value))


def taken(house: House) -> list[dict[str, Any]]:
    """Return the exceptions on the record."""
    return [e.head for e in house.store.entries if e.event is Event.EXCEPTION_TAKEN]


def told(house: House) -> list[Any]:
    """Return what was said where runs live."""
    posts = house.store.rows.posts.values()
    return [post.body["text"] for post in posts if post.subject.startswith("tell:")]


def expire(house: House, run: Run) -> Run:
    """Let nobody sign: reminded, passed on, and then it is over."""
    for _ in range(3):
        house.wake(run)
    return house.now(run)


def test_what_is_set_aside_is_passed_over(house: House) -> None:
    """The letter leaves and nothing goes otherwise: nobody is asked to call."""
    run = house.left(house.drafted(book(mailing(), on="late")), Outcome(status="done"))
    assert (run.state, run.task, taken(house)) == ("done", None, [])


def test_a_decision_may_lead_to_what_is_set_aside(house: House) -> None:
    """And goes on after it with what is not."""
    choose = {"decide": "whom", "if": "true", "then": "call"}
    run = house.start(playbook(choose, {**CALL}, WAIT))
    assert (run.step, run.state) == ("call", "waiting")
    assert run.task
    house.engine.handle(Answer(actor=ANA, task_id=run.task.id))
    assert house.now(run).step == "days"


def test_a_playbook_that_begins_aside_begins_with_the_next_step(house: House) -> None:
    """The first step is the first of those that are not set aside."""
    assert house.start(playbook(CALL, WAIT)).step == "days"
    assert house.start(playbook(CALL)).state == "done"


# --- Nobody signs in time ---


def test_nobody_signs_and_somebody_calls_instead(house: House) -> None:
    """The draft has expired, which is on the record before the run goes on; it can't be drafted again."""
    run = house.drafted(
        book(mailing(), on="late", say="Nobody signed, so {{ inputs.quote }} waits")
    )
    draft = of(run)
    late = expire(house, run)
    assert (late.state, late.step) == ("waiting", "call")
    ended = house.store.rows.drafts[draft.id]
    assert (ended.state, ended.ending and ended.ending.led_to) == ("expired", "call")
    events = [entry.event for entry in house.store.entries]
    assert events.index(Event.DRAFT_EXPIRED) < events.index(Event.EXCEPTION_TAKEN)
    assert taken(house)[0] | {"seq": 0} == {
        "seq": 0,
        "step": "letter",
        "exception": "late",
        "n": 1,
        "then": "call",
    }
    assert told(house) == ["Nobody signed, so Q-1 waits"]
    again = house.engine.handle(press(Redraft, late, ANA))
    assert isinstance(again, Refused)


def test_the_default_stays_where_no_exception_applies(house: House) -> None:
    """Another step, a condition that does not hold, another thing that went wrong."""
    for spoilt in ({"step": "other"}, {"when": 'inputs.quote == "Q-9"'}, {"on": "failed"}):
        run = house.drafted(book(mailing(), **{"on": "late", **spoilt}))
        assert expire(house, run).state == "cancelled"
    assert taken(house) == []


def test_the_first_that_applies_is_taken(house: House) -> None:
    """The narrower one stands first."""
    paths = [
        {"on": "late", "when": 'inputs.quote == "Q-9"', "then": "stop"},
        {"on": "late", "step": "letter", "then": "next"},
        {"on": "late", "then": "call"},
    ]
    run = house.drafted(playbook(mailing(), WAIT, CALL, exceptions=paths))
    assert expire(house, run).step == "days"
    assert [each["n"] for each in taken(house)] == [2]
    assert told(house) == ["Nobody signed in time: Write to Jo."]


def test_an_exception_may_only_say_it_and_stop(house: House) -> None:
    """Then the draft can be drafted again, as after any expiry."""
    run = expire(house, house.drafted(book(mailing(), on="late", then="stop", say="Too late")))
    assert (run.state, run.why, told(house)) == ("cancelled", "Too late", [])
    assert isinstance(house.engine.handle(press(Redraft, run, ANA)), Recorded)


def test_a_loop_of_exceptions_comes_to_an_end(house: House) -> None:
    """Late, written again, late: the fourth time a person has to look."""
    run = house.drafted(playbook(mailing(), exceptions=[{"on": "late", "then": "letter"}]))
    for _ in range(3):
        assert expire(house, run).state == "working"
        house.report(run, drafted())
    over = expire(house, run)
    assert (over.state, len(taken(house)), over.exceptions) == ("failed", 3, (1, 1, 1))
    assert over.why == "Nobody signed in time: Write to Jo. It has happened 3 times before."


def test_a_circle_of_exceptions_within_one_turn_is_parked(house: House) -> None:
    """What can't be carried out leads to itself, and nothing waits in between."""
    broken = refunding(**{"with": {"invoice": "I-1", "amount": "much"}})
    run = house.start(playbook(broken, exceptions=[{"on": "failed", "then": "refund"}]))
    assert run.state == "failed"
    assert "go round in a circle" in run.why


# --- It can't be done ---


@pytest.mark.parametrize(
    "result",
    [Failed(problem="no such table"), drafted(to="eve@example.com"), Failed(problem="no model")],
)
def test_a_step_that_can_not_be_done_leads_elsewhere(house: House, result: Any) -> None:
    """A read that failed, an agent that wrote what it may not."""
    read = isinstance(result, Failed) and "table" in result.problem
    run = house.start(book(reading() if read else mailing(), on="failed"))
    house.report(run, result)
    assert house.now(run).step == "call"
    assert len(told(house)) == 1


def test_what_is_refused_outside_leads_elsewhere(house: House) -> None:
    """The mail server says no: the card says so, and somebody calls."""
    run = house.drafted(book(mailing(), on="failed"))
    refused = house.left(run, Outcome(status="rejected", message="no such address"))
    assert (refused.step, of(refused).state) == ("call", "failed")
    assert told(house) == ["No such address."]
    ending = of(refused).ending
    assert ending
    assert ending.led_to == "call"


def test_what_was_signed_and_could_not_leave_leads_elsewhere(house: House) -> None:
    """It was kept back for too long."""
    run = house.drafted(book(mailing(), on="failed"))
    house.engine.handle(press(Approve, run, ANA))
    held = house.claim(run)
    house.clock.pass_by(days=2)
    house.engine.handle(due(held))
    assert (house.now(run).step, of(house.now(run)).state) == ("call", "expired")


def test_an_undo_has_no_exceptions(house: House) -> None:
    """Taking back what left is none of the playbook's steps."""
    run = house.drafted(book(mailing(), on="late"))
    house.engine.handle(press(Approve, run, ANA))
    house.wake(run)
    house.report(run, Executed(outcome=Outcome(status="done"), compensation=CORRECTION))
    house.engine.handle(press(Undo, house.now(run), ANA))
    assert expire(house, run).state == "cancelled"
    assert taken(house) == []


# --- A required field is missing ---


def test_what_is_missing_is_filled_in_and_read_again(house: House) -> None:
    """The task comes before the read, so that what was filled in is read."""
    fill = {"task": "fill-in", "who": "sales", "title": "Fill it in", "aside": True}
    steps = (fill, reading(require=["email"]), WAIT)
    run = house.start(playbook(*steps, exceptions=[{"on": "no-data", "then": "fill-in"}]))
    house.report(run, found(email=""))
    asked = house.now(run)
    assert (asked.step, told(house)) == ("fill-in", ["Table.quotes/Q-1 has no email."])
    assert asked.task
    house.engine.handle(Answer(actor=ANA, task_id=asked.task.id))
    house.report(run, found(email="jo@example.com"))
    assert house.now(run).step == "days"


# --- The customer has replied ---


@pytest.mark.parametrize("signed", [False, True])
def test_a_reply_takes_the_letter_back(house: House, signed: bool) -> None:  # noqa: FBT001 -- parametrised
    """Open or held before it leaves: nothing is sent, and the card says why."""
    run = house.drafted(book(mailing(), on="replied"))
    if signed:
        house.engine.handle(press(Approve, run, ANA))
    reply = replied(house, run, ANA)
    assert isinstance(reply, Recorded)
    assert reply.sentence.startswith("Noted. Nothing that was prepared")
    now = house.now(run)
    assert (now.state, now.step, of(now).state) == ("waiting", "call", "withdrawn")
    ending = of(now).ending
    assert ending
    assert (ending.by, ending.reason, ending.led_to) == (ANA, "the customer has replied", "call")


def test_a_worker_about_to_let_it_leave_comes_too_late(house: House) -> None:
    """It looked at the facts while the reply was recorded: the letter stays here."""
    run = house.drafted(book(mailing(), on="replied", then="next"))
    house.engine.handle(press(Approve, run, ANA))
    held = house.claim(run)
    replied(house, run)
    assert isinstance(house.engine.handle(due(held)), Refused)
    assert (house.now(run).state, of(house.now(run)).state) == ("done", "withdrawn")


@pytest.mark.parametrize("step", [WAIT, {**CALL, "task": "visit", "aside": False}, reading()])
def test_a_reply_is_heard_whatever_the_run_is_doing(house: House, step: dict[str, Any]) -> None:
    """In a wait, at a task (which is dropped), while records are read."""
    run = house.start(book(step, mailing(), on="replied"))
    before = run.task
    held = house.claim(run)
    replied(house, run)
    now = house.now(run)
    assert (now.step, now.state) == ("call", "waiting")
    if before:
        assert house.store.rows.tasks[before.id].state == "done"
    if run.state == "working":
        assert isinstance(house.engine.handle(done(held, found())), Refused)
    assert house.now(run) == now


def test_a_reply_while_it_is_leaving_is_taken_up_after(house: House) -> None:
    """What is leaving can't be stopped; what would follow it can."""
    run = house.drafted(book(mailing(), WAIT, on="replied"))
    house.engine.handle(press(Approve, run, ANA))
    house.wake(run)
    reply = replied(house, run)
    assert isinstance(reply, Recorded)
    assert "leaving already" in reply.sentence
    house.report(run, Later(problem="busy", after=5))
    house.report(run, Executed(outcome=Outcome(status="done")))
    now = house.now(run)
    assert (now.step, of(now).state, now.replied) == ("call", "executed", False)


def test_a_reply_stops_what_waits_to_be_tried_again(house: House) -> None:
    """The last try is known to have failed, and no worker has it: it never leaves."""
    run = house.drafted(book(mailing(), WAIT, on="replied"))
    house.engine.handle(press(Approve, run, ANA))
    house.wake(run)
    house.report(run, Executed(outcome=Outcome(status="retryable", message="busy"), stayed=True))
    reply = replied(house, run)
    assert isinstance(reply, Recorded)
    assert reply.sentence.startswith("Noted. Nothing that was prepared")
    now = house.now(run)
    assert (now.step, of(now).state, now.replied) == ("call", "withdrawn", False)


def test_a_reply_stops_nothing_that_a_worker_has_begun_again(house: House) -> None:
    """An intent without an outcome: it may be leaving this very moment."""
    run = house.drafted(book(mailing(), WAIT, on="replied"))
    house.engine.handle(press(Approve, run, ANA))
    house.wake(run)
    house.report(run, Later(problem="busy", after=5))
    house.clock.pass_by(seconds=5)
    held = house.claim(run)
    reply = replied(house, run)
    assert isinstance(reply, Recorded)
    assert "leaving already" in reply.sentence
    house.engine.handle(done(held, Executed(outcome=Outcome(status="done"))))
    assert of(house.now(run)).state == "executed"


VAIN = Executed(outcome=Outcome(status="retryable", message="busy"), stayed=True)
OFF = Held(problem="paused", scope="everything", stayed=True)


@pytest.mark.parametrize("result", [VAIN, OFF], ids=["in vain", "paused"])
def test_a_reply_while_it_was_leaving_stops_what_has_not_left(house: House, result: Any) -> None:
    """It could not be stopped then; it is known not to have left by now, and is not tried again."""
    run = house.drafted(book(mailing(), WAIT, on="replied"))
    house.engine.handle(press(Approve, run, ANA))
    house.wake(run)
    replied(house, run)
    leaving = house.now(run)
    house.report(run, result)
    now = house.now(run)
    assert (now.step, of(now).state, now.replied) == ("call", "withdrawn", False)
    assert (of(now).ending.by, of(now).ending.reason) == (SYSTEM, "the customer has replied")
    assert house.store.rows.steps[run.id, leaving.seq][0] == "failed"
    assert len(taken(house)) == 1


def test_a_reply_during_the_last_try_is_no_failure(house: House) -> None:
    """Somebody calls instead of being told that it failed; an emergency in it goes first."""
    paths = [
        {"on": "replied", "then": "stop"},
        {"on": "emergency", "words": ["fire"], "then": "call"},
    ]
    run = house.drafted(playbook(mailing(), CALL, exceptions=paths))
    house.engine.handle(press(Approve, run, ANA))
    house.wake(run)
    for _ in range(4):
        house.report(run, VAIN)
        house.wake(run)
    replied(house, run, value="The fire is back")
    house.report(run, VAIN)
    now = house.now(run)
    assert (now.step, now.state, of(now).state) == ("call", "waiting", "withdrawn")


def test_a_reply_while_nobody_knows_is_taken_up_once_somebody_does(house: House) -> None:
    """Uncertain, then it turns out that it happened."""
    run = house.drafted(book(mailing(), WAIT, on="replied", when='inputs.quote == "Q-1"'))
    house.left(run, Outcome(status="unknown"))
    replied(house, run)
    house.engine.handle(press(Resolve, house.now(run), ANA, happened=True))
    assert house.now(run).step == "call"


def test_a_reply_to_what_failed_meanwhile_stops_nothing_else(house: House) -> None:
    """It came while the letter left and was for that step alone; the letter was refused, and somebody calls."""
    paths = [{"on": "replied", "step": "letter"}, {"on": "failed", "then": "call"}]
    run = house.drafted(playbook(mailing(), CALL, WAIT, exceptions=paths))
    house.engine.handle(press(Approve, run, ANA))
    house.wake(run)
    replied(house, run)
    house.report(run, Executed(outcome=Outcome(status="rejected", message="no such address")))
    asked = house.now(run)
    assert (asked.step, asked.replied) == ("call", True)
    assert asked.task
    house.engine.handle(Answer(actor=ANA, task_id=asked.task.id))
    assert (house.now(run).step, house.now(run).replied) == ("days", False)


def test_a_condition_that_can_not_be_worked_out_withdraws_the_draft(house: House) -> None:
    """Nothing leaves that might be answered already, and a person sees the mistake."""
    paths = [{"on": "replied", "when": "now.replied == 1", "then": "call"}]
    run = house.drafted(playbook(mailing(), WAIT, CALL, exceptions=paths))
    reply = replied(house, run)
    assert isinstance(reply, Recorded)
    assert "nothing is called now" in reply.sentence
    assert (house.now(run).state, of(house.now(run)).state) == ("failed", "withdrawn")


@pytest.mark.parametrize(("spoilt", "who"), [({"on": "late"}, SYSTEM), ({"step": "days"}, ANA)])
def test_a_reply_nobody_asked_for_changes_nothing(
    house: House, spoilt: dict[str, Any], who: Any
) -> None:
    """The playbook has nothing for it, or not here."""
    run = house.drafted(book(mailing(), WAIT, **{"on": "replied", **spoilt}))
    assert isinstance(replied(house, run, who), Refused)
    assert of(house.now(run)).state == "open"


@pytest.mark.parametrize("who", [EVE, GIL])
def test_strangers_and_guests_do_not_speak_for_customers(house: House, who: Any) -> None:
    """Only people who work here."""
    run = house.drafted(book(mailing(), on="replied"))
    assert isinstance(replied(house, run, who), Refused)
    assert of(house.now(run)).state == "open"


def test_a_card_offers_a_reply_only_where_it_would_change_something() -> None:
    """Not at another step, and not on the card that undoes what has left."""
    paths = book(mailing(), on="replied", step="letter").exceptions
    assert listens(paths, draft())
    assert not listens(paths, draft(step="other"))
    assert not listens(paths, draft(undoes="d-0"))
    assert not listens(book(mailing(), on="late").exceptions, draft())


# --- An emergency ---


def danger(*steps: dict[str, Any], **more: Any) -> Playbook:
    """Return a playbook for which a gas leak is an emergency."""
    return book(*steps, on="emergency", words=["fire", "gas leak"], **more)


def test_an_emergency_in_the_inputs_goes_to_a_person_at_once(house: House) -> None:
    """Nothing is read or written first."""
    run = house.start(danger(reading(), mailing()), inputs={"quote": "There is a GÁS leak"})
    assert (run.step, run.state) == ("call", "waiting")
    assert told(house) == ['Emergency: "gas leak" stands in the inputs.']
    assert len(taken(house)) == 1


def test_an_emergency_that_was_read_goes_to_a_person_at_once(house: House) -> None:
    """Also where a required field is missing. What an agent wrote about it is nobody's emergency."""
    steps = (reading(require=["email"]), mailing())
    run = house.start(danger(*steps))
    house.report(run, found(notes="A fire in the shop!"))
    assert house.now(run).step == "call"
    summed = {"read": "summary", "agent": "writer"}
    other = house.start(danger(summed, mailing()))
    wrote = found(notes="No fire").model_copy(update={"author": AUTHOR})
    house.report(other, wrote)
    assert house.now(other).step == "letter"


def test_an_emergency_is_taken_up_once(house: House) -> None:
    """Somebody looked, and the run goes on with the same words before it."""
    ask = {**CALL, "task": "look"}
    paths = [{"on": "emergency", "words": ["fire"], "then": "look"}]
    run = house.start(playbook(ask, reading(), WAIT, exceptions=paths), inputs={"quote": "fire"})
    assert run.task
    house.engine.handle(Answer(actor=ANA, task_id=run.task.id))
    house.report(run, found(notes="fire"))
    assert house.now(run).step == "days"


def test_a_reply_may_be_an_emergency(house: House) -> None:
    """What it says goes first; also where a wait listens for the reply."""
    paths = [
        {"on": "replied", "then": "stop"},
        {"on": "emergency", "words": ["fire"], "then": "call"},
    ]
    run = house.drafted(playbook(mailing(), CALL, exceptions=paths))
    replied(house, run, value={"text": "The fire is back"})
    assert (house.now(run).step, of(house.now(run)).state) == ("call", "withdrawn")
    heard = {**WAIT, "signal": "replied"}
    waits = house.start(playbook(heard, CALL, exceptions=paths))
    replied(house, waits, ADA, value="Fire!")
    assert house.now(waits).step == "call"
