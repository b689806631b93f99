"""Urgent work: a person confirms, whoever is on call is paged, then the next in line; each knob bites."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.clock import MONDAY
from tests.unit.workflows.builders import (
    ADA,
    ANA,
    BEN,
    COMPANY,
    DORA,
    EVE,
    GIL,
    OLGA,
    found,
    mailing,
    playbook,
    press,
    reading,
)
from workflows.answers import Recorded, Refused
from workflows.commands import (
    Acknowledge,
    Answer,
    Approve,
    CancelRun,
    Confirm,
    Executed,
    Reassign,
    Signal,
    StandDown,
    StartRun,
)
from workflows.company import Absence
from workflows.events import Event
from workflows.run import SYSTEM, Outcome, Run
from workflows.urgent.on_call import Rota

if TYPE_CHECKING:
    from tests.unit.workflows.builders import House
    from workflows.answers import Answer as Reply
    from workflows.commands import OnUrgent
    from workflows.playbook import Playbook
    from workflows.run import Actor
    from workflows.urgent.urgency import Urgent

CALL = {"task": "call", "who": "sales", "title": "Call them", "aside": True}
FIRE: dict[str, Any] = {"on": "emergency", "words": ["fire", "gas leak"], "on_call": "night"}
ROTA = Rota.model_validate({"rota": ["U-ANA", "U-BEN"], "from": "2026-11-23", "rounds": 2})


def book(*steps: dict[str, Any], then: str = "call", **more: Any) -> Playbook:
    """Return a playbook of these steps with somebody on call for a fire."""
    return playbook(*steps, CALL, exceptions=[{**FIRE, "then": then, **more}])


@pytest.fixture(autouse=True)
def rota(house: House) -> None:
    """Ana has this week, Ben the next; Olga owns the company."""
    house.directory.now = COMPANY.model_copy(update={"on_call": {"night": ROTA}})


def urgent(house: House, run: Run) -> Urgent:
    """Return the run's emergency as it stands."""
    it = house.now(run).urgent
    assert it is not None
    return it


def say(house: House, run: Run, kind: type[OnUrgent], who: Actor, **more: Any) -> Reply:
    """Press a button of the emergency as it is shown now."""
    found = {"found": urgent(house, run).since.isoformat(), **more}
    return house.engine.handle(kind(actor=who, run_id=run.id, **found))


def asked(house: House, text: str = "There is a FIRE!", **more: Any) -> Run:
    """Start a run in whose record stands an emergency."""
    run = house.start(book(reading(require=["status"]), mailing(), **more))
    house.report(run, found(note=text))
    return house.now(run)


def paged(house: House) -> list[tuple[str, str]]:
    """Return who was asked and paged, in order."""
    kinds = {Event.URGENT_ASKED: "asked", Event.URGENT_PAGED: "paged"}
    return [
        (kinds[e.event], str(e.head["person"])) for e in house.store.entries if e.event in kinds
    ]


def messages(house: House) -> list[str]:
    """Return where the emergency was shown."""
    posts = house.store.rows.posts.values()
    return [post.channel for post in posts if post.subject.startswith("urgent:")]


def refusal(reply: Reply) -> str:
    """Return why it was refused."""
    assert isinstance(reply, Refused), reply
    return reply.error.sentence


def test_whoever_is_on_call_is_asked_first(house: House) -> None:
    """Nothing is drafted meanwhile; where the run lives and the one on call see it."""
    run = asked(house)
    assert (run.state, run.why) == ("waiting", "may be an emergency: asks Ana")
    assert (urgent(house, run).word, urgent(house, run).passage.raw) == ("fire", "There is a FIRE!")
    assert (messages(house), paged(house)) == (["C-SALES", "U-ANA"], [("asked", "U-ANA")])
    assert run.due_at == urgent(house, run).since + timedelta(minutes=10)


