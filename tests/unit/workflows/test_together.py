"""Several people at one draft: changes asked for, work taken over, claims, comments, amounts typed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.fakes.clock import MONDAY
from tests.unit.workflows.builders import (
    ACTIONS,
    ADA,
    ANA,
    BEN,
    CEM,
    DORA,
    GIL,
    LETTER,
    OLGA,
    REACHING,
    House,
    done,
    draft,
    drafted,
    due,
    facts,
    house,
    mailing,
    playbook,
    press,
    refunding,
    run,
)
from workflows.answers import FieldErrors, Recorded, Refused, Show
from workflows.commands import (
    Answer,
    Approve,
    CancelRun,
    Claim,
    Edit,
    Failed,
    Held,
    Later,
    OnDraft,
    OpenEdit,
    OpenSign,
    Pause,
    Redraft,
    Reject,
    RequestChange,
    StopContact,
    TakeOver,
    Undo,
)
from workflows.errors import ClaimedBy, EnoughRounds, NotAllowed, Paused, Stale, StaleCard
from workflows.events import Event
from workflows.machine import decide
from workflows.queue import waits_for
from workflows.requests import draft_request
from workflows.revising import ROUNDS, WISH
from workflows.run import Actor, ApprovalRule, Claimed, Confidence, DraftState, Needs, Run, RunState
from workflows.text import Untrusted

BOOK = playbook(mailing(), {"task": "call", "who": "sales", "title": "Call Jo"})
AGENT = Actor(kind="agent", id="writer")


def asked(of: House, book: Any = BOOK, who: Actor = ANA, wish: str = "shorter") -> Run:
    """Return a run whose draft somebody wants different."""
    before = of.drafted(book)
    reply = of.engine.handle(press(RequestChange, before, who, wish=wish))
    assert isinstance(reply, Recorded), reply
    return of.now(before)


def its(found: Run) -> Any:
    """Return the run's draft."""
    assert found.draft is not None
    return found.draft


def test_a_wish_sends_the_draft_back_to_its_agent() -> None:
    """It is at work again, under the same id, with the wish on the record and not in a header."""
    of = house()
    back = asked(of)
    assert (back.state, its(back).state, its(back).revision) == ("working", "rewriting", 1)
    assert back.due_at == of.clock.at
    (wish,) = its(back).wishes
    assert (wish.by, wish.words.raw, wish.about, wish.made) == (ANA, "shorter", 1, 0)
    entry = of.store.entries[-1]
    assert (entry.event, entry.head["round"], entry.body["wish"]) == (
        Event.DRAFT_RETURNED,
        1,
        "shorter",
    )


def test_the_agent_is_shown_the_wish_and_its_own_last_text() -> None:
    """Only what it may write, as it stands now; and only while it writes again."""
    of = house()
    before = of.drafted(BOOK)
    of.engine.handle(press(Edit, before, ANA, changes={"subject": "Mine"}))
    of.engine.handle(press(RequestChange, of.now(before), BEN, wish="shorter"))
    step: Any = BOOK.step("letter")
    given = {"company": of.directory.company(), "now": of.clock.at, "actions": ACTIONS}
    again = draft_request(of.now(before), BOOK, step, **given, accepted=Confidence())
    assert again.wish.raw == "shorter"
    assert again.last == {**LETTER, "subject": "Mine"}
    first = draft_request(before, BOOK, step, **given, accepted=Confidence())
    assert (first.wish.raw, first.last) == ("", {})


def test_what_comes_back_is_a_new_unsigned_revision_of_the_same_draft() -> None:
    """By the agent, for who asked; older signatures count no more, and the policy decides again."""
    of = house()
    book = playbook(mailing(approve={"by": "sales", "quorum": 2, "edit": ["body"]}))
    before = of.drafted(book)
    of.engine.handle(press(Approve, before, ANA))
    of.engine.handle(press(RequestChange, of.now(before), BEN, wish="shorter"))
    of.report(before, drafted(body="Shall we?"))
    after = of.now(before)
    now = its(after)
    assert (now.id, now.state, now.revision) == (its(before).id, "open", 2)
    assert (now.current.author, now.current.payload["body"]) == (AGENT, "Shall we?")
    assert (now.signers, now.wishes[0].made) == ((), 2)
    assert (after.state, after.why) == ("waiting", "waits for a signature: two of sales")
    assert of.store.entries[-1].event is Event.DRAFT_REWRITTEN
    assert of.store.entries[-1].actor == AGENT


