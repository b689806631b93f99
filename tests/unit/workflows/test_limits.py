"""Limits across playbooks: what was signed elsewhere decides who must sign the next one."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.workflows.builders import (
    ANA,
    CEM,
    CORRECTION,
    DORA,
    OLGA,
    house,
    mailing,
    playbook,
    press,
    refunding,
)
from tests.unit.workflows.presses import of, pressed, refused
from workflows.answers import Refused
from workflows.commands import Approve, Edit, Executed, Undo
from workflows.errors import NotAllowed, OverLimit, StaleCard
from workflows.events import Event
from workflows.limits import Limit
from workflows.run import DraftState, Outcome

if TYPE_CHECKING:
    from tests.unit.workflows.builders import House
    from workflows.run import Run

PER_CUSTOMER: dict[str, Any] = {
    "limit": "refunds to one customer",
    "on": "money",
    "per": "customer",
    "in": "30 days",
    "amount": "500.00 USD",
    "by": "owner",
}


def limited(house: House, **changes: Any) -> None:
    """Give the company one limit."""
    limit = Limit.model_validate({**PER_CUSTOMER, **changes})
    house.directory.now = house.directory.now.model_copy(update={"limits": (limit,)})


def refund(
    house: House, amount: str = "300.00 USD", who: str = "jo@example.com", **more: Any
) -> Run:
    """Start a playbook that refunds a customer; its draft waits."""
    step = refunding(amount=amount, **{"with": {"invoice": "I-1", "amount": amount}})
    book = playbook(step, **{"customer": {"id": who}, "playbook": "refund", **more})
    return house.now(house.start(book))


def needed(run: Run) -> str:
    """Return who must sign, in words."""
    return of(run).needs.words


def signed(house: House, run: Run, who: Any = CEM) -> Run:
    """Sign the newest revision."""
    return pressed(house, Approve, run, who)


def test_three_times_three_hundred_asks_like_nine_hundred(house: House) -> None:
    """The second refund passes the limit of 500, so the owner signs it; another customer's does not."""
    limited(house)
    signed(house, refund(house))
    assert needed(refund(house)) == (
        "the owner (beyond the limit, refunds to one customer: 500.00 USD in 30 days)"
    )
    assert needed(refund(house, "900.00 USD", who="other@example.com")).startswith("the owner")
    assert needed(refund(house, "500.00 USD", who="third@example.com")) == "one of finance"


def test_it_does_not_matter_which_playbook_it_was(house: House) -> None:
    """A limit is the company's, not a playbook's; nor how the address is written."""
    limited(house)
    signed(house, refund(house, playbook="one"))
    assert "beyond the limit" in needed(refund(house, playbook="two", who=" JO@Example.COM "))
    limited(house, per="playbook")
    assert needed(refund(house, playbook="three")) == "one of finance"
    assert "beyond" in needed(refund(house, playbook="one", who="other@example.com"))


def test_what_nobody_signed_and_what_was_held_back_count_for_nothing(house: House) -> None:
    """A draft that waits takes nothing from the limit; Undo gives back what a signature took."""
    limited(house)
    first = refund(house)
    assert needed(refund(house)) == "one of finance"
    held = signed(house, first)
    assert of(held).state is DraftState.HOLDING
    assert "beyond" in needed(refund(house))
    pressed(house, Undo, held, CEM)
    assert needed(refund(house)) == "one of finance"


def test_a_limit_passed_meanwhile_asks_others_and_says_so_on_the_card(house: House) -> None:
    """Two drafts opened under the limit: signing one makes the other the owner's."""
    limited(house)
    one, two = refund(house), refund(house)
    signed(house, one)
    reply = house.engine.handle(press(Approve, house.now(two), CEM))
    assert isinstance(reply, Refused)
    assert isinstance(reply.error, NotAllowed)
    now = house.now(two)
    assert "beyond the limit" in needed(now)
    assert "the owner" in now.why
    events = [entry.event for entry in house.store.entries[-2:]]
    assert events == [Event.DRAFT_LIMITED, Event.PRESS_REFUSED]
    assert of(signed(house, now, OLGA)).state is DraftState.HOLDING


