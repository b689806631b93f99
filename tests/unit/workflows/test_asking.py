"""Nobody is asked too often: what would be one ask too many is gathered, told together, and never late for it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from tests.fakes.clock import MONDAY
from tests.unit.workflows.builders import (
    ADA,
    ANA,
    BEN,
    CEM,
    COMPANY,
    DORA,
    PEOPLE,
    REACHING,
    drafted,
    limit,
    mailing,
    playbook,
    press,
    refunding,
)
from tests.unit.workflows.builders import house as new_house
from tests.unit.workflows.presses import of, pressed
from workflows.asks.asking import DIGEST
from workflows.asks.asks import Asks, last_digest
from workflows.commands import Approve, Edit, Executed, Reject, TellReturned, TellWaiting, Undo
from workflows.company import Absence
from workflows.customers import Customers
from workflows.events import Event
from workflows.limits import Ask
from workflows.run import TIMER, Compensation, DraftState, Outcome, Place, RunState
from workflows.text import Untrusted

if TYPE_CHECKING:
    from tests.unit.workflows.builders import House
    from workflows.ports import JsonObject
    from workflows.run import Run

#: Ana alone signs; six asks a day, of which four are cards.
FOR_ANA: dict[str, Any] = {"by": "U-ANA", "within": "8 hours", "hold": "60 seconds"}


def asking(**more: Any) -> House:
    """Return a house in which people are asked six times a day at most."""
    here = new_house()
    set_company(here, asks=Asks(**{"most": 6, **more}))
    return here


def set_company(here: House, **changes: Any) -> None:
    """Change the company."""
    here.directory.now = here.directory.now.model_copy(update=changes)


def letter(here: House, n: int = 0, **approve: Any) -> Run:
    """Return a run whose letter waits for Ana, to somebody new each time."""
    step = mailing(**{"with": {"to": f"jo{n}@example.com"}, "approve": {**FOR_ANA, **approve}})
    return here.drafted(playbook(step, channel="sales"))


def cards(here: House) -> list[str]:
    """Return the drafts whose cards are messages."""
    names = [subject for subject, _ in here.store.rows.posts if subject.startswith("draft:")]
    return [name.removeprefix("draft:") for name in names]


def asks(here: House, person: str = ANA.id) -> list[str]:
    """Return what asked somebody, oldest first, by kind."""
    return [subject.partition(":")[0] for (subject, who) in here.store.rows.asks if who == person]


def full(here: House) -> None:
    """Ask Ana as often as cards may on one day."""
    for n in range(4):
        letter(here, n)
    assert len(cards(here)) == 4


def test_a_card_is_an_ask_of_whoever_is_asked() -> None:
    """Of the one who is asked first alone, else of all who could sign."""
    here = asking()
    here.drafted(playbook(mailing(approve={"by": "sales"}), channel="sales"))
    here.drafted(playbook(mailing(approve={"by": "sales", "assign": "in turn"}), channel="sales"))
    assert (asks(here), asks(here, BEN.id), asks(here, CEM.id)) == (["draft"] * 2, ["draft"], [])


def test_beyond_the_number_a_card_is_gathered() -> None:
    """The fifth card of six asks: a third is kept for digests and reminders. It waits all the same, and on record."""
    here = asking()
    full(here)
    run = letter(here, 5)
    assert of(run).shown_in == DIGEST
    assert (run.state, of(run).state) == (RunState.WAITING, DraftState.OPEN)
    assert of(run).id not in cards(here)
    (entry,) = [one for one in here.store.entries if one.event == Event.DRAFT_GATHERED]
    assert entry.head["asked"] == [ANA.id]
    assert len(asks(here)) == 4


def test_the_next_day_begins_at_nought() -> None:
    """A day of the company: in Madrid it ends an hour before midnight in London."""
    here = asking()
    full(here)
    here.clock.at = datetime(2026, 11, 23, 22, 59, tzinfo=UTC)
    assert of(letter(here, 5)).shown_in == DIGEST
    here.clock.at = datetime(2026, 11, 23, 23, 1, tzinfo=UTC)
    assert of(letter(here, 6)).shown_in == ""


@pytest.mark.parametrize(
    ("of_whom", "n"),
    [({"U-ANA": 3}, 2), ({"sales": 9}, 6), ({"sales": 3, "U-ANA": 9}, 6), ({"finance": 3}, 4)],
)
def test_a_person_or_a_role_has_a_number_of_its_own(of_whom: dict[str, int], n: int) -> None:
    """The person's own counts before that of the role."""
    here = asking(of=of_whom)
    found = [of(letter(here, k)).shown_in for k in range(8)]
    assert found == [""] * n + [DIGEST] * (8 - n)


