"""Another version of a playbook over what really happened: who would sign, until when, how it would end."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.clock import MONDAY
from tests.replaying import replayed
from tests.unit.workflows.builders import (
    ANA,
    done,
    drafted,
    found,
    mailing,
    playbook,
    press,
    reading,
    refunding,
)
from tests.unit.workflows.life import BOOK, Life, logged
from workflows.commands import Answer, Approve, Executed, Signal, Undo
from workflows.own_playbooks import is_own
from workflows.past.course import changes, course
from workflows.past.simulation import simulate
from workflows.run import SYSTEM, Actor, Outcome

if TYPE_CHECKING:
    from tests.unit.workflows.builders import House
    from workflows.past.replay import Replay
    from workflows.playbook import Playbook
    from workflows.run import Run


def renamed(**changes: Any) -> Playbook:
    """Return the same playbook under another version."""
    return BOOK.model_copy(update={"version": "another", **changes})


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32))
def test_a_version_that_says_the_same_does_the_same(seed: int) -> None:
    """Whatever happened to a run, and however late its timers were heard."""
    life = Life(seed)
    life.live()
    for run in [one for one in life.runs if not is_own(one.playbook)]:
        again = replayed(life.house.store, run.id)
        was, would = course(again.standing), simulate(again, renamed(), life.house.clock.at)
        assert changes(was, would) == ()
        assert (was.signings, was.state, was.step) == (would.signings, would.state, would.step)


LETTER = mailing(approve={"by": "sales", "within": "4 hours", "hold": 0, "edit": ["subject"]})
SENT = Outcome(status="done")


@pytest.fixture
def sent(house: House) -> Replay:
    """Return a run whose letter Ana signed an hour after it was drafted, and that left."""
    run = house.start(playbook(reading(), LETTER))
    for result in (found(total="90.00"), drafted()):
        _reported(house, run, result)
    house.clock.pass_by(hours=1)
    house.engine.handle(press(Approve, house.now(run), ANA))
    _reported(house, run, Executed(outcome=SENT))
    assert house.now(run).state == "done"
    return replayed(house.store, run.id)


def _reported(house: House, run: Run, result: Any) -> None:
    (held,) = logged(house)
    assert held.id == run.id
    house.engine.handle(done(held, result))


def told(again: Replay, *steps: Any, **more: Any) -> tuple[str, ...]:
    """Return what another version of these steps would have done otherwise."""
    would = simulate(again, playbook(*steps, **more), MONDAY + timedelta(days=30))
    return changes(course(again.standing), would)


def letter(**approve: Any) -> dict[str, Any]:
    """Return the letter, signed in another way."""
    return {**LETTER, "approve": {**LETTER["approve"], **approve}}


def test_others_would_sign(sent: Replay) -> None:
    """How it would have gone on nobody knows: those others were not asked."""
    needs, unknown = told(sent, reading(), letter(by="finance"))
    assert needs == "needs one of finance instead of one of sales"
    assert unknown.startswith("can't be known further: Ana would not have signed: Signing")


@pytest.mark.parametrize("assign", ["in turn", [{"to": "sales"}], ["Ana", "in turn"]])
def test_who_would_be_asked_first_changes_nothing_else(sent: Replay, assign: Any) -> None:
    """Whose turn it was then is not on record, and need not be: the others could have signed all the same."""
    assert told(sent, reading(), letter(assign=assign)) == ()


def test_more_would_sign(sent: Replay) -> None:
    """The one who signed did; the second is waited for in vain, and then it expires."""
    changed = told(sent, reading(), letter(quorum=2, escalate=[]))
    assert changed == (
        "needs two of sales instead of one of sales",
        "letter would be expired instead of executed",
        "would be cancelled at letter instead of done at letter",
    )


def test_it_would_be_over_before_somebody_signed(sent: Replay) -> None:
    """Timers of the other version ring when it would have set them."""
    changed = told(sent, reading(), letter(within="40 minutes", escalate=[]))
    assert changed == (
        "is due 2026-11-23 09:40 UTC instead of 2026-11-23 13:00",
        "letter would be expired instead of executed",
        "would be cancelled at letter instead of done at letter",
    )


def test_it_would_not_have_started(sent: Replay) -> None:
    """A condition, or an input that is no more."""
    assert told(sent, reading(), LETTER, conditions=['inputs.quote == "Q-2"']) == (
        'would not start: This playbook does not apply: inputs.quote == "Q-2".',
    )
    asked = told(sent, reading(), LETTER, inputs={"quote": {"default": "Q-1"}, "who": {}})
    assert asked == ("would not start: its inputs do not fit any more",)


def test_an_amount_of_its_own(sent: Replay) -> None:
    """The amount decides who signs."""
    dear = {**letter(above=[{"amount": "50.00 USD", "by": "owner"}]), "amount": "{{ quote.total }}"}
    first, second, _ = told(sent, reading(), dear)
    assert first == "needs the owner (above 50.00 USD) instead of one of sales"
    assert second == "is about 90.00 USD instead of none"


def test_what_nobody_knows_is_said(sent: Replay) -> None:
    """Another record, another text, a step that was not there: nothing is made up."""
    other = reading(**{"from": "table.list"})
    unknown = "can't be known further: nobody knows what quote would bring"
    assert told(sent, other, LETTER)[-1] == unknown
    shorter = {**LETTER, "writes": ["body"]}
    assert told(sent, reading(), shorter)[-1].endswith("nobody knows what letter would bring")
    more = reading("customer")
    assert told(sent, reading(), more, LETTER)[-1].endswith(
        "nobody knows what customer would bring"
    )
    again = told(sent, reading(), LETTER, mailing("second"))
    assert again == ("can't be known further: nobody knows what second would bring",)


def test_another_way_to_go(sent: Replay) -> None:
    """It ends at once, asks somebody first, or asks for one signature more."""
    stop = {"decide": "open", "if": 'quote.total == "0"'}
    assert told(sent, reading(), stop, LETTER) == (
        "asks for no signature at letter",
        "would be cancelled at open instead of done at letter",
    )
    ask = {"task": "look", "who": "finance", "title": "Look first", "within": "1 hour"}
    assert told(sent, reading(), ask, LETTER)[-1] == (
        "would be waiting at look instead of done at letter"
    )
    refund = refunding()
    assert told(sent, reading(), LETTER, refund)[0] == "asks one of finance or owner to sign refund"


def test_what_the_same_would_do_is_said_in_words(sent: Replay) -> None:
    """One line for what was, one for what would have been."""
    assert course(sent.standing).words == "done at letter; letter: one of sales"
    assert simulate(sent, playbook(reading(), LETTER, title="New"), MONDAY).words == (
        "done at letter; letter: one of sales"
    )
    refused = simulate(sent, playbook(reading(), LETTER, conditions=["false"]), MONDAY)
    assert refused.words.startswith("refused: This playbook does not apply")


def test_what_there_is_nothing_to_decide_on_is_passed_over(house: House) -> None:
    """A signal for a step that is no more, an undo of what was never held, an answer nobody asked for."""
    wait = {"wait": "reply", "for": "2 hours", "signal": "replied"}
    task = {"task": "look", "who": "finance", "title": "Look first", "within": "1 hour"}
    held = letter(hold=60)
    run = house.start(playbook(wait, task, held))
    house.engine.handle(Signal(actor=SYSTEM, run_id=run.id, name="replied"))
    asked = house.now(run).task
    assert asked
    house.engine.handle(Answer(actor=Actor.user(asked.owner), task_id=asked.id))
    _reported(house, run, drafted())
    for kind in (Approve, Undo, Approve):
        house.engine.handle(press(kind, house.now(run), ANA))
    again = replayed(house.store, run.id)
    assert told(again, wait, task, held, title="New") == ()
    assert told(again, letter()) == (
        "can't be known further: nothing on record says what came of letter",
    )
    assert told(again, {**wait, "wait": "another"}, task, held)[-1] == (
        "would be waiting at look instead of holding at letter"
    )
