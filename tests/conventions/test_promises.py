"""The page of promises names tests that exist."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.syntax import tree_of

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "promises.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py(?:::\w+)?)`", PAGE)))


def test_every_promise_has_a_proof() -> None:
    """A row without a test would be a hope."""
    rows = [row for row in PAGE.splitlines() if row.startswith("| ") and "---" not in row]
    bare = [row for row in rows if "tests/" not in row and "Promise" not in row]
    assert len(rows) > 20
    assert bare == []


@pytest.mark.parametrize("named", NAMED)
def test_what_is_named_as_proof_is_there(named: str) -> None:
    """A test that was renamed takes its promise along."""
    file, _, name = named.partition("::")
    tree = tree_of(ROOT / file)
    tests = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert any(test.startswith("test_") for test in tests)
    assert not name or name in tests
