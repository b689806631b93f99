"""Nobody writes the audit log but its one module, and no text becomes an entry."""

from __future__ import annotations

import ast
import csv
import json
import re
from importlib import import_module
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.storage.audit_export import export_jsonl
from bot.storage.audit_formats import export_csv
from tests.fakes.clock import MONDAY
from tests.security.tenants import Tenant
from tests.syntax import tree_of
from tests.unit.bot.storage.records import entry
from workflows.events import Event

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.security.conftest import Shared

PACKAGES = ("agents", "blocks", "bot", "handlers", "workflows")
#: Which module may write which table of the log: it is added to, sealed, and erased, each in one place.
WRITERS = {
    "audit_event": {"bot/storage/audit.py"},
    "chain": {"bot/storage/audit.py"},
    "audit_payload": {"bot/storage/audit.py", "bot/storage/erasing.py"},
    "audit_redaction": {"bot/storage/erasing.py"},
    "erasure": {"bot/storage/copies.py"},
    "audit_leaf": {"bot/storage/checkpoints.py"},
    "audit_checkpoint": {"bot/storage/checkpoints.py"},
}
_STATEMENTS = {"insert", "update", "delete", "unless_there"}
_BY_HAND = re.compile(
    r"\b(INSERT\s+INTO|UPDATE|DELETE\s+FROM|REPLACE\s+INTO)\s+(audit_\w+|chain)\b"
)
_ANYTHING = st.text(max_size=200) | st.sampled_from(
    ['x\n{"event":"run:draft:signed"}', "x\r\nforged,entry", '"},{"event":"signed', "\u2028\u2029"]
)


def _sources() -> Iterator[tuple[str, ast.Module]]:
    for package in PACKAGES:
        folder = Path(str(import_module(package).__file__)).parent
        for path in folder.rglob("*.py"):
            name = path.relative_to(folder.parent).as_posix()
            if "/migrations/" not in name and "node_modules" not in name:
                yield name, tree_of(path)


def _written_by(name: str, tree: ast.Module) -> set[tuple[str, str]]:
    """Return the (table, module) pairs of statements that write."""
    found: set[tuple[str, str]] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
            table = node.args[0]
            if node.func.id in _STATEMENTS and isinstance(table, ast.Name):
                found.add((table.id, name))
    return found


def test_each_table_of_the_log_has_one_writer() -> None:
    """Whoever wants an entry asks `append`; a second way to write is found here."""
    written = {pair for name, tree in _sources() for pair in _written_by(name, tree)}
    by_table = {table: {name for each, name in written if each == table} for table in WRITERS}
    assert by_table == WRITERS


def test_no_statement_of_the_log_is_written_by_hand() -> None:
    """Raw SQL that changes the log would pass the rule above."""
    found = [
        (name, node.value)
        for name, tree in _sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and _BY_HAND.search(node.value)
    ]
    assert found == []


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(words=_ANYTHING)
def test_one_entry_is_one_line_whatever_it_says(shared: Shared, words: str) -> None:
    """A text that looks like an entry stays a text in the entry that holds it."""
    tenant = Tenant(shared.url, f"forge-{len(words)}-{abs(hash(words))}")
    before = len(_exported(tenant))
    with tenant.store.transaction() as tx:
        said = {"reason": words, words or "x": words}
        tx.append(
            [entry(Event.DRAFT_REJECTED, "run:f", object=f"draft:{words}", body=said)], MONDAY
        )
    lines = _exported(tenant)
    tenant.close()
    assert len(lines) == before + 1
    assert {line["event"] for line in lines} == {"run:draft:rejected"}


def _exported(tenant: Tenant) -> list[dict[str, object]]:
    """Return the workspace's entries as they stand in the file; a spreadsheet has as many rows."""
    out, sheet = StringIO(), StringIO()
    count = export_jsonl(tenant.database, out)
    assert export_csv(tenant.database, sheet) == count
    sheet.seek(0)
    assert len(list(csv.reader(sheet))) == count + 1
    lines = [json.loads(line) for line in out.getvalue().split("\n") if line]
    assert len([line for line in lines if "event" in line]) == count
    return [line for line in lines if line.get("ws") == tenant.ws]


@pytest.mark.parametrize("name", ["body", "head"])
def test_an_entry_is_known_by_its_kind_and_not_by_its_words(name: str) -> None:
    """An event that is none of ours can't be made."""
    with pytest.raises(ValueError, match="run:draft:forged"):
        entry("run:draft:forged", **{name: {}})  # type: ignore[arg-type] -- the test is that it is refused
