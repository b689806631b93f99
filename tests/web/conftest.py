"""Fixtures of the tests over HTTP and of several processes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.web.installation import Installation

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    """Return everything around Sayso; no process of it runs yet."""
    made = Installation(tmp_path)
    yield made
    made.close()
