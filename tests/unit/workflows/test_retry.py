"""A run that could not go on is tried again from the step it stands at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.workflows.builders import (
    ADA,
    ANA,
    EVE,
    GIL,
    OLGA,
    drafted,
    found,
    mailing,
    playbook,
    press,
    reading,
)
from workflows.answers import Recorded, Refused
from workflows.commands import Approve, Executed, Failed, Pause, Resume, Retry, Signal
from workflows.events import Event
from workflows.run import SYSTEM, Actor, DraftState, Outcome, RunState
from workflows.undoing import is_on_card

if TYPE_CHECKING:
    from collections.abc import Callable

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


@pytest.mark.parametrize("scope", ["everything", f"playbook:{BOOK.playbook}"])
def test_nothing_is_tried_again_while_it_is_paused(house: House, scope: str) -> None:
    """The refusal says what is paused and by whom; once it is resumed the same press works."""
    run = failed(house)
    house.engine.handle(Pause(actor=OLGA, scope=scope))
    assert refused(house, run, ANA) == "paused"
    house.engine.handle(Resume(actor=OLGA, scope=scope))
    assert isinstance(house.engine.handle(Retry(actor=ANA, run_id=run.id)), Recorded)


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


@pytest.mark.parametrize("mode", ["single", "parallel"])
def test_what_is_done_only_once_is_not_done_again_by_trying_an_older_one(
    house: House, mode: str
) -> None:
    """The one that failed in vain made way for another; trying it again would do the same twice."""
    once = playbook(reading(), mailing(), mode=mode, once_per="{{ inputs.quote }}")
    first = house.start(once)
    house.report(first, Failed(problem="The table is locked."))
    second = house.start(once)
    assert refused(house, first, ANA) == ("under-way" if mode == "single" else "done-before")
    house.report(second, found())
    house.report(second, drafted())
    house.left(second, Outcome(status="done"))
    assert house.now(second).state is RunState.DONE
    assert refused(house, first, ANA) == "done-before"


def expired(house: House) -> Run:
    """Return a run in which nobody signed in time."""
    run = house.drafted(playbook(mailing(), exceptions=[{"on": "late", "then": "letter"}]))
    for _ in range(3):
        house.wake(run)
    return house.now(run)


def replied_to(house: House) -> Run:
    """Return a run in which the customer replied while the letter was leaving."""
    run = house.drafted(playbook(mailing(), exceptions=[{"on": "replied", "then": "letter"}]))
    house.engine.handle(press(Approve, run, ANA))
    house.wake(run)
    house.engine.handle(Signal(actor=SYSTEM, run_id=run.id, name="replied"))
    house.report(run, Executed(outcome=Outcome(status="done")))
    return house.now(run)


@pytest.mark.parametrize(
    ("before", "left"), [(expired, DraftState.EXPIRED), (replied_to, DraftState.EXECUTED)]
)
def test_where_an_exception_led_back_it_is_tried_again_from_the_step(
    house: House, before: Callable[[House], Run], left: DraftState
) -> None:
    """The card of the draft before offers nothing any more, so the run must not stand there for ever."""
    run = before(house)
    house.report(run, Failed(problem="The model does not answer."))
    stuck = house.now(run)
    assert stuck.draft
    assert (stuck.state, stuck.draft.state) == (RunState.FAILED, left)
    assert isinstance(house.engine.handle(Retry(actor=ANA, run_id=run.id)), Recorded)
    assert house.now(run).state is RunState.WORKING


def test_what_undoes_something_is_no_step_to_try_again(house: House) -> None:
    """Trying it again would do once more what was to be undone."""
    run = house.drafted(playbook(mailing()))
    draft = run.draft
    assert draft
    undoes = draft.model_copy(update={"state": DraftState.FAILED, "undoes": "D-1"})
    run = run.model_copy(update={"state": RunState.FAILED, "draft": undoes, "exceptions": (1,)})
    assert is_on_card(run)
