"""A due run is held by one worker at a time, and what it began is known before it begins."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from bot.storage.audit_search import Filters, search
from bot.storage.claims import Claims
from tests.fakes.clock import MONDAY
from tests.unit.bot.storage.records import draft, run
from workflows.errors import Stale
from workflows.run import DraftState, RunState

if TYPE_CHECKING:
    from pathlib import Path

    from bot.storage.store import SqlStore
    from workflows.ports import StepState
    from workflows.run import Run

LATER = MONDAY + timedelta(seconds=61)


@pytest.fixture
def claims(store: SqlStore) -> Claims:
    """Return the claims on the test's runs."""
    return Claims(store)


def _add(store: SqlStore, *runs: Run) -> None:
    with store.transaction() as tx:
        for each in runs:
            tx.add(each)


def _finish(store: SqlStore, seq: int, state: StepState) -> None:
    with store.transaction() as tx:
        tx.finish("r-1", seq, state, {"problem": "x"})


def test_a_claim_raises_the_fence_and_moves_the_due_time_on(
    store: SqlStore, claims: Claims
) -> None:
    """While the lease lasts nobody else gets the run."""
    _add(store, run())
    (claim,) = claims.claim(MONDAY)
    assert (claim.run.fence, claim.run.attempts) == (1, 1)
    assert claim.run.due_at == claim.until == MONDAY + timedelta(seconds=60)
    assert claims.claim(MONDAY) == []


def test_what_is_not_due_is_not_claimed(store: SqlStore, claims: Claims) -> None:
    """Neither tomorrow's runs nor those that wait for a person alone."""
    _add(store, run(due_at=LATER), run("r-2", due_at=None))
    assert claims.claim(MONDAY) == []


def test_the_longest_due_comes_first_and_one_at_a_time(store: SqlStore, claims: Claims) -> None:
    """Of several due runs none is passed over for ever."""
    _add(store, run("r-1"), run("r-2", due_at=MONDAY - timedelta(minutes=1)), run("r-3"))
    assert [claims.claim(MONDAY)[0].run.id for _ in range(3)] == ["r-2", "r-1", "r-3"]


def test_several_can_be_claimed_together_or_one_by_name(store: SqlStore, claims: Claims) -> None:
    """A carrier that says which run to look at gets that one or nothing."""
    _add(store, run("r-1"), run("r-2"), run("r-3"))
    assert [each.run.id for each in claims.claim(MONDAY, run_id="r-2")] == ["r-2"]
    assert claims.claim(MONDAY, run_id="r-2") == []
    assert {each.run.id for each in claims.claim(MONDAY, limit=5)} == {"r-1", "r-3"}


def test_a_lease_that_runs_out_makes_the_run_due_again(store: SqlStore, claims: Claims) -> None:
    """A worker that died is replaced; its late result is refused."""
    _add(store, run())
    (first,) = claims.claim(MONDAY)
    (second,) = claims.claim(LATER)
    assert (second.run.fence, second.run.attempts) == (2, 2)
    with pytest.raises(Stale), store.transaction() as tx:
        tx.save(first.run, expected_fence=first.run.fence)
    with store.transaction() as tx:
        tx.save(second.run, expected_fence=second.run.fence)


def test_the_intent_is_written_with_the_claim(store: SqlStore, claims: Claims) -> None:
    """A worker that dies in the middle leaves a trace that says so."""
    _add(store, run(seq=3))
    (first,) = claims.claim(MONDAY)
    assert (first.step_key, first.earlier, first.found_intent) == ("run:r-1:3", None, False)
    (second,) = claims.claim(LATER)
    assert (second.step_key, second.earlier, second.found_intent) == ("run:r-1:3", "intent", True)


@pytest.mark.parametrize("state", ["failed", "done", "uncertain"])
def test_a_step_that_was_reported_is_no_doubt_when_it_is_begun_again(
    store: SqlStore, claims: Claims, state: StepState
) -> None:
    """A try that is known not to have happened is simply tried again under its key."""
    _add(store, run())
    claims.claim(MONDAY)
    _finish(store, 1, state)
    (again,) = claims.claim(LATER)
    assert (again.earlier, again.found_intent) == (state, False)
    (doubt,) = claims.claim(LATER + timedelta(minutes=2))
    assert doubt.found_intent