def test_the_clock_of_a_draft_goes_on_while_it_is_written_again() -> None:
    """Reminder and expiry stay where they were; one that came due meanwhile is made up for at once."""
    of = house()
    back = asked(of)
    remind, expires = its(back).remind_at, its(back).expires_at
    of.report(back, drafted(body="Shorter"))
    assert of.now(back).due_at == remind
    of.engine.handle(press(RequestChange, of.now(back), ANA, wish="still shorter"))
    of.clock.at = remind + timedelta(minutes=1)
    of.report(back, drafted(body="Short"))
    assert of.now(back).due_at == of.clock.at
    of.wake(of.now(back))
    assert of.now(back).due_at == expires
    of.engine.handle(press(RequestChange, of.now(back), ANA, wish="no, longer"))
    of.clock.at = expires + timedelta(minutes=1)
    of.report(back, drafted(body="Much longer"))
    assert of.now(back).due_at == of.clock.at
    of.wake(of.now(back))
    assert its(of.now(back)).escalated_at == of.clock.at


@pytest.mark.parametrize(
    ("result", "problem"),
    [
        (Failed(problem="The model was unreachable."), "The model was unreachable"),
        (Later(problem="Busy.", after=9), "Busy"),
        (Held(problem="x", scope="agent:writer"), "agent:writer is paused"),
        (drafted(), "writer wrote the same text again"),
        (drafted(to="eve@example.com"), "to is not the agent's to write"),
        (drafted(subject=7), "subject must be text"),
    ],
)
def test_without_anything_usable_the_draft_is_open_again_as_it_was(
    result: Any, problem: str
) -> None:
    """And says why; its signatures from before still count."""
    of = house()
    book = playbook(mailing(approve={"by": "sales", "quorum": 2}))
    before = of.drafted(book)
    of.engine.handle(press(Approve, before, ANA))
    of.engine.handle(press(RequestChange, of.now(before), BEN, wish="shorter"))
    of.report(before, result)
    now = its(of.now(before))
    assert (now.state, now.revision, now.signers) == ("open", 1, (ANA.id,))
    assert problem in now.wishes[0].problem
    assert of.store.entries[-1].event is Event.DRAFT_KEPT
    assert of.store.entries[-1].actor.kind == "system"


def test_a_worker_that_dies_in_between_is_replaced_and_its_late_answer_dropped() -> None:
    """The lease makes it happen again; one revision comes of it."""
    of = house()
    back = asked(of)
    dead = of.claim(back)
    of.report(back, drafted(body="Shorter"))
    late = of.engine.handle(done(dead, drafted(body="Late")))
    assert isinstance(late, Refused)
    assert its(of.now(back)).revision == 2


@pytest.mark.parametrize(
    ("kind", "words"), [(Reject, {"reason": "not needed"}), (TakeOver, {}), (CancelRun, {})]
)
def test_while_it_is_written_again_it_can_be_ended_and_the_answer_comes_to_nothing(
    kind: Any, words: dict[str, str]
) -> None:
    """What the agent brings then is dropped."""
    of = house()
    back = asked(of)
    held = of.claim(back)
    ends = (
        CancelRun(actor=BEN, run_id=back.id)
        if kind is CancelRun
        else press(kind, of.now(back), BEN, **words)
    )
    assert isinstance(of.engine.handle(ends), Recorded)
    ended = its(of.now(back)).state
    assert ended in {"rejected", "taken", "withdrawn"}
    late = of.engine.handle(done(held, drafted(body="Late")))
    assert isinstance(late, Refused)
    assert isinstance(late.error, Stale)
    assert (its(of.now(back)).state, its(of.now(back)).revision) == (ended, 1)