def test_of_several_roles_the_least_counts() -> None:
    """Somebody who does two jobs is not asked twice as often."""
    person = PEOPLE[0].model_copy(update={"roles": ("sales", "finance")})
    assert Asks(of={"sales": 9, "finance": 6}).number(person) == 6


def test_what_is_grave_or_near_is_asked_at_once() -> None:
    """Money is never gathered, nor what is half over within the hour."""
    here = asking()
    full(here)
    grave = here.drafted(playbook(refunding(approve=FOR_ANA), channel="sales"), amount=None)
    assert of(grave).shown_in == ""
    assert of(letter(here, 6, within="90 minutes")).shown_in == ""
    assert of(letter(here, 7, within="2 hours")).shown_in == DIGEST


def test_who_pressed_a_button_finds_the_draft_in_its_thread() -> None:
    """Somebody waits for it there."""
    here = asking()
    full(here)
    book = playbook(mailing(approve=FOR_ANA), channel="sales")
    run = here.start(book, place=Place(channel="C-KPI", thread_ts="1.2"))
    here.report(run, drafted())
    assert of(here.now(run)).shown_in == ""


def test_a_playbook_that_only_drafts_asks_nobody() -> None:
    """Nothing can be decided there."""
    here = asking()
    here.drafted(playbook(mailing(approve=FOR_ANA), channel="sales", level=2))
    assert asks(here) == []


def test_decided_from_home_it_gets_a_card() -> None:
    """So that Undo and what became of it stand where everybody looks; it asks nobody any more."""
    here = asking()
    full(here)
    for kind, more in ((Approve, {}), (Reject, {"reason": "not needed"})):
        run = letter(here, 9)
        pressed(here, kind, run, ANA, **more)
        assert of(here.now(run)).shown_in == ""
        assert of(run).id in cards(here)
    assert len(asks(here)) == 4


def test_an_edit_or_one_of_two_signatures_leaves_it_gathered() -> None:
    """It still waits."""
    here = asking(most=3)
    for n in range(2):
        here.drafted(
            playbook(
                mailing(approve={"by": "sales", "within": "8 hours"}),
                subject=f"s{n}",
                channel="sales",
            )
        )
    two = {"by": "sales", "quorum": 2, "within": "8 hours", "edit": ["body"]}
    run = here.drafted(playbook(mailing(approve=two), channel="sales"))
    assert of(pressed(here, Edit, run, ANA, changes={"body": "Other"})).shown_in == DIGEST
    assert of(pressed(here, Approve, run, ANA)).shown_in == DIGEST


def test_half_its_time_brings_a_digest() -> None:
    """Nobody was told of it so far: the digest comes early, in place of the reminder, and names all that waits."""
    here = asking()
    full(here)
    run = letter(here, 5)
    here.wake(run)
    told = [(subject, at) for subject, at in here.store.rows.posts if subject.startswith("digest:")]
    assert told == [("digest:U-ANA:2026-11-23:14:00", ANA.id)]
    assert asks(here)[-1] == "digest"
    assert of(here.now(run)).shown_in == DIGEST
    assert Event.DRAFT_REMINDED in {entry.event for entry in here.store.entries}


