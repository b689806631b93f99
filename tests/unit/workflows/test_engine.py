from __future__ import annotations

from threading import Barrier, Thread
from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.workflows.builders import (
    ADA,
    ANA,
    BEN,
    CEM,
    EVE,
    GIL,
    INA,
    OLGA,
    PEOPLE,
    done,
    drafted,
    due,
    found,
    mailing,
    playbook,
    press,
    reading,
)
from tests.unit.workflows.builders import house as another
from workflows.answers import FieldErrors, Recorded, Refused, Show
from workflows.commands import (
    Answer,
    Approve,
    CancelRun,
    Edit,
    OpenEdit,
    Pause,
    Reject,
    Resume,
    Signal,
    StartRun,
    Undo,
)
from workflows.errors import (
    AlreadyDecided,
    NotAllowed,
    NotRecorded,
    Stale,
    UnknownDraft,
    UnknownPlaybook,
    UnknownRun,
    Unsure,
)
from workflows.events import Event
from workflows.run import SYSTEM, Outcome

if TYPE_CHECKING:
    from tests.unit.workflows.builders import House
    from workflows.answers import Answer as Reply
    from workflows.commands import Command

BOOK = playbook(mailing())
EVERYONE = {"by": [person.id for person in PEOPLE], "edit": "subject"}


def refusal(reply: Reply) -> Any:
    """Return the error of a refused command."""
    assert isinstance(reply, Refused), reply
    return reply.error


def test_a_duplicate_gets_the_first_answer(house: House) -> None:
    """A second delivery of the same press changes nothing and says the same."""
    run = house.drafted(BOOK)
    approve = press(Approve, run, ANA, key="press-1")
    first = house.engine.handle(approve)
    rows = house.store.rows
    again = house.engine.handle(approve)
    assert isinstance(first, Recorded)
    assert isinstance(again, Recorded)
    assert (again.sentence, again.run) == (first.sentence, first.run)
    assert house.store.rows == rows


def test_a_duplicate_of_a_refusal_gets_the_same_sentence(house: House) -> None:
    """Also when the answer would be another one by now."""
    run = house.drafted(BOOK)
    first = house.engine.handle(press(Approve, run, CEM, key="press-1"))
    house.engine.handle(press(Approve, run, ANA, key="press-2"))
    entries = house.store.entries
    again = house.engine.handle(press(Approve, run, CEM, key="press-1"))
    assert refusal(again).sentence == refusal(first).sentence
    assert house.store.entries == entries


def test_a_duplicate_of_a_start_starts_one_run(house: House) -> None:
    """One trigger, one run."""
    house.shelf.put(BOOK)
    start = StartRun(actor=ADA, playbook="follow-up", key="event-1")
    first, again = house.engine.handle(start), house.engine.handle(start)
    assert isinstance(first, Recorded)
    assert isinstance(again, Recorded)
    assert len(house.store.rows.runs) == 1
    assert again.run == first.run


def test_a_command_without_a_key_is_not_a_duplicate(house: House) -> None:
    """Two starts are two runs."""
    house.start(BOOK)
    house.start(BOOK)
    assert len(house.store.rows.runs) == 2


def test_a_form_that_was_wrong_or_only_opened_may_be_sent_again(house: House) -> None:
    """Its key is free until something was decided under it."""
    run = house.drafted(BOOK)
    wrong = press(Edit, run, ANA, changes={"subject": "a\nb"}, key="view-1")
    assert isinstance(house.engine.handle(wrong), FieldErrors)
    assert isinstance(house.engine.handle(press(OpenEdit, run, ANA, key="view-1")), Show)
    right = wrong.model_copy(update={"changes": {"subject": "b"}})
    assert isinstance(house.engine.handle(right), Recorded)
    assert house.store.rows.seen.keys() == {"view-1"}


def test_a_form_with_errors_saves_nothing_at_the_start(house: House) -> None:
    """No run, no entry, no key."""
    house.shelf.put(BOOK)
    before = house.store.rows
    start = StartRun(actor=ADA, playbook="follow-up", inputs={"quote": ""}, key="form-1")
    assert house.engine.handle(start) == FieldErrors(errors={"quote": "is missing"})
    assert house.store.rows == before


def test_what_somebody_else_holds_is_held_first_the_next_time(house: House) -> None:
    """The command begins again, and is answered as if nothing had been."""
    run = house.drafted(BOOK)
    house.store.elsewhere = frozenset({("customer", "jo")})
    assert isinstance(house.engine.handle(press(Approve, run, ANA)), Recorded)