def test_no_emergency_goes_on_as_before_and_is_not_asked_twice(house: House) -> None:
    """The same word again means nothing new; another one does."""
    run = house.start(book(reading(), reading("again"), reading("third"), mailing()))
    house.report(run, found(note="fire"))
    reply = say(house, run, StandDown, ANA)
    assert isinstance(reply, Recorded)
    assert reply.sentence == "Noted: no emergency. It goes on as before."
    assert (house.now(run).state, house.now(run).step) == ("working", "again")
    house.report(run, found(note="fire"))
    assert house.now(run).step == "third"
    house.report(run, found(note="gas leak, and fire"))
    assert (urgent(house, run).word, urgent(house, run).state) == ("gas leak", "asked")


def test_what_is_missing_is_still_missing_after_it(house: House) -> None:
    """The checks that would have come next come next."""
    run = house.start(book(reading(require=["status"]), mailing()))
    house.report(run, found(status="", note="fire"))
    say(house, run, StandDown, ANA)
    assert house.now(run).state == "cancelled"


def test_an_emergency_in_the_inputs_waits_before_anything_begins(house: House) -> None:
    """And goes on with the first step."""
    run = house.start(book(mailing()), inputs={"quote": "fire"})
    assert (run.step, run.state) == ("", "waiting")
    say(house, run, StandDown, OLGA)
    assert (house.now(run).step, house.now(run).state) == ("letter", "working")


def test_a_queued_run_waits_behind_others_after_it(house: House) -> None:
    """No emergency is no reason to overtake."""
    queued = playbook(mailing(), CALL, mode="queued", exceptions=[{**FIRE, "then": "call"}])
    house.start(queued, inputs={"quote": "fire"})
    second = house.start(queued, inputs={"quote": "fire"})
    say(house, second, StandDown, ANA)
    assert house.now(second).why == "waits until another about the same is over"


def test_confirmed_it_pages_until_somebody_has_it(house: House) -> None:
    """Ana, then Ben, then the owner, ten minutes each; then round again, and then it says so."""
    run = asked(house)
    assert isinstance(say(house, run, Confirm, BEN), Recorded)
    for _ in range(6):
        house.wake(run)
    line = [("paged", "U-ANA"), ("paged", "U-BEN"), ("paged", "U-OLGA")]
    assert paged(house) == [("asked", "U-ANA"), *line, *line]
    after = house.now(run)
    assert (after.due_at, after.why) == (None, "may be an emergency, and nobody has answered")
    assert [e.event for e in house.store.entries].count(Event.URGENT_UNANSWERED) == 1
    assert isinstance(say(house, run, Acknowledge, ANA), Recorded)


def test_a_question_nobody_answers_goes_down_the_line_too(house: House) -> None:
    """Silence is no answer; what was prepared stays where it is."""
    run = asked(house)
    house.wake(run)
    house.wake(run)
    assert paged(house) == [("asked", who) for who in ("U-ANA", "U-BEN", "U-OLGA")]
    assert house.now(run).step == "quote"


def test_who_has_it_gets_a_task_and_closing_it_leads_on(house: House) -> None:
    """Four hours on any clock; the others are told who was first, and nobody is paged any more."""
    run = asked(house)
    say(house, run, Confirm, ANA)
    reply = say(house, run, Acknowledge, BEN)
    assert isinstance(reply, Recorded)
    assert reply.sentence.startswith("You have it.")
    task = house.now(run).task
    assert task is not None
    assert (task.owner, task.due_at) == ("U-BEN", house.clock.at + timedelta(hours=4))
    assert "already taken on by Ben at" in refusal(say(house, run, Acknowledge, ANA))
    house.engine.handle(Reassign(actor=BEN, task_id=task.id, to="U-ANA"))
    house.wake(run)
    house.wake(run)
    assert [e.event for e in house.store.entries].count(Event.TASK_OVERDUE) == 1
    house.engine.handle(Answer(actor=ANA, task_id=task.id))
    after = house.now(run)
    assert (after.step, urgent(house, run).state, after.exceptions) == ("call", "over", (1,))
    assert after.results == {"quote": {"id": "Q-1", "status": "sent", "note": "There is a FIRE!"}}


def test_it_stops_where_the_exception_says_so_and_within_is_its_own(house: House) -> None:
    """`then: stop` ends the run; `within` is how long whoever takes it has."""
    run = asked(house, then="stop", within="30 minutes", say="The fire is out")
    say(house, run, Acknowledge, ANA)
    task = house.now(run).task
    assert task is not None
    assert task.due_at == house.clock.at + timedelta(minutes=30)
    house.engine.handle(Answer(actor=ANA, task_id=task.id))
    assert (house.now(run).state, house.now(run).why) == ("cancelled", "The fire is out")