def test_told_of_before_it_is_reminded_of_with_its_card() -> None:
    """A digest has named it, and half its time is over: now it asks by itself."""
    here = asking()
    full(here)
    run = letter(here, 5)
    here.clock.pass_by(hours=1)
    here.engine.handle(TellWaiting(actor=TIMER, person=ANA.id, drafts=(of(run).id,)))
    here.wake(run)
    assert asks(here)[4:] == ["digest", "draft", "remind"]
    assert of(run).id in cards(here)


def test_an_expired_one_is_told_with_its_card() -> None:
    """Silence never approves, and is not hidden either."""
    here = asking()
    full(here)
    run = letter(here, 5, escalate=[])
    here.wake(run)
    here.wake(run)
    assert of(here.now(run)).state is DraftState.EXPIRED
    assert of(run).id in cards(here)


def test_passed_on_it_has_a_card() -> None:
    """Whoever it is passed on to finds it above."""
    here = asking()
    full(here)
    run = letter(here, 5, escalate=["owner"])
    here.wake(run)
    here.wake(run)
    assert of(run).id in cards(here)
    assert "escalate" in asks(here, COMPANY.owner)


def test_nobody_here_everybody_is_asked() -> None:
    """Whoever is away is asked only where nobody else is."""
    here = asking()
    days = Absence.model_validate({"from": "2026-11-20", "to": "2026-11-27"})
    away = [p.model_copy(update={"away": (days,)}) if p.id == ANA.id else p for p in PEOPLE]
    set_company(here, people=tuple(away))
    here.drafted(playbook(mailing(approve={"by": "sales"}), channel="sales"))
    assert (asks(here), asks(here, BEN.id)) == ([], ["draft"])
    letter(here)
    assert asks(here) == ["draft"]


def test_work_asks_whoever_has_it() -> None:
    """A task, and a reminder of it."""
    here = asking()
    task = {"task": "call", "who": "U-ANA", "title": "Call", "within": "4 hours"}
    run = here.start(playbook(task, channel="sales"))
    here.wake(run)
    assert asks(here) == ["task", "nudge"]


@pytest.mark.parametrize(
    ("at", "slot"),
    [
        ("2026-11-23T08:29", None),
        ("2026-11-23T08:30", "09:30"),
        ("2026-11-23T14:59", "14:00"),
        ("2026-11-23T23:30", None),  # Tuesday already, in Madrid
        ("2026-11-22T12:00", None),  # a Sunday
    ],
)
def test_digests_come_at_set_times_of_working_days(at: str, slot: str | None) -> None:
    """On the company's clock, Madrid's."""
    found = last_digest(datetime.fromisoformat(at).replace(tzinfo=UTC), COMPANY)
    assert (f"{found.astimezone(COMPANY.tz):%H:%M}" if found else None) == slot


@pytest.mark.parametrize("written", [["9:30"], ["25:00"], ["soon!"]])
def test_what_is_no_time_is_refused(written: list[str]) -> None:
    """Like 09:30."""
    with pytest.raises(ValidationError):
        Asks.model_validate({"digest": written})


# --- Drafts to one customer ---


def reaching() -> House:
    """Return a house whose letters reach customers."""
    return new_house(actions=REACHING)


def to_jo(here: House, **more: Any) -> Run:
    """Return a run whose letter to Jo waits."""
    step = mailing(**{"with": {"to": "jo@example.com"}, "approve": {"by": "sales"}, **more})
    return here.drafted(playbook(step, channel="sales"))


def test_a_second_draft_to_a_customer_stands_in_the_first_ones_card() -> None:
    """One message, and whoever is asked by it is not asked again."""
    here = reaching()
    first, second = to_jo(here), to_jo(here)
    assert of(second).shown_in == of(first).id
    assert cards(here) == [of(first).id]
    assert asks(here) == ["draft"]
    assert f"draft:{of(first).id}" in here.store.rows.redrawn


