"""What goes by itself, what asks a person all the same and why, and that nothing grave ever does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.workflows.builders import (
    ACTIONS,
    ANA,
    COMPANY,
    MAIL,
    REFUND,
    drafted,
    found,
    limit,
    mailing,
    playbook,
    press,
    reading,
    refunding,
    usd,
)
from tests.unit.workflows.history import MAKER
from tests.unit.workflows.presses import refused
from tests.unit.workflows.trusting import (
    BOUNDS,
    draft_of,
    footing,
    free,
    now,
    opened,
    trusted,
)
from workflows.action import Risk
from workflows.answers import Recorded
from workflows.commands import Approve, Demote, Executed, Pause, Resume, Undo
from workflows.errors import NotAllowed, NotSigned
from workflows.events import Event
from workflows.limits import Told
from workflows.run import SYSTEM, Confidence, DraftState, Outcome, RunState, SignedDraft
from workflows.trust.alone import is_sampled
from workflows.trust.calibration import Acceptance
from workflows.trust.stages import ALONE_RULES, NEVER_ALONE, STAGES

if TYPE_CHECKING:
    from workflows.run import Draft
    from workflows.trust.stages import Stage

#: How a step may be signed.
RULES = ("each time", "draft only", "alone", "audit later")


def test_a_draft_signs_itself_where_everything_allows_it() -> None:
    """It is held with Undo like every signed one, and the entry says on what grounds."""
    book = free()
    made = opened(book, Told(count=1))
    draft = draft_of(made)
    assert (draft.state, draft.stage, draft.signers) == (
        "holding",
        "autonomous",
        ("rule:follow-up",),
    )
    assert draft.ruled == "alone, stage autonomous, 2 of 3 today"
    assert made.run
    assert made.run.state is RunState.HOLDING
    ruled = next(e for e in made.entries if e.event is Event.DRAFT_RULED)
    assert (ruled.actor.kind, ruled.actor.id) == ("system", "rule:follow-up")
    assert ruled.head["policies"] == ["stage:autonomous", "rule:alone", "alone:3/500.00 USD"]
    assert ruled.head["earned"] == ruled.head["version"] == book.version
    assert ruled.head["prompt_version"] == "p-1"
    assert [e.event for e in made.entries][1:] == [Event.DRAFT_RULED, Event.DRAFT_HELD]


@pytest.mark.parametrize("stage", ["shadow", "assist"])
def test_below_threshold_people_are_asked_as_always(stage: Stage) -> None:
    """And nothing is said about it: they know no other."""
    book = free()
    draft = draft_of(opened(book, footing=footing(book, stage)))
    assert draft.state == ("shadow" if stage == "shadow" else "open")
    assert (draft.asked, draft.ruled, draft.signatures) == ("", "", ())


def test_a_playbook_nobody_moved_asks() -> None:
    """Whatever its file says."""
    assert draft_of(opened(free(), footing=None)).state is DraftState.OPEN


@pytest.mark.parametrize("level", [1, 2, 3])
def test_below_level_four_people_sign_whatever_was_earned(level: int) -> None:
    """The file is the ceiling; a stage earned before it was lowered does not reach above it."""
    draft = draft_of(opened(free(level=level)))
    assert (draft.state, draft.stage) == ("open", "assist")


@pytest.mark.parametrize("rule", ["each time", "draft only"])
def test_a_step_that_asks_each_time_asks(rule: str) -> None:
    """Also at the freest stage."""
    draft = draft_of(opened(free(rule)))
    assert (draft.state, draft.asked) == ("open", "")


SURE = Acceptance(n=30, bound=0.9)
#: What is different, and what the card then says.
ASKED: dict[str, tuple[dict[str, Any], str]] = {
    "gate": (
        {"result": drafted().model_copy(update={"confidence": Confidence(gates=("no source",))})},
        "look twice: no source",
    ),
    "version": ({"footing": footing(free(), version="v-0")}, "this version of the playbook"),
    "model": (
        {"footing": footing(free(), makers=(MAKER.model_copy(update={"model": "m-0"}),))},
        "writer writes with another model or prompt",
    ),
    "prompt": (
        {"footing": footing(free(), makers=(MAKER.model_copy(update={"prompt_version": "p"}),))},
        "writer writes with another model or prompt",
    ),
    "nobody": ({"footing": footing(free(), makers=())}, "another model or prompt"),
    "count": ({"told": Told(count=3)}, "the day's 3 by itself are used up"),
    "currency": (
        {"told": Told(count=1, sums=(usd("5").model_copy(update={"currency": "EUR"}),))},
        "beyond 500.00 USD a day",
    ),
    "amount": ({"told": Told(count=1, sums=(usd("500.01"),))}, "beyond 500.00 USD a day"),
    "unknown": ({"footing": footing(free(), "threshold")}, "0 of 30 decisions"),
    "few": (
        {"footing": footing(free(), "threshold"), "acceptance": Acceptance(n=29, bound=0.99)},
        "29 of 30 decisions",
    ),
    "unsure": (
        {"footing": footing(free(), "threshold"), "acceptance": Acceptance(n=99, bound=0.89)},
        "at least 89 % of such drafts go out unchanged, and 90 % must",
    ),
}


@pytest.mark.parametrize(("more", "words"), ASKED.values(), ids=ASKED)
def test_what_might_be_wrong_asks_a_person_and_says_why(more: dict[str, Any], words: str) -> None:
    """The card carries the reason; nothing is signed."""
    draft = draft_of(opened(free(), **more))
    assert (draft.state, draft.signatures, draft.ruled) == ("open", (), "")
    assert words in draft.asked


def test_at_threshold_what_is_sure_enough_goes() -> None:
    """Thirty decisions, and the bound the step asks for."""
    book = free()
    draft = draft_of(opened(book, footing=footing(book, "threshold"), acceptance=SURE))
    assert (draft.state, draft.stage) == ("holding", "threshold")


def test_no_limits_no_autonomy() -> None:
    """A version without them, kept from before, lets nothing go."""
    draft = draft_of(opened(free(alone=None)))
    assert "says no limits" in draft.asked


def test_above_a_threshold_or_a_limit_people_sign() -> None:
    """What needs two, or somebody else, is never a rule's."""
    above = {"by": "sales", "rule": "alone", "above": [{"amount": "50.00 USD", "by": "owner"}]}
    costly = free(step=mailing(amount="100.00 USD", approve=above))
    assert "above 50.00 USD" in draft_of(opened(costly)).asked
    two = free(step=mailing(approve={"by": "sales", "rule": "alone", "quorum": 2}))
    assert draft_of(opened(two)).asked == "two of sales"
    limited = COMPANY.model_copy(update={"limits": (limit(),)})
    assert "beyond the limit, letters" in draft_of(opened(free(), company=limited)).asked


