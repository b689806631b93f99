"""What a promotion asks for, said with its numbers; what sends a playbook or a version back."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.clock import MONDAY
from tests.unit.workflows.builders import (
    ADA,
    ANA,
    BEN,
    CEM,
    House,
    drafted,
    house,
    mailing,
    playbook,
    press,
    refunding,
)
from tests.unit.workflows.history import EASY, many, one
from tests.unit.workflows.trusting import SELDOM, draft_of, free, opened
from workflows.answers import Recorded, Refused
from workflows.commands import (
    Activate,
    Approve,
    Demote,
    Failed,
    FallBack,
    HoldOff,
    Install,
    Promote,
    Propose,
    Reject,
    Report,
    Retry,
    StartRun,
)
from workflows.errors import NotAllowed, NotEarned, NothingBefore, StaleEvidence, StaleProposal
from workflows.events import Event
from workflows.run import SYSTEM, Outcome, RunState
from workflows.trust.alone import is_among
from workflows.trust.appraising import asked_for
from workflows.trust.criteria import passed
from workflows.trust.evidence import Past, TrackRecord, gathered, gone, past, samples, track_record
from workflows.trust.figures import Figures, figures, percent
from workflows.trust.rollout import Back, Rollout
from workflows.trust.stages import Footing
from workflows.versions.version import SHOWN

if TYPE_CHECKING:
    from workflows.playbook import Playbook
    from workflows.run import Run
    from workflows.trust.decided import Decided, FailedRun
    from workflows.trust.stages import Stage

STRICT = {
    **EASY,
    "shadow": "2 weeks",
    "levels": "4 weeks",
    "success": "95%",
    "at least": "30 drafts",
}
BOOK = playbook(mailing(), level=4, rollout=STRICT)
NO_END = {"amount": "500.00 USD", "count": 99}
LATER = MONDAY + timedelta(days=60)


def shown(
    drafts: list[Decided],
    book: Playbook = BOOK,
    stage: Stage | None = None,
    days: float = 60,
    failed: tuple[FailedRun, ...] = (),
    **more: Any,
) -> TrackRecord:
    """Return the evidence after so many days at a stage."""
    ours = [each.model_copy(update={"version": book.version}) for each in drafts]
    now = MONDAY + timedelta(days=days)
    footing = Footing(playbook="follow-up", stage=stage, since=MONDAY) if stage else None
    past = Past(drafts=tuple(ours), failed=failed, first=MONDAY)
    return track_record(book, footing, past, now, **more)


def test_everything_there_is_nothing_missing() -> None:
    """Enough drafts, weeks, good decisions, a baseline, and a word for whom."""
    found = shown(many(40))
    assert (found.stage, found.to, found.lacking) == ("assist", "threshold", ())
    assert found.words == "40 of 40 decisions were good (100 %)"


@pytest.mark.parametrize(
    ("drafts", "more", "said"),
    [
        (many(12), {}, "12 of 30 drafts decided"),
        (many(40), {"days": 20}, "20 of 42 days since its first draft"),
        (many(40), {"days": 20, "stage": "assist"}, "20 of 28 days at assist"),
        (
            [*many(36), *many(4, "edited", 50)],
            {},
            "36 of 40 decisions were good (90 %), 95 % are needed",
        ),
        (
            [*many(200), *many(4, "rejected", 300)],
            {},
            "4 of the newest 30 drafts were overridden; the bound is 10 % of 30",
        ),
        (
            [*many(12, "agreed"), *many(9, "silent", 50)],
            {"stage": "shadow", "days": 9},
            "9 of 14 days in shadow; 12 of 30 drafts compared with what people sent",
        ),
    ],
)
def test_what_is_missing_is_said_with_its_numbers(
    drafts: list[Decided], more: dict[str, Any], said: str
) -> None:
    """A person reads how far it is."""
    assert said in "; ".join(shown(drafts, **more).lacking)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"baseline": None}, "no baseline says how the work went before"),
        ({"share": None}, "no audience or share says for whom it may go by itself"),
    ],
)
def test_what_the_file_has_to_say_is_asked_for(changed: dict[str, Any], said: str) -> None:
    """Without a baseline nothing leaves shadow; without an audience nothing goes by itself."""
    book = playbook(mailing(), level=4, rollout={**STRICT, **changed})
    assert shown(many(40), book).lacking == (said,)
    shadow = shown([*many(30, "agreed"), *many(2, "differed", 50)], book, "shadow")
    assert shadow.words == "30 of 32 silent drafts were what people sent"
    assert shadow.lacking == ((said,) if "baseline" in changed else ())
    named = playbook(mailing(), level=4, rollout={**STRICT, "share": None, "audience": "everybody"})
    assert shown(many(40), named).lacking == ()


def test_the_level_of_the_file_is_missing_too() -> None:
    """The report offers nothing that a press of its button would refuse."""
    book = playbook(mailing(), level=3, rollout=STRICT)
    assert shown(many(40), book).lacking == ("its file says level 3, which allows assist at most",)
    assert shown(many(30, "agreed"), book, "shadow").lacking == ()


def test_what_nobody_decided_yet_has_no_share() -> None:
    """None of none is not too few of them."""
    assert shown([]).lacking[-1] == "0 of 30 drafts decided"


def test_drafts_of_another_version_prove_nothing_of_this_one() -> None:
    """Forty good ones of the version before are no decision about the active one."""
    old = track_record(BOOK, None, Past(drafts=tuple(many(40)), first=MONDAY), LATER)
    assert "0 of 30 drafts decided" in old.lacking


def test_the_last_stage_has_none_after_it() -> None:
    """There is nothing to be promoted to."""
    assert shown(many(40), stage="autonomous").lacking == ("there is no stage after this one",)


def test_a_stage_is_confirmed_without_waiting_again() -> None:
    """For another version or model the same decisions are asked for, and no weeks."""
    assert shown(many(40), stage="threshold", days=1, to="threshold").lacking == ()
    assert shown(many(3), stage="threshold", to="threshold").lacking == ("3 of 30 drafts decided",)
    assert shown([], stage="assist", to="assist").lacking == ()


def test_numbers_change_what_a_press_is_bound_to_and_time_does_not() -> None:
    """A card of yesterday still counts as long as nothing else was decided."""
    assert shown(many(40)).hash == shown(many(40), days=61).hash
    assert shown(many(40)).hash != shown(many(41)).hash
    assert shown(many(40)).hash != shown(many(40), stage="threshold").hash


@given(st.integers(0, 30), st.integers(0, 20), st.integers(1, 60), st.floats(0, 1))
def test_a_bound_is_passed_by_the_number_it_allows_and_one_more(
    overrides: int, trouble: int, over: int, bound: float
) -> None:
    """More bad ones never take it back."""
    back = Back(overrides=bound, errors=bound, over=over)
    found = Figures(unchanged=60, overrides=overrides, trouble=trouble, failed=trouble)
    is_passed = max(overrides, 2 * trouble) > bound * over
    assert bool(passed(found, back)) is is_passed
    worse = found.model_copy(update={"overrides": overrides + 1})
    assert bool(passed(worse, back)) >= is_passed


def test_a_share_is_never_said_larger_than_it_is() -> None:
    """94.99 % are not 95."""
    shares = (0.9499, 0.95, 1.0, 0.03, 0.29)
    assert [percent(each) for each in shares] == ["94.9 %", "95 %", "100 %", "3 %", "29 %"]
    assert [percent(each, 2) for each in (0.9499, 0.0255, 0.0)] == ["94.99 %", "2.55 %", "0 %"]


def test_what_would_have_gone_is_judged_by_what_was_known_then() -> None:
    """The first thirty teach; the next ten would have gone, and the two that people rejected then; after those none."""
    drafts = [*many(40), *many(2, "rejected", 41), *many(1, "edited", 43), *many(1, "taken", 44)]
    found = gone(drafts, 0.9, MONDAY)
    assert (found.drafts, found.rejected, found.edited, found.otherwise) == (12, 2, 0, 0)
    easy = gone(drafts, 0.5, MONDAY)
    assert (easy.drafts, easy.rejected, easy.edited, easy.otherwise) == (14, 2, 1, 1)
    assert gone(drafts, 0.5, MONDAY + timedelta(days=2)).drafts == 0


def test_what_is_alike_is_listed_with_how_sure_it_is() -> None:
    """The most frequent first, and what went wrong is what to look at."""
    drafts = [*many(41, known=True), one(50, "rejected"), one(51, "")]
    found = shown(drafts)
    assert [(each.accepted, each.n) for each in found.alike] == [(41, 41), (0, 1)]
    assert "customers known before" in found.alike[0].words
    assert [end for _, end in samples(drafts)] == ["rejected", "unchanged", "unchanged"]


@given(st.text(max_size=40), st.floats(0, 1), st.floats(0, 1))
def test_a_larger_share_holds_all_of_a_smaller_one(about: str, one: float, other: float) -> None:
    """Whoever is among a tenth is among a fifth; all are among everybody."""
    small, large = sorted((one, other))
    assert is_among("follow-up", about, large) >= is_among("follow-up", about, small)
    assert is_among("follow-up", about, 1.0)
    assert not is_among("follow-up", about, 0.0)


def test_by_itself_only_whom_the_rollout_names() -> None:
    """A customer nothing was carried out for is nobody known; of no share nobody is."""
    for rollout, words in (
        ({"audience": "known customers"}, "only for customers something was carried out for"),
        ({"share": "0%"}, "only for 0 % of customers so far"),
    ):
        assert words in draft_of(opened(free(rollout=rollout))).asked
    named = draft_of(opened(free(rollout={"audience": "everybody", "share": "100%"})))
    assert named.ruled


# --- Through the engine ---


def fill(at: House, book: Playbook, good: int, bad: int = 0) -> None:
    """Have so many drafts signed, and so many rejected."""
    for n in range(good + bad):
        at.clock.pass_by(minutes=1)
        begun = at.engine.handle(StartRun(actor=ADA, playbook=book.playbook))
        assert isinstance(begun, Recorded)
        assert begun.run
        assert begun.run.version == book.version
        at.report(begun.run, drafted())
        made = at.now(begun.run)
        if n < good:
            at.engine.handle(press(Approve, made, ANA))
        else:
            at.engine.handle(press(Reject, made, ANA, reason="wrong facts"))


FEW = {**EASY, "at least": "4 drafts", "success": "90%", "back when": {"over": "4 drafts"}}


@pytest.fixture
def at() -> House:
    """Return a company with a playbook that asks for four decisions."""
    built = house()
    built.engine.handle(Install(actor=SYSTEM, books=(playbook(mailing(), level=4, rollout=FEW),)))
    return built


def active(at: House) -> Playbook:
    with at.store.looking() as look:
        found = look.active("follow-up")
        assert found
        return look.playbook(found.version)


def asked(at: House) -> list[Any]:
    """Return what the figures ask for."""
    with at.store.looking() as look:
        return asked_for(look, active(at), at.clock.now())


def the_evidence(at: House) -> TrackRecord:
    with at.store.looking() as look:
        return gathered(look, active(at), at.clock.now())


def test_a_promotion_is_refused_with_what_is_missing_and_done_with_it(at: House) -> None:
    """The numbers stand in the refusal, and on the record of the promotion."""
    fill(at, active(at), 3)
    up = Promote(actor=ANA, playbook="follow-up", to="threshold")
    refused = at.engine.handle(up)
    assert isinstance(refused, Refused)
    assert isinstance(refused.error, NotEarned)
    assert "3 of 4 drafts decided" in refused.error.sentence
    fill(at, active(at), 1)
    shown_then = the_evidence(at).hash
    assert isinstance(
        at.engine.handle(up.model_copy(update={"evidence": shown_then[:SHOWN]})), Recorded
    )
    entry = at.store.entries[-1]
    assert (entry.event, entry.head["evidence"]) == (Event.PLAYBOOK_PROMOTED, shown_then)
    assert "4 of 4 decisions were good" in str(entry.body["why"])


@pytest.mark.parametrize("shown_then", ["0" * 64, "abc"])
def test_numbers_of_yesterday_promote_nothing(at: House, shown_then: str) -> None:
    """And leave nothing as it is either: the card is drawn anew."""
    fill(at, active(at), 4)
    for command in (
        Promote(actor=ANA, playbook="follow-up", to="threshold", evidence=shown_then),
        HoldOff(actor=ANA, playbook="follow-up", evidence=shown_then),
    ):
        refused = at.engine.handle(command)
        assert isinstance(refused, Refused)
        assert isinstance(refused.error, StaleEvidence)
    assert "trust:follow-up:threshold:start" in at.store.rows.redrawn


def test_its_owners_are_shown_what_it_has_earned_once(at: House) -> None:
    """In their direct messages; they say, and nobody else does."""
    assert asked(at) == []
    fill(at, active(at), 4)
    (report,) = asked(at)
    assert isinstance(report, Report)
    at.engine.handle(report)
    at.engine.handle(report)
    posts = [channel for subject, channel in at.store.rows.posts if subject.startswith("trust:")]
    assert posts == ["U-ANA", "U-BEN"]
    assert [e.event for e in at.store.entries].count(Event.PLAYBOOK_EARNED) == 1
    hold = HoldOff(actor=CEM, playbook="follow-up", evidence=the_evidence(at).hash)
    refused = at.engine.handle(hold)
    assert isinstance(refused, Refused)
    assert isinstance(refused.error, NotAllowed)
    kept = at.engine.handle(hold.model_copy(update={"actor": BEN}))
    assert isinstance(kept, Recorded)
    assert "stays at assist" in kept.sentence
    assert at.store.rows.footings == {}


def test_what_has_lost_it_meanwhile_is_not_shown(at: House) -> None:
    """Between the look and the report somebody rejected one."""
    fill(at, active(at), 4)
    (report,) = asked(at)
    fill(at, active(at), 0, 1)
    at.engine.handle(report)
    assert not [subject for subject, _ in at.store.rows.posts if subject.startswith("trust:")]


def test_overrides_take_it_back_by_itself_and_only_once(at: House) -> None:
    """To where people sign, with the numbers; from there there is nothing to be taken back from."""
    fill(at, active(at), 4)
    at.engine.handle(Promote(actor=ANA, playbook="follow-up", to="threshold"))
    assert asked(at) == []
    fill(at, active(at), 0, 1)
    (back,) = asked(at)
    assert isinstance(back, Demote)
    assert back.to == "assist"
    said = at.engine.handle(back)
    assert isinstance(said, Recorded)
    assert "1 of the newest 4 drafts were overridden" in said.sentence
    assert asked(at) == []


def stop(at: House, book: Playbook) -> Run:
    """Have a run fail before anything was drafted."""
    at.clock.pass_by(minutes=1)
    begun = at.engine.handle(StartRun(actor=ADA, playbook=book.playbook))
    assert isinstance(begun, Recorded)
    assert begun.run
    at.report(begun.run, Failed(problem="the template names a field that is not there"))
    return at.now(begun.run)


def test_a_run_that_could_not_go_on_takes_it_back(at: House) -> None:
    """Nothing was drafted and nothing sent, and it is an error all the same; trying it again does not undo that."""
    fill(at, active(at), 4)
    at.engine.handle(Promote(actor=ANA, playbook="follow-up", to="threshold"))
    stopped = stop(at, active(at))
    assert stopped.state is RunState.FAILED
    at.engine.handle(Retry(actor=ADA, run_id=stopped.id))
    (back,) = asked(at)
    assert isinstance(back, Demote)
    assert back.why == (
        "1 of the newest 4 drafts and runs were errors (0 in trouble, 1 could not go on); the bound "
        "is 3 % of 4"
    )
    assert the_evidence(at).figures.failed == 1
    at.engine.handle(back)
    assert back.why in the_evidence(at).lacking
    assert asked(at) == []


def test_a_draft_that_could_not_be_carried_out_is_one_error(at: House) -> None:
    """Its run could not go on either: the same fault."""
    fill(at, active(at), 3)
    at.left(at.drafted(active(at)), Outcome(status="rejected", message="no such address"))
    found = the_evidence(at)
    assert (found.newest.errors, found.newest.trouble, found.newest.failed) == (1, 1, 0)
    assert found.figures.failed == 0


def test_a_press_counts_for_the_runs_that_had_failed_by_then(at: House) -> None:
    """One more of them, and the card shows other numbers."""
    fill(at, active(at), 4)
    shown_then = the_evidence(at).hash
    stop(at, active(at))
    assert the_evidence(at).hash != shown_then


def test_nothing_is_looked_at_where_nothing_can_come_of_it() -> None:
    """A playbook that is not there, or that can't rise, fall or return."""
    at = house()
    book = playbook(mailing(), rollout=FEW)
    at.shelf.put(book)
    with at.store.looking() as look:
        assert asked_for(look, book, at.clock.now()) == []
        assert asked_for(look, playbook(mailing(), playbook="other"), at.clock.now()) == []
        last = Footing(playbook="follow-up", stage="autonomous", since=MONDAY)
    with at.store.transaction() as tx:
        tx.place(last)
    with at.store.looking() as look:
        assert asked_for(look, playbook(mailing(), level=4, rollout=FEW), at.clock.now()) == []


