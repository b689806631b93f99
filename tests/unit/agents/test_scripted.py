"""The scripted drafter fails loudly when a test's script and its run differ."""

from __future__ import annotations

import pytest

from agents.scripted import ScriptedDrafter
from tests.agents.examples import request
from workflows.commands import Drafted
from workflows.ports import NotDrafted


def test_steps_come_out_in_order() -> None:
    """Fields become a draft, whole results stay what they are, and requests are kept."""
    refusal = NotDrafted(kind="refused", problem="no")
    drafter = ScriptedDrafter([{"subject": "Hi"}, refusal])
    first = drafter.draft(request())
    assert isinstance(first, Drafted)
    assert first.fields == {"subject": "Hi"}
    assert drafter.draft(request(run_id="run-2")) is refusal
    assert [asked.run_id for asked in drafter.requests] == ["run-1", "run-2"]
    drafter.assert_complete()


def test_an_unused_step_fails() -> None:
    """A step that nobody asked for is named."""
    with pytest.raises(AssertionError, match=r"1 scripted step\(s\) were never asked for"):
        ScriptedDrafter([{"subject": "Hi"}]).assert_complete()


def test_one_draft_too_many_fails() -> None:
    """The script says which draft it has no step for."""
    with pytest.raises(AssertionError, match="draft 1 was asked of sales-follow-up"):
        ScriptedDrafter([]).draft(request())
