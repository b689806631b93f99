"""Who approved this, and why did it act: entries are found by what people know."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.storage.audit_search import Filters, search
from tests.fakes.clock import MONDAY
from tests.unit.bot.storage.records import BEN, entry, written
from workflows.errors import BadInput
from workflows.events import Event

if TYPE_CHECKING:
    from bot.storage.store import SqlStore


@pytest.fixture
def log(store: SqlStore) -> SqlStore:
    """Return a store with two runs and one entry of the next day."""
    for n in (1, 2):
        written(store, n)
    with store.transaction() as tx:
        late = entry(Event.SWITCH_PAUSED, "ws:local", actor=BEN, body={"why": "100% sure_"})
        tx.append([late], MONDAY + timedelta(days=1))
    return store


def _found(log: SqlStore, **filters: object) -> list[tuple[str, int]]:
    entries = search(log.database, Filters.model_validate(filters))
    return [(each.chain.removeprefix("run:"), each.seq) for each in entries]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"run": "r-2"}, [("r-2", n) for n in range(1, 8)]),
        ({"draft": "d-1"}, [("r-1", n) for n in range(2, 7)]),
        ({"actor": "U-BEN"}, [("r-1", 4), ("r-2", 4), ("ws:local", 1)]),
        ({"actor": "user:U-BEN", "run": "r-1"}, [("r-1", 4)]),
        ({"actor": "agent:writer"}, [("r-1", 2), ("r-2", 2)]),
        ({"event": "signed"}, [("r-1", 4), ("r-2", 4)]),
        ({"event": "run:draft:signed"}, [("r-1", 4), ("r-2", 4)]),
        ({"event": "signed", "actor": "U-BEN", "run": "r-1"}, [("r-1", 4)]),
        ({"event": "signed", "actor": "U-ANA"}, []),
        ({"event": "signed", "text": "lark", "limit": 1}, [("r-2", 4)]),
        ({"event": "signed", "since": MONDAY + timedelta(hours=1)}, []),
        ({"actor": "U-BEN", "text": "SURE"}, [("ws:local", 1)]),
        ({"draft": "d-1", "event": "signed"}, [("r-1", 4)]),
        ({"draft": "d-1", "event": "opened"}, [("r-1", 2)]),
        ({"run": "r-1", "event": "opened", "text": "lark"}, [("r-1", 2)]),
        ({"actor": "agent:writer", "event": "opened"}, [("r-1", 2), ("r-2", 2)]),
        ({"text": "q-2"}, [("r-2", 1)]),
        ({"text": "100% sure_"}, [("ws:local", 1)]),
        ({"text": "100_ sure"}, []),
        ({"text": "q-2", "within": 8}, [("r-2", 1)]),
        ({"text": "q-2", "within": 7}, []),
        ({"since": MONDAY + timedelta(hours=1)}, [("ws:local", 1)]),
        ({"until": MONDAY}, []),
        (
            {"since": MONDAY, "until": MONDAY + timedelta(hours=1), "event": "done"},
            [("r-1", 7), ("r-2", 7)],
        ),
        ({"run": "nobody's"}, []),
        ({"limit": 2}, [("r-2", 7), ("ws:local", 1)]),
    ],
)
def test_entries_are_found_by_what_people_know(
    log: SqlStore, filters: dict[str, object], expected: list[tuple[str, int]]
) -> None:
    """Run, draft, person, kind, words, time; the newest ones that fit, oldest first."""
    assert _found(log, **filters) == expected


@pytest.mark.parametrize(
    ("wrong", "meant"), [("singed", "mean signed?"), ("run:draft:singed", "mean run:draft:signed?")]
)
def test_a_kind_of_entry_there_is_none_of_is_refused(log: SqlStore, wrong: str, meant: str) -> None:
    """A slip of the fingers is told from a log in which nothing happened."""
    with pytest.raises(BadInput, match="no such kind of entry") as refused:
        search(log.database, Filters(event=wrong))
    assert meant in refused.value.sentence


@pytest.mark.parametrize("written", ["müller & söhne", "MÜLLER & SÖHNE", "Müller"])
def test_words_are_found_whatever_their_case(log: SqlStore, written: str) -> None:
    """Letters beyond ASCII too, which SQLite alone would not lower; quotes and wildcards are plain characters."""
    with log.transaction() as tx:
        tx.append([entry(chain="run:r-9", body={"why": 'Müller & Söhne said "50% off"'})], MONDAY)
    assert _found(log, text=written) == [("r-9", 1)]
    assert _found(log, text='said "50% OFF"') == [("r-9", 1)]
    assert _found(log, text='said "50_ off"') == []


def test_a_clock_that_went_back_hides_nothing(store: SqlStore) -> None:
    """An entry stamped half an hour early stands later in the log, and is found by its time."""
    for minutes in (0, -30, 10):
        with store.transaction() as tx:
            tx.append([entry()], MONDAY + timedelta(minutes=minutes))
    assert _found(store, until=MONDAY) == [("r-1", 2)]
    assert _found(store, since=MONDAY) == [("r-1", 1), ("r-1", 3)]


def test_an_entry_is_read_as_it_was_written(log: SqlStore) -> None:
    """Head and body as JSON again, with the time it has in the log."""
    (found,) = search(log.database, Filters(text="q-1"))
    assert (found.ts, found.body) == (MONDAY, {"quote": "Q-1"})
    assert found.entry == entry(body={"quote": "Q-1"})
    signed = search(log.database, Filters(event="signed"))[0]
    assert signed.head["revision"] == 2


def test_pages_go_on_where_the_last_one_began(log: SqlStore) -> None:
    """Nothing is shown twice, nothing left out."""
    pages: list[list[int]] = []
    before = None
    while page := search(log.database, Filters(limit=4), before=before):
        pages.append([each.n for each in page])
        before = page[0].n
    assert sorted(n for page in pages for n in page) == list(range(1, 16))
    assert pages[0] == [12, 13, 14, 15]


def test_another_workspace_finds_nothing(log: SqlStore) -> None:
    """Two companies in one file."""
    assert search(log.database, Filters(), ws="T-OTHER") == []