@pytest.mark.parametrize(
    ("kind", "who", "why"),
    [
        (Confirm, DORA, "needs one of Ana, Ben, Olga, Ada"),
        (StandDown, GIL, "needs one of"),
        (Acknowledge, EVE, "Only people of Northwind"),
    ],
)
def test_only_those_who_are_asked_answer(
    house: House, kind: type[OnUrgent], who: Actor, why: str
) -> None:
    """Others are told whom to call."""
    assert why in refusal(say(house, asked(house), kind, who))


@pytest.mark.parametrize("kind", [Confirm, StandDown])
def test_what_was_confirmed_is_not_answered_again(house: House, kind: type[OnUrgent]) -> None:
    """The second learns who was first."""
    run = asked(house)
    say(house, run, Confirm, ANA)
    assert "already confirmed as an emergency by Ana" in refusal(say(house, run, kind, BEN))


def test_a_button_of_an_earlier_emergency_does_nothing(house: House) -> None:
    """It names when that was found."""
    run = asked(house)
    assert "no longer be answered" in refusal(
        say(house, run, Confirm, ANA, found=MONDAY.isoformat() + "x")
    )


def test_somebody_away_is_passed_over_and_it_says_so(house: House) -> None:
    """The record names them and why."""
    away = (Absence.model_validate({"from": "2026-11-20", "to": "2026-11-30"}),)
    people = tuple(
        p.model_copy(update={"away": away if p.id == "U-ANA" else ()}) for p in COMPANY.people
    )
    house.directory.now = house.directory.now.model_copy(update={"people": people})
    asked(house)
    assert paged(house) == [("asked", "U-BEN")]
    entry = next(e for e in house.store.entries if e.event is Event.URGENT_ASKED)
    assert entry.body == {"skipped": {"U-ANA": "away until 30 Nov"}}


def test_a_condition_finds_one_without_words(house: House) -> None:
    """And dismissed it is not asked about again."""
    wide = {"words": [], "when": "quote.degrees > 60", "step": "quote"}
    run = house.start(playbook(reading(), mailing(), CALL, exceptions=[{**FIRE, **wide}]))
    house.report(run, found(degrees=90))
    assert urgent(house, run).why == (
        "Its criteria are met by table.quotes/Q-1: quote.degrees > 60"
    )
    assert urgent(house, run).passage.raw == "Q-1\nsent"
    say(house, run, StandDown, ANA)
    assert (house.now(run).step, house.now(run).calm) == ("letter", ("1:",))


def test_without_words_a_cold_house_is_none(house: House) -> None:
    """The condition decides alone, whatever stands there."""
    wide = {"words": [], "when": "quote.degrees > 60", "step": "quote"}
    run = house.start(playbook(reading(), mailing(), CALL, exceptions=[{**FIRE, **wide}]))
    house.report(run, found(degrees=20))
    assert house.now(run).urgent is None


def replies(house: House, run: Run, value: Any = None) -> Reply:
    """Let the customer reply."""
    return house.engine.handle(Signal(actor=SYSTEM, run_id=run.id, name="replied", value=value))


def with_replies(*steps: dict[str, Any]) -> Playbook:
    """Return a playbook that listens for replies too."""
    listen = {"on": "replied", "then": "call", "say": "Jo has replied"}
    return playbook(*steps, CALL, exceptions=[{**FIRE, "then": "call"}, listen])


def test_a_reply_takes_back_what_was_to_go_out(house: House) -> None:
    """A signed letter that is held does not leave; no emergency, and it is taken as a reply."""
    run = house.drafted(with_replies(mailing()))
    house.engine.handle(press(Approve, run, ANA))
    replies(house, run, "a gas leak!")
    after = house.now(run)
    assert after.draft is not None
    assert (after.draft.state, urgent(house, run).came) == ("withdrawn", "reply")
    say(house, run, StandDown, ANA)
    assert house.now(run).step == "call"


