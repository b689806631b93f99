"""Scoring work through the one door, and the inventory it makes."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.clock import MONDAY
from tests.unit.workflows.builders import (
    ACTIONS,
    ANA,
    BEN,
    COMPANY,
    EVE,
    GIL,
    mailing,
    playbook,
    refunding,
)
from tests.unit.workflows.builders import house as new_house
from workflows.answers import FieldErrors, Recorded, Refused
from workflows.commands import Assess, Unlist
from workflows.delegation import stating
from workflows.delegation.inventory import (
    Assessment,
    advised,
    inventory,
    of_playbook,
    of_work,
    ranked,
    work_days,
)
from workflows.delegation.matrix import MATRIX, recommend
from workflows.delegation.worth import Numbers
from workflows.errors import NotAllowed, Rescored, Stranger, UnknownPlaybook, UnknownWork
from workflows.events import Event
from workflows.run import OPERATOR
from workflows.text import Untrusted
from workflows.versions.version import Proposal
from workflows.worktime import Hours

if TYPE_CHECKING:
    from tests.unit.workflows.builders import House
    from workflows.company import Company
    from workflows.ports import JsonObject
    from workflows.run import Actor

WORK, BOOK = of_work("1"), of_playbook("follow-up")
BEST = {"repeatability": 5, "risk": 1, "data": 5, "judgement": 1, "time": 5}


def typed(**more: Any) -> JsonObject:
    """Return a filled-in form about work without a playbook."""
    scores = {name: MATRIX[name].options[score - 1] for name, score in BEST.items()}
    effort = {"minutes": 25, "times": 12, "per": "a week", "hour": "38.00 USD"}
    return {"title": "Answer mails", "owner": "U-ANA", **scores, **effort, **more}


def about_book(**more: Any) -> JsonObject:
    """Return one about a playbook: its title and owner are known."""
    return {k: v for k, v in typed(**more).items() if k not in {"title", "owner"}}


def numbered(**numbers: Any) -> Company:
    """Return a company that states its numbers."""
    return COMPANY.model_copy(update={"numbers": Numbers.model_validate(numbers)})


def handled(
    here: House,
    entry: str = WORK,
    values: JsonObject | None = None,
    who: Actor = ANA,
    base: int = 0,
) -> object:
    """Score something; return the answer."""
    filled = typed() if values is None else values
    return here.engine.handle(Assess(actor=who, entry=entry, base=base, values=filled))


def scored(here: House, *args: Any, **more: Any) -> Assessment:
    """Score something, and return what was kept."""
    answer = handled(here, *args, **more)
    assert isinstance(answer, Recorded), answer
    return list(here.store.rows.assessments.values())[-1]


def with_book(*steps: dict[str, Any], **more: Any) -> House:
    """Return a house whose playbook sends letters, unless told other steps."""
    here = new_house()
    here.shelf.put(playbook(*(steps or (mailing(),)), **{"allow": ["mail.send"], **more}))
    return here


def _all(here: House) -> list[Assessment]:
    with here.store.looking() as look:
        return list(look.assessments())


# --- Through the door ---


def test_what_is_stated_is_kept_with_who_when_and_the_reasons() -> None:
    """And it is on the record of the workspace, scores in its head, names in its body alone."""
    here = new_house()
    one = scored(here)
    assert (one.n, one.by, one.at, one.level) == (1, "U-ANA", here.clock.at, 4)
    assert one.title == Untrusted("Answer mails")
    entry = here.store.entries[-1]
    assert entry.event is Event.INVENTORY_SCORED
    assert (entry.chain, entry.object, entry.actor) == ("ws:T-NORTH", WORK, ANA)
    assert entry.head == {"n": 1, "level": 4, **BEST}
    assert entry.body["title"] == "Answer mails"
    assert one.reasons[0] in str(entry.body["recommended"])
    assert here.store.rows.redrawn == ["home"]


def test_a_playbook_is_scored_on_its_own_chain_under_its_own_name() -> None:
    """Title and owner are the playbook's; its proposal's card is drawn again."""
    here = with_book()
    with here.store.transaction() as tx:
        about = {"playbook": "follow-up", "version": "v", "found_at": here.clock.at}
        tx.propose(Proposal(id="p-1", **about))
    one = scored(here, BOOK, about_book())
    assert (one.title.raw, one.owner, one.playbook) == ("Follow up", "sales", "follow-up")
    assert here.store.entries[-1].chain == BOOK
    assert here.store.rows.redrawn[-2:] == ["home", "proposal:p-1"]


def test_a_playbook_that_moves_money_is_never_recommended_above_3() -> None:
    """Whatever the scores: its risk classes count."""
    here = with_book(refunding(), allow=["pay.refund"])
    assert scored(here, BOOK, about_book()).level == 3


def test_a_change_is_a_new_version_and_the_old_one_stays() -> None:
    """Who changed it is said."""
    here = new_house()
    first = scored(here)
    second = scored(here, values=typed(title="Answer all mails"), who=BEN, base=1)
    assert (second.n, second.by) == (2, "U-BEN")
    assert list(here.store.rows.assessments.values()) == [first, second]
    assert _all(here) == [second]


@pytest.mark.parametrize("base", [0, 2])
def test_what_somebody_else_changed_meanwhile_is_not_written_over(base: int) -> None:
    """It names who; nothing is saved, and the press is on the record."""
    here = new_house()
    first = scored(here)
    answer = handled(here, who=BEN, base=base)
    assert isinstance(answer, Refused)
    assert isinstance(answer.error, Rescored)
    assert "changed by Ana" in answer.error.sentence
    assert _all(here) == [first]
    assert (here.store.entries[-1].event, here.store.entries[-1].object) == (
        Event.PRESS_REFUSED,
        WORK,
    )


def test_of_two_who_write_the_same_version_at_once_one_wins() -> None:
    """The database's key decides where both had looked before either wrote."""
    here = new_house()
    one = scored(here)
    del here.store.rows.assessments[WORK, 1]
    here.store.rows.assessments[WORK, 1] = one.model_copy(update={"n": 0})
    answer = handled(here)
    assert isinstance(answer, Refused)
    assert "somebody else" in answer.error.sentence