def test_a_limit_for_each_signer_holds_for_a_rule() -> None:
    """It signs no more in a day than a person may."""
    each = limit(limit="each", per="person", count=1)
    limited = COMPANY.model_copy(update={"limits": (each,)})
    assert draft_of(opened(free(), company=limited)).state is DraftState.HOLDING
    draft = draft_of(opened(free(), Told(count=1), company=limited))
    assert "beyond the limit, each: 1 in 1 day" in draft.asked


def test_the_days_amount_is_counted_with_the_draft_itself() -> None:
    """Up to the bound, and not a cent more."""
    book = free(step=mailing(amount="100.00 USD", approve={"by": "sales", "rule": "alone"}))
    spent = Told(count=1, sums=(usd("400.00"),))
    assert draft_of(opened(book, spent)).state is DraftState.HOLDING
    assert draft_of(opened(book, Told(count=1, sums=(usd("400.01"),)))).state is DraftState.OPEN


def test_some_of_what_would_go_is_seen_first() -> None:
    """As many as the company says, or the playbook where that is more."""
    assert "sampled" in draft_of(opened(free(sample="100%"))).asked
    all_of_them = COMPANY.model_copy(update={"sample": 1.0})
    built = trusted(free())
    built.directory.now = all_of_them
    assert "sampled" in now(built, built.drafted(free())).asked


@given(st.uuids(), st.floats(0, 1), st.floats(0, 1))
def test_a_wider_sample_holds_the_narrower(draft_id: object, one: float, other: float) -> None:
    """The same draft is always sampled or never, and more of a share only adds to it."""
    few, many = sorted((one, other))
    assert is_sampled(str(draft_id), many) or not is_sampled(str(draft_id), few)
    assert is_sampled(str(draft_id), 1.0)
    assert not is_sampled(str(draft_id), 0.0)


def test_about_one_of_twenty_is_sampled() -> None:
    """Drawn from ids, no agent can know which."""
    assert 400 < sum(is_sampled(f"d-{n}", 0.05) for n in range(10_000)) < 600


# --- Whatever is put together, nothing grave leaves by rule ---