# --- Back to the version before ---

SAME = playbook(mailing(), level=4, rollout=FEW, title="Another title")
TIGHTER = playbook(mailing(), level=4, rollout=FEW, conditions=["inputs.quote != ''"])


def change(at: House, book: Playbook) -> None:
    """Let a changed file be activated."""
    at.clock.pass_by(minutes=1)
    before = active(at)
    at.engine.handle(Propose(actor=SYSTEM, playbook="follow-up", version=book.version, book=book))
    with at.store.looking() as look:
        found = look.newest_proposal("follow-up")
    assert found
    answer = at.engine.handle(
        Activate(
            actor=ANA,
            proposal_id=found.id,
            version=book.version[:SHOWN],
            active=before.version[:SHOWN],
        )
    )
    assert isinstance(answer, Recorded)


def test_a_version_that_does_badly_gives_way_to_the_one_before_once(at: House) -> None:
    """Said where it lives, on the record, and never back and forth."""
    good = active(at)
    fill(at, good, 4)
    change(at, SAME)
    fill(at, SAME, 2)
    assert not [each for each in asked(at) if isinstance(each, FallBack)]
    fill(at, SAME, 0, 1)
    (back,) = asked(at)
    assert isinstance(back, FallBack)
    at.engine.handle(back)
    at.engine.handle(back)
    assert active(at).version == good.version
    entry = next(e for e in at.store.entries if e.event is Event.PLAYBOOK_RETURNED)
    assert entry.actor == SYSTEM
    assert "1 of the newest 3 drafts were overridden" in str(entry.body["why"])
    (post,) = [p for (s, _), p in at.store.rows.posts.items() if s.startswith("fallback:")]
    assert "at the version before again" in str(post.body["text"])
    fill(at, good, 0, 2)
    assert not [each for each in asked(at) if isinstance(each, FallBack)]


