"""A run decided again from its record stands where it stands, and whatever was touched is named."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.replaying import grounds, record, replayed, standing
from tests.unit.workflows.builders import (
    ANA,
    BEN,
    EVE,
    done,
    drafted,
    due,
    found,
    mailing,
    playbook,
    press,
)
from tests.unit.workflows.life import BOOK, HAPPENED, Life, logged
from workflows.basis.ground import Grounds
from workflows.commands import (
    Approve,
    Edit,
    Signal,
)
from workflows.events import Event
from workflows.past.replay import replay
from workflows.past.standing import Standing
from workflows.run import SYSTEM, Run

if TYPE_CHECKING:
    from tests.unit.workflows.builders import House
    from workflows.past.on_record import OnRecord
    from workflows.ports import JsonObject


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32))
def test_whatever_happened_to_a_run_happens_again(seed: int) -> None:
    """The same commands on the same facts give the same entries, and the rows are what follows from them."""
    life = Life(seed)
    life.live()
    for run in life.runs:
        again = replayed(life.house.store, run.id)
        assert (again.difference, again.gap) == (None, None)


@pytest.fixture
def lived(house: House) -> Run:
    """Return a run that was read, drafted, edited, signed, sent, and waits."""
    run = house.start(BOOK)
    for result in (found(score=2.0), drafted()):
        _worked(house, run, result)
    house.engine.handle(press(Edit, house.now(run), ANA, changes={"subject": "Hello"}))
    house.engine.handle(press(Approve, house.now(run), EVE))
    house.engine.handle(press(Approve, house.now(run), ANA))
    _worked(house, run, None)
    _worked(house, run, HAPPENED)
    assert house.now(run).step == "pause"
    return run


def _worked(house: House, run: Run, result: Any) -> None:
    house.clock.at = max(house.clock.at, house.now(run).due_at or house.clock.at)
    (held,) = logged(house)
    house.engine.handle(done(held, result) if result else due(held))


def _without(entries: list[OnRecord], seq: int) -> list[OnRecord]:
    """Return the entries without one, and with the others moved up so that none seems to be missing."""
    left = [one for one in entries if one.seq != seq]
    return [one.model_copy(update={"seq": n}) for n, one in enumerate(left, start=1)]


def _changed(one: OnRecord, **parts: JsonObject) -> OnRecord:
    return one.model_copy(update={"entry": one.entry.model_copy(update=parts)})


def _of(entries: list[OnRecord], event: Event) -> OnRecord:
    return next(one for one in entries if one.entry.event is event)


def test_a_run_comes_to_where_it_stands(house: House, lived: Run) -> None:
    """Turn by turn: what was asked, by whom, and where the run was then."""
    again = replayed(house.store, lived.id)
    assert again.words == "The same."
    assert [(turn.asked, turn.state, turn.step, turn.draft) for turn in again.turns] == [
        ("StartRun", "working", "quote", ""),
        ("Claim", "working", "quote", ""),
        ("StepDone", "working", "letter", ""),
        ("Claim", "working", "letter", ""),
        ("StepDone", "waiting", "letter", "open"),
        ("Edit", "waiting", "letter", "open"),
        ("Approve", "holding", "letter", "holding"),
        ("Claim", "holding", "letter", "holding"),
        ("Due", "working", "letter", "executing"),
        ("Claim", "working", "letter", "executing"),
        ("StepDone", "waiting", "pause", "executed"),
    ]


def test_a_whole_number_is_decided_on_as_what_it_was(house: House) -> None:
    """`2.0` is written as `2`, and a condition tells them apart."""
    run = house.start(playbook({"wait": "paid", "for": "2 hours", "signal": "paid"}, *BOOK_AFTER))
    house.engine.handle(
        Signal(actor=SYSTEM, run_id=run.id, name="paid", value=[{"sum": 3.0}, 1, 0.5])
    )
    told = house.store.entries[-2].body
    assert told["text"] == "3.0 and 1"
    assert replayed(house.store, run.id).words == "The same."


BOOK_AFTER = ({"tell": "said", "text": "{{ paid[0].sum }} and {{ paid[1] }}"},)


def test_every_dropped_entry_is_missed(house: House, lived: Run) -> None:
    """Even where the others are numbered anew; but a refusal changed nothing, so nothing follows from it."""
    entries = record(house.store, lived.id)
    for one in entries:
        cut = replayed(house.store, lived.id, [each for each in entries if each is not one])
        again = replayed(house.store, lived.id, _without(entries, one.seq))
        if one is not entries[-1]:
            assert cut.difference is not None
            assert cut.difference.problem.startswith(f"entry {one.seq} should stand before it")
        if one.entry.event is not Event.PRESS_REFUSED:
            assert again.difference is not None, one.entry.event


def test_entries_that_changed_places_are_named(house: House, lived: Run) -> None:
    """The later one comes first, and does not follow."""
    entries = record(house.store, lived.id)
    for n in range(len(entries) - 1):
        one, other = entries[n : n + 2]
        swapped = [
            *entries[:n],
            other.model_copy(update={"seq": one.seq}),
            one.model_copy(update={"seq": other.seq}),
            *entries[n + 2 :],
        ]
        again = replayed(house.store, lived.id, swapped)
        refused = Event.PRESS_REFUSED in {one.entry.event, other.entry.event}
        assert refused or (again.difference and again.difference.seq in {n + 1, n + 2})


def test_whatever_was_written_over_is_named(house: House, lived: Run) -> None:
    """A subject, a signature's number, who did it, when: each names its entry and what differs."""
    entries = record(house.store, lived.id)
    edited, signed = (_of(entries, e) for e in (Event.DRAFT_EDITED, Event.DRAFT_SIGNED))
    payload: Any = edited.entry.body["payload"]
    forged = {**edited.entry.body, "payload": {**payload, "subject": "Pay me"}}
    claim = _of(entries, Event.RUN_CLAIMED)
    cases: dict[str, OnRecord] = {
        "its payload.subject is 'Pay me', and 'Hello' follows": _changed(edited, body=forged),
        "its missing is '1', and '0' follows": _changed(
            signed, head={**signed.entry.head, "missing": 1}
        ),
        "its fence is '7', and '1' follows": _changed(claim, head={**claim.entry.head, "fence": 7}),
        "its actor is another": signed.model_copy(
            update={"entry": signed.entry.model_copy(update={"actor": BEN})}
        ),
        "it is of 2026-11-23T09:01:00+00:00, and its turn of": signed.model_copy(
            update={"at": signed.at + timedelta(minutes=1)}
        ),
        "run:draft:signed follows from what was asked, not run:draft:undone": signed.model_copy(
            update={"entry": signed.entry.model_copy(update={"event": Event.DRAFT_UNDONE})}
        ),
    }
    for problem, touched in cases.items():
        told = [touched if one.seq == touched.seq else one for one in entries]
        again = replayed(house.store, lived.id, told)
        assert again.difference is not None
        assert again.difference.seq == touched.seq
        assert again.difference.problem.startswith(problem)
        named = f"Not the same. Entry {touched.seq} ({touched.entry.event}): {problem}"
        assert again.words.startswith(named)


