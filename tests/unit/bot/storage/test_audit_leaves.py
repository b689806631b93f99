"""Whatever is done to leaves and checkpoints is found; what is signed anew, by a copy kept elsewhere."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from email.message import EmailMessage
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bot.storage.audit_copies import copies_in
from bot.storage.audit_export import export_jsonl
from bot.storage.audit_verify import verify, verify_file
from bot.storage.checkpoints import Seals
from bot.storage.header import stamp
from bot.storage.merkle import Tree, leaf_hash
from bot.storage.notes import Checkpoint, Keyring, Signer
from tests.fakes.clock import MONDAY
from tests.unit.bot.storage.records import entry, written
from workflows.events import Event

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from bot.storage.audit_check import Verdict
    from bot.storage.database import Database
    from bot.storage.store import SqlStore

SIGNER = Signer(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
KEYS = Keyring([SIGNER.public])


def sealed(store: SqlStore, *runs: int) -> list[str]:
    """Write runs and seal after each; return the notes."""
    notes: list[str] = []
    for n in runs:
        written(store, n)
        made = Seals(store.database, signer=SIGNER).seal(MONDAY)
        assert made is not None
        notes.append(made.note)
    return notes


@pytest.fixture
def notes(store: SqlStore) -> list[str]:
    """Return the notes of three checkpoints: of 7, 14 and 21 entries."""
    return sealed(store, 1, 2, 3)


@pytest.fixture
def raw(notes: list[str], path: Path) -> Iterator[sqlite3.Connection]:
    """Return what somebody has who owns the file; three sealed runs are in it."""
    assert len(notes) == 3
    connection = sqlite3.connect(path, isolation_level=None)
    found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for (name,) in found:
        connection.execute(f"DROP TRIGGER {name}")
    yield connection
    connection.close()


def _problems(verdict: Verdict) -> str:
    assert not verdict.ok
    return "; ".join(bad.problem for bad in verdict.bad)


def test_a_sealed_log_verifies_on_both_databases(store: SqlStore, tmp_path: Path) -> None:
    """Every checkpoint, every signature, every copy kept elsewhere; what is not sealed yet is counted, not blamed."""
    notes = sealed(store, 1, 2, 3)
    copies = tmp_path / "copies.txt"
    copies.write_text("\n".join(notes), encoding="utf-8")
    written(store, 4)
    verdict = verify(store.database, witness=copies, keys=KEYS)
    assert verdict.ok, verdict
    assert (verdict.entries, verdict.unsealed, verdict.checkpoints) == (28, 7, 3)
    assert (verdict.signed, verdict.witnessed) == (True, 3)
    assert not verify(store.database).signed


def test_no_key_or_another_key_trusts_no_checkpoint(store: SqlStore) -> None:
    """Whoever rewrites the log has a key too, only not this one."""
    sealed(store, 1)
    other = Signer(Ed25519PrivateKey.generate())
    for keys in (Keyring(), Keyring([other.public])):
        assert "none of the known keys" in _problems(verify(store.database, keys=keys))


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("DELETE FROM audit_leaf WHERE leaf_index = 20", "only 20 are left"),
        ("DELETE FROM audit_leaf WHERE leaf_index = 9", "leaf"),
        ("UPDATE audit_leaf SET leaf_index = 40 WHERE leaf_index = 20", "leaf"),
        ("UPDATE audit_leaf SET leaf_index = -1 WHERE leaf_index = 20", "leaf"),
        ("UPDATE audit_leaf SET ws = 'other' WHERE leaf_index = 20", "belong to no entry"),
        ("UPDATE audit_leaf SET event_id = event_id || 'x' WHERE leaf_index = 3", "leaf 3"),
        ("INSERT INTO audit_leaf VALUES ('local', 21, 'nobody')", "belong to no entry"),
        ("DELETE FROM audit_leaf", "entries and only 0 are left"),
        ("UPDATE audit_checkpoint SET root = zeroblob(32) WHERE size = 14", "different things"),
        ("UPDATE audit_checkpoint SET peaks = zeroblob(96) WHERE size = 14", "peaks"),
        ("UPDATE audit_checkpoint SET at = at + 1 WHERE size = 14", "different things"),
        ("UPDATE audit_checkpoint SET at = 9000000000000000000 WHERE size = 14", "different"),
        ("DELETE FROM audit_checkpoint WHERE size = 14", "does not follow that of 14"),
        ("UPDATE audit_checkpoint SET size = 15 WHERE size = 14", "different things"),
        ("UPDATE audit_checkpoint SET ws = 'other' WHERE size = 14", "of another log"),
        ("UPDATE audit_checkpoint SET note = note || 'x' WHERE size = 14", "can't be trusted"),
        ("UPDATE audit_checkpoint SET note = replace(note, '14', '13') WHERE size = 14", "trusted"),
        ("DELETE FROM audit_checkpoint WHERE size = 21", "no checkpoint covers"),
        ("DELETE FROM audit_checkpoint", "no checkpoint covers"),
    ],
)
def test_a_touched_leaf_or_checkpoint_is_found(
    raw: sqlite3.Connection, database: Database, statement: str, words: str
) -> None:
    """By its index, its root, its signature or what it should cover."""
    raw.execute("PRAGMA foreign_keys = OFF")
    raw.execute(statement)
    assert words in _problems(verify(database, keys=KEYS))


def test_a_checkpoint_taken_from_the_middle_is_missed_by_its_copy_too(
    raw: sqlite3.Connection, database: Database, notes: list[str], tmp_path: Path
) -> None:
    """Not only by the one after it."""
    raw.execute("DELETE FROM audit_checkpoint WHERE size = 14")
    copies = tmp_path / "copies.jsonl"
    copies.write_text("".join(json.dumps({"note": each}) + "\n" for each in notes), "utf-8")
    verdict = verify(database, witness=copies, keys=KEYS)
    assert "checkpoint of 14 entries is gone" in _problems(verdict)


def test_leaves_that_changed_places_are_found(raw: sqlite3.Connection, database: Database) -> None:
    """Order is part of what was signed; the range is named in which it no longer fits."""
    raw.execute("UPDATE audit_leaf SET leaf_index = 99 WHERE leaf_index = 8")
    raw.execute("UPDATE audit_leaf SET leaf_index = 8 WHERE leaf_index = 9")
    raw.execute("UPDATE audit_leaf SET leaf_index = 9 WHERE leaf_index = 99")
    found = verify(database, keys=KEYS)
    assert [bad.seq for bad in found.bad] == [0, 8]
    assert "entries 8 to 14" in _problems(found)


def test_an_entry_without_a_leaf_before_sealed_ones_is_found(
    raw: sqlite3.Connection, database: Database
) -> None:
    """On SQLite entries are sealed in the order in which they were written."""
    raw.execute("DELETE FROM audit_leaf WHERE leaf_index = 5")
    raw.execute("UPDATE audit_leaf SET leaf_index = leaf_index - 1 WHERE leaf_index > 5")
    assert "later entries are sealed" in _problems(verify(database, keys=KEYS))


@pytest.mark.parametrize(
    ("statements", "words"),
    [
        (["UPDATE audit_event SET n = -5 WHERE n = 9"], "number 1 of the whole log"),
        (["UPDATE audit_event SET n = 40 WHERE n = 21"], "number 21 of the whole log"),
        (
            [
                "UPDATE audit_event SET n = 99 WHERE n = 4",
                "UPDATE audit_event SET n = 4 WHERE n = 5",
                "UPDATE audit_event SET n = 5 WHERE n = 99",
            ],
            "not in the order",
        ),
        (["UPDATE audit_payload SET ws = 'other' WHERE rowid = 3"], "body is gone"),
    ],
)
def test_a_number_or_workspace_that_was_changed_is_found(
    raw: sqlite3.Connection, database: Database, statements: list[str], words: str
) -> None:
    """They stand in no header: the order of leaves and the entry itself tell."""
    for statement in statements:
        raw.execute(statement)
    assert words in _problems(verify(database, keys=KEYS))


def _cut(raw: sqlite3.Connection) -> None:
    """Remove the newest run with every row that tells of it, its leaves and its checkpoint."""
    raw.execute("PRAGMA foreign_keys = OFF")
    for statement in (
        "DELETE FROM audit_checkpoint WHERE size > 14",
        "DELETE FROM audit_leaf WHERE leaf_index >= 14",
        "DELETE FROM audit_payload WHERE event_id > (SELECT max(event_id) FROM audit_leaf)",
        "DELETE FROM audit_event WHERE chain = 'run:r-3'",
        "DELETE FROM chain WHERE name = 'run:r-3'",
        "DELETE FROM signature WHERE draft_id = 'd-3'",
        "DELETE FROM revision WHERE draft_id = 'd-3'",
        "DELETE FROM draft WHERE id = 'd-3'",
        "DELETE FROM run WHERE id = 'r-3'",
    ):
        raw.execute(statement)


def test_a_tail_cut_off_with_its_checkpoint_is_missed_by_its_copy(
    raw: sqlite3.Connection, database: Database, notes: list[str], tmp_path: Path
) -> None:
    """What is left is a whole log: nothing in the database itself can know."""
    _cut(raw)
    assert verify(database, keys=KEYS).ok
    copies = tmp_path / "copies.txt"
    copies.write_text(notes[2], encoding="utf-8")
    words = _problems(verify(database, witness=copies, keys=KEYS))
    assert "covers 21 entries and only 14 are sealed here" in words


def _signed_anew(raw: sqlite3.Connection, signer: Signer) -> None:
    """Rewrite every checkpoint for the headers as they are now."""
    headers = raw.execute(
        "SELECT hdr FROM audit_event JOIN audit_leaf ON event_id = id ORDER BY leaf_index"
    ).fetchall()
    tree = Tree()
    for (hdr,) in headers:
        tree.add(leaf_hash(hdr.encode()))
        if tree.size % 7 == 0:
            point = Checkpoint(
                origin="sayso/local",
                size=tree.size,
                root=tree.root(),
                at=stamp(MONDAY),
                previous=tree.size - 7,
            )
            raw.execute(
                "UPDATE audit_checkpoint SET root = ?, peaks = ?, note = ? WHERE size = ?",
                (point.root, b"".join(tree.peaks), signer.note(point), point.size),
            )


def _swap_two_runs(raw: sqlite3.Connection) -> None:
    """Change history so that each chain, row and number still fits: two runs change places in the log."""
    raw.execute("UPDATE audit_event SET n = n + 100 WHERE chain IN ('run:r-1', 'run:r-2')")
    raw.execute("UPDATE audit_event SET n = n - 93 WHERE chain = 'run:r-1'")
    raw.execute("UPDATE audit_event SET n = n - 107 WHERE chain = 'run:r-2'")
    raw.execute("UPDATE audit_leaf SET leaf_index = leaf_index + 100 WHERE leaf_index < 14")
    raw.execute("UPDATE audit_leaf SET leaf_index = leaf_index - 107 WHERE leaf_index >= 107")
    raw.execute("UPDATE audit_leaf SET leaf_index = leaf_index - 93 WHERE leaf_index >= 100")


def test_a_log_written_anew_is_found_by_its_checkpoints(
    raw: sqlite3.Connection, database: Database
) -> None:
    """No chain, row or number is wrong: only the root is."""
    _swap_two_runs(raw)
    assert "entries 1 to 7" in _problems(verify(database, keys=KEYS))


def test_a_log_written_and_signed_anew_is_found_by_the_key_or_by_a_copy(
    raw: sqlite3.Connection, database: Database, notes: list[str], tmp_path: Path
) -> None:
    """With another key by the signature, with the stolen key by a copy kept elsewhere, and else by nothing."""
    _swap_two_runs(raw)
    _signed_anew(raw, Signer(Ed25519PrivateKey.generate()))
    assert "can't be trusted" in _problems(verify(database, keys=KEYS))
    _signed_anew(raw, SIGNER)
    assert verify(database, keys=KEYS).ok
    copies = tmp_path / "copies.txt"
    copies.write_text(notes[0], encoding="utf-8")
    words = _problems(verify(database, witness=copies, keys=KEYS))
    assert "the log was written anew" in words


def test_copies_that_prove_nothing_are_told(store: SqlStore, tmp_path: Path) -> None:
    """An empty file, another log's, an unsigned one: none of them passes for a witness."""
    (note,) = sealed(store, 1)
    copies = tmp_path / "copies.txt"
    other = SIGNER.note(replace(KEYS.opened(note), origin="sayso/other"))
    for text in ("", "nothing\n", other):
        copies.write_text(text, encoding="utf-8")
        words = _problems(verify(store.database, witness=copies, keys=KEYS))
        assert "no checkpoint of this log" in words
    copies.write_text(note.replace("\n7\n", "\n8\n"), encoding="utf-8")
    words = _problems(verify(store.database, witness=copies, keys=KEYS))
    assert "can't be compared" in words


