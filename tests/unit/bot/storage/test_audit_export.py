"""The log leaves as a file that proves itself."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bot.storage.audit_export import archive_jsonl, export_jsonl
from bot.storage.audit_verify import verify_file
from bot.storage.checkpoints import Seals
from bot.storage.header import hashed
from bot.storage.notes import Keyring, Signer
from tests.fakes.clock import MONDAY
from tests.unit.bot.storage.records import written
from workflows.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bot.storage.store import SqlStore

Lines = list[dict[str, Any]]


@pytest.fixture
def file(store: SqlStore, tmp_path: Path) -> Path:
    """Return an export of two runs."""
    for n in (1, 2):
        written(store, n)
    path = tmp_path / "audit.jsonl"
    with path.open("w", encoding="utf-8") as out:
        assert export_jsonl(store.database, out) == 14
    return path


def _rewrite(path: Path, change: Callable[[Lines], None]) -> None:
    lines: Lines = [json.loads(text) for text in path.read_text(encoding="utf-8").splitlines()]
    change(lines)
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")


def test_an_export_verifies_without_the_database(file: Path) -> None:
    """All it takes is the file."""
    verdict = verify_file(file)
    assert (verdict.ok, verdict.entries, verdict.chains) == (True, 14, 2)


def test_one_chain_can_be_exported_alone(store: SqlStore, tmp_path: Path) -> None:
    """To hand over one run and nobody else's data."""
    for n in (1, 2):
        written(store, n)
    path = tmp_path / "one.jsonl"
    with path.open("w", encoding="utf-8") as out:
        assert export_jsonl(store.database, out, chain="run:r-2") == 7
    assert verify_file(path).ok
    assert "Q-1" not in path.read_text(encoding="utf-8")


def _set(index: int, name: str, value: Any) -> Callable[[Lines], None]:
    def change(lines: Lines) -> None:
        lines[index][name] = value

    return change


def _swap(lines: Lines) -> None:
    lines[3], lines[4] = lines[4], lines[3]


def _rehash(lines: Lines) -> None:
    lines[2]["hdr"] = lines[2]["hdr"].replace("U-ANA", "U-EVE")
    lines[2]["actor"] = "user:U-EVE"
    lines[2]["hash"] = hashed(lines[2]["hdr"]).hex()


def _no_body(lines: Lines) -> None:
    del lines[1]["body"], lines[1]["salt"]


@pytest.mark.parametrize(
    ("change", "seq"),
    [
        (_set(3, "hash", "00" * 32), 4),
        (_set(3, "hdr", "{}"), 4),
        (_set(3, "actor", "user:U-EVE"), 4),
        (_set(3, "ts", "2026-01-01T00:00:00.000000Z"), 4),
        (_set(3, "body", "{}"), 4),
        (_set(3, "salt", "00" * 32), 4),
        (_set(3, "seq", 9), 4),
        (_no_body, 2),
        (_swap, 4),
        (_rehash, 4),
        (lambda lines: lines.pop(5), 6),
        (lambda lines: lines.insert(3, lines[3]), 5),
    ],
)
def test_a_changed_line_is_found_where_it_is(
    file: Path, change: Callable[[Lines], None], seq: int
) -> None:
    """By the chain, by the bodies' promises, by the columns."""
    _rewrite(file, change)
    found = verify_file(file).first_bad
    assert found is not None
    assert (found.chain, found.seq) == ("run:r-1", seq)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda lines: lines.pop(), "ends early"),
        (lambda lines: lines.pop(-2), "counts other entries"),
        (lambda lines: lines.clear(), "ends early"),
        (lambda lines: lines.append(lines[0]), "line 16 of the file is not an entry"),
        (lambda lines: lines[4].pop("hdr"), "line 5 of the file is not an entry"),
        (_set(4, "hash", "not hexadecimal"), "line 5 of the file is not an entry"),
        (_set(-1, "digest", "00"), "counts other entries"),
    ],
)
def test_a_file_that_is_not_whole_is_told(
    file: Path, change: Callable[[Lines], object], words: str
) -> None:
    """Cut, lengthened or broken lines."""
    _rewrite(file, lambda lines: change(lines) and None)
    problems = [each.problem for each in verify_file(file).bad]
    assert any(words in problem for problem in problems)


