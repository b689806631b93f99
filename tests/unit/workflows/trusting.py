"""Playbooks that may let things go by themselves, and the stages they earned, for tests of the rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.fakes.clock import MONDAY
from tests.unit.workflows.builders import (
    COMPANY,
    done,
    drafted,
    facts,
    house,
    mailing,
    playbook,
    run,
)
from tests.unit.workflows.history import MAKER
from workflows.limits import Told, Untold
from workflows.machine import decide
from workflows.run import RunState
from workflows.trust.calibration import Acceptance
from workflows.trust.stages import Footing

if TYPE_CHECKING:
    from tests.unit.workflows.builders import House
    from workflows.playbook import Playbook
    from workflows.run import Draft, Run
    from workflows.trust.stages import Stage
    from workflows.turn import Decision

BOUNDS = {"amount": "500.00 USD", "count": 3}
#: A share of drafts that people see first: so few that none of a test is among them.
SELDOM = 1e-9


def free(rule: str = "alone", *, step: dict[str, Any] | None = None, **more: Any) -> Playbook:
    """Return a playbook whose one letter may go by itself, three times a day."""
    approve = {"by": "sales", "edit": ["subject", "body"], "rule": rule}
    made = step or mailing(approve=approve)
    return playbook(made, **{"level": 4, "alone": BOUNDS, **more})


def footing(book: Playbook, stage: Stage = "autonomous", **more: Any) -> Footing:
    """Return the stage it earned with its present version."""
    values: dict[str, Any] = {
        "playbook": book.playbook,
        "stage": stage,
        "since": MONDAY,
        "by": "U-OLGA",
        "version": book.version,
        "makers": (MAKER,),
    }
    return Footing(**{**values, **more})


def opened(book: Playbook, told: Told | None = None, **more: Any) -> Decision:
    """Let a draft of this playbook open on these facts; whatever is asked for was counted so."""
    result = more.pop("result", drafted())
    before = run(RunState.WORKING, version=book.version)
    company = COMPANY.model_copy(update={"sample": SELDOM})
    known = facts(**{"footing": footing(book), "company": company, **more})
    while True:
        try:
            return decide(before, book, done(before, result), known)
        except Untold as question:
            if question.ask.kind == "accepted":
                known = known.model_copy(update={"acceptance": Acceptance()})
                continue
            counted = told if question.ask.person and told else Told()
            known = known.model_copy(update={"told": (*known.told, (question.ask, counted))})


def draft_of(decision: Decision) -> Draft:
    """Return the draft that opened."""
    assert decision.run
    assert decision.run.draft
    return decision.run.draft


def trusted(book: Playbook, stage: Stage = "autonomous", **more: Any) -> House:
    """Return a company in which this playbook stands at a stage, and few are seen first."""
    built = house(**more)
    built.shelf.put(book)
    built.directory.now = built.directory.now.model_copy(update={"sample": SELDOM})
    with built.store.transaction() as tx:
        tx.place(footing(book, stage))
    return built


def now(built: House, started: Run) -> Draft:
    """Return the draft of a run as it stands."""
    draft = built.now(started).draft
    assert draft
    return draft