def test_copies_are_read_from_lines_and_from_letters(notes: list[str], tmp_path: Path) -> None:
    """A witness's file, a pasted letter with other words around, Windows line ends."""
    path = tmp_path / "copies"
    text = f"Dear all,\n\n{notes[0]}\nYours\n" + json.dumps({"note": notes[1]}) + "\n{broken\n[]\n"
    path.write_text(text.replace("\n", "\r\n"), encoding="utf-8", newline="")
    assert sorted(copies_in(path)) == sorted(notes[:2])


def test_a_letter_saved_whole_is_read_too(notes: list[str], tmp_path: Path) -> None:
    """With its head, and in whatever way its text was packed for the journey."""
    for way in ("quoted-printable", "base64"):
        letter = EmailMessage()
        letter["Subject"] = "Sayso audit checkpoint"
        letter.set_content("Keep this.\n\n" + notes[0], cte=way)
        path = tmp_path / "letter.eml"
        path.write_bytes(letter.as_bytes())
        assert copies_in(path) == notes[:1]


def _erased(store: SqlStore, names: list[str], digest: str) -> None:
    head = {"entries": len(names), "entries_digest": digest, "copies": 0, "copies_digest": ""}
    with store.transaction() as tx:
        tx.append([entry(Event.PAYLOAD_REDACTED, "ws:local", head=head)], MONDAY)


