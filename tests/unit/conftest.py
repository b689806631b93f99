"""Fixtures of the unit tests: everything real but the outside world."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests.unit.workflows import builders

if TYPE_CHECKING:
    from tests.unit.workflows.builders import House

# How long one example takes says how busy the machine is, and nothing of the rule.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


@pytest.fixture
def house() -> House:
    """Return an engine with an empty database and everything around it faked."""
    return builders.house()