@pytest.mark.parametrize(
    ("who", "error"), [(GIL, NotAllowed), (EVE, Stranger), (OPERATOR, Stranger)]
)
def test_only_staff_score_and_remove(who: Actor, error: type[Exception]) -> None:
    """Guests and strangers state nothing here."""
    here = new_house()
    scored(here)
    for answer in (
        handled(here, who=who, base=1),
        here.engine.handle(Unlist(actor=who, entry=WORK, base=1)),
    ):
        assert isinstance(answer, Refused)
        assert isinstance(answer.error, error)
    assert len(_all(here)) == 1


def test_what_is_taken_off_is_listed_no_more_and_can_come_back() -> None:
    """Its versions go on counting; taken off twice is refused."""
    here = new_house()
    scored(here)
    gone = here.engine.handle(Unlist(actor=BEN, entry=WORK, base=1))
    assert isinstance(gone, Recorded)
    assert "off the inventory" in gone.sentence
    assert _all(here) == []
    assert here.store.entries[-1].event is Event.INVENTORY_REMOVED
    again = here.engine.handle(Unlist(actor=BEN, entry=WORK, base=2))
    assert isinstance(again, Refused)
    assert isinstance(again.error, UnknownWork)
    assert scored(here, base=2).n == 3


def test_what_nobody_scored_can_t_be_changed_or_taken_off() -> None:
    """There is no such version."""
    here = new_house()
    for answer in (handled(here, base=1), here.engine.handle(Unlist(actor=ANA, entry=WORK))):
        assert isinstance(answer, Refused)
        assert isinstance(answer.error, UnknownWork)


def test_a_playbook_that_is_not_active_is_not_scored() -> None:
    """It is refused by its name."""
    answer = handled(new_house(), BOOK, about_book())
    assert isinstance(answer, Refused)
    assert isinstance(answer.error, UnknownPlaybook)


def test_the_same_submission_twice_is_one_version() -> None:
    """Slack repeats what it thinks was lost."""
    here = new_house()
    command = Assess(actor=ANA, key="view:1", entry=WORK, values=typed())
    assert here.engine.handle(command) == here.engine.handle(command)
    assert len(here.store.rows.assessments) == 1


