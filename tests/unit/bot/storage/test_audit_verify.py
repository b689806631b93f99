"""Whatever is touched in the file, verifying finds it and names the first place."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from typing import TYPE_CHECKING, Any

import pytest

from bot.storage.audit_export import export_jsonl
from bot.storage.audit_verify import verify
from bot.storage.header import hashed, text_of
from tests.fakes.clock import MONDAY
from tests.unit.bot.storage.records import entry, written
from workflows.errors import Altered
from workflows.events import Event

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from bot.storage.audit_check import Broken
    from bot.storage.database import Database
    from bot.storage.store import SqlStore

#: What `written` puts on the record of each run, in this order.
STARTED, OPENED, EDITED, SIGNED, LEAVING, EXECUTED, DONE = range(1, 8)


@pytest.fixture
def raw(store: SqlStore, path: Path) -> Iterator[sqlite3.Connection]:
    """Return what somebody has who owns the file: no triggers, no foreign keys; three runs are in it."""
    for n in (1, 2, 3):
        written(store, n)
    connection = sqlite3.connect(path, isolation_level=None)
    triggers = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    ).fetchall()
    for (name,) in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    yield connection
    connection.close()


def _first(database: Database) -> Broken:
    verdict = verify(database)
    assert not verdict.ok
    assert verdict.first_bad is not None
    return verdict.first_bad


def _id(raw: sqlite3.Connection, chain: str, seq: int) -> str:
    query = "SELECT id FROM audit_event WHERE chain = ? AND seq = ?"
    (found,) = raw.execute(query, (chain, seq)).fetchone()
    return found


def test_what_was_never_touched_verifies(raw: sqlite3.Connection, database: Database) -> None:
    """Every entry of every run, each chain to its end; dropping triggers alone changes no entry."""
    assert raw.execute("SELECT count(*) FROM audit_event").fetchone() == (21,)
    verdict = verify(database)
    assert (verdict.ok, verdict.entries, verdict.chains) == (True, 21, 3)
    assert verdict.first_bad is None


def test_an_empty_log_verifies(database: Database) -> None:
    """There is nothing to be wrong."""
    assert verify(database).ok


def test_a_kept_text_that_was_changed_is_found(
    store: SqlStore, raw: sqlite3.Connection, database: Database
) -> None:
    """Who may sign stands in the playbook: its kept text is checked, and no run goes on from another."""
    version = hashlib.sha256(b"playbook: letter").hexdigest()
    with store.transaction() as tx:
        tx.keep("playbook", "playbook: letter", version)
    assert verify(database).ok
    raw.execute("UPDATE document SET body = body || ' ' WHERE hash = ?", (version,))
    assert f"the kept playbook {version[:12]}" in _first(database).problem
    with store.transaction() as tx, pytest.raises(Altered):
        tx.playbook(version)


_COLUMNS = ("id", "ws", "chain", "ts", "actor", "event", "object", "hdr")


@pytest.mark.parametrize("seq", [STARTED, SIGNED, DONE])
@pytest.mark.parametrize("column", _COLUMNS)
def test_a_changed_column_is_found_where_it_is(
    raw: sqlite3.Connection, database: Database, column: str, seq: int
) -> None:
    """Of the first, a middle and the last entry of the second run."""
    event_id = _id(raw, "run:r-2", seq)
    raw.execute(f"UPDATE audit_event SET {column} = {column} || 'x' WHERE id = ?", (event_id,))  # noqa: S608 -- fixed names
    found = _first(database)
    assert (found.chain, found.seq) == ("run:r-2", seq)
    moved = column in {"ws", "chain"}
    assert found.event_id.removesuffix("x") == ("" if moved else event_id)


def test_a_changed_hash_or_number_is_found_where_it_is(
    raw: sqlite3.Connection, database: Database
) -> None:
    """The two columns that are no text."""
    event_id = _id(raw, "run:r-1", EDITED)
    raw.execute("UPDATE audit_event SET hash = zeroblob(32) WHERE id = ?", (event_id,))
    assert (_first(database).seq, _first(database).event_id) == (EDITED, event_id)
    raw.execute("UPDATE audit_event SET seq = 99 WHERE id = ?", (_id(raw, "run:r-2", DONE),))
    second = verify(database).bad[1]
    assert (second.chain, second.seq, second.event_id) == ("run:r-2", DONE, "")


@pytest.mark.parametrize(
    "change",
    [
        "body = replace(body, 'Lark', 'Larks')",
        "salt = zeroblob(32)",
        "body = body || ' '",
    ],
)
def test_a_changed_body_is_found(raw: sqlite3.Connection, database: Database, change: str) -> None:
    """The header promises its very bytes."""
    event_id = _id(raw, "run:r-2", SIGNED)
    raw.execute(f"UPDATE audit_payload SET {change} WHERE event_id = ?", (event_id,))  # noqa: S608 -- fixed texts
    found = _first(database)
    assert (found.chain, found.seq, found.event_id) == ("run:r-2", SIGNED, event_id)
    assert "body was changed" in found.problem


def test_a_body_that_is_gone_is_found_unless_its_erasure_is_on_the_record(
    raw: sqlite3.Connection, database: Database
) -> None:
    """Erasing is allowed, losing is not."""
    event_id = _id(raw, "run:r-2", OPENED)
    raw.execute("DELETE FROM audit_payload WHERE event_id = ?", (event_id,))
    assert (_first(database).event_id, _first(database).problem) == (
        event_id,
        "its body is gone and no erasure is on the record",
    )
    raw.execute(
        "INSERT INTO audit_redaction VALUES (?, 'local', ?)", (event_id, _id(raw, "run:r-2", DONE))
    )
    found = _first(database)
    assert (found.event_id, found.problem) == (
        _id(raw, "run:r-2", DONE),
        "texts were erased that it does not name",
    )


def test_a_body_added_to_an_entry_without_one_is_found(
    raw: sqlite3.Connection, database: Database
) -> None:
    """Nothing can be put into its mouth later."""
    event_id = _id(raw, "run:r-2", DONE)
    raw.execute("INSERT INTO audit_payload VALUES (?, 'local', zeroblob(32), '{}')", (event_id,))
    assert _first(database).event_id == event_id


@pytest.mark.parametrize("seq", range(STARTED, DONE))
def test_an_entry_taken_out_of_the_middle_is_missed(
    raw: sqlite3.Connection, database: Database, seq: int
) -> None:
    """The gap has its number."""
    raw.execute("DELETE FROM audit_event WHERE chain = 'run:r-2' AND seq = ?", (seq,))
    found = _first(database)
    assert (found.chain, found.seq, found.event_id) == ("run:r-2", seq, "")
    assert "gone" in found.problem


@pytest.mark.parametrize("cut", [1, 3, 6])
def test_a_tail_cut_off_a_chain_is_missed(
    raw: sqlite3.Connection, database: Database, cut: int
) -> None:
    """The chain's head knows how far it went."""
    raw.execute("DELETE FROM audit_event WHERE chain = 'run:r-2' AND seq > ?", (DONE - cut,))
    found = _first(database)
    assert (found.chain, found.seq) == ("run:r-2", DONE - cut + 1)
    assert f"up to {DONE} are gone" in found.problem