def test_it_stays_there_when_either_is_decided() -> None:
    """Its row has its own Undo; the card is drawn again with every change."""
    here = reaching()
    first, second = to_jo(here), to_jo(here)
    here.store.rows.redrawn.clear()
    assert of(pressed(here, Approve, second, ANA)).shown_in == of(first).id
    assert f"draft:{of(first).id}" in here.store.rows.redrawn
    pressed(here, Approve, first, ANA)
    third = to_jo(here)
    assert of(third).shown_in == ""
    assert of(to_jo(here)).shown_in == of(third).id


@pytest.mark.parametrize(
    "other",
    [
        {"with": {"to": "ida@example.com"}},
        {"approve": {"by": "finance"}},
        {"approve": {"by": ["sales", "finance"]}},
        {"approve": {"by": []}},
    ],
)
def test_other_customers_and_other_people_have_a_card_of_their_own(other: dict[str, Any]) -> None:
    """Nobody is left unasked because somebody else was asked already."""
    here = reaching()
    to_jo(here)
    assert of(to_jo(here, **other)).shown_in == ""


def test_whose_turn_it_is_sees_it() -> None:
    """Asked first is one of those the first card asks, or it stands alone."""
    here = reaching()
    to_jo(here, approve={"by": "sales", "assign": "in turn"})
    shown = [of(to_jo(here, approve={"by": "sales", "assign": "in turn"})).shown_in for _ in "12"]
    assert [bool(one) for one in shown] == [False, True]


def test_a_card_holds_five_at_most() -> None:
    """The sixth begins another."""
    here = reaching()
    letters = [of(to_jo(here)) for _ in range(7)]
    hosts = ["", *[letters[0].id] * 4, "", letters[5].id]
    assert [one.shown_in for one in letters] == hosts


def test_a_company_may_want_a_card_for_each() -> None:
    """`one_card: false` leaves them apart."""
    here = reaching()
    set_company(here, customers=Customers(one_card=False))
    assert [of(to_jo(here)).shown_in for _ in "12"] == ["", ""]


def test_touches_count_whichever_is_signed() -> None:
    """Both wait in one card, and the limit lets one of them go."""
    here = reaching()
    one = limit(per="customer", count=1, by="owner")
    set_company(here, limits=(one,))
    first, second = to_jo(here), to_jo(here)
    assert of(pressed(here, Approve, first, ANA)).state is DraftState.HOLDING
    here.engine.handle(press(Approve, here.now(second), ANA))
    assert of(here.now(second)).needs.by == ("owner",)


def edited(here: House, run: Run, to: str) -> Run:
    """Return the run whose letter somebody sent to another address."""
    return pressed(here, Edit, run, ANA, changes={"to": to})


ADDRESS = {"approve": {"by": "sales", "edit": ["to", "body"]}}


def test_a_letter_edited_to_somebody_else_leaves_the_first_ones_card() -> None:
    """It gets a card of its own, where its run lives; the other one is drawn without it."""
    here = reaching()
    first, second = to_jo(here, **ADDRESS), to_jo(here, **ADDRESS)
    here.store.rows.redrawn.clear()
    assert of(edited(here, second, "ida@example.com")).shown_in == ""
    assert cards(here) == [of(first).id, of(second).id]
    assert f"draft:{of(first).id}" in here.store.rows.redrawn
    assert here.store.rows.posts[f"draft:{of(second).id}", "C-SALES"]


def test_an_edit_of_the_text_leaves_it_where_it_stands() -> None:
    """Only another customer moves it."""
    here = reaching()
    first, second = to_jo(here, **ADDRESS), to_jo(here, **ADDRESS)
    run = pressed(here, Edit, second, ANA, changes={"body": "Shorter."})
    assert of(run).shown_in == of(first).id
    assert cards(here) == [of(first).id]


def test_whatever_stood_in_the_card_of_one_that_goes_to_somebody_else_gets_its_own() -> None:
    """Where that card is; whoever it asks was asked before."""
    here = reaching()
    first, second, third = (to_jo(here, **ADDRESS) for _ in "123")
    pressed(here, Approve, third, ANA)
    before = asks(here)
    edited(here, first, "ida@example.com")
    assert cards(here) == [of(first).id, of(second).id, of(third).id]
    assert asks(here) == before
    assert of(to_jo(here)).shown_in == of(second).id


