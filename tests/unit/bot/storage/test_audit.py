"""Entries are chained as they are written, and nothing a model says can stop one from being written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from bot.storage.audit_verify import verify
from bot.storage.header import NO_ENTRY, commitment, hashed, stamp
from tests.fakes.clock import MONDAY
from tests.unit.bot.storage.records import ANA, entry
from workflows.events import Event
from workflows.text import DEPTH, recordable

if TYPE_CHECKING:
    from bot.storage.store import SqlStore
    from workflows.events import Entry


def _append(store: SqlStore, *entries: Entry) -> list[dict[str, Any]]:
    with store.transaction() as tx:
        tx.append(entries, MONDAY)
    with store.database.read() as connection:
        query = text(
            "SELECT e.*, p.salt, p.body FROM audit_event e"
            " LEFT JOIN audit_payload p ON p.event_id = e.id ORDER BY n"
        )
        return [dict(row) for row in connection.execute(query).mappings()]


def test_an_entry_is_chained_to_the_one_before_it(store: SqlStore) -> None:
    """The header names the hash of the header before; the hash is over the very text that is kept."""
    first, second = _append(store, entry(), entry(Event.RUN_DONE))
    assert json.loads(first["hdr"])["prev"] == NO_ENTRY
    assert json.loads(second["hdr"])["prev"] == first["hash"].hex()
    assert [hashed(row["hdr"]) for row in (first, second)] == [first["hash"], second["hash"]]


def test_each_run_has_a_chain_of_its_own(store: SqlStore) -> None:
    """Two runs never wait for each other's entries, and each is verified alone."""
    rows = _append(store, entry(chain="run:a"), entry(chain="run:b"), entry(chain="run:a"))
    assert [(row["chain"], row["seq"]) for row in rows] == [
        ("run:a", 1),
        ("run:a", 2),
        ("run:b", 1),
    ]
    more = _append(store, entry(chain="run:b"))
    assert (more[-1]["chain"], more[-1]["seq"]) == ("run:b", 2)


def test_the_header_says_who_what_when_and_on_what(store: SqlStore) -> None:
    """What is searched is what was hashed."""
    (row,) = _append(
        store, entry(Event.DRAFT_SIGNED, object="draft:d-1", head={"payload_hash": "ab"})
    )
    header = json.loads(row["hdr"])
    assert header["actor"] == {"type": "user", "id": ANA.id}
    assert header["object"] == {"type": "draft", "id": "d-1"}
    assert header["head"] == {"payload_hash": "ab"}
    assert header["ts"] == row["ts"] == "2026-11-23T09:00:00.000000Z"
    assert (row["actor"], row["object"], row["event"]) == (
        "user:U-ANA",
        "draft:d-1",
        "run:draft:signed",
    )
    assert "normalised" not in header


def test_a_body_is_kept_apart_under_a_salted_promise(store: SqlStore) -> None:
    """The header tells nothing of the body, not even to somebody who guesses it."""
    one, other = _append(
        store, entry(body={"to": "jo@x.example"}), entry(body={"to": "jo@x.example"})
    )
    promises = [json.loads(row["hdr"])["payload_hash"] for row in (one, other)]
    assert promises[0] != promises[1]
    assert commitment(one["salt"], one["body"]) == promises[0]
    assert "jo@x.example" not in one["hdr"]
    assert len(one["salt"]) == 32


def test_an_entry_without_a_body_promises_none(store: SqlStore) -> None:
    """There is nothing to erase."""
    (row,) = _append(store, entry())
    assert json.loads(row["hdr"])["payload_hash"] == ""
    assert row["body"] is None


HOSTILE: dict[str, Any] = {
    "nul": "a\x00b",
    "lone surrogate": "a\ud83d",
    "infinity": float("inf"),
    "nan": float("nan"),
    "too large": 2**70,
    "\ud83d": "in a key",
}


def test_hostile_text_is_recorded_with_its_strangeness_replaced(store: SqlStore) -> None:
    """A model that answers NUL and lone surrogates can't keep its answer off the record."""
    (row,) = _append(
        store,
        entry(body=HOSTILE, head={"receipt": "250\x00\ud83d"}, object="draft:\ud83d"),
    )
    assert json.loads(row["body"]) == {
        "nul": "a\ufffdb",
        "lone surrogate": "a\ufffd",
        "infinity": "inf",
        "nan": "nan",
        "too large": str(2**70),
        "\ufffd": "in a key",
    }
    assert json.loads(row["hdr"])["normalised"] is True
    assert json.loads(row["hdr"])["head"] == {"receipt": "250\ufffd\ufffd"}
    assert verify(store.database).entries == 1
    assert verify(store.database).first_bad is None


def test_endless_nesting_is_recorded_as_its_text(store: SqlStore) -> None:
    """Depth can't exhaust the stack."""
    deep: dict[str, Any] = {}
    inner = deep
    for _ in range(150):
        inner["in"] = {}
        inner = inner["in"]
    (row,) = _append(store, entry(body=deep))
    kept: Any = json.loads(row["body"])
    for _ in range(DEPTH):
        kept = kept["in"]
    assert isinstance(kept, str)
    assert json.loads(kept) != {}


def test_ordinary_values_are_recorded_as_they_are() -> None:
    """Nothing is called normalised that was not."""
    value: dict[str, Any] = {"a": [1, 2.5, True, None, "ü\n\t", 2**53 - 1], "b": {"c": []}}
    assert recordable(value) == (value, False)


_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(codec=None, exclude_categories=())),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(exclude_categories=())), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(body=st.dictionaries(st.text(st.characters(exclude_categories=())), _json, max_size=3))
def test_whatever_a_body_holds_it_is_recorded_and_verifies(
    store: SqlStore, body: dict[str, Any]
) -> None:
    """Any JSON a parser can produce, surrogates and infinities included."""
    with store.transaction() as tx:
        tx.append([entry(body=body)], MONDAY)
    assert verify(store.database).ok


def test_if_the_entry_can_not_be_written_nothing_happened(store: SqlStore) -> None:
    """A change without its entry does not exist."""
    with store.transaction() as tx:
        tx.append([entry()], MONDAY)
    # Somebody moved the head by hand: the next entry does not fit.
    with store.database.write() as connection:
        connection.execute(text("UPDATE chain SET seq = 7"))

    def pause() -> None:
        with store.transaction() as tx:
            tx.switch("everything", "U-ANA", MONDAY)
            tx.append([entry()], MONDAY)

    with pytest.raises(IntegrityError, match="not the next row"):
        pause()
    with store.transaction() as tx:
        assert tx.switches() == []


def test_a_time_of_any_zone_stands_in_headers_as_utc() -> None:
    """A week that begins in New York begins there, not in Greenwich."""
    monday = MONDAY.astimezone(ZoneInfo("America/New_York"))
    assert stamp(monday) == stamp(MONDAY) == "2026-11-23T09:00:00.000000Z"