@pytest.mark.parametrize("junk", ["", "\n", "[]\n", "3\n", "{" * 5000, "not json\n"])
def test_what_is_no_export_does_not_verify(tmp_path: Path, junk: str) -> None:
    """And nothing crashes."""
    path = tmp_path / "junk.jsonl"
    path.write_text(junk, encoding="utf-8")
    assert not verify_file(path).ok


@pytest.fixture
def sealed(store: SqlStore) -> Keyring:
    """Seal three runs in two checkpoints, an hour apart, and leave a fourth unsealed; return the key."""
    signer = Signer(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
    seals = Seals(store.database, signer=signer)
    written(store, 1)
    written(store, 2)
    assert seals.seal(MONDAY)
    written(store, 3)
    assert seals.seal(MONDAY + timedelta(hours=1))
    written(store, 4)
    return Keyring([signer.public])


def test_an_export_takes_the_checkpoints_along(
    store: SqlStore, sealed: Keyring, tmp_path: Path
) -> None:
    """Whoever has the file and the key sees who signed for which entries, and which came after."""
    path = tmp_path / "whole.jsonl"
    with path.open("w", encoding="utf-8") as out:
        assert export_jsonl(store.database, out) == 28
    verdict = verify_file(path, keys=sealed)
    assert (verdict.ok, verdict.checkpoints, verdict.signed, verdict.unsealed) == (True, 2, True, 7)


def test_a_run_dropped_from_an_export_is_missed(
    store: SqlStore, sealed: Keyring, tmp_path: Path
) -> None:
    """Even with the closing line counted anew: no entry has its leaves."""
    path = tmp_path / "whole.jsonl"
    with path.open("w", encoding="utf-8") as out:
        export_jsonl(store.database, out)

    def drop(lines: Lines) -> None:
        lines[:] = [line for line in lines if line.get("chain") != "run:r-2"]
        hashes = [bytes.fromhex(line["hash"]) for line in lines if "hash" in line]
        digest = hashlib.sha256(b"".join(hashes)).hexdigest()
        lines[-1].update(entries=len(hashes), digest=digest)

    _rewrite(path, drop)
    assert not verify_file(path, keys=sealed).ok


def test_an_archive_is_what_the_last_checkpoint_before_then_covers(
    store: SqlStore, sealed: Keyring, tmp_path: Path
) -> None:
    """Whole chains up to it and no entry after it; it verifies by itself, with nothing left unsealed."""
    path = tmp_path / "archive.jsonl"
    with path.open("w", encoding="utf-8") as out:
        assert archive_jsonl(store.database, out, MONDAY + timedelta(minutes=30)) == 14
    verdict = verify_file(path, keys=sealed)
    assert (verdict.ok, verdict.checkpoints, verdict.unsealed) == (True, 1, 0)


def test_without_a_checkpoint_there_is_nothing_to_archive(
    store: SqlStore, sealed: Keyring, tmp_path: Path
) -> None:
    """That is said, and the time asked for is not passed over."""
    del sealed
    with (tmp_path / "no.jsonl").open("w") as out, pytest.raises(BadInput, match="no checkpoint"):
        archive_jsonl(store.database, out, MONDAY)


def test_another_workspace_is_not_in_an_export(store: SqlStore, tmp_path: Path) -> None:
    """A company takes its own log along."""
    written(store, 1)
    path = tmp_path / "other.jsonl"
    with path.open("w", encoding="utf-8") as out:
        assert export_jsonl(store.database, out, ws="T-OTHER") == 0
