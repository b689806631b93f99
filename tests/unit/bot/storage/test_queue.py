"""What the surfaces show is what the rows say, read without waiting for a writer."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from bot.storage import makers
from bot.storage.makers import Made
from bot.storage.meanwhile import Meanwhile
from bot.storage.queue import Queue, Week
from tests.fakes.clock import MONDAY
from tests.unit.bot.storage.records import (
    ANA,
    BEN,
    draft,
    revision,
    run,
    signature,
    task,
    written,
)
from workflows.errors import UnknownPlaybook
from workflows.events import Entry, Event
from workflows.ports import Post
from workflows.run import DraftState, RunState

if TYPE_CHECKING:
    from bot.storage.store import SqlStore
    from workflows.run import Run


@pytest.fixture
def queue(store: SqlStore) -> Queue:
    """Return the queue over the test's rows."""
    return Queue(store)


def _add(store: SqlStore, *runs: Run) -> None:
    with store.transaction() as tx:
        for each in runs:
            tx.add(each)


def test_what_waits_for_a_person_comes_with_all_of_its_draft(store: SqlStore, queue: Queue) -> None:
    """Open and uncertain ones, the earliest deadline first; what was decided waits no more."""
    signed = draft(
        "d-1",
        "r-1",
        revisions=(revision(), revision(2, "x", ANA)),
        expires_at=MONDAY + timedelta(hours=9),
    )
    signed = signed.model_copy(update={"signatures": (signature(signed),)})
    first = run("r-1", draft=signed, task=task())
    _add(
        store,
        first,
        run("r-2", draft=draft("d-2", "r-2", state=DraftState.UNCERTAIN)),
        run("r-3", draft=draft("d-3", "r-3", state=DraftState.EXECUTED)),
        run("r-4"),
    )
    found = queue.open_runs()
    assert [each.id for each in found] == ["r-2", "r-1"]
    assert found[1] == first
    assert [each.id for each in queue.open_runs(limit=1, offset=1)] == ["r-1"]


def test_a_run_is_shown_with_the_draft_that_was_opened_last(store: SqlStore, queue: Queue) -> None:
    """Whether it is read alone or with many."""
    old = draft("d-9", state=DraftState.REJECTED)
    new = draft("d-1", opened_at=MONDAY + timedelta(hours=1))
    _add(store, run(draft=old))
    with store.transaction() as tx:
        tx.save(run(draft=new), expected_fence=0)
    assert [each.draft for each in queue.open_runs()] == [new]
    for found in (queue.run("r-1"), queue.run_of_draft("d-1")):
        assert found is not None
        assert found.draft == new
    asked = queue.run_of_draft("d-9")
    assert asked is not None
    assert asked.draft == old
    assert queue.draft("d-9") == old


def test_a_run_is_found_by_the_beginning_of_its_id_when_it_is_the_only_one(
    store: SqlStore, queue: Queue
) -> None:
    """Ids are long; people type the beginning."""
    _add(store, run("0190-aa"), run("0190-ab"), run("0190"))
    found = [queue.run(text) for text in ("0190-aa", "0190-ab", "0190", "0190-a", "", "02")]
    assert [each and each.id for each in found] == ["0190-aa", "0190-ab", "0190", None, None, None]
    _add(store, run("07"))
    only = queue.run("0")
    assert only is None
    seventh = queue.run("07")
    assert seventh is not None


def test_people_see_their_own_runs_and_tasks(store: SqlStore, queue: Queue) -> None:
    """What they started and has not ended; what they have to do, the earliest due first."""
    _add(
        store,
        run("r-1", task=task("t-1", "r-1", due_at=MONDAY + timedelta(hours=2))),
        run("r-2", started_by=BEN, task=task("t-2", "r-2", due_at=MONDAY)),
        run("r-3", state=RunState.DONE, task=task("t-3", "r-3", state="done")),
        run("r-4", created_at=MONDAY + timedelta(hours=1)),
    )
    assert [each.id for each in queue.runs_of("U-ANA")] == ["r-4", "r-1"]
    assert [each.id for each in queue.tasks_of("U-ANA")] == ["t-2", "t-1"]
    assert queue.tasks_of("U-BEN") == []
    found = queue.run_of_task("t-2")
    assert found is not None
    assert found.id == "r-2"


def test_the_playbooks_somebody_started_last_come_first(store: SqlStore, queue: Queue) -> None:
    """Each once."""
    for n, name in enumerate(("a", "b", "a", "c")):
        _add(store, run(f"r-{n}", playbook=name, created_at=MONDAY + timedelta(hours=n)))
    _add(store, run("r-9", playbook="bens", started_by=BEN))
    assert queue.recent("U-ANA") == ["c", "a", "b"]
    assert queue.recent("U-ANA", limit=1) == ["c"]


def test_runs_are_listed_by_state_newest_first(store: SqlStore, queue: Queue) -> None:
    """And counted."""
    for n, state in enumerate((RunState.DONE, RunState.WAITING, RunState.DONE, RunState.FAILED)):
        _add(store, run(f"r-{n}", state=state, created_at=MONDAY + timedelta(hours=n)))
    assert [each.id for each in queue.runs()] == ["r-3", "r-2", "r-1", "r-0"]
    assert [each.id for each in queue.runs(RunState.DONE)] == ["r-2", "r-0"]
    assert [each.id for each in queue.active()] == ["r-1"]
    assert queue.states() == {"done": 2, "waiting": 1, "failed": 1}


