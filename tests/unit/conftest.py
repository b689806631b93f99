"""Fixtures of the unit tests: everything real but the outside world."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.workflows import builders

if TYPE_CHECKING:
    from tests.unit.workflows.builders import House


@pytest.fixture
def house() -> House:
    """Return an engine with an empty database and everything around it faked."""
    return builders.house()
