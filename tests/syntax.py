"""Source files as trees, for tests that look at the code itself."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

#: Python 3.11 counts the depth of a tree for all threads together: one that reports an error meanwhile spoils it.
#: https://github.com/python/cpython/issues/106905
_TRIES = 5


def tree_of(path: Path) -> ast.Module:
    """Return the tree of a file."""
    text = path.read_text(encoding="utf-8")
    for _ in range(_TRIES - 1):
        try:
            return ast.parse(text)
        except SystemError:
            continue
    return ast.parse(text)