def test_the_first_of_two_signatures_counts_no_more_when_others_must_sign(house: House) -> None:
    """A new revision of the same text: who signed it as one of finance did not sign beyond the limit."""
    limited(house, by="finance", quorum=2)
    approve = {"by": "sales", "quorum": 2}
    step = refunding(amount="300.00 USD", approve=approve)
    two = house.now(house.start(playbook(step, customer={"id": "jo@example.com"}, playbook="two")))
    pressed(house, Approve, two, ANA)
    signed(house, refund(house))
    reply = house.engine.handle(press(Approve, house.now(two), CEM))
    assert isinstance(reply, Refused)
    assert isinstance(reply.error, StaleCard)
    now = house.now(two)
    assert (of(now).revision, of(now).signers) == (2, ())
    once = pressed(house, Approve, now, CEM)
    assert of(once).state is DraftState.OPEN
    assert of(pressed(house, Approve, once, DORA)).state is DraftState.HOLDING


def _two_must_sign(house: House, **limit: Any) -> tuple[Run, Run]:
    """Return a refund that is held, and one that is beyond the limit for as long as that is."""
    limited(house, **{"by": "finance", "quorum": 2, **limit})
    held = signed(house, refund(house))
    return held, refund(house)


def test_a_signature_stays_when_a_limit_is_passed_no_more(house: House) -> None:
    """The other refund was held back: the same people may sign, fewer must, and the text is the same."""
    held, beyond = _two_must_sign(house)
    pressed(house, Approve, beyond, DORA)
    pressed(house, Undo, held, CEM)
    now = house.now(beyond)
    left = pressed(house, Approve, now, CEM)
    assert (of(left).revision, of(left).state) == (1, DraftState.HOLDING)
    assert set(of(left).signers) == {DORA.id, CEM.id}
    assert needed(left) == "one of finance"


def test_who_signed_first_presses_again_when_one_is_enough(house: House) -> None:
    """One signature is there, and one is asked for: it goes, and nobody signs twice."""
    held, beyond = _two_must_sign(house)
    pressed(house, Approve, beyond, DORA)
    pressed(house, Undo, held, CEM)
    left = pressed(house, Approve, house.now(beyond), DORA)
    assert (of(left).state, of(left).signers) == (DraftState.HOLDING, (DORA.id,))


def test_a_signature_is_void_when_its_signer_could_not_sign_any_more(house: House) -> None:
    """The owner signed beyond the limit; within it those of finance sign, and the owner is none of them."""
    held, beyond = _two_must_sign(house, by=["finance", "owner"])
    pressed(house, Approve, beyond, OLGA)
    pressed(house, Undo, held, CEM)
    reply = house.engine.handle(press(Approve, house.now(beyond), DORA))
    assert isinstance(reply, Refused)
    assert isinstance(reply.error, StaleCard)
    assert (of(house.now(beyond)).revision, of(house.now(beyond)).signers) == (2, ())


@pytest.mark.parametrize("stricter", [{"by": [DORA.id, "owner"]}, {"quorum": 3}])
def test_a_signature_is_void_when_the_limit_itself_got_stricter(
    house: House, stricter: dict[str, Any]
) -> None:
    """Other people beyond it, or more of them, though Dora is among them still."""
    _, beyond = _two_must_sign(house)
    pressed(house, Approve, beyond, DORA)
    limited(house, **{"by": "finance", "quorum": 2, **stricter})
    house.engine.handle(press(Approve, house.now(beyond), OLGA))
    assert of(house.now(beyond)).revision == 2


def test_the_window_moves_on(house: House) -> None:
    """After thirty days what was signed counts no more."""
    limited(house)
    signed(house, refund(house))
    house.clock.pass_by(days=29, hours=23)
    assert "beyond" in needed(refund(house))
    house.clock.pass_by(hours=2)
    assert needed(refund(house)) == "one of finance"


