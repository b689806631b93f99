"""Customers across playbooks: their daytime, and their wish for no more messages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.workflows.builders import (
    ADA,
    ANA,
    EVE,
    GIL,
    OLGA,
    REACHING,
    drafted,
    due,
    limit,
    mailing,
    playbook,
    reading,
)
from tests.unit.workflows.builders import house as new_house
from tests.unit.workflows.presses import of, pressed, refused
from workflows.answers import Recorded, Refused
from workflows.commands import AllowContact, Approve, Edit, Read, RequestChange, StopContact, Undo
from workflows.customers import Customers, key_of
from workflows.errors import NotAllowed, Silent, Stranger
from workflows.events import Event
from workflows.run import OPERATOR, DraftState, RunState
from workflows.text import Untrusted

if TYPE_CHECKING:
    from tests.unit.workflows.builders import House
    from workflows.run import Actor, Run

DAY: dict[str, Any] = {"hours": {"days": "mon-sat", "open": "09:00", "close": "20:00"}}


def reaching() -> House:
    """Return a house whose letters reach customers, from nine to eight on their clock."""
    here = new_house(actions=REACHING)
    there = {"customers": Customers.model_validate(DAY)}
    here.directory.now = here.directory.now.model_copy(update=there)
    return here


def letter(here: House, zone: str = "", **more: Any) -> Run:
    """Return a run whose letter waits for sales."""
    about = {"customer": {"id": "jo@example.com", "zone": zone}} if zone else {}
    return here.drafted(playbook(mailing(), **about, **more))


def said(here: House, kind: type[StopContact | AllowContact], who: Actor = ANA) -> str:
    """Say something about Jo's address; return the sentence."""
    reply = here.engine.handle(kind(actor=who, address="Jo@Example.com "))
    assert isinstance(reply, Recorded), reply
    return reply.sentence


def test_a_letter_signed_in_the_evening_leaves_in_the_morning() -> None:
    """On the customer's clock: at 18:10 in Madrid it is 08:10 in Honolulu, and Jo is called after nine."""
    here = reaching()
    here.clock.at = datetime(2026, 11, 23, 17, 10, tzinfo=UTC)
    run = letter(here, "Pacific/Honolulu")
    held = pressed(here, Approve, run, ANA)
    assert of(held).leaves_at == datetime(2026, 11, 23, 19, 0, tzinfo=UTC)
    assert held.why == "signed; it leaves when the customer's day begins"
    # In the company's own zone it is evening soon, and still day now.
    near = pressed(here, Approve, letter(here), ANA)
    assert of(near).leaves_at == here.clock.at + timedelta(seconds=60)
    here.wake(held)
    assert of(here.now(held)).state is DraftState.EXECUTING


def test_night_does_not_let_it_expire() -> None:
    """Four working hours to sign are over long before the morning; it was signed in time."""
    here = reaching()
    here.clock.at = datetime(2026, 11, 21, 20, 30, tzinfo=UTC)  # a Saturday evening
    held = pressed(here, Approve, letter(here), ANA)
    assert of(held).leaves_at == datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
    here.wake(held)
    assert of(here.now(held)).state is DraftState.EXECUTING


def test_a_letter_held_back_at_night_can_be_signed_again() -> None:
    """Its time was over while it was held; it must not expire for want of a signature that it had."""
    here = reaching()
    monday = {"hours": {"days": "mon", "open": "09:00", "close": "10:30"}}
    customers = {"customers": Customers.model_validate(monday)}
    here.directory.now = here.directory.now.model_copy(update=customers)
    here.clock.at = datetime(2026, 11, 23, 14, 50, tzinfo=UTC)
    run = here.drafted(
        playbook(mailing(approve={"by": "sales", "within": "2 hours", "escalate": []}))
    )
    pressed(here, Approve, run, ANA)
    here.clock.at = datetime(2026, 11, 27, 14, 50, tzinfo=UTC)
    again = pressed(here, Undo, run, ANA)
    until = datetime(2026, 11, 27, 16, 50, tzinfo=UTC)
    assert (of(again).expires_at, again.due_at) == (until, until)
    assert of(pressed(here, Approve, run, ANA)).state is DraftState.HOLDING


def test_a_letter_kept_back_into_the_night_waits_for_the_day() -> None:
    """It was to leave by day and could not, so that it is looked at again when night has come."""
    here = reaching()
    here.clock.at = datetime(2026, 11, 23, 18, 58, tzinfo=UTC)
    held = pressed(here, Approve, letter(here), ANA)
    here.clock.at = datetime(2026, 11, 23, 19, 5, tzinfo=UTC)
    here.wake(held)
    now = here.now(held)
    assert (of(now).state, now.state) == (DraftState.HOLDING, RunState.HOLDING)
    assert of(now).leaves_at == datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
    here.wake(held)
    assert of(here.now(held)).state is DraftState.EXECUTING


