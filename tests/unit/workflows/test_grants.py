"""A stage for one kind of drafts alone: who gets it on what, that nothing else goes, and what takes it back."""

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
    AUTHOR,
    CEM,
    OLGA,
    House,
    drafted,
    house,
    mailing,
    playbook,
    press,
    usd,
)
from tests.unit.workflows.history import EASY, MAKER, many
from tests.unit.workflows.trusting import BOUNDS, draft_of, footing, free, now, opened, trusted
from workflows.answers import Recorded, Refused
from workflows.commands import Demote, Promote, Reject, Report
from workflows.errors import NotAllowed, NotEarned, StaleEvidence
from workflows.events import Event
from workflows.run import SYSTEM, Outcome
from workflows.trust.appraising import asked_for
from workflows.trust.calibration import Acceptance
from workflows.trust.evidence import Past, TrackRecord, gathered, track_record
from workflows.trust.stages import Footing, Segment, is_granted, said, standing
from workflows.versions.version import SHOWN

if TYPE_CHECKING:
    from workflows.playbook import Playbook
    from workflows.run import Run
    from workflows.trust.decided import Decided
    from workflows.trust.stages import Maker, Stage

STRICT = {**EASY, "success": "95%", "at least": "30 drafts"}
BOOK = free(rollout=STRICT)
#: Letters about amounts from 100.00 to 500.00, to people something was carried out for before.
QUOTES = Segment(maker=MAKER, action="mail.send", under=usd("500.00"), known=True)
ALIKE: dict[str, Any] = {"amount": usd("250.00"), "known": True}
#: A playbook that does badly with whatever else it writes.
BAD = [*many(120, **ALIKE), *many(7, "edited", 200)]
SURE = Acceptance(n=99, bound=0.99)


def shown(
    drafts: list[Decided], book: Playbook = BOOK, stood: Footing | None = None, **more: Any
) -> TrackRecord:
    """Return the evidence sixty days after the first draft."""
    ours = tuple(each.model_copy(update={"version": book.version}) for each in drafts)
    past = Past(drafts=ours, first=MONDAY)
    return track_record(book, stood, past, MONDAY + timedelta(days=60), **more)


def offered(*given: Any, **more: Any) -> list[Segment]:
    """Return the kinds an owner is offered."""
    return [kind.segment for kind in shown(*given, **more).kinds]


def stood(stage: Stage = "threshold", *granted: Segment, **more: Any) -> Footing:
    """Return a stage it stands at since Monday, perhaps for some drafts alone."""
    return footing(BOOK, stage, granted=granted, **more)


# --- What is offered ---


def test_one_kind_is_offered_where_the_whole_has_not_earned_it() -> None:
    """All quotes went out as written, and nothing else did."""
    found = shown(BAD)
    assert found.lacking == ("120 of 127 decisions were good (94.4 %), 95 % are needed",)
    (kind,) = found.kinds
    assert (kind.segment, kind.words) == (QUOTES, "120 of 120 were sent as written")


def test_where_the_whole_has_earned_it_its_owner_may_still_want_some_alone() -> None:
    """Both stand on the card."""
    found = shown(many(41, **ALIKE))
    assert (found.lacking, [kind.segment for kind in found.kinds]) == ((), [QUOTES])


OTHER = MAKER.model_copy(update={"prompt_version": "p-2"})
ALONE = {"by": "sales", "rule": "alone"}
VERY_SURE = {"by": "sales", "rule": "alone", "confidence": "99%"}
#: What keeps a kind from being offered, though people sent all of it as written.
NOT_YET: dict[str, tuple[list[Decided], dict[str, Any]]] = {
    "few": (many(29, **ALIKE), {}),
    "unsure": (BAD, {"book": free(rollout=STRICT, step=mailing(approve=VERY_SURE))}),
    "asks each time": (many(90, **ALIKE), {"book": free("each time", rollout=STRICT)}),
    "level": (many(90, **ALIKE), {"book": free(rollout=STRICT, level=3)}),
    "no baseline": (many(90, **ALIKE), {"book": free(rollout={**STRICT, "baseline": None})}),
    "for whom": (many(90, **ALIKE), {"book": free(rollout={**STRICT, "share": None})}),
    "weeks": (many(90, **ALIKE), {"book": free(rollout={**STRICT, "levels": "9 weeks"})}),
    "so many": (many(90, **ALIKE), {"book": free(rollout={**STRICT, "at least": "91 drafts"})}),
    "newest": ([*many(90, **ALIKE), *many(4, "rejected", 91, **ALIKE)], {}),
    "another prompt": ([*many(90, **ALIKE), *many(1, first=91, maker=OTHER)], {}),
    "whole already": (many(90, **ALIKE), {"stood": stood()}),
    "two stages on": (many(90, **ALIKE), {"to": "autonomous"}),
    "shadow": (many(90, **ALIKE), {"stood": stood("shadow"), "to": "threshold"}),
    "covered": (many(90, **ALIKE), {"stood": stood("threshold", QUOTES)}),
}