def test_a_version_whose_runs_fail_gives_way_though_it_drafted_nothing(at: House) -> None:
    """Each version answers for its own runs: what failed under the one before is no error of the new one."""
    good = active(at)
    fill(at, good, 4)
    change(at, SAME)
    with at.store.looking() as look:
        seen = past(look, "follow-up", at.clock.now())
    assert seen.of(SAME.version) == Past(first=MONDAY + timedelta(minutes=1))
    stop(at, SAME)
    (back,) = asked(at)
    assert isinstance(back, FallBack)
    assert back.why.startswith("1 of the newest 1 drafts and runs were errors")
    at.engine.handle(back)
    assert active(at).version == good.version
    assert not [each for each in asked(at) if isinstance(each, FallBack)]


def test_a_return_that_would_widen_asks_its_owner(at: House) -> None:
    """What an owner took away comes back by nobody else."""
    fill(at, active(at), 4)
    change(at, TIGHTER)
    fill(at, TIGHTER, 0, 1)
    (back,) = asked(at)
    at.engine.handle(back)
    assert active(at).version == TIGHTER.version
    assert at.store.entries[-1].event is Event.PLAYBOOK_DOUBTED
    (post,) = [p for (s, _), p in at.store.rows.posts.items() if s.startswith("fallback:")]
    assert "so you say" in str(post.body["text"])


