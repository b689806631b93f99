"""When nobody signs in time, and when somebody is away: who may sign then, and who is asked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.unit.workflows.builders import (
    ANA,
    BEN,
    COMPANY,
    MONDAY,
    OLGA,
    House,
    draft,
    due,
    facts,
    mailing,
    playbook,
    press,
    refunding,
    run,
)
from tests.unit.workflows.presses import of, pressed
from workflows import policy
from workflows.commands import Approve, Edit
from workflows.company import Absence, Company
from workflows.errors import NotAllowed
from workflows.events import Event
from workflows.machine import decide
from workflows.run import ApprovalRule, Needs, RunState
from workflows.worktime import Hours

BOOK = playbook(mailing(approve={"by": "sales", "within": "4 work hours", "edit": ["body"]}))
TODAY = MONDAY.date()
#: 2026-11-20 was a Friday; in Madrid it is four in the afternoon then.
FRIDAY = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)


def away(company: Company, who: str, stand_in: str = "") -> Company:
    """Return the company on a Monday when somebody is away."""
    absence = Absence.model_validate({"from": TODAY, "to": TODAY})
    people = tuple(
        p.model_copy(update={"away": (absence,), "stand_in": stand_in}) if p.id == who else p
        for p in company.people
    )
    return company.model_copy(update={"people": people})


def test_the_clock_stands_still_while_nobody_works(house: House) -> None:
    """Drafted on Friday at four: reminded at six, due on Monday at ten."""
    house.clock.at = FRIDAY
    draft = of(house.drafted(BOOK))
    assert draft.remind_at == FRIDAY + timedelta(hours=2)
    assert draft.expires_at == datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def test_a_company_with_other_hours_has_another_deadline(house: House) -> None:
    """The hours are those of company.yml."""
    house.directory.now = COMPANY.model_copy(update={"hours": (Hours(days="fri-sat"),)})
    house.clock.at = FRIDAY
    assert of(house.drafted(BOOK)).expires_at == datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def test_late_it_is_passed_on_once_and_expires_then(house: House) -> None:
    """Sales had their time; the owner has as long again; silence never approves."""
    run = house.drafted(BOOK)
    with pytest.raises(NotAllowed):
        policy.may_sign(run, of(run), OLGA, COMPANY, 3, house.clock.at)
    house.wake(run)
    house.wake(house.now(run))
    late = house.now(run)
    assert (late.state, of(late).state, late.due_at) == ("waiting", "open", of(late).expires_at)
    assert of(late).needs.words == "one of sales or owner"
    assert of(late).expires_at > of(run).expires_at
    assert house.store.entries[-1].event is Event.DRAFT_ESCALATED
    house.wake(late)
    assert of(house.now(run)).state == "expired"


@pytest.mark.parametrize("who", [ANA, OLGA])
def test_late_both_may_sign(house: House, who: object) -> None:
    """Those who were asked first still can."""
    run = house.drafted(BOOK)
    house.wake(run)
    house.wake(house.now(run))
    assert of(pressed(house, Approve, house.now(run), who)).state == "holding"


def test_what_was_passed_on_stays_so_after_an_edit(house: House) -> None:
    """The policy runs again on the new text; it is still late."""
    run = house.drafted(BOOK)
    house.wake(run)
    house.wake(house.now(run))
    house.engine.handle(press(Edit, house.now(run), ANA, changes={"body": "Sooner?"}))
    assert "owner" in of(house.now(run)).needs.by


def test_nothing_is_passed_on_to_those_who_were_asked_already(house: House) -> None:
    """The owner was asked from the beginning: nobody new would see it, so it expires."""
    run = house.drafted(playbook(mailing(approve={"by": ["sales", "owner"]})))
    house.wake(run)
    house.wake(house.now(run))
    assert of(house.now(run)).state == "expired"


def test_who_is_away_is_stood_in_for(house: House) -> None:
    """Ben signs in Ana's place, which the entry says; on another day he may not."""
    finance = playbook(refunding())
    house.directory.now = away(COMPANY, "U-CEM", stand_in=BEN.id)
    run = house.drafted(finance)
    assert of(pressed(house, Approve, run, BEN)).state == "holding"
    signed = next(e for e in house.store.entries if e.event is Event.DRAFT_SIGNED)
    assert signed.head["stands_in_for"] == ["U-CEM"]
    tomorrow = house.clock.at + timedelta(days=1)
    with pytest.raises(NotAllowed):
        policy.may_sign(run, of(run), BEN, house.directory.now, 3, tomorrow)


def test_a_stand_in_who_is_away_is_stood_in_for_in_turn() -> None:
    """And two who stand in for each other send nobody round in circles."""
    company = away(away(COMPANY, "U-CEM", "U-BEN"), "U-BEN", "U-OLGA")
    cem = company.person("U-CEM")
    assert cem
    found = company.in_place_of(cem, MONDAY)
    assert found
    assert found.id == "U-OLGA"
    circle = away(away(COMPANY, "U-CEM", "U-BEN"), "U-BEN", "U-CEM")
    assert circle.in_place_of(circle.people[2], MONDAY) is None


def test_the_second_of_two_signatures_leaves_the_expiry_where_it_is() -> None:
    """One of two is no new wait: a worker sent to expire it still may."""
    two = {"needs": Needs(by=("sales",), quorum=2, words="two of sales")}
    of = draft(rule=ApprovalRule(by=("sales",), quorum=2), **two)
    waits = run(RunState.WAITING, draft=of, fence=3)
    one = decide(waits, BOOK, press(Approve, waits, ANA), facts()).run
    assert one is not None
    assert one.seq == waits.seq
    late = facts().model_copy(update={"at": of.expires_at})
    expired = decide(one, BOOK, due(waits), late).run
    assert expired is not None
    assert expired.draft is not None
    assert expired.draft.state == "expired"