def test_what_undoes_a_letter_has_a_card_of_its_own() -> None:
    """Whoever pressed Undo finds it, and signs or rejects it alone."""
    here = reaching()
    first, second = to_jo(here), to_jo(here)
    mail: JsonObject = {"to": "jo@example.com", "subject": "A correction", "body": "Sorry."}
    back = Compensation(action="mail.send", payload=mail, title=Untrusted("Take it back"))
    pressed(here, Approve, second, ANA)
    here.wake(second)
    done = Outcome(status="done", message="sent", receipt="1")
    here.report(second, Executed(outcome=done, compensation=back))
    undo = of(pressed(here, Undo, second, ANA))
    assert (undo.undoes, undo.shown_in) == (of(second).id, "")
    assert undo.id in cards(here)
    pressed(here, Approve, first, ANA)
    assert of(to_jo(here)).shown_in == ""


def private_letter(here: House, by: list[str]) -> Run:
    """Return a run about an employee whose letter waits for these people, each in a direct message."""
    step = mailing(**{"with": {"to": "jo@example.com"}, "approve": {"by": by}})
    return here.drafted(playbook(step, channel="sales", private=True))


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (["U-ANA", "U-BEN"], ["U-ANA"]),
        (["U-ANA"], ["U-ANA", "U-BEN"]),
        (["U-ANA", "U-BEN"], ["U-ANA", "U-BEN"]),
    ],
)
def test_what_is_told_several_people_one_by_one_stands_alone(
    first: list[str], then: list[str]
) -> None:
    """A card that is a message to each takes in none, and stands in none: nobody reads what isn't theirs."""
    here = reaching()
    private_letter(here, first)
    assert of(private_letter(here, then)).shown_in == ""


def test_what_is_told_one_person_alone_can_share_a_card() -> None:
    """One message, read by nobody else."""
    here = reaching()
    run = private_letter(here, ["U-ANA"])
    assert of(private_letter(here, ["U-ANA"])).shown_in == of(run).id


# --- What people are told ---


def test_what_somebody_is_told_is_on_the_record() -> None:
    """Once for each key; a digest is an ask, a welcome is none."""
    here = asking()
    for _ in "12":
        here.engine.handle(TellWaiting(actor=TIMER, key="d", person=ANA.id, drafts=("a",)))
        back = TellReturned(actor=TIMER, key="b", person=ANA.id, since=MONDAY, drafts=("a", "b"))
        here.engine.handle(back)
    told = [(one.event, one.head["drafts"]) for one in here.store.entries]
    assert told == [(Event.DIGEST_TOLD, ["a"]), (Event.RETURN_TOLD, ["a", "b"])]
    assert asks(here) == ["digest"]
    assert {channel for _, channel in here.store.rows.posts} == {ANA.id}


def test_a_digest_is_drawn_again_when_what_it_named_is_decided() -> None:
    """Today's of everybody who is asked, and those since it was opened."""
    here = asking()
    full(here)
    run = letter(here, 5)
    here.clock.pass_by(days=1)
    here.store.rows.redrawn.clear()
    here.engine.handle(
        Reject.model_validate(
            {"actor": ADA, "draft_id": of(run).id, "revision": 1, "reason": "other"}
        )
    )
    named = {one for one in here.store.rows.redrawn if one.startswith("digest:")}
    assert named == {"digest:U-ANA:2026-11-24", "digest:U-ANA:2026-11-23"}


def test_counts_are_told_in_the_order_they_were_asked_for() -> None:
    """A person nobody asked is nought."""
    here = asking()
    letter(here)
    ask = Ask(kind="asks", people=(DORA.id, ANA.id), since=MONDAY - timedelta(hours=1))
    with here.store.transaction() as tx:
        assert tx.tell(ask).each == (0, 1)