def test_the_version_before_must_have_done_well_on_enough(at: House) -> None:
    """Three decisions are not enough, and a bad one is no way out."""
    fill(at, active(at), 3)
    change(at, SAME)
    fill(at, SAME, 0, 2)
    assert not [each for each in asked(at) if isinstance(each, FallBack)]


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"actor": ANA}, NotAllowed),
        ({}, NothingBefore),
        ({"active": "0" * 12}, StaleProposal),
    ],
)
def test_nobody_else_falls_back_and_only_to_what_was_before(
    at: House, more: dict[str, Any], error: type[Exception]
) -> None:
    """A person returns in their own name."""
    if error is StaleProposal:
        change(at, SAME)
    now = active(at).version[:SHOWN]
    values = {"actor": SYSTEM, "playbook": "follow-up", "active": now, "to": "1" * 12, "why": "x"}
    answer = at.engine.handle(FallBack.model_validate({**values, **more}))
    assert isinstance(answer, Refused)
    assert isinstance(answer.error, error)


# --- What the file may say ---


@pytest.mark.parametrize(
    "wrong", [{"success": "95"}, {"at least": "many"}, {"success": "101%"}, {"share": -0.1}]
)
def test_what_is_no_share_or_number_is_refused(wrong: dict[str, Any]) -> None:
    """A criterion that can't be read counts for nothing, so the file is refused."""
    with pytest.raises(ValueError, match=r"share|drafts|less than|greater than|valid number"):
        Rollout.model_validate(wrong)