def test_a_refused_press_is_on_the_record(house: House) -> None:
    """Who, what, why; nothing else changes."""
    run = house.drafted(BOOK)
    before = house.store.entries
    reply = house.engine.handle(press(Approve, run, CEM))
    (entry,) = house.store.entries[len(before) :]
    assert entry.event is Event.PRESS_REFUSED
    assert (entry.chain, entry.actor) == (f"run:{run.id}", CEM)
    assert entry.object == f"draft:{press(Approve, run, CEM).draft_id}"
    assert entry.head == {"reason": "not-allowed", "command": "Approve"}
    assert entry.body["sentence"] == refusal(reply).sentence
    assert house.now(run) == run


@pytest.mark.parametrize(
    ("command", "error", "about"),
    [
        (Approve(actor=ANA, draft_id="d-9", revision=1), UnknownDraft, "draft:d-9"),
        (CancelRun(actor=ANA, run_id="r-9"), UnknownRun, "run:r-9"),
        (Signal(actor=SYSTEM, run_id="r-9", name="x"), UnknownRun, "run:r-9"),
        (Answer(actor=ANA, task_id="t-9"), UnknownRun, "task:t-9"),
        (
            StartRun(actor=ANA, playbook="nothing-like-it"),
            UnknownPlaybook,
            "playbook:nothing-like-it",
        ),
        (Pause(actor=ANA, scope="everything"), NotAllowed, "switch:everything"),
        (Resume(actor=GIL, scope="everything"), NotAllowed, "switch:everything"),
        (Resume(actor=INA, scope="agent:writer"), NotAllowed, "switch:agent:writer"),
    ],
)
def test_what_is_about_nothing_is_refused_and_on_the_record(
    house: House, command: Command, error: type[Exception], about: str
) -> None:
    """Under the company, since there is no run it belongs to."""
    house.start(BOOK)
    reply = house.engine.handle(command)
    assert isinstance(refusal(reply), error)
    assert "{" not in refusal(reply).sentence
    entry = house.store.entries[-1]
    assert (entry.event, entry.chain, entry.object) == (Event.PRESS_REFUSED, "ws:T-NORTH", about)


def test_a_playbook_typed_nearly_right_is_suggested(house: House) -> None:
    """Nothing like it is not."""
    house.shelf.put(BOOK)
    near = house.engine.handle(StartRun(actor=ADA, playbook="folow-up"))
    assert "called folow-up. Did you mean follow-up? Type /playbook" in refusal(near).sentence
    far = house.engine.handle(StartRun(actor=ADA, playbook="xyz"))
    assert "called xyz. Type /playbook" in refusal(far).sentence


def test_a_late_report_leaves_no_trace(house: House) -> None:
    """Nobody reads its refusal."""
    run = house.start(BOOK)
    late = house.claim(run)
    house.claim(run)
    before = house.store.rows
    reply = house.engine.handle(done(late, drafted()).model_copy(update={"key": "k"}))
    assert isinstance(refusal(reply), Stale)
    assert house.store.rows == before


@pytest.mark.parametrize("who", [OLGA, ADA])
@pytest.mark.parametrize("scope", ["everything", "playbook:follow-up"])
def test_a_pause_keeps_anything_from_starting_and_leaving(
    house: House, who: Any, scope: str
) -> None:
    """Until an admin resumes it; both are on the record."""
    run = house.drafted(BOOK)
    house.engine.handle(press(Approve, run, ANA))
    reply = house.engine.handle(Pause(actor=who, scope=scope))
    assert isinstance(reply, Recorded)
    what = {"everything": "Everything", "playbook:follow-up": "The playbook follow-up"}[scope]
    assert reply.sentence == f"{what} is paused: nothing new starts and nothing leaves."
    refused = refusal(house.engine.handle(StartRun(actor=ANA, playbook="follow-up")))
    assert refused.code == "paused"
    house.wake(run)
    assert house.now(run).state == "holding"
    reply = house.engine.handle(Resume(actor=who, scope=scope))
    assert isinstance(reply, Recorded)
    assert reply.sentence == f"{what} is running again."
    house.wake(run)
    assert house.now(run).state == "working"
    events = [e.event for e in house.store.entries if e.object == f"switch:{scope}"]
    assert events == [Event.SWITCH_PAUSED, Event.SWITCH_RESUMED]
    assert house.store.rows.redrawn.count("home") >= 2