@pytest.mark.parametrize(("drafts", "more"), NOT_YET.values(), ids=NOT_YET)
def test_nothing_is_offered_that_misses_anything(
    drafts: list[Decided], more: dict[str, Any]
) -> None:
    """Each condition of the whole holds for a kind of its own."""
    assert offered(drafts, **more) == []


def test_with_another_version_or_prompt_it_is_to_be_granted_anew() -> None:
    """What stands there for another version, or for what nobody writes any more, covers nothing."""
    drafts = many(90, **ALIKE)
    assert offered(drafts, stood=stood("threshold", QUOTES, version="v-0")) == [QUOTES]
    older = QUOTES.model_copy(update={"maker": OTHER})
    assert offered(drafts, stood=stood("threshold", older)) == [QUOTES]


def test_each_step_has_its_own_prompt() -> None:
    """One agent writes two letters, and each with other instructions: neither is another prompt for the other."""
    steps = (mailing(approve=ALONE), mailing("reminder", approve=ALONE))
    two = playbook(*steps, level=4, alone=BOUNDS, rollout=STRICT)
    first = many(90, **ALIKE)
    last = many(40, first=91, step="reminder", maker=OTHER, **ALIKE)
    reminders = QUOTES.model_copy(update={"maker": OTHER})
    assert offered([*first, *last], book=two) == [QUOTES, reminders]


def test_the_whole_is_the_next_step_from_some() -> None:
    """It needs its weeks since then, and is no confirmation."""
    strict = free(rollout={**STRICT, "levels": "9 weeks"})
    found = shown(many(90), strict, footing(strict, "threshold", granted=(QUOTES,)))
    assert (found.stage, found.to) == ("threshold", "threshold")
    assert found.lacking == ("60 of 63 days at threshold", "60 of 63 days since its first draft")


# --- What goes ---

AMOUNTS = st.integers(0, 20_000_00)
KINDS = st.builds(
    Segment,
    maker=st.sampled_from([MAKER, OTHER]),
    action=st.sampled_from(["mail.send", "pay.refund"]),
    under=st.sampled_from([None, *(usd(n) for n in ("100", "500", "1000", "5000", "10000"))]),
    known=st.booleans(),
)


@given(
    st.lists(KINDS, min_size=1, max_size=3), st.none() | AMOUNTS, st.sampled_from([MAKER, OTHER])
)
def test_no_draft_goes_by_itself_that_was_not_granted(
    granted: list[Segment], cents: int | None, maker: Maker
) -> None:
    """However sure it is otherwise; and what was granted goes. An amount is granted where it is said to be: below."""
    amount = f"{cents // 100}.{cents % 100:02} USD" if cents is not None else ""
    step = mailing(amount=amount, approve={"by": "sales", "rule": "alone"})
    book = free(step=step, alone={"amount": "90000.00 USD", "count": 9})
    written = AUTHOR.model_copy(update={"prompt_version": maker.prompt_version})
    made = opened(
        book,
        footing=footing(book, "threshold", makers=(MAKER, OTHER), granted=tuple(granted)),
        acceptance=SURE,
        result=drafted().model_copy(update={"author": written}),
    )
    draft = draft_of(made)
    among = any(
        one.action == "mail.send"
        and one.maker == maker
        and not one.known
        and (cents is None if one.under is None else cents is not None and cents < one.under.minor)
        for one in granted
    )
    assert bool(draft.ruled) == among
    if not among:
        assert (draft.state, draft.asked.partition(" only ")[0]) == ("open", "by itself")


