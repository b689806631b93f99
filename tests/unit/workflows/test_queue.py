from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tests.unit.workflows.builders import (
    ADA,
    ANA,
    BEN,
    CEM,
    COMPANY,
    EVE,
    GIL,
    MONDAY,
    OLGA,
    mailing,
    playbook,
    press,
    refunding,
)
from tests.unit.workflows.presses import of
from workflows.commands import Approve
from workflows.queue import queue_of, team_of, team_queue, waits_for
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


def test_a_team_is_whoever_shares_a_role_or_a_group() -> None:
    """An admin's is everybody; a stranger has none; who has neither is alone."""
    assert {ANA.id, BEN.id} <= team_of(ANA.id, COMPANY)
    assert CEM.id not in team_of(ANA.id, COMPANY)
    assert {BEN.id, CEM.id} <= team_of(BEN.id, COMPANY)
    assert len(team_of(ADA.id, COMPANY)) == len(COMPANY.people)
    assert team_of(EVE.id, COMPANY) == frozenset()


def test_what_waits_for_my_team_is_what_does_not_wait_for_me(house: House) -> None:
    """Ana has signed the first of two: Ben's turn; a refund is another team's."""
    two = playbook(mailing(approve={"by": "sales", "quorum": 2}))
    run = house.drafted(two)
    house.engine.handle(press(Approve, run, ANA))
    runs = [house.now(run), house.start(playbook(refunding()))]
    ((found, names),) = team_queue(ANA.id, runs, COMPANY, MONDAY)
    assert (found.id, names) == (run.id, ("Ben",))
    everybodys = {one.id for one, _ in team_queue(OLGA.id, runs, COMPANY, MONDAY)}
    assert everybodys == {each.id for each in runs}