def test_the_numbers_of_the_product_are_the_defaults() -> None:
    """Two weeks, four weeks, 95 %, thirty drafts; back at 10 % and 3 % of thirty."""
    rollout = Rollout()
    assert (rollout.shadow, rollout.levels) == (14 * 86400, 28 * 86400)
    assert (rollout.success, rollout.at_least, rollout.is_narrowed) == (0.95, 30, False)
    assert rollout.back_when == Back(overrides=0.1, errors=0.03, over=30)
    assert Rollout.model_validate({"at least": 5, "success": 0.9}).at_least == 5


def test_thirty_good_decisions_let_the_next_one_like_them_go() -> None:
    """And only like them: somebody new, for whom nothing was ever carried out, is asked for."""
    at = house()
    at.directory.now = at.directory.now.model_copy(update={"sample": SELDOM})
    book = free(rollout=EASY, customer={"id": "{{ inputs.quote }}"}, alone=NO_END)
    at.shelf.put(book)
    for _ in range(31):
        at.left(at.drafted(book), Outcome(status="done"))
    at.engine.handle(Promote(actor=ANA, playbook="follow-up", to="threshold"))
    known = [at.drafted(book).draft for _ in range(3)]
    assert all(each and each.ruled for each in known)
    new = at.start(book, inputs={"quote": "Q-NEW"})
    at.report(new, drafted())
    draft = at.now(new).draft
    assert draft
    assert draft.asked == "1 of 30 decisions on such drafts are known"


def test_refunds_are_their_own_kind_of_alike() -> None:
    """A do step is told apart by its action."""
    at = house()
    book = playbook(refunding())
    at.start(book)
    with at.store.looking() as look:
        (found,) = look.decided("follow-up", MONDAY, 9)
        assert look.first_draft("follow-up") == found.opened_at
        assert look.drafted_by("playbook", MONDAY, 9) == [found]
    assert (found.action, found.end, figures([found]).decided) == ("pay.refund", "", 0)