def test_beyond_a_limit_nobody_may_pass_nobody_signs(house: House) -> None:
    """`by: []` closes it, also for the owner and also after it was passed on."""
    limited(house, by=[])
    signed(house, refund(house))
    closed = refund(house)
    assert needed(closed).startswith("nobody (beyond the limit")
    for person in (CEM, OLGA):
        refused(house, NotAllowed, Approve, closed, person)


def test_waiting_long_enough_is_no_way_past_a_limit(house: House) -> None:
    """Passing on adds nobody to those who sign beyond a limit: it expires."""
    limited(house, by="finance", quorum=2)
    signed(house, refund(house))
    over = refund(house)
    house.wake(over)
    house.wake(over)
    assert of(house.now(over)).state is DraftState.EXPIRED


def test_a_count_is_a_limit_too(house: House) -> None:
    """Two letters a week to one customer, and the third is the owner's."""
    limited(house, on="mail.send", amount=None, count=2, **{"in": "7 days"})
    for _ in range(2):
        letter = house.drafted(playbook(mailing(), customer={"id": "jo@example.com"}))
        assert needed(letter) == "one of sales"
        signed(house, letter, ANA)
    third = house.drafted(playbook(mailing(), customer={"id": "jo@example.com"}))
    assert "2 in 7 days" in needed(third)


def test_one_alone_is_looked_at_without_the_others(house: House) -> None:
    """`per: action` adds nothing up."""
    limited(house, per="action", **{"in": None})
    for _ in range(3):
        run = refund(house, "500.00 USD")
        assert needed(run) == "one of finance"
        signed(house, run)
    assert needed(refund(house, "500.01 USD")).startswith("the owner (beyond the limit")


def test_one_person_signs_only_so_much(house: House) -> None:
    """Cem has used up his week; Dora can sign, and the owner beyond it."""
    limited(house, per="person", **{"in": "7 days"})
    signed(house, refund(house, "400.00 USD"))
    over = refund(house, "200.00 USD")
    assert needed(over) == "one of finance"
    assert refused(house, OverLimit, Approve, over, CEM) == (
        "With this you would pass what one person may sign (refunds to one customer: 500.00 USD in 7 "
        "days). Nothing was sent; owner can sign it."
    )
    signed(house, over, DORA)
    limited(house, per="person", by="finance", **{"in": "7 days"})
    signed(house, refund(house, "200.00 USD"))
    limited(house, per="person", by=[], **{"in": "7 days"})
    said = refused(house, OverLimit, Approve, refund(house, "200.00 USD"), CEM)
    assert said.endswith("sign it when some of that time is over.")


@pytest.mark.parametrize("amount", ["10.00 EUR", ""])
def test_what_cannot_be_compared_is_beyond(house: House, amount: str) -> None:
    """Another currency, or no amount at all."""
    limited(house)
    step = refunding(amount=amount, **{"with": {"invoice": "I-1", "amount": "10.00 EUR"}})
    run = house.start(playbook(step, customer={"id": "jo@example.com"}))
    assert "beyond" in needed(house.now(run))


def test_a_customer_nobody_names_is_beyond_a_limit_per_customer(house: House) -> None:
    """What can't be counted does not slip through."""
    limited(house)
    assert "beyond" in needed(house.now(house.start(playbook(refunding()))))


def test_an_edit_is_weighed_again(house: House) -> None:
    """Raised above what is left, it is the owner's; lowered, it is finance's again."""
    limited(house)
    signed(house, refund(house))
    run = refund(house, "200.00 USD")
    assert needed(run) == "one of finance"
    run = pressed(house, Edit, run, CEM, changes={"amount": "201.00 USD"})
    assert "beyond" in needed(run)
    run = pressed(house, Edit, run, OLGA, changes={"amount": "200.00 USD"})
    assert needed(run) == "one of finance"