def _set_back(raw: sqlite3.Connection, chain: str) -> None:
    """Make the head of a chain fit what is left of it."""
    seq, head = raw.execute(
        "SELECT seq, lower(hex(hash)) FROM audit_event WHERE chain = ? ORDER BY seq DESC LIMIT 1",
        (chain,),
    ).fetchone()
    raw.execute("UPDATE chain SET seq = ?, head = ? WHERE name = ?", (seq, head, chain))


def test_a_tail_cut_off_with_its_head_set_back_is_missed_by_its_rows(
    raw: sqlite3.Connection, database: Database
) -> None:
    """The draft counts as carried out, and nothing says it was signed."""
    raw.execute("DELETE FROM audit_event WHERE chain = 'run:r-2' AND seq > ?", (EDITED,))
    _set_back(raw, "run:r-2")
    found = _first(database)
    assert (found.chain, found.seq) == ("run:r-2", EDITED)
    assert "no entry tells of the signature" in found.problem


@pytest.mark.parametrize("run_id", ["r-1", "r-2", "r-3"])
@pytest.mark.parametrize("traces", ["", "chain", "chain and run"])
def test_a_whole_run_taken_out_of_the_log_is_missed(
    raw: sqlite3.Connection, database: Database, run_id: str, traces: str
) -> None:
    """By its chain's head, by the run's row, and last by the gap in the numbers of all entries."""
    raw.execute("DELETE FROM audit_event WHERE chain = ?", (f"run:{run_id}",))
    if traces:
        raw.execute("DELETE FROM chain WHERE name = ?", (f"run:{run_id}",))
    if "run" in traces:
        raw.execute("DELETE FROM run WHERE id = ?", (run_id,))
    if traces == "chain and run" and run_id == "r-3":
        # The newest entries with every row that tells of them: only an export kept elsewhere knows.
        assert verify(database).ok
        return
    found = _first(database)
    assert "gone" in found.problem
    assert found.chain in {f"run:{run_id}", ""}


