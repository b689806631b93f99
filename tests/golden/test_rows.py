"""Rows that older programs wrote, of every kind of record: the present program reads each, and loses nothing of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot.storage import rows
from tests.golden.rows import READ, Row, file, written
from workflows.errors import NewerRow

KEPT = {
    path: json.loads(path.read_text(encoding="utf-8"))
    for path in sorted(Path(__file__).parent.glob("rows-*.json"))
}
#: Columns that say what belongs together; the record itself does not carry them.
_BESIDE = {
    "run": {"started_by", "data", "task"},
    "draft": {"ws", "agent", "action", "unchanged", "amount", "currency", "left_at", "data"},
    "revision": {"draft_id", "ws", "payload"},
    "signature": {"draft_id", "ws", "choice", "reason"},
    "task": {"ws", "data"},
}


def test_the_present_schema_is_kept() -> None:
    """A new one is written down when it is made: `python -m tests.golden.rows`."""
    assert file(rows.SCHEMA) in KEPT


@pytest.mark.parametrize(
    ("kind", "row"),
    [
        pytest.param(kind, row, id=f"{path.stem}-{kind}")
        for path, kept in KEPT.items()
        for kind, row in kept.items()
    ],
)
def test_a_row_of_then_is_read_now(kind: str, row: Row) -> None:
    """Every value that stood in it stands in the record."""
    found = READ[kind](row).model_dump(mode="json")
    data: dict[str, Any] = row.get("data", {})
    wanted = {**data, **row} if kind in {"run", "draft", "task"} else row
    for name, value in wanted.items():
        if name in _BESIDE.get(kind, set()) | {"schema"}:
            continue
        assert _holds(found[name], value), name
    assert data.get("schema", rows.SCHEMA) <= rows.SCHEMA


def _holds(found: Any, value: Any) -> bool:
    """Whether a value of then stands there now; a record may have more fields since."""
    if isinstance(value, dict):
        return all(name in found and _holds(found[name], each) for name, each in value.items())
    return _same(found) == _same(value)


def _same(value: Any) -> Any:
    """Return a value with times written one way."""
    return value.replace("+00:00", "Z") if isinstance(value, str) else value


def test_every_kind_is_kept() -> None:
    """A record nobody keeps could be changed so that old rows are lost; an older file may have fewer kinds."""
    assert written().keys() == READ.keys() == KEPT[file(rows.SCHEMA)].keys()


@pytest.mark.parametrize("kind", ["run", "draft", "task"])
def test_a_row_of_a_newer_schema_is_refused_in_a_sentence(kind: str) -> None:
    """It might mean something this program would get wrong."""
    row = written()[kind]
    row["data"]["schema"] = rows.SCHEMA + 1
    with pytest.raises(NewerRow, match="A newer Sayso wrote this"):
        READ[kind](row)


@pytest.mark.parametrize("kind", ["run", "draft", "task"])
def test_a_row_from_before_there_was_a_number_is_read(kind: str) -> None:
    """Every row of a form before 0008."""
    row = written()[kind]
    del row["data"]["schema"]
    assert READ[kind](row)
