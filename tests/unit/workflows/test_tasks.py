"""Work for people: given to who is here, reminded of, overdue, handed over, put off, closed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.workflows.builders import ADA, ANA, BEN, CEM, COMPANY, MONDAY, OLGA, playbook
from workflows.answers import Recorded, Refused
from workflows.commands import Answer, Reassign, Snooze
from workflows.company import Absence
from workflows.events import Event

if TYPE_CHECKING:
    from tests.unit.workflows.builders import House
    from workflows.company import Company
    from workflows.run import Actor, Run, Task

CALL = {"task": "call", "who": "sales", "title": "Call Jo", "within": "4 work hours"}
BOOK = playbook(CALL, owner="owner")


def work(run: Run) -> Task:
    """Return the run's task."""
    assert run.task is not None
    return run.task


def told(house: House) -> tuple[str, str]:
    """Return who was told last, and why."""
    body = [*house.store.rows.posts.values()][-1].body
    return str(body["person"]), str(body["why"])


def asked(house: House, kind: type[Any], run: Run, who: Actor, **more: Any) -> Any:
    """Have somebody ask something of the run's task."""
    return house.engine.handle(kind(actor=who, task_id=work(run).id, **more))


def away(company: Company, *who: Actor, stand_in: str = "") -> Company:
    """Return the company on a Monday on which these are away."""
    days = (Absence.model_validate({"from": MONDAY.date(), "to": MONDAY.date()}),)
    gone = {actor.id for actor in who}
    people = tuple(
        p.model_copy(update={"away": days, "stand_in": stand_in}) if p.id in gone else p
        for p in company.people
    )
    return company.model_copy(update={"people": people})


def test_work_is_reminded_of_once_and_overdue_once(house: House) -> None:
    """At half time its owner hears of it, at the end the owner of the playbook; it stays open."""
    run = house.start(BOOK)
    assert run.due_at == work(run).remind_at == house.clock.at + timedelta(hours=2)
    house.wake(run)
    assert told(house) == (ANA.id, "reminder")
    assert house.now(run).due_at == work(run).due_at == MONDAY + timedelta(hours=4)
    house.wake(run)
    late = house.now(run)
    assert told(house) == (OLGA.id, "overdue")
    assert (late.state, late.due_at, work(late).state) == ("waiting", None, "open")
    assert house.store.entries[-1].event is Event.TASK_OVERDUE


def test_work_goes_to_somebody_who_is_here(house: House) -> None:
    """Ana is away, so it is Ben's; when all of sales are away it goes to who stands in."""
    house.directory.now = away(COMPANY, ANA)
    assert work(house.start(BOOK)).owner == BEN.id
    house.directory.now = away(COMPANY, ANA, BEN, stand_in=CEM.id)
    assert work(house.start(BOOK)).owner == CEM.id
    house.directory.now = away(COMPANY, ANA, BEN)
    assert work(house.start(BOOK)).owner == ANA.id


def test_each_who_is_handed_it_hears_of_it(house: House) -> None:
    """Two messages, not one that is drawn again: nobody is notified of that."""
    run = house.start(BOOK)
    for who, to in ((ANA, BEN), (BEN, CEM)):
        asked(house, Reassign, run, who, to=to.id)
        assert told(house) == (to.id, "handed over")
    nudges = [subject for subject, _ in house.store.rows.posts if subject.startswith("nudge:")]
    assert len(set(nudges)) == 2


def test_put_off_it_is_never_due_earlier(house: House) -> None:
    """What is due next week and is put off for an hour is due an hour later then."""
    run = house.start(playbook({**CALL, "within": "5 work days"}, owner="owner"))
    before = work(run).due_at
    assert before
    asked(house, Snooze, run, ANA, wait="1 work hour")
    assert work(house.now(run)).due_at == before + timedelta(hours=1)


def test_handed_over_it_is_the_others(house: House) -> None:
    """They are told, see it as theirs, and have as much time left as there was."""
    run = house.start(BOOK)
    reply = asked(house, Reassign, run, ANA, to=CEM.id)
    assert isinstance(reply, Recorded)
    assert reply.sentence == "Handed over to Cem."
    assert told(house) == (CEM.id, "handed over")
    now = house.now(run)
    assert (work(now).owner, work(now).due_at) == (CEM.id, work(run).due_at)
    assert now.why == "waits for Cem"
    assert isinstance(asked(house, Answer, run, ANA), Refused)
    assert isinstance(asked(house, Answer, run, CEM), Recorded)
    assert house.now(run).state == "done"


@pytest.mark.parametrize("to", ["U-GIL", "U-INA", "U-NOBODY", ""])
def test_it_is_handed_to_nobody_who_does_not_work_here(house: House, to: str) -> None:
    """Guests, those who left and strangers get no work."""
    run = house.start(BOOK)
    reply = asked(house, Reassign, run, ANA, to=to)
    assert isinstance(reply, Refused)
    assert house.now(run) == run


def test_handed_to_whose_it_is_changes_nothing(house: House) -> None:
    """And tells nobody."""
    run = house.start(BOOK)
    posted = len(house.store.rows.posts)
    assert asked(house, Reassign, run, ANA, to=ANA.id).sentence == "It is Ana's already."
    assert (work(house.now(run)), len(house.store.rows.posts)) == (work(run), posted)


@pytest.mark.parametrize(
    ("wait", "hours"), [("1 work hour", 1), ("1 work day", 24), ("5 work days", 24 * 7)]
)
def test_put_off_it_is_due_later(house: House, wait: str, hours: int) -> None:
    """Also when it was overdue; it is reminded of again, and a weekend is no working time."""
    run = house.start(BOOK)
    house.wake(run)
    house.wake(run)
    at = house.clock.at
    reply = asked(house, Snooze, run, ANA, wait=wait)
    assert reply.sentence.startswith("Put off: due ")
    now = house.now(run)
    assert work(now).due_at == at + timedelta(hours=hours)
    assert now.due_at == work(now).remind_at
    assert now.why == "waits for Ana"
    house.wake(now)
    assert told(house) == (ANA.id, "reminder")


@pytest.mark.parametrize("who", [ADA, OLGA])
def test_an_admin_may_move_it_too(house: House, who: Actor) -> None:
    """Somebody must, when its owner is ill."""
    run = house.start(BOOK)
    assert isinstance(asked(house, Reassign, run, who, to=BEN.id), Recorded)
    assert isinstance(asked(house, Snooze, run, who, wait="1 work day"), Recorded)


def test_nobody_else_moves_it(house: House) -> None:
    """They are told whose it is."""
    run = house.start(BOOK)
    for kind, more in ((Reassign, {"to": CEM.id}), (Snooze, {"wait": "1 work hour"})):
        reply = asked(house, kind, run, CEM, **more)
        assert isinstance(reply, Refused)
        assert "Ana" in reply.error.sentence
    assert house.now(run) == run