def test_other_facts_lead_elsewhere(house: House, lived: Run) -> None:
    """What was asked can't be forged without what follows from it."""
    entries = record(house.store, lived.id)
    read = _of(entries, Event.STEP_READ)
    command: Any = read.entry.body["command"]
    won = {**command, "result": {**command["result"], "value": {"status": "won", "score": 2}}}
    forged: list[tuple[JsonObject, str]] = [
        ({"command": won}, "its value"),
        ({"command": {**command, "kind": "Riot"}}, "what it says was asked can't be read"),
        ({"command": {**command, "seq": "first"}}, "what it says was asked can't be read"),
        ({"command": {**command, "fence": 9}}, "what was asked is refused"),
        ({"command": "all"}, "what it says was asked can't be read"),
        ({"whole": [["result", "value", "nothing"]]}, "what it says was asked can't be read"),
        ({"whole": [[]]}, "what it says was asked can't be read"),
        ({"whole": [["seq", "deeper"]]}, "what it says was asked can't be read"),
        ({"command": {"kind": "StartRun"}}, "what it says was asked can't be read"),
        ({"facts": 3}, "nothing that was asked leads to it"),
    ]
    for parts, problem in forged:
        touched = _changed(read, body={**read.entry.body, **parts})
        told = [touched if one is read else one for one in entries]
        again = replayed(house.store, lived.id, told)
        assert again.difference is not None, parts
        assert again.difference.problem.startswith(problem)
        assert again.difference.seq == read.seq


def test_what_was_added_is_named(house: House, lived: Run) -> None:
    """A second start, an entry at the end that nothing leads to, and one that asks for nothing."""
    entries = record(house.store, lived.id)
    first, last = entries[0], entries[-1]

    def told(one: OnRecord) -> str:
        more = one.model_copy(update={"seq": last.seq + 1})
        again = replayed(house.store, lived.id, [*entries, more])
        assert again.difference is not None
        assert again.difference.seq == last.seq + 1
        return again.difference.problem

    assert told(first) == "a run is started once, by its first entry"
    assert told(_changed(last, body={})) == "nothing that was asked leads to it"
    command: Any = first.entry.body["command"]
    wrong = {**first.entry.body, "command": {**command, "inputs": {"x": 1}}}
    alone = replayed(house.store, lived.id, [_changed(first, body=wrong)])
    assert alone.difference is not None
    assert alone.difference.problem == "nothing comes of what was asked"