def test_without_a_hold_the_night_still_holds_it() -> None:
    """`hold: 0 seconds` lets it leave at once by day only."""
    here = reaching()
    here.clock.at = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)
    step = mailing(approve={"by": "sales", "hold": "0 seconds"})
    held = pressed(here, Approve, here.drafted(playbook(step)), ANA)
    assert of(held).state is DraftState.HOLDING
    here.wake(held)
    by_day = pressed(here, Approve, here.drafted(playbook(step)), ANA)
    assert of(by_day).state is DraftState.EXECUTING


def test_a_zone_nobody_knows_is_the_companys() -> None:
    """What a record says may be anything."""
    here = reaching()
    assert of(letter(here, "Atlantis/Port")).zone == ""
    assert of(letter(here, "Asia/Tokyo")).zone == "Asia/Tokyo"


def test_what_reaches_nobody_has_no_night() -> None:
    """A refund may leave at midnight."""
    here = reaching()
    here.clock.at = datetime(2026, 11, 23, 23, 0, tzinfo=UTC)
    assert of(letter(here)).customer == key_of("jo@example.com")
    plain = new_house()
    plain.directory.now = here.directory.now
    plain.clock.at = here.clock.at
    held = pressed(plain, Approve, letter(plain), ANA)
    assert of(held).leaves_at == here.clock.at + timedelta(seconds=60)
    assert of(held).customer == ""


def test_whoever_wants_no_more_messages_gets_none() -> None:
    """What waits withdraws itself, what is signed does not leave, and nothing new is drafted."""
    here = reaching()
    waits, held = letter(here), pressed(here, Approve, letter(here), ANA)
    assert said(here, StopContact) == (
        "Jo@Example.com  gets no more messages; what was waiting withdraws itself."
    )
    assert {here.now(run).due_at for run in (waits, held)} == {here.clock.at}
    for run in (waits, held):
        here.wake(run)
        ended = of(here.now(run))
        assert ended.state is DraftState.WITHDRAWN
        assert ended.ending
        assert ended.ending.reason == "the customer wants no more messages"
    new = letter(here)
    assert (new.state, new.draft) == (RunState.CANCELLED, None)
    assert "no more messages" in new.why
    other = here.drafted(playbook(mailing(**{"with": {"to": "ida@example.com"}})))
    assert of(other).state is DraftState.OPEN


def test_who_wants_messages_again_within_seconds_changes_no_time() -> None:
    """The worker comes when both were said: no reminder goes out early, and Undo keeps its seconds."""
    here = reaching()
    waits, held = letter(here), pressed(here, Approve, letter(here), ANA)
    times = [here.now(run).due_at for run in (waits, held)]
    said(here, StopContact)
    said(here, AllowContact, OLGA)
    for claim in here.store.claim(here.clock.now()):
        here.engine.handle(due(claim))
    assert [here.now(run).due_at for run in (waits, held)] == times
    assert [of(here.now(run)).state for run in (waits, held)] == ["open", "holding"]
    assert not [e for e in here.store.entries if e.event is Event.DRAFT_REMINDED]
    here.wake(waits)
    here.wake(waits)
    assert of(here.now(waits)).escalated_at
    reminded = [e for e in here.store.entries if e.event is Event.DRAFT_REMINDED]
    until = here.now(waits).due_at
    said(here, StopContact)
    said(here, AllowContact, OLGA)
    here.wake(waits)
    assert here.now(waits).due_at == until
    assert [e for e in here.store.entries if e.event is Event.DRAFT_REMINDED] == reminded


def test_a_press_before_it_withdraws_itself_is_refused() -> None:
    """Between the wish and the worker nobody can sign it either."""
    here = reaching()
    waits = letter(here)
    said(here, StopContact)
    assert refused(here, Silent, Approve, waits, ANA).startswith("This customer wants no more")


def test_an_edit_to_another_address_is_another_customer() -> None:
    """The new address counts, not the one it was drafted for."""
    here = reaching()
    step = mailing(approve={"by": "sales", "edit": ["to"]})
    run = here.drafted(playbook(step))
    run = pressed(here, Edit, run, ANA, changes={"to": "ida@example.com"})
    assert of(run).address == key_of("ida@example.com")
    said(here, StopContact)
    pressed(here, Approve, run, ANA)


