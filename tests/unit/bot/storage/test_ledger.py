"""A model call is paid for before it is made, and what it cost is on the record."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.storage.audit_search import Filters, search
from bot.storage.ledger import SqlLedger
from workflows.ports import ModelCall
from workflows.text import Untrusted

if TYPE_CHECKING:
    from bot.storage.store import SqlStore
    from tests.fakes.clock import FakeClock

CALL = ModelCall(
    run_id="r-1",
    agent="writer",
    model="m-1",
    prompt_version="p-1",
    attempt=1,
    outcome="ok",
    answer=Untrusted('{"body": "hi\x00"}'),
    cost_micros=30,
)


def test_the_worst_case_counts_until_the_real_cost_is_known(store: SqlStore) -> None:
    """Two calls in flight can't overdraw the day."""
    ledger = SqlLedger(store, daily_micros=100)
    first = ledger.reserve("follow-up", 80)
    assert first is not None
    assert ledger.reserve("follow-up", 30) is None
    ledger.settle(first, CALL)
    assert ledger.spent("follow-up") == 30
    assert ledger.reserve("follow-up", 70) is not None
    assert ledger.reserve("follow-up", 1) is None


def test_each_playbook_and_each_day_has_its_own_budget(store: SqlStore, clock: FakeClock) -> None:
    """A new day begins at midnight where the company is."""
    ledger = SqlLedger(store, daily_micros=100, zone=ZoneInfo("America/New_York"))
    clock.at = datetime(2026, 11, 24, 4, 59, tzinfo=UTC)
    assert ledger.reserve("follow-up", 100)
    assert ledger.reserve("follow-up", 1) is None
    assert ledger.reserve("recovery", 100)
    clock.pass_by(minutes=2)
    assert ledger.reserve("follow-up", 100)


def test_every_attempt_is_on_the_record_with_its_answer(store: SqlStore) -> None:
    """Also one whose reservation nobody knows any more."""
    ledger = SqlLedger(store, daily_micros=100)
    ledger.settle("forgotten", CALL)
    ledger.settle("forgotten", CALL.model_copy(update={"run_id": ""}))
    first, second = search(store.database, Filters())
    assert (first.event, first.actor, first.chain) == (
        "agent:model:answered",
        "agent:writer",
        "run:r-1",
    )
    assert (first.head["model"], first.head["cost_micros"]) == ("m-1", 30)
    assert first.body == {"answer": '{"body": "hi\ufffd"}'}
    assert "answer" not in first.head
    assert second.chain == "ws:local"


def test_of_many_who_ask_at_once_no_more_get_it_than_there_is(store: SqlStore) -> None:
    """Eight threads want 30 of 100."""
    ledger = SqlLedger(store, daily_micros=100)
    got: list[str | None] = []
    threads = [
        threading.Thread(target=lambda: got.append(ledger.reserve("follow-up", 30)))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sum(each is not None for each in got) == 3
    assert ledger.spent("follow-up") == 90