def test_a_reply_while_it_is_open_is_taken_up_after_it(house: House) -> None:
    """It does not end what somebody is asked."""
    run = house.start(with_replies(reading(), mailing()))
    house.report(run, found(note="fire"))
    assert isinstance(replies(house, run), Recorded)
    assert (house.now(run).replied, urgent(house, run).state) == (True, "asked")
    say(house, run, StandDown, ANA)
    assert house.now(run).step == "call"


def test_a_fire_in_a_reply_that_came_too_late_is_not_lost(house: House) -> None:
    """What is leaving leaves; then somebody is asked."""
    run = house.drafted(with_replies(mailing()))
    house.engine.handle(press(Approve, run, ANA))
    house.wake(run)
    replies(house, run, "fire")
    house.report(run, Executed(outcome=Outcome(status="done")))
    assert (urgent(house, run).state, urgent(house, run).came) == ("asked", "reply")
    assert house.now(run).heard is None


def test_no_emergency_in_a_reply_goes_on_where_nobody_listens_any_more(house: House) -> None:
    """The exception for replies may have been spent meanwhile: then it goes on."""
    quiet = {"on": "replied", "then": "call", "when": "inputs.quote == 'Q-1'"}
    book = playbook(mailing(), CALL, exceptions=[{**FIRE, "then": "call"}, quiet])
    run = house.drafted(book)
    replies(house, run, "fire")
    changed = house.now(run).model_copy(update={"inputs": {"quote": "Q-2"}})
    house.store.rows.runs[run.id] = changed
    say(house, run, StandDown, ANA)
    assert house.now(run).state == "done"


def test_a_signal_that_was_waited_for_may_be_one(house: House) -> None:
    """None: the wait is over all the same."""
    wait = {"wait": "answer", "for": "3 days", "signal": "answered"}
    run = house.start(book(wait, mailing()))
    house.engine.handle(Signal(actor=SYSTEM, run_id=run.id, name="answered", value="fire"))
    assert urgent(house, run).came == "signal"
    refused = house.engine.handle(Signal(actor=SYSTEM, run_id=run.id, name="answered", value="x"))
    assert isinstance(refused, Refused)
    say(house, run, StandDown, ANA)
    assert house.now(run).step == "letter"


def test_stopping_the_run_ends_it(house: House) -> None:
    """Nobody is paged for what is over."""
    run = asked(house)
    house.engine.handle(CancelRun(actor=ADA, run_id=run.id))
    assert (urgent(house, run).state, urgent(house, run).next_at) == ("over", None)
    assert "no longer be answered" in refusal(say(house, run, Acknowledge, ANA))


def test_a_newer_run_does_not_take_its_place(house: House) -> None:
    """An emergency is not swept away by the next start about the same."""
    again = playbook(mailing(), CALL, mode="restart", exceptions=[{**FIRE, "then": "call"}])
    run = house.start(again, inputs={"quote": "fire"})
    reply = house.engine.handle(
        StartRun(actor=ADA, playbook=again.playbook, inputs={"quote": "fire"})
    )
    assert "is being worked on already" in refusal(reply)
    assert urgent(house, run).state == "asked"


def test_what_wakes_the_run_for_another_reason_pages_nobody(house: House) -> None:
    """It is due again when it was."""
    run = asked(house)
    before = house.now(run).due_at
    house.store.rows.runs[run.id] = house.now(run).model_copy(update={"due_at": house.clock.at})
    house.wake(run)
    assert (house.now(run).due_at, len(paged(house))) == (before, 1)


def test_what_was_given_up_pages_nobody_when_it_is_woken(house: House) -> None:
    """Resuming something wakes what waits; nobody is asked a third time."""
    run = asked(house)
    for _ in range(6):
        house.wake(run)
    house.store.rows.runs[run.id] = house.now(run).model_copy(update={"due_at": house.clock.at})
    house.wake(run)
    assert (house.now(run).due_at, len(paged(house))) == (None, 6)


def test_a_silent_slack_bars_nobody(house: House) -> None:
    """An emergency can't wait until Slack speaks again."""
    run = asked(house)
    house.clock.at += timedelta(days=3)
    assert isinstance(say(house, run, Acknowledge, ANA), Recorded)