def test_a_draft_is_written_again_a_few_times_only() -> None:
    """Then a person does it."""
    of = house()
    before = of.drafted(BOOK)
    for n in range(ROUNDS):
        of.engine.handle(press(RequestChange, of.now(before), ANA, wish="again"))
        of.report(before, drafted(body=f"Text {n}"))
    reply = of.engine.handle(press(RequestChange, of.now(before), ANA, wish="again"))
    assert isinstance(reply, Refused)
    assert isinstance(reply.error, EnoughRounds)


def test_what_no_agent_wrote_or_is_paused_is_not_written_again() -> None:
    """The refusal says what to do instead."""
    fixed = playbook(refunding())
    before = run(draft=draft(step="refund", needs=draft().needs), step="refund")
    with pytest.raises(NotAllowed, match="needs a text that an agent wrote"):
        decide(before, fixed, press(RequestChange, before, ANA, wish="x"), facts())
    undo = run(draft=draft(undoes="d-0"))
    with pytest.raises(NotAllowed, match="needs a text that an agent wrote"):
        decide(undo, BOOK, press(RequestChange, undo, ANA, wish="x"), facts())
    off = facts(paused=(("agent:writer", "U-OLGA"),))
    waits = run(draft=draft())
    with pytest.raises(Paused, match=r"^writer is paused by Olga"):
        decide(waits, BOOK, press(RequestChange, waits, ANA, wish="x"), off)


@pytest.mark.parametrize(
    ("wish", "problem"),
    [
        (" \n", "is missing: say what should be different"),
        ("x" * (WISH + 1), "is longer than 1,000"),
    ],
)
def test_an_empty_or_endless_wish_is_said_at_its_field(wish: str, problem: str) -> None:
    """Nothing is asked of the agent."""
    waits = run(draft=draft())
    answer = decide(waits, BOOK, press(RequestChange, waits, ANA, wish=wish), facts()).answer
    assert isinstance(answer, FieldErrors)
    assert answer.errors["wish"].startswith(problem)


def test_who_had_money_written_does_not_sign_it() -> None:
    """A wish is a hand in the text: nobody signs their own where money is concerned."""
    of = house()
    back = asked(of, who=ANA)
    of.report(back, drafted(body="Shorter"))
    money = its(of.now(back)).model_copy(update={"risk": "money"})
    mine = of.now(back).model_copy(update={"draft": money})
    assert not waits_for(ANA.id, mine, of.directory.company(), of.clock.at)
    assert waits_for(BEN.id, mine, of.directory.company(), of.clock.at)
    assert isinstance(of.engine.handle(press(Approve, of.now(back), ANA)), Recorded)


# --- Take over ---


def test_taking_over_ends_the_draft_and_gives_a_task_until_it_was_due() -> None:
    """Nothing leaves; closing the task goes on with the run."""
    of = house()
    before = of.drafted(BOOK)
    of.engine.handle(press(TakeOver, before, ANA))
    after = of.now(before)
    assert after.task is not None
    assert (its(after).state, after.state) == ("taken", "waiting")
    assert (after.task.owner, after.task.draft_id) == (ANA.id, its(before).id)
    assert after.task.due_at == its(before).expires_at
    assert after.due_at == after.task.remind_at
    events = [entry.event for entry in of.store.entries[-2:]]
    assert events == [Event.DRAFT_TAKEN, Event.TASK_OPENED]
    assert any(f"task:{after.task.id}" == post.subject for post in of.store.rows.posts.values())
    of.engine.handle(Answer(actor=ANA, task_id=after.task.id))
    assert (of.now(before).step, of.now(before).state) == ("call", "waiting")


def test_a_task_taken_over_is_reminded_of_like_any_other() -> None:
    """When the draft would have been; late, an owner of the playbook hears of it."""
    of = house()
    before = of.drafted(BOOK)
    of.engine.handle(press(TakeOver, before, ANA))
    of.wake(of.now(before))
    assert of.store.entries[-1].event is Event.TASK_REMINDED
    assert of.clock.at == its(before).remind_at
    of.wake(of.now(before))
    assert of.store.entries[-1].event is Event.TASK_OVERDUE