def test_who_the_playbook_names_and_whom_it_reaches_both_count() -> None:
    """An address on the list stops a letter whatever the playbook calls its customer."""
    here = reaching()
    said(here, StopContact)
    named = here.drafted(playbook(mailing(), customer={"id": "customer 7"}))
    assert named.state is RunState.CANCELLED
    here.engine.handle(StopContact(actor=ANA, address="customer 8"))
    step = mailing(**{"with": {"to": "ida@example.com"}})
    assert here.drafted(playbook(step, customer={"id": "CUSTOMER  8"})).state is RunState.CANCELLED


def test_what_is_held_is_held_in_one_order() -> None:
    """A letter to a customer is signed while another leaves: neither holds what the other waits for."""
    here = reaching()
    limits = (limit(per="customer", count=9),)
    here.directory.now = here.directory.now.model_copy(update={"limits": limits})
    run = here.drafted(playbook(mailing(), customer={"id": "customer 7"}))
    rewritten = pressed(here, RequestChange, run, ANA, wish=Untrusted("shorter"))
    here.report(rewritten, drafted(body="Well?"))
    here.wake(pressed(here, Approve, run, ANA))
    told = [one.body["facts"].get("told", []) for one in here.store.entries if "facts" in one.body]
    asked = [[ask.get("kind", "signed") for ask, _ in one] for one in told if one]
    assert len(asked) == 4
    assert {tuple(kinds) for kinds in asked} == {
        ("silent", "silent", "signed"),
        ("silent", "silent", "known", "signed", "beside", "asks"),
    }


def test_the_customer_can_come_from_what_was_read() -> None:
    """Names of earlier steps may be used, and what is missing is a mistake that is shown."""
    here = reaching()
    book = playbook(
        reading(), mailing(), customer={"id": "{{ quote.email }}", "zone": "{{ quote.zone }}"}
    )
    run = here.start(book)
    value: Any = {"email": "ida@example.com", "zone": "Asia/Tokyo"}
    here.report(run, Read(value=value, source="table.quotes"))
    here.report(run, drafted())
    found = of(here.now(run))
    assert (found.customer, found.zone) == (key_of("ida@example.com"), "Asia/Tokyo")


def test_the_wish_is_on_the_record_without_the_address_in_the_header() -> None:
    """The header stays for ever, the body can be erased; both names of one customer are the same."""
    here = reaching()
    said(here, StopContact)
    (entry,) = here.store.entries
    assert entry.event is Event.CUSTOMER_SILENCED
    assert entry.object == f"customer:{key_of('jo@example.com')[:12]}"
    assert "jo" not in f"{entry.head}{entry.object}".lower()
    assert entry.body == {"address": "Jo@Example.com "}


def test_said_twice_it_is_said_once() -> None:
    """The second time nothing changes, and nothing is put on the record."""
    here = reaching()
    said(here, StopContact)
    assert said(here, StopContact).endswith("gets no messages already.")
    assert said(here, AllowContact, ADA).endswith("may be written to again.")
    assert said(here, AllowContact, OPERATOR).endswith("may be written to already.")
    assert len(here.store.entries) == 2
    assert of(letter(here)).state is DraftState.OPEN


def test_anybody_on_the_staff_can_stop_and_only_admins_lift_it() -> None:
    """A wish is honoured at once, whoever hears it; to lift it somebody answers for it."""
    here = reaching()
    for kind, who, error in (
        (StopContact, EVE, Stranger),
        (StopContact, GIL, NotAllowed),
        (AllowContact, ANA, NotAllowed),
    ):
        reply = here.engine.handle(kind(actor=who, address="jo@example.com"))
        assert isinstance(reply, Refused)
        assert isinstance(reply.error, error)
        assert here.store.entries[-1].object == f"customer:{key_of('jo@example.com')[:12]}"


@settings(max_examples=60, deadline=None)
@given(
    minutes=st.integers(min_value=0, max_value=60 * 24 * 400),
    zone=st.sampled_from(["America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC"]),
)
def test_nothing_leaves_at_night(minutes: int, zone: str) -> None:
    """Whenever it is signed, wherever the customer lives and whatever the clocks do there."""
    here = reaching()
    here.clock.at += timedelta(minutes=minutes)
    held = pressed(here, Approve, letter(here, zone), ANA)
    leaves = of(held).leaves_at
    assert leaves
    local = leaves.astimezone(ZoneInfo(zone))
    assert local.weekday() < 6
    assert 9 <= local.hour < 20
