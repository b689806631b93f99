"""How much was edited, counted in the log by playbook and by the company's weeks."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.storage.edits import edited_weeks
from tests.fakes.clock import MONDAY
from tests.unit.bot.storage.records import ANA, draft, entry, run, written
from workflows.edit_rate import WEEKS
from workflows.events import Event

if TYPE_CHECKING:
    from bot.storage.store import SqlStore

UTC = ZoneInfo("UTC")


def left(store: SqlStore, n: int, *, ago: timedelta, edited: bool, playbook: str = "p") -> None:
    """Put on the record that a draft left so long ago."""
    run_id, draft_id = f"run-{n}", f"draft:d-{n}"
    events = [Event.DRAFT_EDITED, Event.DRAFT_EXECUTED] if edited else [Event.DRAFT_EXECUTED]
    with store.transaction() as tx:
        tx.add(run(run_id, playbook=playbook, draft=draft(f"d-{n}", run_id)))
        for event in events:
            told = entry(event, f"run:{run_id}", actor=ANA, object=draft_id)
            tx.append([told], MONDAY - ago)


def test_each_playbook_has_its_weeks_oldest_first(store: SqlStore) -> None:
    """What left a week ago and today, how much of it was edited; a week without any is there with none."""
    day = timedelta(days=1)
    left(store, 1, ago=7 * day, edited=True)
    left(store, 2, ago=7 * day, edited=False)
    left(store, 3, ago=0 * day, edited=False)
    left(store, 4, ago=0 * day, edited=True, playbook="other")
    left(store, 5, ago=7 * WEEKS * day, edited=True, playbook="long-ago")
    found = edited_weeks(store.database, MONDAY, UTC)
    assert found.keys() == {"p", "other"}
    assert [one.monday for one in found["p"]][-2:] == [date(2026, 11, 16), date(2026, 11, 23)]
    assert [(one.edited, one.sent) for one in found["p"]] == [
        *[(0, 0)] * (WEEKS - 2),
        (1, 2),
        (0, 1),
    ]
    assert (found["other"][-1].edited, found["other"][-1].sent) == (1, 1)


def test_a_week_begins_with_the_companys_monday(store: SqlStore) -> None:
    """On Monday at 04:00 in London it is still Sunday in New York."""
    left(store, 1, ago=timedelta(hours=5), edited=False)
    here = edited_weeks(store.database, MONDAY, ZoneInfo("America/New_York"))
    assert [one.sent for one in here["p"]][-2:] == [1, 0]
    there = edited_weeks(store.database, MONDAY, UTC)
    assert [one.sent for one in there["p"]][-2:] == [0, 1]


def test_what_came_of_a_whole_run_counts(store: SqlStore) -> None:
    """Drafted, edited, signed and carried out as the engine writes it."""
    written(store)
    (weeks,) = edited_weeks(store.database, MONDAY + timedelta(hours=1), UTC).values()
    assert sum(one.sent for one in weeks) == 1