def test_what_was_reminded_of_before_is_only_told_of_when_it_is_late() -> None:
    """Nobody is reminded twice."""
    of = house()
    before = of.drafted(BOOK)
    of.wake(before)
    of.engine.handle(press(TakeOver, of.now(before), ANA))
    of.wake(of.now(before))
    assert of.clock.at == its(before).expires_at
    assert of.store.entries[-1].event is Event.TASK_OVERDUE


@pytest.mark.parametrize("who", [CEM, GIL])
def test_who_may_not_decide_takes_nothing_over(who: Actor) -> None:
    """Nor asks for changes."""
    waits = run(draft=draft())
    kinds: tuple[tuple[type[OnDraft], dict[str, str]], ...] = (
        (TakeOver, {}),
        (RequestChange, {"wish": "x"}),
    )
    for kind, words in kinds:
        with pytest.raises(NotAllowed):
            decide(waits, BOOK, press(kind, waits, who, **words), facts())


# --- Claims ---


def claimed(by: Actor = BEN, **more: Any) -> Run:
    """Return a run whose draft somebody has been looking at since ten."""
    until = facts().at + timedelta(minutes=15)
    return run(draft=draft(claim=Claimed(by=by.id, until=until), **more))


DECIDING: tuple[tuple[type[OnDraft], dict[str, Any]], ...] = (
    (Approve, {}),
    (OpenSign, {}),
    (OpenEdit, {}),
    (Edit, {"changes": {}}),
    (Reject, {"reason": "other"}),
    (RequestChange, {"wish": "x"}),
    (TakeOver, {}),
    (Claim, {}),
)


@pytest.mark.parametrize(("kind", "words"), DECIDING)
def test_while_somebody_looks_at_it_nobody_else_decides(
    kind: type[OnDraft], words: dict[str, Any]
) -> None:
    """The refusal says who and until when; they themselves go on, and it lapses by itself."""
    before = claimed()
    with pytest.raises(ClaimedBy, match=r"^Ben is looking at this until 11:15\."):
        decide(before, BOOK, press(kind, before, ANA, **words), facts())
    assert decide(before, BOOK, press(kind, before, BEN, **words), facts()).run
    later = facts(at=facts().at + timedelta(minutes=15))
    assert decide(before, BOOK, press(kind, before, ANA, **words), later).run


@pytest.mark.parametrize(("kind", "words"), DECIDING)
def test_who_can_only_claim_keeps_no_signer_out(kind: type[OnDraft], words: dict[str, Any]) -> None:
    """Cem started it and can't sign it; those who could are kept out by each other alone."""
    before = claimed(by=CEM).model_copy(update={"started_by": CEM})
    assert decide(before, BOOK, press(kind, before, ANA, **words), facts()).run
    others = claimed(by=ANA).model_copy(update={"started_by": CEM})
    if kind not in {Approve, OpenSign}:
        with pytest.raises(ClaimedBy):
            decide(others, BOOK, press(kind, others, CEM, **words), facts())


def test_a_claim_lasts_a_quarter_of_an_hour_and_is_on_the_record() -> None:
    """Claiming again goes on from now."""
    before = run(draft=draft())
    decision = decide(before, BOOK, press(Claim, before, ANA), facts())
    assert decision.run is not None
    until = facts().at + timedelta(minutes=15)
    assert its(decision.run).claim == Claimed(by=ANA.id, until=until)
    assert decision.entries[0].event is Event.DRAFT_CLAIMED
    assert isinstance(decision.answer, Recorded)
    assert decision.answer.sentence == "It is yours until 11:15."


@pytest.mark.parametrize("who", [OLGA, ADA])
def test_the_owner_or_an_admin_claims_at_once_whatever_anybody_claimed(who: Actor) -> None:
    """Somebody left for lunch with it."""
    before = claimed()
    after = decide(before, BOOK, press(Claim, before, who), facts()).run
    assert after is not None
    assert its(after).claim.by == who.id


def test_who_may_not_decide_claims_nothing_and_an_old_card_neither() -> None:
    """A claim keeps others away, so it takes the right to decide."""
    before = run(draft=draft())
    with pytest.raises(NotAllowed):
        decide(before, BOOK, press(Claim, before, CEM), facts())
    with pytest.raises(StaleCard):
        decide(before, BOOK, press(Claim, before, ANA, revision=2), facts())