def test_yesterday_is_counted_by_the_companys_clock(store: SqlStore, queue: Queue) -> None:
    """What went out on Monday, on Tuesday morning in Lisbon; one of two was edited first."""
    written(store, 1)
    _add(
        store,
        run(
            "r-2",
            draft=draft("d-2", "r-2", state=DraftState.EXECUTED, leaves_at=MONDAY),
        ),
        run("r-3", draft=draft("d-3", "r-3", state=DraftState.HOLDING, leaves_at=MONDAY)),
    )
    zone = ZoneInfo("Europe/Lisbon")
    found = queue.yesterday(MONDAY + timedelta(days=1), zone)
    assert (found.left, found.edited) == (2, 1)
    assert queue.yesterday(MONDAY, zone).left == 0
    assert queue.yesterday(MONDAY + timedelta(days=2), zone).left == 0


def test_a_week_is_counted_by_playbook_since_the_companys_monday(
    store: SqlStore, queue: Queue
) -> None:
    """What went out, what of it was edited first, what was rejected; Sunday night is last week."""
    sunday = MONDAY - timedelta(days=1)
    edited = draft("d-2", "r-2", state=DraftState.EXECUTED, leaves_at=MONDAY)
    edited = edited.model_copy(update={"revisions": (revision(), revision(2, "x", ANA))})
    _add(
        store,
        run("r-1", draft=draft("d-1", "r-1", state=DraftState.EXECUTED, leaves_at=MONDAY)),
        run("r-2", draft=edited),
        run("r-3", draft=draft("d-3", "r-3", state=DraftState.REJECTED)),
        run("r-4", draft=draft("d-4", "r-4", state=DraftState.EXECUTED, leaves_at=sunday)),
        run("r-5", draft=draft("d-5", "r-5", state=DraftState.REJECTED)),
        run("r-6", draft=draft("d-6", "r-6"), playbook="other"),
    )
    with store.transaction() as tx:
        for at, n in ((MONDAY, 3), (sunday, 5)):
            entry = Entry(
                event=Event.DRAFT_REJECTED, chain=f"run:r-{n}", actor=ANA, object=f"draft:d-{n}"
            )
            tx.append([entry], at)
    found = queue.this_week(MONDAY, ZoneInfo("Europe/Lisbon"))
    assert found == {run("x").playbook: Week(sent=2, edited=1, rejected=1)}
    assert queue.this_week(MONDAY + timedelta(days=7), ZoneInfo("Europe/Lisbon")) == {}


def test_what_an_agent_wrote_since_is_counted_and_what_wrote_it_last(store: SqlStore) -> None:
    """Its newest draft says with which model, however old it is; other agents' are their own."""
    sunday = MONDAY - timedelta(days=1)
    newest, older = draft("d-1", "r-1"), draft("d-2", "r-2", opened_at=sunday)
    agent = newest.author.agent
    assert makers.made(store, agent, MONDAY) == Made()
    other = older.author.model_copy(update={"model": "m-0", "prompt_version": "p-0"})
    _add(store, run("r-2", draft=older.model_copy(update={"author": other})))
    assert makers.made(store, agent, MONDAY) == Made(model="m-0", prompt="p-0")
    _add(store, run("r-1", draft=newest))
    wrote = {"model": newest.author.model, "prompt": newest.author.prompt_version}
    assert makers.made(store, agent, MONDAY) == Made(drafts=1, **wrote)
    assert makers.made(store, agent, sunday).drafts == 2
    assert makers.made(store, "nobody", sunday) == Made()


def test_a_card_shows_others_while_they_go_to_its_customer_and_have_no_card(
    store: SqlStore,
) -> None:
    """What has a card of its own, or goes to somebody else by now, is not in it."""
    about = {"customer": "one", "address": "one"}
    host = draft("d-1", "r-1", **about)
    beside = {n: draft(f"d-{n}", f"r-{n}", **about, shown_in="d-1") for n in (2, 3, 4)}
    elsewhere = beside[4].model_copy(update={"customer": "two"})
    runs = [run(f"r-{n}", draft=each) for n, each in {**beside, 4: elsewhere}.items()]
    _add(store, run("r-1", draft=host), *runs)
    reading = Meanwhile(store)
    assert [each.id for each in reading.beside("d-1")] == ["r-2", "r-3"]
    with store.transaction() as tx:
        tx.post([Post(subject="draft:d-3", channel="C-1")], MONDAY)
    assert [each.id for each in reading.beside("d-1")] == ["r-2"]


def test_switches_and_kept_playbooks_can_be_looked_up(store: SqlStore, queue: Queue) -> None:
    """Without a write transaction."""
    text = (
        '{"playbook":"follow-up","title":"T","goal":"G","owner":"sales","subject":"s",'
        '"allow":[],"steps":[{"wait":"w","for":"1 hour"}]}'
    )
    version = hashlib.sha256(text.encode()).hexdigest()
    with store.transaction() as tx:
        tx.switch("everything", "U-ANA", MONDAY)
        tx.keep("playbook", text, version)
    assert [each.scope for each in queue.switches()] == ["everything"]
    assert queue.playbook(version).title == "T"
    with pytest.raises(UnknownPlaybook):
        queue.playbook("v-2")


def test_tasks_whose_time_is_over_are_found(store: SqlStore, queue: Queue) -> None:
    """Open ones only, the one that waits longest first."""
    hour = timedelta(hours=1)
    for n, (due, state) in enumerate(
        ((-hour, "open"), (-3 * hour, "open"), (-hour, "done"), (hour, "open"))
    ):
        work = task(f"t-{n}", f"r-{n}", due_at=MONDAY + due, state=state)
        _add(store, run(f"r-{n}", task=work))
    assert [each.id for each in queue.late_tasks(MONDAY)] == ["t-1", "t-0"]
