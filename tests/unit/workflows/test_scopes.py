"""What can be switched off, and how people write it."""

from __future__ import annotations

import pytest

from tests.fakes.shelf import FakeShelf
from tests.unit.workflows.builders import ACTIONS, mailing, playbook, reading
from workflows.errors import UnknownScope
from workflows.scopes import scope_of, there_is

SHELF = FakeShelf(playbook(reading(), mailing()))


@pytest.mark.parametrize(
    ("written", "scope"),
    [
        ("", "everything"),
        (" everything ", "everything"),
        ("follow-up", "playbook:follow-up"),
        ("agent:writer", "agent:writer"),
    ],
)
def test_a_scope_is_read_as_people_write_it(written: str, scope: str) -> None:
    """A bare name is a playbook's."""
    assert scope_of(written) == scope


@pytest.mark.parametrize(
    "scope",
    ["everything", "playbook:follow-up", "agent:writer", "connector:mail", "connector:table"],
)
def test_what_is_there_can_be_paused(scope: str) -> None:
    """Agents and connectors as far as a playbook or an action names them."""
    there_is(scope, SHELF, ACTIONS)


@pytest.mark.parametrize(
    ("scope", "hint"),
    [
        ("playbook:folow-up", " Did you mean follow-up?"),
        ("connector:mal", " Did you mean connector:mail?"),
        ("moon:phase", ""),
    ],
)
def test_what_is_not_there_is_refused(scope: str, hint: str) -> None:
    """It must not look as if something had stopped."""
    with pytest.raises(UnknownScope) as refused:
        there_is(scope, SHELF, ACTIONS)
    assert refused.value.words["hint"] == hint
