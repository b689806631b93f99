"""The person closest to the work is asked first, and nobody is shut out by it."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.clock import MONDAY
from tests.unit.workflows.builders import (
    ADA,
    ANA,
    BEN,
    CEM,
    COMPANY,
    DORA,
    PEOPLE,
    House,
    drafted,
    found,
    house,
    limit,
    mailing,
    playbook,
    press,
    reading,
    refunding,
)
from workflows.answers import Recorded
from workflows.assigning import asked_first
from workflows.basis.reading import Account, Members, Reading
from workflows.commands import Approve, Edit
from workflows.events import Event

if TYPE_CHECKING:
    from workflows.company import Company
    from workflows.run import Actor, Draft

OWNED = playbook(
    reading(), mailing(approve={"by": "sales", "assign": "{{ quote.owner }}"}, uses=["quote"])
)
IN_TURN = playbook(mailing(approve={"by": "sales", "assign": "in turn"}))


def opened(at: House, book: Any, who: Actor = ADA, **record: Any) -> Draft:
    """Start a run whose record says so, and return the draft it opens."""
    run = at.start(book, who)
    if record:
        at.report(run, found(**record))
        at.report(at.now(run), drafted())
    elif book.steps[0] and "draft" in book.source:
        at.report(run, drafted())
    draft = at.now(run).draft
    assert draft
    return draft


def staffed(*people: Any, **more: Any) -> Company:
    """Return the company with these in the place of those of the same id."""
    by_id = {person.id: person for person in (*PEOPLE, *people)}
    return COMPANY.model_copy(update={"people": tuple(by_id.values()), **more})


@pytest.mark.parametrize("owner", ["U-BEN", "Ben", " ben "])
def test_a_record_names_who_is_asked_first(owner: str) -> None:
    """By Slack id or by name, as records have them. The log says whom."""
    at = house()
    assert opened(at, OWNED, owner=owner).assigned == BEN.id
    (entry,) = [one for one in at.store.entries if one.event == Event.DRAFT_OPENED]
    assert entry.head["assigned"] == BEN.id


@pytest.mark.parametrize("owner", ["Olga", "Cem", "Gil", "Ina", "somebody", ""])
def test_who_could_not_sign_is_not_asked_first(owner: str) -> None:
    """Not the owner either: then everybody who could sign is asked alike."""
    at = house()
    assert opened(at, OWNED, owner=owner).assigned == ""


def test_a_name_two_people_have_means_neither() -> None:
    """Which of them is meant nobody can tell."""
    at = house()
    at.directory.now = staffed(PEOPLE[1].model_copy(update={"name": "Ana"}))
    assert opened(at, OWNED, owner="Ana").assigned == ""


def test_the_others_may_sign_all_the_same() -> None:
    """Being asked first is no right of one's own."""
    at = house()
    draft = opened(at, OWNED, owner="Ben")
    run = at.store.run(draft.run_id)
    assert isinstance(at.engine.handle(press(Approve, run, ANA)), Recorded)


def test_people_are_asked_in_turn() -> None:
    """Evenly, in one order, whoever starts it."""
    at = house()
    asked = [opened(at, IN_TURN).assigned for _ in range(4)]
    assert asked == [ANA.id, BEN.id, ANA.id, BEN.id]
    assert at.store.rows.turns == {"follow-up:letter": 4}


def test_a_refused_draft_takes_nobodys_turn() -> None:
    """What is not saved is not counted."""
    at = house()
    run = at.start(IN_TURN)
    at.report(run, drafted(to="x@example.com"))
    assert at.store.rows.turns == {}


def test_who_is_away_is_passed_over() -> None:
    """And nobody loses a turn while nobody is here."""
    at = house()
    group = Members(at=MONDAY, people=())
    off = {one: Account(id=one, away="on vacation") for one in (ANA.id, BEN.id)}
    at.store.read = Reading(at=MONDAY, accounts=(off[ANA.id],), groups={"@x": group})
    assert [opened(at, IN_TURN).assigned for _ in range(2)] == [BEN.id, BEN.id]
    at.store.read = Reading(at=MONDAY, accounts=tuple(off.values()))
    assert opened(at, IN_TURN).assigned == ""
    assert at.store.rows.turns == {"follow-up:letter": 2}