@given(
    st.sampled_from(sorted(NEVER_ALONE)),
    st.sampled_from(STAGES),
    st.sampled_from(RULES),
    st.integers(1, 4),
    st.integers(0, 10_000),
    st.sampled_from(["0.01 USD", "999999.00 USD"]),
)
def test_money_law_and_employees_never_go_by_themselves(
    risk: Risk, stage: Stage, rule: str, level: int, count: int, amount: str
) -> None:
    """Whatever file, stage or limit says; and no signed draft can be made of a rule's signature on one."""
    step = mailing(approve={"by": "sales", "rule": rule, "hold": "0 seconds"})
    book = playbook(step, level=level, alone={"amount": amount, "count": count})
    actions = {**ACTIONS, "mail.send": MAIL.model_copy(update={"risk": risk})}
    sure = Acceptance(n=10_000, bound=1.0)
    made = opened(book, footing=footing(book, stage), actions=actions, acceptance=sure)
    draft = draft_of(made)
    assert draft.state in {"open", "shadow"}
    assert draft.signatures == ()
    with pytest.raises(NotSigned):
        SignedDraft.of(_forged(draft, stage=stage))


def test_a_private_playbook_never_goes_by_itself() -> None:
    """What is about employees may be a letter like any other: the playbook says so, not its action."""
    book = free(private=True)
    built = trusted(book)
    draft = now(built, built.drafted(book))
    assert (draft.state, draft.signatures) == ("open", ())
    assert draft.asked == "what is about employees never goes by itself"


def test_after_an_emergency_people_sign() -> None:
    """It was found by a word, and where it leads a letter would go by itself; it went otherwise than ever before."""
    fire: dict[str, Any] = {"on": "emergency", "words": ["fire"], "then": "letter"}
    letter = mailing(approve={"by": "sales", "rule": "alone"})
    book = free(steps=[reading(), letter], exceptions=[fire])
    built = trusted(book)
    for note, state in (("all is well", "holding"), ("There is a fire!", "open")):
        started = built.start(book)
        built.report(started, found(note=note))
        built.report(started, drafted())
        assert now(built, started).state == state
    assert now(built, started).asked == "there was an emergency in this run"


def _forged(draft: Draft, **more: Any) -> Draft:
    """Return a draft as if a rule had signed it and it were leaving."""
    by_rule = draft_of(opened(free())).signatures[0]
    its = by_rule.model_copy(update={"payload_hash": draft.current.payload_hash})
    changes = {"state": DraftState.EXECUTING, "signatures": (its,), **more}
    return draft.model_copy(update=changes)


@given(
    st.sampled_from(STAGES),
    st.sampled_from(RULES),
    st.integers(1, 4),
    st.integers(0, 3),
    st.integers(0, 3),
)
def test_a_rule_signs_only_where_all_three_locks_are_open(
    stage: Stage, rule: str, level: int, most: int, gone: int
) -> None:
    """File, stage and the day's limit: one that is shut is enough."""
    step = mailing(approve={"by": "sales", "rule": rule})
    book = playbook(step, level=level, alone={**BOUNDS, "count": most})
    made = opened(
        book, Told(count=gone), footing=footing(book, stage), acceptance=Acceptance(n=30, bound=1.0)
    )
    is_free = level == 4 and stage in {"threshold", "autonomous"} and rule in ALONE_RULES
    assert bool(draft_of(made).ruled) == (is_free and gone < most)


def test_a_signed_draft_is_made_of_what_a_rule_may_sign_and_of_nothing_else() -> None:
    """The one constructor looks at stage, rule and quorum again."""
    draft = draft_of(opened(free()))
    assert SignedDraft.of(_forged(draft)).signers == ("rule:follow-up",)
    two = draft.needs.model_copy(update={"quorum": 2})
    each_time = draft.rule.model_copy(update={"kind": "each time"})
    for wrong in ({"stage": "assist"}, {"rule": each_time}, {"needs": two}, {"stage": "shadow"}):
        with pytest.raises(NotSigned):
            SignedDraft.of(_forged(draft, **wrong))


# --- After it was signed ---


def test_it_leaves_when_its_hold_is_over_and_says_who_signed() -> None:
    """The whole way through the engine."""
    book = free()
    built = trusted(book)
    started = built.drafted(book)
    built.wake(started)
    built.report(started, Executed(outcome=Outcome(status="done", receipt="<1@mail>")))
    draft = now(built, started)
    assert (draft.state, draft.review) == ("executed", None)


def test_four_of_a_day_are_three_and_one_that_asks() -> None:
    """Counted in the transaction, from midnight by the company's clock; the next day begins anew."""
    book = free()
    built = trusted(book)
    states = [now(built, built.drafted(book)).state for _ in range(4)]
    assert states == ["holding", "holding", "holding", "open"]
    built.clock.pass_by(days=1)
    assert now(built, built.drafted(book)).state == "holding"