# --- The form ---


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("title", "", "is missing"),
        ("title", "x" * 121, "is 121 characters long; at most 120 fit"),
        ("owner", "U-EVE", "must be somebody who works here"),
        ("owner", "U-INA", "must be somebody who works here"),
        ("risk", "6: anything", "must be one of"),
        ("minutes", 0, "must be at least 1"),
        ("times", -3, "must be at least 1"),
        ("times", 10_001, "must be at most 10000"),
        ("minutes", "some", "must be a whole number"),
        ("per", "a year", "must be one of a work day, a week, a month"),
        ("hour", None, "is missing"),
        ("hour", "38", "must be an amount and a currency"),
        ("hour", "38.00 EUR", "must be in USD"),
        ("delay", "-5.00 USD", "must not be negative"),
        ("calls", -1, "must be at least 0"),
        ("calls", 10, ""),
        ("answered", 101, "must be at most 100"),
        ("surprise", 1, "is not asked for here"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(name: str, value: Any, problem: str) -> None:
    """Nothing is saved."""
    here = new_house()
    answer = handled(here, values=typed(**{name: value}))
    assert isinstance(answer, FieldErrors)
    if problem:
        assert answer.errors.keys() == {name}
    assert problem in answer.errors.get(name, "")
    assert _all(here) == []


def test_an_estimate_needs_its_numbers_typed_or_in_the_file() -> None:
    """What company.yml says is not asked for; what neither says is named."""
    entry = WORK
    wrong = stating.problems(entry, typed(calls=120, won=30), COMPANY)
    assert wrong.keys() == {"answered", "job"}
    assert (
        stating.problems(entry, typed(calls=120, answered=0, won=0, job="1.00 USD"), COMPANY) == {}
    )
    known = numbered(answered="82%", won="30%", job="450.00 USD")
    assert stating.problems(entry, typed(calls=120), known) == {}
    assert stating.problems(entry, typed(answered=10), known) == {
        "answered": "is not asked for here"
    }


def test_a_loss_is_stated_or_estimated() -> None:
    """Not counted twice."""
    wrong = stating.problems(WORK, typed(calls=1, delay="5.00 USD"), COMPANY)
    assert wrong == {"calls": "would count the loss twice: state it, or give the calls"}


def test_the_form_asks_what_the_company_does_not_say() -> None:
    """With everything in company.yml it is five questions, how much, and what waiting costs."""
    known = numbered(hour="38.00 USD", answered="82%", won="30%", job="450.00 USD")
    names = [field.name for field in stating.fields(BOOK, known)]
    assert names == [*MATRIX, "minutes", "times", "per", "delay", "calls"]
    assert [f.name for f in stating.fields(WORK, known)][:2] == ["title", "owner"]
    more = {field.name for field in stating.fields(BOOK, COMPANY)} - set(names)
    assert more == {"hour", "answered", "won", "job"}


def test_what_was_stated_fills_the_form_again() -> None:
    """To the letter, so that nothing changes that nobody changed."""
    values = typed(calls=120, answered=82, won=30, job="450.00 USD", per="a work day")
    one = scored(new_house(), values=values)
    again = {name: value for name, value in stating.values(one).items() if value is not None}
    assert again == values


# --- The list ---


def _rows(*values: JsonObject, company: Company = COMPANY) -> Any:
    here = new_house()
    for n, each in enumerate(values):
        scored(here, of_work(str(n)), each)
    return inventory(_all(here), [], ACTIONS, company)


def test_the_first_three_are_of_most_worth_among_what_can_be_handed_over() -> None:
    """What a person must do comes after, however much it is worth; all of it adds up."""
    trust = {"judgement": MATRIX["judgement"].options[4]}
    found = _rows(
        *[typed(title=f"t{n}", minutes=n) for n in (10, 40, 20, 30)],
        typed(title="trust", minutes=999, **trust),
    )
    assert [row.assessment.title.raw for row in found.rows] == ["t40", "t30", "t20", "t10", "trust"]
    assert [row.assessment.title.raw for row in found.first] == ["t40", "t30", "t20"]
    assert found.total.minor == sum(row.worth.money.minor for row in found.rows)


def test_where_nothing_can_be_handed_over_nothing_is_named_first() -> None:
    """Nobody is told to begin with what won't work."""
    found = _rows(typed(judgement=MATRIX["judgement"].options[4]))
    assert found.first == ()
    assert _rows().rows == ()


def test_what_is_taken_for_granted_is_said() -> None:
    """The company's numbers, its working days, and that not all of it comes back."""
    known = numbered(hour="38.00 USD", answered="82%")
    first, days, whole = _rows(company=known).assumptions
    assert first == "By company.yml an hour of work costs 38.00 USD, of 100 calls answered: 82."
    assert days == "A week has 5 working days, twelve months are 52 weeks."
    assert "not all of either comes back" in whole
    assert _rows().assumptions[0] == "company.yml has no numbers: each is as it was typed."


@pytest.mark.parametrize(
    ("hours", "days"),
    [
        ((), 7),
        ((Hours(days="mon-thu"), Hours(days="fri", close="13:00")), 5),
        ((Hours(days="sat"),), 1),
    ],
)
def test_a_work_day_comes_as_often_as_the_company_is_open(
    hours: tuple[Hours, ...], days: int
) -> None:
    """A short Friday is a day; without hours every day is one."""
    assert work_days(COMPANY.model_copy(update={"hours": hours})) == days


def test_a_row_follows_its_playbook_as_it_is_now() -> None:
    """Its title, its owner, and what it may do: one that moves money now is held back now."""
    here = with_book()
    one = scored(here, BOOK, about_book())
    now = playbook(refunding(), title="Refund", owner="finance", allow=["pay.refund"])
    other = playbook(mailing(), playbook="other")
    found = inventory([one], [now, other], ACTIONS, COMPANY)
    (row,) = found.rows
    assert (row.assessment.title.raw, row.assessment.owner, row.told.level) == (
        "Refund",
        "finance",
        3,
    )
    assert [book.playbook for book in found.unscored] == ["other"]
    assert ranked(one, None, ACTIONS, COMPANY).assessment == one


# --- Beside the playbook ---


def test_the_procedure_says_when_its_level_is_higher_than_recommended() -> None:
    """With who scored it, the day, and why."""
    here = with_book()
    one = scored(here, BOOK, about_book(risk=MATRIX["risk"].options[4]))
    told = {
        level: advised(
            one, playbook(mailing(), level=level, allow=["mail.send"]), ACTIONS, by="Ana", zone=UTC
        )
        for level in (2, 3)
    }
    assert told[3][0] == "Recommended: level 2, as scored by Ana, 23 Nov 2026"
    assert told[3][1].startswith("Risk 5 of 5")
    assert told[3][2] == "Level 3 is higher than what is recommended"
    assert told[2] == told[3][:2]


def test_nothing_is_recommended_that_nobody_scored_or_that_was_taken_off() -> None:
    """Silence rather than a guess."""
    book = playbook(mailing())
    one = scored(new_house())
    gone = one.model_copy(update={"listed": False})
    assert advised(None, book, ACTIONS, by="", zone=UTC) == ()
    assert advised(gone, book, ACTIONS, by="", zone=UTC) == ()


@pytest.mark.parametrize(("score", "is_said"), [(1, False), (4, False), (5, True)])
def test_more_time_saved_than_it_takes_is_said(score: int, is_said: bool) -> None:  # noqa: FBT001 -- a row
    """25 minutes twelve times a week are five hours: that saves no working day. Both are of one week."""
    one = stated(time=MATRIX["time"].options[score - 1])
    said = [line for line in ranked(one, None, ACTIONS, COMPANY).worth.lines if "it takes" in line]
    words = "Time saved 5 of 5 (More than 8 h a week) is more than the 5 h it takes: one of them is not right"
    assert said == ([words] if is_said else [])


def stated(**more: Any) -> Assessment:
    """Return what somebody stated with a form."""
    scores, effort = stating.stated(typed(**more))
    told = recommend(scores, None)
    return Assessment(
        entry=WORK,
        n=1,
        title=Untrusted("Answer mails"),
        owner="U-ANA",
        scores=scores,
        effort=effort,
        level=told.level,
        reasons=told.reasons,
        by="U-ANA",
        at=MONDAY,
    )