def test_the_stand_in_of_who_is_meant_is_asked_first() -> None:
    """A record names Ben, who is on vacation; Ana stands in."""
    at = house()
    at.directory.now = staffed(PEOPLE[1].model_copy(update={"stand_in": "U-ANA"}))
    at.store.read = Reading(at=MONDAY, accounts=(Account(id=BEN.id, away="away"),))
    assert opened(at, OWNED, owner="Ben").assigned == ANA.id


def test_nobody_is_asked_first_for_their_own_money() -> None:
    """Cem asked for it, so that it is Dora's each time."""
    at = house()
    book = playbook(refunding(approve={"by": "finance", "assign": "in turn"}))
    asked = Counter(opened(at, book, CEM).assigned for _ in range(3))
    assert asked == {"U-DORA": 3}


def test_who_has_signed_or_left_is_not_asked_any_more() -> None:
    """Then the others are reminded."""
    at = house()
    draft = opened(at, OWNED, owner="Ben")
    first = asked_first(draft, COMPANY, MONDAY)
    assert first
    assert first.id == BEN.id
    gone = staffed(PEOPLE[1].model_copy(update={"active": False}))
    assert asked_first(draft, gone, MONDAY) is None
    assert asked_first(draft.model_copy(update={"assigned": ""}), COMPANY, MONDAY) is None
    away = Reading(at=MONDAY, accounts=(Account(id=BEN.id, away="away"),))
    assert asked_first(draft, COMPANY.with_reading(away, MONDAY), MONDAY) is None
    at.clock.pass_by(seconds=timedelta(minutes=1).total_seconds())
    at.engine.handle(press(Approve, at.store.run(draft.run_id), BEN))
    signed = at.store.run(draft.run_id).draft
    assert signed
    assert asked_first(signed, COMPANY, MONDAY) is None


def test_who_can_not_sign_it_any_more_is_not_asked_first_any_more() -> None:
    """Beyond a limit the owner signs: the card must not go on naming somebody else."""
    at = house()
    refunds = limit(limit="refunds", on="money", count=1, by="owner")
    at.directory.now = staffed(limits=(refunds,))
    book = playbook(refunding(approve={"by": "finance", "assign": "in turn"}))
    one, two = opened(at, book), opened(at, book)
    assert two.assigned
    at.engine.handle(press(Approve, at.store.run(one.run_id), CEM))
    at.engine.handle(press(Approve, at.store.run(two.run_id), DORA))
    asked = at.store.run(two.run_id).draft
    assert asked
    assert (asked.needs.by, asked.assigned) == (("owner",), "")


def test_who_made_it_their_own_wish_is_not_asked_first_any_more() -> None:
    """Nobody signs the amount they wrote, so that another is asked."""
    at = house()
    approve = {"by": "finance", "assign": "in turn", "edit": ["amount"]}
    draft = opened(at, playbook(refunding(approve=approve)))
    first = next(one for one in (CEM, DORA) if one.id == draft.assigned)
    run = at.store.run(draft.run_id)
    at.engine.handle(press(Edit, run, first, changes={"amount": "20.00 USD"}))
    edited = at.store.run(draft.run_id).draft
    assert edited
    assert (edited.revision, edited.assigned) == (2, "")


def test_an_edit_by_another_leaves_it_to_whoever_was_asked() -> None:
    """Ben is asked, and Ana writes it better."""
    at = house()
    approve = {"by": "sales", "assign": "{{ quote.owner }}", "edit": ["body"]}
    book = playbook(reading(), mailing(approve=approve, uses=["quote"]))
    draft = opened(at, book, owner="Ben")
    at.engine.handle(press(Edit, at.store.run(draft.run_id), ANA, changes={"body": "Dear Jo"}))
    edited = at.store.run(draft.run_id).draft
    assert edited
    assert (edited.revision, edited.assigned) == (2, BEN.id)
