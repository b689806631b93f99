"""Runs about the same: refused, or side by side; and what is done only once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.workflows.builders import (
    ADA,
    ANA,
    COMPANY,
    CORRECTION,
    EVE,
    drafted,
    mailing,
    playbook,
    press,
    reading,
)
from workflows.answers import Recorded, Refused
from workflows.beside import with_others
from workflows.commands import (
    Approve,
    CancelRun,
    Executed,
    Failed,
    Pause,
    Redraft,
    Reject,
    Resume,
    Retry,
    Signal,
    StartRun,
    Undo,
)
from workflows.events import Event
from workflows.run import SYSTEM, TIMER, Outcome
from workflows.turn import Facts

if TYPE_CHECKING:
    from tests.unit.workflows.builders import House
    from workflows.answers import Answer as Reply
    from workflows.playbook import Playbook
    from workflows.run import Run


def start(house: House, book: Playbook, quote: str = "Q-1") -> Reply:
    """Have Ada start a playbook about a quote."""
    house.shelf.put(book)
    inputs: Any = {"quote": quote}
    return house.engine.handle(StartRun(actor=ADA, playbook=book.playbook, inputs=inputs))


def started(house: House, book: Playbook, quote: str = "Q-1") -> Run:
    """Return the run that was started."""
    reply = start(house, book, quote)
    assert isinstance(reply, Recorded), reply
    assert reply.run
    return reply.run


def refused(reply: Reply) -> str:
    """Return the code and the sentence of a refusal."""
    assert isinstance(reply, Refused), reply
    return f"{reply.error.code}: {reply.error.sentence}"


def test_side_by_side_unless_the_playbook_says_otherwise(house: House) -> None:
    """Two runs about one quote."""
    book = playbook(mailing())
    assert started(house, book).id != started(house, book).id


def test_a_second_start_about_the_same_is_refused(house: House) -> None:
    """It says since when and where to look; another quote, and the same one later, are no second start."""
    book = playbook(mailing(), mode="single")
    first = started(house, book)
    assert refused(start(house, book)) == (
        "under-way: Q-1 is being worked on already, since 23 Nov 10:00. Nothing was started twice; "
        "/sayso status Q-1 shows it."
    )
    assert started(house, book, "Q-2").id != first.id
    house.engine.handle(CancelRun(actor=ADA, run_id=first.id))
    assert started(house, book).id != first.id


def test_another_playbook_about_the_same_is_another_thing(house: House) -> None:
    """Only runs of one playbook are beside each other."""
    started(house, playbook(mailing(), mode="single"))
    started(house, playbook(mailing(), mode="single", playbook="other"))


@pytest.mark.parametrize("version", ["No quote is forgotten", "Every quote is answered"])
def test_a_new_version_is_the_same_playbook(house: House, version: str) -> None:
    """A run of the older version is in the way as well."""
    started(house, playbook(mailing(), mode="single"))
    assert "under-way" in refused(start(house, playbook(mailing(), mode="single", goal=version)))


def test_what_is_done_once_is_never_done_again(house: House) -> None:
    """Also when it came to nothing; the key may be another than the subject."""
    book = playbook(mailing(), once_per="{{ inputs.quote }} in November")
    first = started(house, book)
    house.engine.handle(CancelRun(actor=ADA, run_id=first.id))
    assert "done-before: This was started for Q-1 on 23 Nov" in refused(start(house, book))
    started(house, book, "Q-2")


def test_what_ended_is_not_drafted_again_beside_another(house: House) -> None:
    """Rejected, and somebody has started anew meanwhile: two letters about one quote would be open."""
    book = playbook(mailing(), mode="single")
    first = house.drafted(book)
    house.engine.handle(press(Reject, first, ANA, reason="wrong tone"))
    second = started(house, book)
    again = press(Redraft, house.now(first), ANA)
    assert "/sayso status Q-1" in refused(house.engine.handle(again))
    house.engine.handle(CancelRun(actor=ADA, run_id=second.id))
    assert isinstance(house.engine.handle(again), Recorded)


def test_what_failed_before_anything_was_written_is_not_done(house: House) -> None:
    """The records could not be read: it may be started again."""
    book = playbook(reading(), mailing(), once_per="{{ inputs.quote }}")
    first = started(house, book)
    house.report(first, Failed(problem="the table is locked"))
    assert house.now(first).state == "failed"
    second = started(house, book)
    assert second.id != first.id
    assert "done-before" in refused(start(house, book))


# --- Queued: the second waits for the first ---


QUEUED = playbook(mailing(), mode="queued")
RESTART = playbook(mailing(), mode="restart")


def cancel(house: House, run: Run) -> Reply:
    """Have Ada stop a run."""
    return house.engine.handle(CancelRun(actor=ADA, run_id=run.id))


def woken(house: House, run: Run) -> Run:
    """Let a queued run look whether it is its turn, and return it."""
    house.wake(run)
    return house.now(run)


def test_a_second_start_waits_for_the_first(house: House) -> None:
    """It is accepted, says so where it lives, and begins once the first is over; the third after that."""
    first = started(house, QUEUED)
    reply = start(house, QUEUED)
    assert isinstance(reply, Recorded)
    assert reply.sentence == (
        "Another about the same was started on 23 Nov 10:00; this begins once that is over."
    )
    second, third = reply.run, started(house, QUEUED)
    assert second
    for run in (second, third):
        assert (run.state, run.step) == ("waiting", "")
        assert (f"run:{run.id}", "C-SALES") in house.store.rows.posts
    due = house.now(second).due_at
    cancel(house, first)
    assert house.now(second).due_at != due
    assert woken(house, second).step == "letter"
    assert house.now(third).step == ""
    cancel(house, second)
    assert woken(house, third).step == "letter"
    queued = [e.head["behind"] for e in house.store.entries if e.event is Event.RUN_QUEUED]
    assert queued == [first.id, first.id]


def test_another_subject_waits_for_nobody(house: House) -> None:
    """Only runs about the same wait for each other."""
    started(house, QUEUED)
    assert started(house, QUEUED, "Q-2").step == "letter"


def test_a_queued_run_looks_for_itself_and_waits_on(house: House) -> None:
    """Should nobody have woken it. One that came before it goes first, also while that one waits itself."""
    first, second, third = (started(house, QUEUED) for _ in range(3))
    assert woken(house, second).step == ""
    assert woken(house, third).step == ""
    cancel(house, first)
    assert woken(house, third).step == ""
    assert woken(house, second).step == "letter"


def test_a_queued_run_can_be_stopped(house: House) -> None:
    """Then the one after it is next."""
    first, second, third = (started(house, QUEUED) for _ in range(3))
    cancel(house, second)
    cancel(house, first)
    assert house.now(second).state == "cancelled"
    assert woken(house, third).step == "letter"


def test_a_queued_run_does_not_begin_while_it_is_paused(house: House) -> None:
    """Its turn comes, it waits on without a time, and resuming wakes it."""
    first, second = started(house, QUEUED), started(house, QUEUED)
    house.engine.handle(Pause(actor=ADA, scope="playbook:follow-up"))
    cancel(house, first)
    held = woken(house, second)
    assert (held.step, held.due_at) == ("", None)
    assert "playbook:follow-up is paused" in held.why
    house.engine.handle(Resume(actor=ADA, scope="playbook:follow-up"))
    assert woken(house, second).step == "letter"


def test_what_is_over_is_not_drafted_again_before_what_waits(house: House) -> None:
    """The next one was promised its turn."""
    first = house.drafted(QUEUED)
    started(house, QUEUED)
    house.engine.handle(press(Reject, first, ANA, reason="wrong tone"))
    assert "under-way" in refused(house.engine.handle(press(Redraft, house.now(first), ANA)))


def test_an_emergency_waits_for_nobody(house: House) -> None:
    """It goes to a person at once; the one after it waits for it."""
    call = {"task": "call", "who": "sales", "title": "Call", "aside": True}
    paths = [{"on": "emergency", "words": ["fire"], "then": "call"}]
    book = playbook(mailing(), call, mode="queued", once_per="", subject="Jo", exceptions=paths)
    started(house, book)
    assert started(house, book, "fire").step == "call"
    assert started(house, book).step == ""


def test_a_reply_reaches_nothing_that_has_not_begun(house: House) -> None:
    """The one that is open hears it."""
    paths = [{"on": "replied"}]
    book = playbook(mailing(), mode="queued", exceptions=paths)
    first, second = started(house, book), started(house, book)
    for run, state in ((second, "waiting"), (first, "cancelled")):
        house.engine.handle(Signal(actor=ADA, run_id=run.id, name="replied"))
        assert house.now(run).state == state


# --- Restart: the second takes the place of the first ---


@pytest.mark.parametrize("signed", [False, True])
def test_a_newer_run_takes_the_place_of_the_older(house: House, signed: bool) -> None:  # noqa: FBT001 -- parametrised
    """Its draft is withdrawn, also while it is held, and both sides are on the record."""
    first = house.drafted(RESTART)
    if signed:
        house.engine.handle(press(Approve, first, ANA))
    second = started(house, RESTART)
    over = house.now(first)
    assert (over.state, over.draft and over.draft.state) == ("cancelled", "withdrawn")
    assert over.draft
    assert over.draft.ending
    assert over.draft.ending.reason == "a newer one about the same took its place"
    heads = {(e.event, e.chain): e.head for e in house.store.entries}
    assert heads[Event.RUN_CANCELLED, f"run:{first.id}"]["for"] == second.id
    assert heads[Event.RUN_STARTED, f"run:{second.id}"]["replaces"] == [first.id]
    assert second.step == "letter"


@pytest.mark.parametrize("who", [TIMER, SYSTEM])
def test_the_clock_and_other_playbooks_restart_too(house: House, who: Any) -> None:
    """Nobody needs to be there."""
    first = house.drafted(RESTART)
    reply = house.engine.handle(StartRun(actor=who, playbook="follow-up"))
    assert isinstance(reply, Recorded)
    assert house.now(first).state == "cancelled"
    parent = playbook({"start": "again", "playbook": "follow-up"}, playbook="parent")
    assert house.start(parent).state == "done"
    states = sorted(run.state for run in house.store.rows.runs.values() if run.once)
    assert states == ["cancelled", "cancelled", "working"]


@pytest.mark.parametrize("spoilt", ["conditions", "paused", "inputs", "stranger"])
def test_what_is_not_started_stops_nothing(house: House, spoilt: str) -> None:
    """The older one is stopped only once it is decided to start the newer."""
    first = house.drafted(RESTART)
    conditions = {"conditions": ['inputs.quote == "Q-9"']} if spoilt == "conditions" else {}
    house.shelf.put(playbook(mailing(), mode="restart", **conditions))
    if spoilt == "paused":
        house.engine.handle(Pause(actor=ADA, scope="everything"))
    inputs: Any = {"quote": 5} if spoilt == "inputs" else {}
    who = EVE if spoilt == "stranger" else ADA
    reply = house.engine.handle(StartRun(actor=who, playbook="follow-up", inputs=inputs))
    assert not isinstance(reply, Recorded)
    assert house.now(first).draft == first.draft


@pytest.mark.parametrize("outcome", [None, Outcome(status="unknown")])
def test_what_is_leaving_is_not_replaced(house: House, outcome: Outcome | None) -> None:
    """Being carried out, or nobody knows: refused, and no other open one is stopped either."""
    paths = [{"on": "emergency", "words": ["fire"], "then": "letter"}]
    both = playbook(mailing(), mode="queued", subject="Jo", exceptions=paths)
    beside, first = started(house, both), started(house, both, "fire")
    house.report(first, drafted())
    first = house.now(first)
    house.engine.handle(press(Approve, first, ANA))
    house.wake(first)
    if outcome:
        house.report(first, Executed(outcome=outcome))
    before = house.now(first)
    said = refused(start(house, playbook(mailing(), mode="restart", subject="Jo")))
    assert said.startswith("still-leaving: What was signed for Jo is leaving")
    assert first.id in said
    assert house.now(first) == before
    assert house.now(beside).state == beside.state


def test_one_that_was_just_over_is_not_replaced(house: House) -> None:
    """Nothing is said to have been stopped that had come to its end."""
    first = started(house, RESTART)
    cancel(house, first)
    second = started(house, RESTART)
    began = next(e for e in house.store.entries if e.chain == f"run:{second.id}")
    assert "replaces" not in began.head


def undone(house: House, book: Playbook) -> Run:
    """Return a run that waits for somebody to sign what takes its letter back."""
    run = started(house, book)
    house.report(run, drafted())
    house.engine.handle(press(Approve, house.now(run), ANA))
    house.wake(run)
    house.report(run, Executed(outcome=Outcome(status="done"), compensation=CORRECTION))
    house.engine.handle(press(Undo, house.now(run), ANA))
    return house.now(run)


def test_what_undoes_the_first_is_not_replaced(house: House) -> None:
    """Undo is offered once: a new start must not take it back behind the back of whoever pressed it."""
    before = undone(house, RESTART)
    assert before.draft
    assert before.draft.undoes
    second = started(house, RESTART)
    assert house.now(before) == before
    assert second.state == "working"


def test_an_undo_that_is_leaving_keeps_another_from_starting(house: House) -> None:
    """As anything does that can't be stopped."""
    run = undone(house, RESTART)
    house.engine.handle(press(Approve, run, ANA))
    house.wake(run)
    assert refused(start(house, RESTART)).startswith("still-leaving")


def test_who_presses_an_old_button_of_an_open_run_waits_for_no_start(house: House) -> None:
    """The row of the run is held: to wait for a start that waits for this row would be for ever."""
    run = started(house, RESTART)
    house.report(run, drafted())
    run = house.now(run)
    with house.store.transaction() as tx:
        for command in (press(Redraft, run, ANA), Retry(actor=ANA, run_id=run.id)):
            facts = Facts(at=house.clock.at, ids=(), company=COMPANY)
            assert with_others(tx, run, RESTART, command, facts) is facts