def test_an_erasure_that_says_something_else_is_found(store: SqlStore) -> None:
    """An entry that tells of an erasure which left no trace, and a trace no entry tells of."""
    sealed(store, 1)
    _erased(store, ["e-1"], "ab" * 32)
    assert "no trace of that is left" in _problems(verify(store.database, keys=KEYS))


# --- In an export ---


@pytest.fixture
def file(store: SqlStore, tmp_path: Path) -> Path:
    """Return an export of three sealed runs and one that is not sealed yet."""
    sealed(store, 1, 2, 3)
    written(store, 4)
    path = tmp_path / "log.jsonl"
    with path.open("w", encoding="utf-8") as out:
        assert export_jsonl(store.database, out) == 28
    return path


def _changed(path: Path, change: Callable[[list[dict[str, Any]]], object]) -> None:
    lines = [json.loads(text) for text in path.read_text(encoding="utf-8").splitlines()]
    change(lines)
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    path.write_text(text, encoding="utf-8")


def test_an_export_carries_its_checkpoints(file: Path) -> None:
    """And they are checked without the database."""
    verdict = verify_file(file, keys=KEYS)
    assert verdict.ok, verdict
    assert (verdict.entries, verdict.unsealed, verdict.checkpoints) == (28, 7, 3)
    assert verdict.signed
    assert not verify_file(file, keys=Keyring()).ok


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda lines: lines.pop(-3), "does not follow that of 14"),
        (lambda lines: lines.pop(-2), "no checkpoint covers"),
        (lambda lines: lines[3].pop("leaf"), "no entry has leaf 3"),
        (lambda lines: lines[3].update(leaf=10**15), "beyond its end"),
        (lambda lines: lines[3].update(leaf=-1), "beyond its end"),
        (lambda lines: lines[3].update(leaf=4), "there twice"),
        (lambda lines: lines[-2].update(note="x"), "can't be trusted"),
        (lambda lines: lines.insert(-1, lines[-2]), "does not cover more"),
    ],
)
def test_a_touched_leaf_or_checkpoint_in_an_export_is_found(
    file: Path, change: Callable[[list[dict[str, Any]]], object], words: str
) -> None:
    """As in the database."""
    _changed(file, change)
    assert words in _problems(verify_file(file, keys=KEYS))