def test_the_record_keeps_what_replay_needs(house: House) -> None:
    """The first entry of each decision carries the command and the facts it was decided on."""
    run = house.drafted(BOOK)
    before = len(house.store.entries)
    house.engine.handle(press(Approve, run, ANA))
    first, second = house.store.entries[before:]
    assert first.body["command"] == {
        "kind": "Approve",
        **press(Approve, run, ANA).model_dump(mode="json", exclude_defaults=True),
    }
    facts: Any = first.body["facts"]
    assert facts["at"] == "2026-11-23T09:00:00Z"
    assert "command" not in second.body


def test_a_playbook_is_kept_as_it_was_when_the_run_started(house: House) -> None:
    """A newer version does not touch a run that waits."""
    run = house.drafted(BOOK)
    house.shelf.put(playbook(mailing(approve={"by": "owner"})))
    assert house.store.rows.documents[run.version] == ("playbook", BOOK.source)
    assert isinstance(house.engine.handle(press(Approve, run, ANA)), Recorded)
    with house.store.transaction() as tx:
        assert tx.playbook(run.version) == BOOK


def parent(inputs: dict[str, Any]) -> Any:
    """Return a playbook whose only step starts another."""
    return playbook({"start": "then", "playbook": "welcome", "with": inputs}, playbook="parent")


def test_a_child_with_wrong_inputs_is_on_the_record_of_its_parent(house: House) -> None:
    """Nobody sees a form here, so a hand-off that failed must not vanish."""
    house.shelf.put(playbook(mailing(), playbook="welcome"))
    run = house.start(parent({"quote": "", "x": "y"}))
    assert run.state == "done"
    refused = [e for e in house.store.entries if e.event is Event.PRESS_REFUSED]
    assert [e.chain for e in refused] == [f"run:{run.id}", f"run:{run.id}"]
    assert [e.body["sentence"] for e in refused] == [
        "x: is not an input of this playbook",
        "quote: is missing",
    ]
    assert [e.head["reason"] for e in refused] == ["bad-input", "bad-input"]


def test_a_child_that_does_not_exist_is_on_the_record(house: House) -> None:
    """The parent goes on."""
    run = house.start(parent({}))
    refused = house.store.entries[-1]
    assert (refused.event, refused.actor) == (Event.PRESS_REFUSED, SYSTEM)
    assert refused.head == {"reason": "unknown-playbook", "command": "StartRun"}
    assert run.state == "done"


def test_a_child_is_started_once(house: House) -> None:
    """Its key belongs to its parent's step."""
    house.shelf.put(playbook(mailing(), playbook="welcome"))
    book = playbook(
        reading(), {"start": "then", "playbook": "welcome", "with": {}}, playbook="parent"
    )
    run = house.start(book)
    report = done(house.claim(run), found())
    house.engine.handle(report)
    house.engine.handle(report)
    assert len(house.store.rows.runs) == 2
    assert f"start:{run.id}:1:then" in house.store.rows.seen


def everything(house: House) -> list[Command]:
    """Return one command of each kind that saves something, in an order in which each is accepted."""
    run = house.drafted(BOOK)
    return [
        StartRun(actor=ADA, playbook="follow-up", key="k-1"),
        press(Edit, run, BEN, changes={"subject": "Hm"}, key="k-2"),
        press(Approve, run, CEM, key="k-3"),
        Pause(actor=OLGA, scope="everything", key="k-4"),
        CancelRun(actor=ANA, run_id=run.id, key="k-5"),
    ]


def test_whatever_call_of_the_database_fails_nothing_is_half_saved(house: House) -> None:
    """For every call of every kind of command: all rows are as before, and the next try works."""
    for command in everything(house):
        for n in range(1, 30):
            before = house.store.rows
            house.store.fail_at = n
            try:
                house.engine.handle(command)
            except NotRecorded:
                assert house.store.rows is before
            else:
                break
            finally:
                house.store.fail_at = 0
        else:
            pytest.fail("a command makes at most 29 calls")
        assert n > 3
        assert command.key in house.store.rows.seen


def test_a_database_that_does_not_answer_in_time_records_nothing(house: House) -> None:
    """The press is told so instead of waiting for ever."""
    run = house.drafted(BOOK)
    with house.store.transaction(), pytest.raises(NotRecorded, match="Press again in a moment"):
        house.engine.handle(press(Approve, run, ANA), deadline=0.01)
    assert house.now(run) == run


