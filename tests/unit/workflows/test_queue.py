from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tests.unit.workflows.builders import ANA, BEN, COMPANY, GIL, MONDAY, mailing, playbook, press
from tests.unit.workflows.presses import of
from workflows.commands import Approve
from workflows.queue import queue_of, waits_for
from workflows.run import Outcome

if TYPE_CHECKING:
    from tests.unit.workflows.builders import House

BOOK = playbook(mailing())


def test_an_open_draft_waits_for_those_who_can_sign_it(house: House) -> None:
    """Not for guests or others, and no more for who has signed it."""
    run = house.drafted(BOOK)
    assert waits_for(ANA.id, run, COMPANY, MONDAY)
    assert not waits_for(GIL.id, run, COMPANY, MONDAY)
    house.engine.handle(press(Approve, run, ANA))
    assert not waits_for(ANA.id, house.now(run), COMPANY, MONDAY)
    assert not waits_for(BEN.id, house.now(run), COMPANY, MONDAY)


def test_an_unknown_outcome_waits_for_who_signed_it_too(house: House) -> None:
    """They may be the only one who can say what happened."""
    run = house.drafted(BOOK)
    house.left(run, Outcome(status="unknown", message="No answer."))
    assert waits_for(ANA.id, house.now(run), COMPANY, MONDAY)
    assert waits_for(BEN.id, house.now(run), COMPANY, MONDAY)


def test_the_nearer_deadline_comes_first(house: House) -> None:
    """Of two alike, the one opened earlier."""
    first = house.drafted(BOOK)
    house.clock.at += timedelta(hours=1)
    second = house.drafted(BOOK)
    found = queue_of(ANA.id, [second, first], COMPANY, MONDAY)
    assert [of(run).id for run in found] == [of(first).id, of(second).id]