def test_an_erased_body_is_said_and_is_no_difference(house: House, lived: Run) -> None:
    """In the middle of a turn its header still has to follow; where what was asked is gone, nothing more can."""
    entries = record(house.store, lived.id)
    held, signed = (_of(entries, e) for e in (Event.DRAFT_HELD, Event.DRAFT_SIGNED))

    def without(*gone: OnRecord, **head: JsonObject) -> Any:
        blank = {one.seq: _changed(one, body={}, **head) for one in gone}
        told = [
            blank[one.seq].model_copy(update={"erased": True}) if one.seq in blank else one
            for one in entries
        ]
        return replayed(house.store, lived.id, told, erased=True)

    again = without(held)
    assert (again.difference, again.gap, again.erased) == (None, None, (held.seq,))
    assert again.words == (
        f"The same. Bodies were erased of entries {held.seq}; that is no difference."
    )
    assert without(held, head={"seq": 99}).difference.seq == held.seq
    again = without(signed)
    assert again.difference is None
    assert again.gap.seq == signed.seq
    assert f"Entry {signed.seq} (run:draft:signed): its body was erased" in again.words
    assert without(*entries).gap.seq == 1


def test_what_the_record_lacks_is_no_difference(house: House, lived: Run) -> None:
    """Runs of before, a company that was erased, a playbook nobody kept, a text no log can hold."""
    entries, kept = record(house.store, lived.id), grounds(house.store)
    facts: Any = entries[0].entry.body["facts"]
    old = {name: value for name, value in facts.items() if name != "ground"}
    before = _changed(entries[0], body={**entries[0].entry.body, "facts": old})
    read = _of(entries, Event.STEP_READ)
    mended = _changed(read, body={**read.entry.body, "value": "\ufffd"})
    odd = [mended.model_copy(update={"mended": True}) if one is read else one for one in entries]
    gone = frozenset(kept.companies)
    lacking = {
        "written before the company": replay([before, *entries[1:]], BOOK, kept),
        "the company as it was then is not kept": replay(entries, BOOK, Grounds()),
        "the company as it was then was erased": replay(entries, BOOK, Grounds(erased=gone)),
        "the playbook it is pinned to": replay(entries, None, kept),
        "what no log can hold": replay(odd, BOOK, kept),
    }
    for words, again in lacking.items():
        again.compare(standing(house.store, lived.id), erased=False)
        assert again.difference is None
        assert again.gap is not None
        assert words in again.words


def test_what_is_counted_only_today_is_no_difference(house: House) -> None:
    """Rules that ask more than those it was decided by can't be answered from its record; nobody made that up."""
    heard = [{"on": "replied", "then": "stop"}]
    run = house.start(playbook(mailing(), exceptions=heard))
    _worked(house, run, drafted())
    house.engine.handle(press(Approve, house.now(run), ANA))
    _worked(house, run, None)
    house.engine.handle(Signal(actor=SYSTEM, run_id=run.id, name="replied"))
    entries = record(house.store, run.id)
    reply = entries[-1]
    facts: Any = reply.entry.body["facts"]
    assert [ask["kind"] for ask, _ in facts["told"]] == ["failed"]
    before = {name: value for name, value in facts.items() if name != "told"}
    touched = _changed(reply, body={**reply.entry.body, "facts": before})
    again = replayed(house.store, run.id, [*entries[:-1], touched])
    assert again.difference is None
    assert again.gap is not None
    assert "count something that was not counted then" in again.words


def test_rows_that_say_something_else_are_named(house: House, lived: Run) -> None:
    """The record may be whole and the run stand elsewhere all the same."""
    entries, kept = record(house.store, lived.id), grounds(house.store)
    rows = standing(house.store, lived.id)
    assert rows.run is not None
    (draft,) = rows.drafts.values()

    def told(changed: Standing, *, erased: bool = False) -> str:
        again = replay(entries, BOOK, kept)
        again.compare(changed, erased=erased)
        return again.difference.problem if again.difference else ""

    run = rows.run
    moved = run.model_copy(update={"due_at": None})
    assert told(Standing(run=moved, drafts=rows.drafts)).startswith(
        "In the database the run's due_at"
    )
    other = run.model_copy(update={"inputs": {"quote": "Q-9"}})
    words = "In the database the run's inputs.quote is 'Q-9', and 'Q-1' follows"
    assert told(Standing(run=other, drafts=rows.drafts)) == words
    assert told(Standing(run=other, drafts=rows.drafts), erased=True) == ""
    twice = draft.model_copy(update={"signatures": (*draft.signatures, *draft.signatures)})
    assert "signatures" in told(Standing(run=run, drafts={draft.id: twice}), erased=True)
    assert told(Standing(run=run)).startswith(f"In the database the draft {draft.id} is missing")
    assert told(Standing()) == "In the database the run is not there"
    assert told(rows) == ""


def test_another_version_of_the_program_is_named(house: House, lived: Run) -> None:
    """Its rules may have been others: who reads of a difference has to know."""
    entries, kept = record(house.store, lived.id), grounds(house.store)
    companies = kept.companies.items()
    older = {hash_: each.model_copy(update={"program": "0.1"}) for hash_, each in companies}
    again = replay(entries[1:], BOOK, Grounds(companies=older), "0.2")
    assert "It was decided by version 0.1, and rules may have changed since." in again.words
