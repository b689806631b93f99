"""A run that could not go on is tried again from the step it stands at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.unit.workflows.builders import (
    ADA,
    ANA,
    EVE,
    GIL,
    found,
    mailing,
    playbook,
    reading,
)
from workflows.answers import Recorded, Refused
from workflows.commands import Failed, Retry
from workflows.events import Event
from workflows.run import Actor, Outcome, RunState

if TYPE_CHECKING:
    from tests.unit.workflows.builders import House
    from workflows.run import Run

BOOK = playbook(reading(), mailing(), mode="single")


def failed(house: House) -> Run:
    """Return a run whose record could not be read."""
    run = house.start(BOOK)
    house.report(run, Failed(problem="The table is locked."))
    assert house.now(run).state is RunState.FAILED
    return house.now(run)


def refused(house: House, run: Run, who: Actor) -> str:
    """Try it again; return why not."""
    reply = house.engine.handle(Retry(actor=who, run_id=run.id))
    assert isinstance(reply, Refused), reply
    return reply.error.code


def test_the_failed_step_is_begun_again(house: House) -> None:
    """The same step, and what was read before is still there; then it goes on as if nothing had been."""
    run = failed(house)
    reply = house.engine.handle(Retry(actor=ANA, run_id=run.id))
    assert isinstance(reply, Recorded)
    assert reply.sentence == "Trying again."
    again = house.now(run)
    assert (again.state, again.step, again.why) == (RunState.WORKING, "quote", "")
    assert house.store.entries[-1].event is Event.RUN_WOKEN
    house.report(again, found())
    assert house.now(run).step == "letter"


def test_only_staff_try_again(house: House) -> None:
    """A stranger and a guest do not."""
    run = failed(house)
    assert refused(house, run, EVE) == "stranger"
    assert refused(house, run, GIL) == "not-allowed"


def test_what_was_drafted_is_drafted_again_from_its_card(house: House) -> None:
    """A letter that was refused outside must be signed again; trying the step again is no way round that."""
    run = house.left(house.drafted(playbook(mailing())), Outcome(status="rejected", message="No."))
    assert run.state is RunState.FAILED
    assert refused(house, run, ANA) == "not-open"


def test_it_does_not_go_on_beside_another(house: House) -> None:
    """Where only one may be open, the newer run is that one."""
    run = failed(house)
    house.start(BOOK)
    assert refused(house, run, ADA) == "under-way"