def test_two_entries_that_changed_places_are_found(
    raw: sqlite3.Connection, database: Database
) -> None:
    """Order is part of what is on the record."""
    raw.execute("UPDATE audit_event SET seq = -1 WHERE chain = 'run:r-2' AND seq = 3")
    raw.execute("UPDATE audit_event SET seq = 3 WHERE chain = 'run:r-2' AND seq = 4")
    raw.execute("UPDATE audit_event SET seq = 4 WHERE chain = 'run:r-2' AND seq = -1")
    found = _first(database)
    assert (found.chain, found.seq, found.problem) == ("run:r-2", 3, "its column seq was changed")


def test_an_entry_of_another_run_is_found_in_this_ones_chain(
    raw: sqlite3.Connection, database: Database
) -> None:
    """Entries can't be lent."""
    raw.execute("DELETE FROM audit_event WHERE chain = 'run:r-2' AND seq = ?", (DONE,))
    raw.execute("UPDATE audit_event SET chain = 'run:r-2' WHERE chain = 'run:r-3' AND seq = 7")
    assert [(each.chain, each.seq) for each in verify(database).bad][:2] == [
        ("run:r-2", DONE),
        ("run:r-3", DONE),
    ]


def _forged(
    raw: sqlite3.Connection,
    chain: str,
    seq: int,
    change: Callable[[dict[str, Any]], None],
    *,
    on: bool,
) -> None:
    """Rewrite an entry with its hash; with `on`, write everything after it and the head anew as well."""
    query = "SELECT id, seq, hdr FROM audit_event WHERE chain = ? AND seq >= ? ORDER BY seq"
    prev = ""
    for event_id, number, text in raw.execute(query, (chain, seq)).fetchall():
        header = json.loads(text)
        if number == seq:
            change(header)
        else:
            header["prev"] = prev
        if number == seq or on:
            anew = text_of(header)
            prev = hashed(anew).hex()
            values = (
                anew,
                hashed(anew),
                f"{header['actor']['type']}:{header['actor']['id']}",
                header["event"],
                event_id,
            )
            raw.execute(
                "UPDATE audit_event SET hdr = ?, hash = ?, actor = ?, event = ? WHERE id = ?",
                values,
            )
    if on:
        _set_back(raw, chain)


def _by_eve(header: dict[str, Any]) -> None:
    header["actor"]["id"] = "U-EVE"


def _other_bytes(header: dict[str, Any]) -> None:
    header["head"]["payload_hash"] = "ab" * 32


def _not_enough(header: dict[str, Any]) -> None:
    header["head"]["missing"] = 1


def test_an_entry_rewritten_with_its_hash_does_not_fit_the_next(
    raw: sqlite3.Connection, database: Database
) -> None:
    """One of the two was rewritten, and that is said."""
    _forged(raw, "run:r-2", STARTED, _by_eve, on=False)
    found = _first(database)
    assert (found.chain, found.seq) == ("run:r-2", STARTED + 1)
    assert "rewritten" in found.problem


def test_a_last_entry_rewritten_with_its_hash_does_not_fit_the_head(
    raw: sqlite3.Connection, database: Database
) -> None:
    """There is no next one to tell."""
    _forged(raw, "run:r-2", DONE, _by_eve, on=False)
    found = _first(database)
    assert (found.chain, found.seq) == ("run:r-2", DONE)
    assert "head of its chain" in found.problem


@pytest.mark.parametrize(
    ("seq", "change", "named", "words"),
    [
        (SIGNED, _by_eve, SIGNED, "the signature of U-EVE"),
        (SIGNED, _other_bytes, LEAVING, "without signatures on these very bytes"),
        (SIGNED, _not_enough, LEAVING, "without signatures on these very bytes"),
        (LEAVING, _other_bytes, LEAVING, "without signatures on these very bytes"),
        (EDITED, _other_bytes, EDITED, "is not the one it names"),
    ],
)
def test_a_chain_written_anew_still_has_to_fit_the_rows(
    raw: sqlite3.Connection,
    database: Database,
    seq: int,
    change: Callable[[dict[str, Any]], None],
    named: int,
    words: str,
) -> None:
    """Who signed which bytes is on the record twice."""
    _forged(raw, "run:r-2", seq, change, on=True)
    found = _first(database)
    assert (found.chain, found.seq) == ("run:r-2", named)
    assert words in found.problem


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE signature SET actor = 'U-EVE'", "signature of"),
        ("DELETE FROM signature", "signature of"),
        ("UPDATE signature SET payload_hash = 'ab'", "signature of"),
        ("UPDATE revision SET payload = replace(payload, 'jo@', 'eve@')", "was changed after"),
        ("UPDATE revision SET payload_hash = 'ab'", "is not the one it names"),
        ("DELETE FROM revision WHERE n = 2", "is not the one it names"),
        (
            (
                "INSERT INTO revision SELECT draft_id, 3, ws, payload, payload_hash, author, at"
                " FROM revision WHERE n = 2 AND draft_id = 'd-2'"
            ),
            "no entry tells of revision 3",
        ),
        (
            (
                "INSERT INTO signature SELECT draft_id, n, 'U-EVE', ws, choice, reason, payload_hash,"
                " card_hash, at FROM signature WHERE draft_id = 'd-2'"
            ),
            "no entry tells of the signature of U-EVE",
        ),
        ("UPDATE draft SET revision = 1", "is not its newest revision"),
    ],
)
def test_rows_that_say_something_else_than_the_log_are_found(
    raw: sqlite3.Connection, database: Database, statement: str, words: str
) -> None:
    """The log is compared with what was executed, not only with itself."""
    raw.execute(statement)
    assert words in _first(database).problem


