"""What a decision leaves behind: where people see an end, who may bring it about, whose word stands."""

from __future__ import annotations

import pytest

from tests.unit.workflows.builders import (
    ANA,
    CEM,
    COMPANY,
    done,
    facts,
    playbook,
    press,
    reading,
    run,
)
from tests.unit.workflows.test_machine import BOOK, complete, decided_draft
from workflows.commands import Approve, Failed, Resolve
from workflows.errors import Refusal
from workflows.machine import decide
from workflows.run import DraftState, Outcome, Place, RunState


def test_failing_a_step_ends_the_run_where_people_see_it() -> None:
    """What happened is said where the run lives."""
    book = playbook(reading())
    before = run(RunState.WORKING, step="quote", place=Place(channel="C-SALES", thread_ts="1.2"))
    after = decide(before, book, done(before, Failed(problem="No such quote.")), facts())
    assert after.run is not None
    assert (after.run.state, after.run.why) == ("failed", "No such quote.")
    assert (after.posts[0].channel, after.posts[0].thread_ts) == ("C-SALES", "1.2")


def test_finance_signs_nothing_of_sales_in_any_state() -> None:
    """Whoever may not sign is refused, whatever the state."""
    for state in DraftState:
        before = decided_draft(state)
        with pytest.raises(Refusal) as refused:
            decide(before, BOOK, press(Approve, before, CEM), facts())
        assert complete(refused.value)


def test_resolving_says_who_said_so() -> None:
    """It happened: the draft is carried out on Ana's word."""
    before = decided_draft(DraftState.UNCERTAIN)
    after = decide(before, BOOK, press(Resolve, before, ANA, happened=True), facts()).run
    assert after and after.draft  # noqa: PT018 -- both are there
    assert after.draft.outcome == Outcome(status="done", message="confirmed by Ana")
    assert after.draft.ending is not None
    assert COMPANY.name_of(after.draft.ending.by.id) == "Ana"