def test_what_is_held_back_is_for_people_then() -> None:
    """Its signature is void, and no rule gives another."""
    book = free()
    built = trusted(book)
    started = built.drafted(book)
    assert isinstance(built.engine.handle(press(Undo, started, ANA)), Recorded)
    draft = now(built, started)
    assert (draft.state, draft.ruled, draft.signers) == ("open", "", ())
    built.engine.handle(press(Approve, built.now(started), ANA))
    assert now(built, started).signers == ("U-ANA",)


@pytest.mark.parametrize("by", [SYSTEM, ANA])
def test_a_demotion_stops_what_is_held(by: Any) -> None:
    """The stage is looked at again before it leaves."""
    book = free()
    built = trusted(book)
    started = built.drafted(book)
    built.engine.handle(Demote(actor=by, playbook=book.playbook, to="assist"))
    built.wake(started)
    draft = now(built, started)
    assert (draft.state, draft.asked) == ("open", "the playbook was taken back to assist meanwhile")
    assert built.store.entries[-1].event is Event.DRAFT_ASKED


@pytest.mark.parametrize("signed", [False, True])
def test_a_version_that_was_given_up_signs_nothing_any_more(*, signed: bool) -> None:
    """A run keeps its version; what its owner lowered meanwhile, or returned from, people sign."""
    book = free()
    built = trusted(book)
    started = built.start(book)
    if signed:
        built.report(started, drafted())
        assert now(built, started).state is DraftState.HOLDING
    built.shelf.put(free(level=3, alone=None))
    if signed:
        built.wake(started)
    else:
        built.report(started, drafted())
    draft = now(built, started)
    assert (draft.state, draft.signers) == ("open", ())
    assert draft.asked == "another version of the playbook is active by now"


def test_another_model_than_it_was_confirmed_with_stops_what_is_held() -> None:
    """It was confirmed for others meanwhile."""
    book = free()
    built = trusted(book)
    started = built.drafted(book)
    with built.store.transaction() as tx:
        tx.place(footing(book, makers=()))
    built.wake(started)
    assert "another model or prompt" in now(built, started).asked


def test_a_pause_stops_what_is_held() -> None:
    """Like what people signed; it leaves once that is resumed."""
    book = free()
    built = trusted(book)
    started = built.drafted(book)
    built.engine.handle(Pause(actor=ANA, scope="everything"))
    olga = cast("Any", ANA).model_copy(update={"id": "U-OLGA"})
    built.engine.handle(Pause(actor=olga, scope="everything"))
    built.wake(started)
    assert (now(built, started).state, built.now(started).due_at) == ("holding", None)
    built.engine.handle(Resume(actor=olga, scope="everything"))
    built.wake(started)
    assert now(built, started).state == "executing"


def test_a_limit_passed_meanwhile_asks_people() -> None:
    """What others signed counts before it leaves."""
    book = free()
    built = trusted(book)
    started = built.drafted(book)
    limits = (limit(by="owner"),)
    built.directory.now = built.directory.now.model_copy(update={"limits": limits})
    built.wake(started)
    draft = now(built, started)
    assert (draft.state, draft.needs.words[:9]) == ("open", "the owner")


def test_a_step_without_a_hold_leaves_at_once() -> None:
    """As what people sign does."""
    book = free(step=mailing(approve={"by": "sales", "rule": "alone", "hold": "0 seconds"}))
    built = trusted(book)
    assert now(built, built.drafted(book)).state == "executing"


def test_fixed_text_needs_no_agent() -> None:
    """A `do` step of a quiet risk goes by itself for the version that earned it."""
    quiet = {**ACTIONS, "pay.refund": REFUND.model_copy(update={"risk": Risk.INTERNAL})}
    step = refunding(approve={"by": "finance", "rule": "alone"})
    book = free(step=step)
    built = trusted(book, actions=quiet)
    assert now(built, built.start(book)).state == "holding"
    other = free(step=step, title="Another")
    assert "this version" in now(built, built.start(other)).asked


def test_a_turn_is_not_taken_by_what_goes_by_itself() -> None:
    """Nobody was asked, so it is still the same person's turn."""
    approve = {"by": "sales", "rule": "alone", "assign": "in turn"}
    book = free(step=mailing(approve=approve))
    built = trusted(book)
    assert now(built, built.drafted(book)).assigned == ""
    assert built.store.rows.turns == {}


def test_draft_only_is_for_copying() -> None:
    """At any level nobody signs it, and the refusal says what to do."""
    book = free("draft only")
    built = trusted(book)
    started = built.drafted(book)
    assert "a draft only" in refused(built, NotAllowed, Approve, started, ANA)
