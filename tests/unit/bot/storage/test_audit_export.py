"""The log leaves as a file that proves itself, or as a table a spreadsheet can't run."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.storage.audit_export import CSV_COLUMNS, export_csv, export_jsonl, safe_cell
from bot.storage.audit_verify import verify_file
from bot.storage.header import hashed
from tests.fakes.clock import MONDAY
from tests.unit.bot.storage.records import entry, written

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


def test_a_spreadsheet_gets_rows_it_can_not_run(store: SqlStore) -> None:
    """RFC 4180, a heading, and no formula."""
    with store.transaction() as tx:
        tx.append([entry(object='=cmd|"/C calc"!A0', body={"a": 'x,\n"y"'})], MONDAY)
    out = io.StringIO(newline="")
    assert export_csv(store.database, out) == 1
    heading, row = csv.reader(io.StringIO(out.getvalue(), newline=""))
    assert tuple(heading) == CSV_COLUMNS
    assert row[:6] == [
        "2026-11-23T09:00:00.000000Z",
        "run:r-1",
        "1",
        "user:U-ANA",
        "run:run:started",
        '\'=cmd|"/C calc"!A0',
    ]
    assert json.loads(row[7]) == {"a": 'x,\n"y"'}
    assert out.getvalue().count("\r\n") == 2


@pytest.mark.parametrize(
    "cell",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\0=1", "  =1", "\uff1d1", "\u00a0=1", "\n=1"],
)
def test_a_cell_that_would_be_a_formula_is_text(cell: str) -> None:
    """Also after spaces, and in full width."""
    assert safe_cell(cell) == f"'{cell}"


@given(st.text())
def test_no_cell_begins_like_a_formula(cell: str) -> None:
    """Whatever a customer or a model wrote; what is harmless stays as it is."""
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL).writerow([safe_cell(cell)])
    (row,) = csv.reader(io.StringIO(out.getvalue(), newline=""))
    assert not row[0].lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\0"))
    assert row[0] in {cell, f"'{cell}"}


def test_ordinary_cells_stay_as_they_are() -> None:
    """No quote where none is needed."""
    for cell in ("", "Lark Bakery", "2026-11-23", "a=b", "1-2", "'quoted"):
        assert safe_cell(cell) == cell