def test_none_named_is_all_and_another_currency_is_another_amount() -> None:
    """What is below in one says nothing of the other."""
    euros = QUOTES.model_copy(
        update={"under": usd("100.00").model_copy(update={"currency": "EUR"})}
    )
    assert is_granted((), euros)
    assert not is_granted((QUOTES,), euros)
    assert not is_granted((QUOTES,), QUOTES.model_copy(update={"under": None}))


def test_what_is_held_asks_when_only_others_are_granted_meanwhile() -> None:
    """It was signed while the whole stood there."""
    built = trusted(book := free())
    started = built.drafted(book)
    assert now(built, started).ruled
    with built.store.transaction() as tx:
        tx.place(footing(book, granted=(QUOTES,)))
    built.wake(started)
    assert now(built, started).state == "open"
    words = "mail.send under 500.00 USD, for customers known before"
    assert now(built, started).asked == f"by itself only {words}"


def test_people_read_for_what_it_stands_there() -> None:
    """In lists, and at length."""
    granted = stood("threshold", QUOTES, why="41 of 41 were sent as written")
    words = "mail.send under 500.00 USD, for customers known before"
    assert standing(granted, "assist") == f"threshold, only: {words}"
    assert f"sure enough, only {words}; people sign the rest" in said(granted, "assist")
    assert standing(None, "assist") == "assist"
    assert standing(stood(), "assist") == "threshold"


# --- One press ---

SOME = {"by": "sales", "edit": ["subject", "body"], "rule": "alone", "confidence": "50%"}


@pytest.fixture
def at() -> House:
    """Return a company whose letters to one customer all went as written, and those to others did not."""
    built = house()
    built.directory.now = built.directory.now.model_copy(update={"sample": 0.01})
    book = free(
        step=mailing(approve=SOME),
        rollout=STRICT,
        customer={"id": "{{ inputs.quote }}"},
        alone={"amount": "500.00 USD", "count": 99},
    )
    built.shelf.put(book)
    for _ in range(31):
        built.left(built.drafted(book), Outcome(status="done"))
    for n in range(4):
        reject(built, other(built, f"Q-NEW-{n}"))
    built.clock.pass_by(minutes=1)
    return built


def the(at: House) -> Playbook:
    with at.store.looking() as look:
        active = look.active("follow-up")
        assert active
        return look.playbook(active.version)


def other(at: House, quote: str) -> Run:
    """Have a letter written about a quote."""
    begun = at.start(the(at), inputs={"quote": quote})
    at.report(begun, drafted())
    return at.now(begun)


def reject(at: House, made: Run) -> None:
    at.clock.pass_by(seconds=1)
    answer = at.engine.handle(press(Reject, made, ANA, reason="wrong facts"))
    assert isinstance(answer, Recorded)


def evidence(at: House) -> TrackRecord:
    with at.store.looking() as look:
        return gathered(look, the(at), at.clock.now())


def grant(at: House, **more: Any) -> Promote:
    """Return the press on the offer."""
    found = evidence(at)
    (kind,) = found.kinds
    values: dict[str, Any] = {
        "actor": ANA,
        "playbook": "follow-up",
        "to": "threshold",
        "seen": "assist",
        "evidence": found.hash[:SHOWN],
        "only": kind.key[:SHOWN],
    }
    return Promote(**{**values, **more})


def asked(at: House) -> list[Any]:
    with at.store.looking() as look:
        return asked_for(look, the(at), at.clock.now())


def stands(at: House) -> Footing:
    return at.store.rows.footings["follow-up"]


KNOWN = "mail.send, for customers known before"