def test_where_two_must_sign_a_claim_keeps_nobody_from_signing() -> None:
    """It keeps others from editing and rejecting all the same."""
    two = Needs(by=("sales",), quorum=2, words="two of sales")
    before = claimed(needs=two, rule=ApprovalRule(by=("sales",), quorum=2))
    after = decide(before, BOOK, press(Approve, before, ANA), facts()).run
    assert after is not None
    assert its(after).signers == (ANA.id,)
    assert its(after).claim == its(before).claim
    with pytest.raises(ClaimedBy):
        decide(before, BOOK, press(Reject, before, ANA, reason="other"), facts())


@pytest.mark.parametrize(
    ("kind", "words"), [(Approve, {}), (Reject, {"reason": "other"}), (TakeOver, {})]
)
def test_deciding_releases_the_claim(kind: type[OnDraft], words: dict[str, Any]) -> None:
    """Nothing is looked at any more."""
    before = claimed(by=ANA)
    after = decide(before, BOOK, press(kind, before, ANA, **words), facts()).run
    assert after is not None
    assert its(after).claim is None


# --- Comments and reasons ---


def test_a_comment_stands_with_the_signature_and_in_the_part_that_can_be_erased() -> None:
    """A blank one is none."""
    before = run(draft=draft())
    with_words = press(Approve, before, ANA, comment="fine, she called")
    decision = decide(before, BOOK, with_words, facts())
    assert decision.run is not None
    (said,) = its(decision.run).comments
    assert (said.by, said.n, said.words) == (ANA.id, 1, Untrusted("fine, she called"))
    assert decision.entries[0].body["comment"] == "fine, she called"
    assert "fine" not in str(decision.entries[0].head)
    silent = decide(before, BOOK, press(Approve, before, ANA, comment="  "), facts()).run
    assert silent is not None
    assert its(silent).comments == ()


def test_the_reason_of_an_edit_is_kept_with_its_revision() -> None:
    """One tap, on the record and on the card."""
    before = run(draft=draft(rule=ApprovalRule(by=("sales",), edit=("body",))))
    edit = press(Edit, before, ANA, changes={"body": "Hi"}, reason="wrong tone")
    decision = decide(before, BOOK, edit, facts())
    assert decision.run is not None
    assert its(decision.run).edited_for == {2: "wrong tone"}
    assert decision.entries[0].head["reason"] == "wrong tone"


def test_an_edit_that_changes_what_it_needs_says_what_it_needed() -> None:
    """The policy's new verdict stands beside the old one; held back, it is no news any more."""
    of = house()
    above = [{"amount": "200.00 USD", "by": "owner"}]
    book = playbook(refunding(approve={"by": "finance", "edit": ["amount"], "above": above}))
    before = of.start(book)
    of.engine.handle(press(Edit, before, CEM, changes={"amount": "300.00 USD"}))
    now = its(of.now(before))
    assert (now.needed, now.needs.words) == ("one of finance", "the owner (above 200.00 USD)")
    assert of.now(before).why == "waits for a signature: the owner (above 200.00 USD)"
    of.engine.handle(press(Approve, of.now(before), OLGA, amount="300"))
    of.engine.handle(press(Undo, of.now(before), OLGA))
    assert its(of.now(before)).needed == ""


# --- Typed amounts ---


def refund(of: House) -> Run:
    """Return a refund of 100.00 USD that waits for finance."""
    return of.start(
        playbook(refunding(approve={"by": "finance", "edit": ["amount"], "hold": "0 seconds"}))
    )


def test_money_that_nothing_brings_back_is_signed_by_typing_the_amount() -> None:
    """A press alone opens the dialog; the amount signs, and the record says it was typed."""
    of = house()
    before = refund(of)
    reply = of.engine.handle(press(Approve, before, CEM, amount=""))
    assert isinstance(reply, Show)
    assert reply.view == "sign"
    assert its(of.now(before)).signers == ()
    assert of.store.entries[-1].event is Event.DRAFT_SHOWN
    assert isinstance(of.engine.handle(press(Approve, before, CEM, amount="100 USD")), Recorded)
    assert its(of.now(before)).state == "executing"
    (entry,) = [e for e in of.store.entries if e.event is Event.DRAFT_SIGNED]
    assert entry.head["typed"] is True