def test_an_execution_keeps_the_key_of_its_draft_however_often_it_is_tried(
    store: SqlStore, claims: Claims
) -> None:
    """Sending again after a doubt is a new step of the run, and the same key outside."""
    leaving = draft(state=DraftState.EXECUTING)
    _add(store, run(seq=4, draft=leaving))
    (first,) = claims.claim(MONDAY)
    assert first.step_key == "draft:d-1:1"
    _finish(store, 4, "uncertain")
    with store.transaction() as tx:
        tx.save(first.run.model_copy(update={"seq": 5, "due_at": LATER}), expected_fence=1)
    (second,) = claims.claim(LATER)
    assert (second.step_key, second.earlier) == ("draft:d-1:1", "uncertain")
    with store.database.read() as connection:
        rows = connection.execute(text("SELECT seq, state FROM step")).all()
    assert rows == [(5, "intent")]


@pytest.mark.parametrize("state", [RunState.WAITING, RunState.HOLDING])
def test_a_timer_that_rings_begins_no_work(
    store: SqlStore, claims: Claims, state: RunState
) -> None:
    """There is nothing to be in doubt about."""
    _add(store, run(state=state))
    (claim,) = claims.claim(MONDAY)
    assert (claim.step_key, claim.earlier) == ("", None)
    with store.database.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM step")).scalar() == 0


def test_every_claim_is_on_the_record(store: SqlStore, claims: Claims) -> None:
    """Hand-offs and retries can be read in the log."""
    _add(store, run())
    claims.claim(MONDAY)
    claims.claim(LATER)
    found = search(store.database, Filters(run="r-1"))
    assert [(each.event, each.head["fence"], each.head["earlier"]) for each in found] == [
        ("worker:run:claimed", 1, None),
        ("worker:run:claimed", 2, "intent"),
    ]


def test_slow_work_holds_its_run_longer(store: SqlStore, claims: Claims) -> None:
    """As long as nobody else has taken it."""
    _add(store, run())
    (claim,) = claims.claim(MONDAY)
    assert claims.renew("r-1", claim.run.fence, MONDAY + timedelta(minutes=5))
    assert claims.claim(LATER) == []
    (other,) = claims.claim(MONDAY + timedelta(minutes=6))
    assert not claims.renew("r-1", claim.run.fence, MONDAY + timedelta(hours=1))
    assert claims.renew("r-1", other.run.fence, MONDAY + timedelta(hours=1))


def test_a_press_during_a_step_is_seen_by_the_result(store: SqlStore, claims: Claims) -> None:
    """The run is read again under its lock, so neither wake-up nor words are lost."""
    _add(store, run())
    (claim,) = claims.claim(MONDAY)
    with store.transaction() as tx:
        pressed = tx.run("r-1")
        assert pressed is not None
        tx.save(pressed.model_copy(update={"due_at": MONDAY, "why": "pressed"}), expected_fence=1)
    with store.transaction() as tx:
        found = tx.run("r-1")
    assert found is not None
    assert (found.due_at, found.why, found.fence) == (MONDAY, "pressed", claim.run.fence)
    assert claims.claim(MONDAY)[0].run.fence == 2


def test_many_workers_at_once_get_each_run_once(store: SqlStore, claims: Claims) -> None:
    """Twenty runs, four threads, no run twice."""
    _add(store, *(run(f"r-{n:02}") for n in range(20)))
    got: list[str] = []

    def work() -> None:
        while found := claims.claim(MONDAY):
            got.extend(each.run.id for each in found)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(got) == [f"r-{n:02}" for n in range(20)]


def test_a_due_run_is_carried_to_whoever_wakes_workers(
    store: SqlStore, woken: list[tuple[str, object]]
) -> None:
    """Inside the same transaction, and only for a run with a due time."""
    _add(store, run(), run("r-2", due_at=None))
    with store.transaction() as tx:
        tx.save(run("r-2", due_at=LATER), expected_fence=0)
        tx.save(run("r-1", due_at=None), expected_fence=0)
    assert woken == [("r-1", MONDAY), ("r-2", LATER)]


def test_another_workspaces_runs_are_neither_seen_nor_claimed(
    path: Path, store: SqlStore, claims: Claims
) -> None:
    """One file can hold two companies; neither sees the other."""
    assert path.exists()
    _add(store, run(draft=draft(), due_at=MONDAY))
    with store.database.write() as connection:
        for table in ("run", "draft"):
            connection.execute(text(f"UPDATE {table} SET ws = 'T-OTHER'"))  # noqa: S608 -- fixed names
    assert claims.claim(MONDAY) == []
    with store.transaction() as tx:
        assert tx.run("r-1") is None
        assert tx.run_of_draft("d-1") is None
    with pytest.raises(ValueError, match="workspace"), store.transaction() as tx:
        tx.add(run("r-2", ws="T-OTHER"))
