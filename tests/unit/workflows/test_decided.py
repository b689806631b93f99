"""What became of a draft, as figures count it, and what the figures then say."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.clock import MONDAY
from tests.unit.workflows.builders import (
    ADA,
    ANA,
    BEN,
    draft,
    house,
    mailing,
    playbook,
    press,
    run,
    signature,
    signed,
)
from tests.unit.workflows.history import many, one
from workflows.action import Money
from workflows.commands import Approve, Reject, Undo
from workflows.run import (
    Actor,
    DraftState,
    Ending,
    Likeness,
    Outcome,
    Review,
    Revision,
    Silent,
)
from workflows.trust.decided import BY_PEOPLE, Decided, FailedRun, decided, is_small
from workflows.trust.figures import Figures, by, figures, latest, newest, share, since
from workflows.trust.segments import Tally, accepted, segment_of, under

LETTER = {
    "to": "jo@example.com",
    "subject": "Your quote",
    "body": "Shall we go ahead with it on Monday as we said?",
}


def left(state: DraftState, body: str = "", **more: Any) -> Decided:
    """Return what became of a draft in this state, whose text is this by now."""
    first = draft(state, **more)
    if body:
        payload = {**first.current.payload, "body": body}
        edited = Revision(n=2, payload=payload, author=ANA, at=MONDAY)
        first = first.model_copy(update={"revisions": (*first.revisions, edited)})
    if first.signed_at:
        first = signed(first, BEN, ANA)
    return decided(first, run())


@pytest.mark.parametrize("state", [DraftState.HOLDING, DraftState.EXECUTED, DraftState.FAILED])
def test_signed_is_what_was_signed_in_full(state: DraftState) -> None:
    """By the last who signed, and when."""
    found = left(state, signed_at=MONDAY)
    assert (found.end, found.by, found.at) == ("unchanged", "U-ANA", MONDAY)
    assert left(DraftState.OPEN).end == ""
    assert left(state, "Something else altogether.", signed_at=MONDAY).end == "edited"
    assert left(state, "Shall we go ahead!", signed_at=MONDAY).end == "edited"


@pytest.mark.parametrize(
    "state", [DraftState.REJECTED, DraftState.TAKEN, DraftState.EXPIRED, DraftState.WITHDRAWN]
)
def test_what_was_not_sent_says_why(state: DraftState) -> None:
    """Whoever ended it decided; only a rejection has a reason."""
    ending = Ending(by=ADA, at=MONDAY + timedelta(hours=1), reason="wrong facts")
    found = left(state, ending=ending)
    assert (found.end, found.by, found.at) == (state.value, "U-ADA", ending.at)
    assert found.reason == ("wrong facts" if state is DraftState.REJECTED else "")


def test_what_makes_up_for_another_counts_for_nothing() -> None:
    """No agent wrote it."""
    assert left(DraftState.EXECUTED, signed_at=MONDAY, undoes="d-0").end == ""


def test_what_a_rule_signed_is_nobodys_decision_and_can_only_be_held_against_it() -> None:
    """Right adds nothing, wrong is an override and trouble."""
    ruled = draft(DraftState.EXECUTED, signed_at=MONDAY)
    rule = ruled.model_copy(
        update={"signatures": (signature(ruled, Actor.user("rule:follow-up")),)}
    )
    alone = decided(rule, run())
    assert (alone.end, alone.is_good, alone.is_override) == ("alone", False, False)
    later = MONDAY + timedelta(days=1)
    for verdict, wanted in (("right", ("right", False)), ("wrong", ("wrong", True))):
        review = Review(
            due_at=later, next_at=None, verdict=cast("Any", verdict), by="U-BEN", at=later
        )
        found = decided(rule.model_copy(update={"review": review}), run())
        assert (found.end, found.trouble) == wanted
        assert (found.by, found.at, found.is_override) == ("U-BEN", later, found.end == "wrong")
    counted = figures([alone, one(2), one(3, "wrong", trouble=True), one(4, "right")])
    assert (counted.by_rule, counted.alone, counted.right, counted.wrong) == (3, 1, 1, 1)
    assert (counted.decided, counted.overrides, counted.trouble) == (2, 1, 1)


@given(st.lists(st.sampled_from(["unchanged", "edited", "rejected", "wrong"])), st.integers(0, 50))
def test_looks_right_never_raises_what_a_rule_goes_by(ends: list[str], looked: int) -> None:
    """However many of its own drafts somebody waved through, what is alike is as sure as before, and no surer."""
    drafts = [one(n, end) for n, end in enumerate(ends)]
    waved = many(looked, "right", first=1_000)
    alike = segment_of(one())
    assert accepted([*drafts, *waved], alike) == accepted(drafts, alike)
    assert figures([*drafts, *waved]).success == figures(drafts).success
    against = accepted([*drafts, one(2_000, "wrong")], alike)
    assert against.bound <= accepted(drafts, alike).bound


def test_a_silent_draft_agrees_differs_or_stays_silent() -> None:
    """Beside what people sent; none of it is a decision about something in the open."""
    ending = Ending(by=ANA, at=MONDAY, reason="recorded")
    same = Likeness(name="body", same=True, percent=100)
    ends = [
        left(DraftState.KEPT, ending=ending, silent=silent).end
        for silent in (
            Silent(fields=("body",), sent={"body": "x"}, likeness=(same,)),
            Silent(fields=("body",), sent={"body": "x"}),
            Silent(fields=("body",)),
            None,
        )
    ]
    assert ends == ["agreed", "differed", "silent", "silent"]
    found = figures([one(n, end) for n, end in enumerate(ends)])
    assert (found.compared, found.agreed, found.decided) == (2, 1, 0)


def test_trouble_is_what_failed_or_was_in_doubt() -> None:
    """Also when a person said in the end that it had happened."""
    confirmed = Ending(by=ANA, at=MONDAY, reason="confirmed")
    assert left(DraftState.FAILED, signed_at=MONDAY).trouble
    assert left(DraftState.UNCERTAIN, signed_at=MONDAY).trouble
    assert left(DraftState.EXECUTED, signed_at=MONDAY, ending=confirmed).trouble
    assert not left(DraftState.EXECUTED, signed_at=MONDAY).trouble


@pytest.mark.parametrize(
    ("body", "small"),
    [
        ("Shall we go ahead with it on Monday as we agreed?", True),
        ("Shall we go ahead with it on Monday as we said? It is 5.00 more.", False),
        ("Let us forget about it.", False),
        ("word " * 900, False),
    ],
)
def test_a_small_edit_smooths_words_and_touches_no_number(body: str, small: bool) -> None:  # noqa: FBT001 -- a row
    """Of a long text nothing is said to be small."""
    assert is_small(LETTER, {**LETTER, "body": body}) is small


@pytest.mark.parametrize("changed", [{"to": "eve@example.com"}, {"cc": "x"}, {"subject": None}])
def test_an_address_or_another_field_is_never_small(changed: dict[str, Any]) -> None:
    """However few characters differ."""
    assert not is_small(LETTER, {**LETTER, **changed})


def test_holding_back_is_kept_with_the_draft() -> None:
    """What was signed again after it was held back is no clean yes; it is an override."""
    at = house()
    book = playbook(mailing())
    held = at.drafted(book)
    at.engine.handle(press(Approve, held, ANA))
    at.engine.handle(press(Undo, at.now(held), ANA))
    at.engine.handle(press(Approve, at.now(held), ANA))
    with at.store.looking() as look:
        (found,) = look.decided("follow-up", MONDAY, 9)
    assert (found.end, found.is_good, found.is_override) == ("unchanged", False, True)
    assert found.changed_at == found.at


def test_a_customer_something_was_sent_to_is_known_from_then_on() -> None:
    """The first letter is to somebody new, the next to somebody known."""
    at, book = house(), playbook(mailing(), customer={"id": "Jo"})
    first = at.left(at.drafted(book), Outcome(status="done"))
    second = at.drafted(book)
    assert first.draft
    assert second.draft
    assert (first.draft.known, second.draft.known) == (False, True)


def test_figures_count_what_people_decided() -> None:
    """What nobody decided is in no share."""
    at = house()
    rejected = at.drafted(playbook(mailing()))
    at.engine.handle(press(Reject, rejected, ANA, reason="wrong facts"))
    with at.store.looking() as look:
        real = figures(look.decided("follow-up", MONDAY, 9))
    assert real.reasons == (("wrong facts", 1),)
    drafts = [
        *many(6),
        *many(2, "touched", 10),
        *many(1, "edited", 20),
        *many(1, "rejected", 30, reason="wrong facts"),
        *many(3, "expired", 40),
        *many(2, "", 50),
    ]
    found = figures(drafts)
    assert (found.opened, found.decided, found.sent) == (15, 10, 9)
    assert (found.good, found.overrides, found.success) == (8, 1, 0.8)
    assert Figures().success == 0.0


@given(
    st.lists(
        st.sampled_from(["unchanged", "touched", "edited", "rejected", "taken", "expired", ""])
    )
)
def test_every_draft_is_counted_once(ends: list[str]) -> None:
    """However they are told apart, the parts are the whole."""
    drafts = [one(n, end, version=f"v-{n % 3}") for n, end in enumerate(ends)]
    whole, parts = figures(drafts), by(drafts, lambda each: each.version).values()
    for name in ("opened", "decided", "good", "overrides", "expired"):
        assert getattr(whole, name) == sum(getattr(part, name) for part in parts)
    assert 0 <= whole.success <= 1
    assert whole.decided == sum(each.end in BY_PEOPLE for each in drafts)


def test_the_newest_are_those_something_became_of_last() -> None:
    """An undo of an old one makes it new."""
    undone = one(1, undone_at=MONDAY + timedelta(days=9))
    drafts = [undone, *many(5, first=2), one(99, "expired")]
    assert [each.draft_id for each in newest(drafts, 2)] == ["d-0001", "d-0006"]
    assert len(since(drafts, MONDAY + timedelta(hours=3))) == 4
    assert share(1, 0) == 0.0


def stuck(n: int, hours: float = 0, version: str = "v-1") -> FailedRun:
    """Return a run that could not go on, so long after the first draft."""
    return FailedRun(run_id=f"r-{n:04}", version=version, at=MONDAY + timedelta(hours=hours))


def test_a_run_that_failed_is_an_error_beside_the_drafts() -> None:
    """Before a draft or after it; of the newest together, and none of them twice."""
    drafts = [*many(8), *many(2, "rejected", first=20), one(30, trouble=True, at=MONDAY)]
    found = latest(drafts, [stuck(90, 40), stuck(3, 41), stuck(30, 42)], 10)
    assert (found.errors, found.failed, found.trouble) == (2, 2, 0)
    assert (found.overrides, found.decided) == (2, 10)
    assert latest(drafts, [stuck(90, -1)], 99).errors == 2
    assert latest([], [stuck(1), stuck(2)], 30).errors == 2


def test_an_undo_that_failed_is_an_error_of_its_run() -> None:
    """It is no draft that counts, so that its run does."""
    undo = one(9, "", trouble=True)
    assert latest([one(1), undo], [stuck(9, 40)], 30).errors == 1


def test_runs_that_fail_crowd_no_override_out() -> None:
    """Overrides are looked for in as many drafts as ever; errors among as many drafts and runs together."""
    drafts = [*many(5), *many(5, "rejected", first=6)]
    found = latest(drafts, [stuck(100 + n, 20 + n) for n in range(50)], 10)
    assert (found.overrides, found.failed, found.errors) == (5, 10, 10)


@pytest.mark.parametrize(
    ("minor", "words"),
    [(0, "100.00 USD"), (9_999, "100.00 USD"), (10_000, "500.00 USD"), (-60_000, "1,000.00 USD")],
)
def test_amounts_are_told_apart_in_steps(minor: int, words: str) -> None:
    """Under 100, 500, 1,000, 5,000 and so on, whatever the sign."""
    assert str(under(Money(minor=minor, currency="USD"))) == words
    assert under(None) is None


def test_alike_is_the_action_the_amount_the_customer_and_the_maker() -> None:
    """Whatever of these differs is another segment."""
    amount = Money(minor=36_000, currency="USD")
    kept = one(1, amount=amount, known=True)
    assert segment_of(kept).words == "mail.send under 500.00 USD, for customers known before"
    other = kept.maker.model_copy(update={"model": "m-2"})
    drafts = [
        kept,
        one(2, amount=amount),
        one(3, "rejected", amount=amount, known=True, maker=other),
        one(4, action="pay.refund"),
        one(5, ""),
        one(6, maker=kept.maker.model_copy(update={"agent": "another"})),
    ]
    tally = Tally(drafts)
    assert [(c.n, c.accepted) for c in tally.cells(segment_of(kept))] == [(4, 3), (3, 2), (1, 1)]
    tally.add(one(7, "rejected"))
    assert [(c.n, c.accepted) for c in tally.cells(segment_of(kept))] == [(5, 3), (4, 2), (1, 1)]


def test_whoever_is_no_person_is_told_by_id() -> None:
    """A draft that ended by itself names who ended it."""
    ending = Ending(by=Actor(kind="timer", id="clock"), at=MONDAY, reason="late")
    assert left(DraftState.EXPIRED, ending=ending).by == "clock"