@pytest.mark.parametrize("typed", ["100.01", "10000", "100 EUR", "hundred"])
def test_another_amount_signs_nothing_and_is_on_the_record(typed: str) -> None:
    """Bound to what the card shows."""
    of = house()
    before = refund(of)
    reply = of.engine.handle(press(Approve, before, CEM, amount=typed))
    assert reply == FieldErrors(errors={"amount": "is not the amount on the card"})
    assert its(of.now(before)).signers == ()
    assert of.store.entries[-1].head["reason"] == "wrong-amount"


def test_an_amount_typed_for_an_older_revision_signs_nothing() -> None:
    """The amount was right, the card was not."""
    of = house()
    before = refund(of)
    of.engine.handle(press(Edit, before, DORA, changes={"amount": "90.00 USD"}))
    reply = of.engine.handle(press(Approve, before, CEM, amount="100.00 USD"))
    assert isinstance(reply, Refused)
    assert isinstance(reply.error, StaleCard)


def test_where_no_amount_is_known_or_something_undoes_it_none_is_typed() -> None:
    """And one that was typed where there is none is wrong."""
    spec = ACTIONS["pay.refund"].model_copy(update={"undo": "charge it again"})
    book = playbook(refunding())
    money = draft(
        action="pay.refund",
        risk="money",
        step="refund",
        rule=ApprovalRule(by=("finance",)),
        needs=Needs(by=("finance",), quorum=1, words="one of finance"),
    )
    before = run(draft=money, step="refund")
    assert decide(before, book, press(Approve, before, CEM), facts()).run
    wrong = decide(before, book, press(Approve, before, CEM, amount="1.00 USD"), facts())
    assert isinstance(wrong.answer, FieldErrors)
    paid = run(
        draft=money.model_copy(update={"amount": {"minor": 100, "currency": "USD"}}), step="refund"
    )
    undoable = facts(actions={**ACTIONS, "pay.refund": spec})
    after = decide(paid, book, press(Approve, paid, CEM, amount=""), undoable).run
    assert after is not None
    assert its(after).state is DraftState.HOLDING


def test_a_paused_agent_is_said_when_it_was_paused_meanwhile() -> None:
    """The draft does not wait for ever for an agent that is off."""
    of = house()
    back = asked(of)
    of.engine.handle(Pause(actor=OLGA, scope="everything"))
    of.report(back, Held(problem="everything is paused", scope="everything"))
    assert its(of.now(back)).wishes[0].problem == "everything is paused"
    assert of.now(back).state is RunState.WAITING


def test_after_a_rejection_while_it_was_rewritten_the_agent_may_write_a_new_draft() -> None:
    """A late answer to the wish is not taken for the new draft."""
    of = house()
    back = asked(of)
    late = of.claim(back)
    of.engine.handle(press(Reject, of.now(back), ANA, reason="other"))
    of.engine.handle(press(Redraft, of.now(back), ANA))
    assert isinstance(of.engine.handle(done(late, drafted(body="Late"))), Refused)
    of.report(back, drafted(body="New"))
    assert its(of.now(back)).id != its(back).id
    assert its(of.now(back)).current.payload["body"] == "New"


def test_the_wake_up_of_a_draft_that_was_sent_back_comes_to_nothing() -> None:
    """A worker was sent to remind of it; Ana asked for changes meanwhile."""
    waits = run(RunState.WAITING, draft=draft(), fence=3)
    wake = due(waits)
    back = decide(waits, BOOK, press(RequestChange, waits, ANA, wish="x"), facts(at=MONDAY)).run
    assert back is not None
    with pytest.raises(Stale):
        decide(back, BOOK, wake, facts())


def test_what_comes_back_for_who_wants_no_more_messages_is_withdrawn() -> None:
    """The customer said so while the agent wrote."""
    of = house(REACHING)
    back = asked(of)
    of.engine.handle(StopContact(actor=ANA, address="jo@example.com"))
    of.report(back, drafted(body="Shorter"))
    assert (its(of.now(back)).state, its(of.now(back)).revision) == ("withdrawn", 2)