def test_a_commit_nobody_heard_of_again_is_looked_up(house: House) -> None:
    """It was made: the press gets the answer it would have had."""
    run = house.drafted(BOOK)
    house.store.breaks = ["after"]
    reply = house.engine.handle(press(Approve, run, ANA, key="press-1"))
    assert isinstance(reply, Recorded)
    assert house.now(run).state == "holding"


def test_a_commit_that_was_not_made_is_told_as_such(house: House) -> None:
    """Nothing of it is there, so that pressing again is right."""
    run = house.drafted(BOOK)
    house.store.breaks = ["before"]
    with pytest.raises(NotRecorded) as told:
        house.engine.handle(press(Approve, run, ANA, key="press-1"))
    assert not isinstance(told.value, Unsure)
    assert house.now(run) == run


@pytest.mark.parametrize(("key", "breaks"), [("press-1", ["after", "gone"]), ("", ["after"])])
def test_a_commit_that_can_not_be_looked_up_is_in_doubt(
    house: House, key: str, breaks: list[Any]
) -> None:
    """The database is still gone, or nothing names the press: whoever pressed is sent to the card."""
    run = house.drafted(BOOK)
    house.store.breaks = breaks
    with pytest.raises(Unsure, match="what it shows is what counts"):
        house.engine.handle(press(Approve, run, ANA, key=key))


def test_eight_people_at_once_make_one_decision(house: House) -> None:
    """The losers are told who won."""
    run = house.drafted(playbook(mailing(approve=EVERYONE)))
    staff = [ANA, BEN, CEM, OLGA]
    presses = [press(Approve, run, who) for who in staff]
    presses += [press(Reject, run, who, reason="other") for who in staff]
    replies: list[Reply] = []
    barrier = Barrier(len(presses))

    def handle(command: Command) -> None:
        barrier.wait(timeout=5)
        replies.append(house.engine.handle(command))

    threads = [Thread(target=handle, args=(each,)) for each in presses]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=5)
    refused = [reply.error for reply in replies if isinstance(reply, Refused)]
    assert (len(replies), len(refused)) == (8, 7)
    assert {type(error) for error in refused} == {AlreadyDecided}
    winner = next(
        e.actor for e in reversed(house.store.entries) if e.event != "slack:press:refused"
    )
    assert {error.words["who"] for error in refused} == {winner.id.removeprefix("U-").capitalize()}


def test_a_whole_run_in_order(house: House) -> None:
    """Read, draft, edit, sign, hold, leave, done: each is one entry, in this order."""
    run = house.start(playbook(reading(), mailing()))
    house.report(run, found())
    house.report(run, drafted())
    house.engine.handle(press(Edit, house.now(run), BEN, changes={"subject": "Well?"}))
    house.engine.handle(press(Approve, house.now(run), ANA))
    house.engine.handle(press(Undo, house.now(run), BEN))
    house.left(run, Outcome(status="done"))
    assert [entry.event for entry in house.store.entries] == [
        Event.RUN_STARTED,
        Event.STEP_READ,
        Event.DRAFT_OPENED,
        Event.DRAFT_EDITED,
        Event.DRAFT_SIGNED,
        Event.DRAFT_HELD,
        Event.DRAFT_UNDONE,
        Event.DRAFT_SIGNED,
        Event.DRAFT_HELD,
        Event.DRAFT_LEAVING,
        Event.DRAFT_EXECUTED,
        Event.RUN_DONE,
    ]
    assert {entry.chain for entry in house.store.entries} == {f"run:{run.id}"}


def test_a_stranger_never_gets_through(house: House) -> None:
    """Whatever the command."""
    run = house.drafted(BOOK)
    commands = (
        StartRun(actor=EVE, playbook="follow-up"),
        press(Approve, run, EVE),
        CancelRun(actor=EVE, run_id=run.id),
        Pause(actor=EVE, scope="everything"),
    )
    for command in commands:
        assert isinstance(house.engine.handle(command), Refused)
    assert house.now(run) == run


def test_replaying_a_run_gives_the_same_result(house: House) -> None:
    """The same commands on the same facts, in another house, write the same record."""

    def live(where: House) -> Any:
        run = where.drafted(BOOK)
        where.left(run, Outcome(status="unknown"))
        where.engine.handle(due(where.now(run)))
        return where.store.rows

    assert live(house) == live(another())