def test_a_limit_made_stricter_while_it_was_held_opens_it_again(house: House) -> None:
    """What is about to leave is weighed by what was signed before it, never by what came after."""
    limited(house)
    first = signed(house, refund(house))
    second = signed(house, refund(house), OLGA)
    limited(house, amount="100.00 USD", by="sales", quorum=2)
    house.wake(first)
    now = house.now(first)
    assert of(now).state is DraftState.OPEN
    assert of(now).signers == ()
    assert "beyond the limit" in now.why
    limited(house)
    house.wake(second)
    assert of(house.now(second)).state is DraftState.EXECUTING


def test_who_signed_is_still_enough_when_the_limit_names_them(house: House) -> None:
    """Stricter words that the same people meet change nothing."""
    limited(house)
    first = signed(house, refund(house))
    limited(house, amount="100.00 USD", by="finance")
    house.wake(first)
    assert of(house.now(first)).state is DraftState.EXECUTING


def test_the_last_limit_passed_says_who_and_the_highest_number_counts(house: House) -> None:
    """Limits stand in company.yml from the mildest to the strictest."""
    rows = [
        {**PER_CUSTOMER, "by": "finance", "quorum": 2},
        {**PER_CUSTOMER, "limit": "all refunds", "per": "company", "by": "owner"},
    ]
    limits = tuple(Limit.model_validate(row) for row in rows)
    house.directory.now = house.directory.now.model_copy(update={"limits": limits})
    needs = of(refund(house, "600.00 USD")).needs
    assert (needs.by, needs.quorum) == (("owner",), 2)
    assert needs.cites == ("limit:refunds to one customer", "limit:all refunds")


def test_what_makes_up_for_something_is_not_stopped_by_a_limit(house: House) -> None:
    """A limit must not keep a mistake from being put right: the correction is signed as the step says."""
    limited(house, on="mail.send", amount=None, count=0)
    letter = house.drafted(playbook(mailing(), customer={"id": "jo@example.com"}))
    assert "beyond" in needed(letter)
    house.wake(signed(house, letter, OLGA))
    done = Outcome(status="done", receipt="<1@mail>")
    house.report(letter, Executed(outcome=done, compensation=CORRECTION))
    correction = pressed(house, Undo, letter, OLGA)
    assert of(correction).undoes
    assert needed(correction) == "one of sales"
    assert of(signed(house, correction, ANA)).state is DraftState.HOLDING


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"count": 3}, "says `count` or `amount`, one of them"),
        ({"amount": None}, "says `count` or `amount`, one of them"),
        ({"in": None}, "per customer says `in`"),
        ({"per": "action"}, "per action takes no `in`"),
        ({"per": "action", "in": None, "amount": None, "count": 1}, "per action says `amount`"),
    ],
)
def test_a_limit_that_says_nothing_is_refused(wrong: dict[str, Any], said: str) -> None:
    """Half a rule is a mistake, and the sentence says which half is missing."""
    with pytest.raises(ValueError, match=said):
        Limit.model_validate({**PER_CUSTOMER, **wrong})


@settings(max_examples=40, deadline=None)
@given(
    amounts=st.lists(st.integers(min_value=1, max_value=40_000), min_size=1, max_size=8),
    days=st.lists(st.integers(min_value=0, max_value=12), min_size=8, max_size=8),
    most=st.integers(min_value=1, max_value=60_000),
)
def test_no_order_of_refunds_gets_past_a_limit(
    amounts: list[int], days: list[int], most: int
) -> None:
    """Whatever is signed by finance alone within any ten days is never more than the limit."""
    here = house()
    limited(here, amount=f"{most // 100}.{most % 100:02d} USD", **{"in": "10 days"})
    alone: list[tuple[Any, int]] = []
    for minor, pause in zip(amounts, days, strict=False):
        here.clock.pass_by(days=pause)
        run = refund(here, f"{minor // 100}.{minor % 100:02d} USD")
        if needed(run) == "one of finance":
            signed(here, run, CEM)
            alone.append((here.clock.at, minor))
    for at, _ in alone:
        within = [minor for then, minor in alone if timedelta() <= at - then <= timedelta(days=10)]
        assert sum(within) <= most