def test_a_draft_that_counts_as_carried_out_needs_entries(
    raw: sqlite3.Connection, database: Database
) -> None:
    """A state set by hand is no execution."""
    raw.execute(
        "INSERT INTO draft (id, ws, run_id, step, state, revision, agent, action, unchanged,"
        " opened_at, expires_at, data) SELECT 'd-9', ws, run_id, step, state, revision, agent,"
        " action, unchanged, opened_at, expires_at, data FROM draft WHERE id = 'd-2'"
    )
    assert "draft d-9 counts as carried out" in _first(database).problem


@pytest.mark.parametrize(
    "statement",
    ["UPDATE chain SET seq = seq - 1", "UPDATE chain SET head = 'ab'", "DELETE FROM chain"],
)
def test_the_head_of_each_chain_must_be_its_last_entry(
    raw: sqlite3.Connection, database: Database, statement: str
) -> None:
    """An entry added by hand moves no head."""
    raw.execute(statement)
    assert [(each.chain, each.seq) for each in verify(database).bad] == [
        (f"run:r-{n}", DONE) for n in (1, 2, 3)
    ]


def test_a_header_that_is_no_header_is_found(raw: sqlite3.Connection, database: Database) -> None:
    """Even with a hash that fits."""
    for text in ("[]", "nothing", "3"):
        raw.execute(
            "UPDATE audit_event SET hdr = ?, hash = ? WHERE chain = 'run:r-2' AND seq = 3",
            (text, hashed(text)),
        )
        assert _first(database).seq == EDITED


def test_an_export_kept_elsewhere_shows_what_the_file_alone_can_not(
    raw: sqlite3.Connection, database: Database, tmp_path: Path
) -> None:
    """Cut off with every trace, or written anew from one entry on."""
    before = tmp_path / "before.jsonl"
    with before.open("w", encoding="utf-8") as file:
        export_jsonl(database, file)
    assert verify(database, against=before).ok
    _forged(raw, "run:r-1", STARTED, _by_eve, on=True)
    assert verify(database).ok
    found = verify(database, against=before).first_bad
    assert found is not None
    assert (found.chain, found.seq) == ("run:r-1", STARTED)
    assert "another one now" in found.problem


def test_an_export_shows_a_newest_run_that_was_cut_off(
    raw: sqlite3.Connection, database: Database, tmp_path: Path
) -> None:
    """The rows that told of it are gone too."""
    before = tmp_path / "before.jsonl"
    with before.open("w", encoding="utf-8") as file:
        export_jsonl(database, file)
    for table, column in (("audit_event", "chain"), ("chain", "name")):
        raw.execute(f"DELETE FROM {table} WHERE {column} = 'run:r-3'")  # noqa: S608 -- fixed names
    raw.execute("DELETE FROM run WHERE id = 'r-3'")
    assert verify(database).ok
    found = verify(database, against=before).first_bad
    assert found is not None
    assert (found.chain, found.problem) == (
        "run:r-3",
        "the export has this entry, and here it is gone",
    )


def test_a_chain_that_is_no_runs_is_missed_by_its_head(
    store: SqlStore, raw: sqlite3.Connection, database: Database
) -> None:
    """Pauses and schedules have no row of their own that tells of them."""
    with store.transaction() as tx:
        tx.append([entry(Event.SWITCH_PAUSED, "ws:local")], MONDAY)
    raw.execute("DELETE FROM audit_event WHERE chain = 'ws:local'")
    found = _first(database)
    assert (found.chain, found.problem) == ("ws:local", "every entry of it is gone")