def test_its_owners_are_shown_it_once_and_one_press_grants_it(at: House) -> None:
    """From then on those go, and no others; the record names what was granted, on which numbers."""
    (report,) = asked(at)
    assert isinstance(report, Report)
    at.engine.handle(report)
    at.engine.handle(report)
    cards = [(name, to) for name, to in at.store.rows.posts if name.startswith("trust:")]
    card = "trust:follow-up:threshold:start:some"
    assert cards == [(card, "U-ANA"), (card, "U-BEN")]

    answer = at.engine.handle(pressed := grant(at))
    assert isinstance(answer, Recorded), answer
    assert f"only {KNOWN}; people sign the rest. 30 of 30 were sent as written." in answer.sentence
    assert [one.words for one in stands(at).granted] == [KNOWN]
    entry = at.store.entries[-1]
    assert (entry.event, entry.head["only"]) == (Event.PLAYBOOK_PROMOTED, [KNOWN])
    assert str(entry.head["evidence"]).startswith(pressed.evidence)
    assert card in at.store.rows.redrawn
    assert now(at, at.drafted(the(at))).ruled
    assert now(at, other(at, "Q-NEXT")).asked == f"by itself only {KNOWN}"


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"actor": CEM}, NotAllowed),
        ({"actor": ADA}, NotAllowed),
        ({"only": "0" * SHOWN}, StaleEvidence),
        ({"evidence": ""}, StaleEvidence),
        ({"evidence": "0" * SHOWN}, StaleEvidence),
        ({"to": "autonomous", "evidence": ""}, StaleEvidence),
        ({"only": "", "evidence": ""}, NotEarned),
    ],
)
def test_nobody_else_grants_and_nothing_that_was_not_shown(
    at: House, more: dict[str, Any], error: type[Exception]
) -> None:
    """An admin is not enough, and without the kind it is the whole, which has not earned it."""
    answer = at.engine.handle(grant(at, **more))
    assert isinstance(answer, Refused)
    assert isinstance(answer.error, error)
    assert at.store.rows.footings == {}


def test_what_lost_it_before_the_report_is_not_shown(at: House) -> None:
    """Between the look and the report people rejected some."""
    (report,) = asked(at)
    for _ in range(4):
        reject(at, at.drafted(the(at)))
    at.engine.handle(report)
    assert not [name for name, _ in at.store.rows.posts if name.startswith("trust:")]


def test_the_next_stage_is_the_whole(at: House) -> None:
    """No stage is skipped from a grant, and the whole takes its place."""
    at.engine.handle(grant(at))
    free_at_last = Promote(actor=OLGA, playbook="follow-up", to="autonomous")
    answer = at.engine.handle(free_at_last)
    assert isinstance(answer, Refused)
    assert f"it stands at threshold, only: {KNOWN}, and stages are taken" in answer.error.sentence
    loose = {**EASY, "back when": {"overrides": "100%"}}
    easy = playbook(mailing(approve=SOME), level=4, rollout=loose)
    at.shelf.put(easy)
    answer = at.engine.handle(Promote(actor=ANA, playbook="follow-up", to="threshold"))
    assert isinstance(answer, Recorded)
    assert "promoted from threshold for some drafts alone by Ana" in answer.sentence
    assert stands(at).granted == ()


def test_others_rejected_do_not_take_it_back_its_own_do(at: House) -> None:
    """It is judged on the drafts it was granted for."""
    at.engine.handle(grant(at))
    for n in range(9):
        reject(at, other(at, f"Q-LATER-{n}"))
    assert asked(at) == []
    at.directory.now = at.directory.now.model_copy(update={"sample": 1.0})
    for _ in range(4):
        reject(at, at.drafted(the(at)))
    (back,) = asked(at)
    assert isinstance(back, Demote)
    assert "4 of the newest 30 drafts were overridden" in back.why
    answer = at.engine.handle(back)
    assert isinstance(answer, Recorded)
    assert "demoted from threshold for some drafts alone by Sayso" in answer.sentence
    assert (stands(at).stage, stands(at).granted) == ("assist", ())


def test_a_person_takes_it_back(at: House) -> None:
    """As they take back a whole."""
    at.engine.handle(grant(at))
    at.engine.handle(Demote(actor=ADA, playbook="follow-up", to="assist", why="not now"))
    assert (stands(at).stage, stands(at).granted) == ("assist", ())
    assert now(at, at.drafted(the(at))).state == "open"
    at.engine.handle(Demote(actor=SYSTEM, playbook="follow-up", to="assist"))
    assert stands(at).why == "not now"


def test_one_more_is_granted_beside_the_first(at: House) -> None:
    """On decisions of its own since then; what it covers, and what nobody writes any more, goes from the list."""
    at.engine.handle(grant(at))
    (first,) = stands(at).granted
    gone = first.model_copy(update={"maker": OTHER, "known": False})
    with at.store.transaction() as tx:
        tx.place(stands(at).model_copy(update={"granted": (first, gone)}))
    assert evidence(at).kinds == ()
    at.clock.pass_by(minutes=1)
    for n in range(60):
        at.left(other(at, f"Q-{n}"), Outcome(status="done"))
    at.engine.handle(grant(at, seen="threshold"))
    assert [one.words for one in stands(at).granted] == [KNOWN, "mail.send, for others"]
    assert now(at, other(at, "Q-ANY")).ruled
