"""Starting a run: its inputs, its place, its conditions; who may, and what is switched off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.workflows.builders import ADA, EVE, GIL, facts, mailing, playbook
from workflows.answers import FieldErrors
from workflows.commands import StartRun
from workflows.errors import ConditionFailed, NotAllowed, Paused, Stranger
from workflows.events import Event
from workflows.machine import decide
from workflows.run import SYSTEM, Place, Run

if TYPE_CHECKING:
    from workflows.turn import Decision

BOOK = playbook(mailing())


def start(book: Any = BOOK, who: Any = ADA, **more: Any) -> Decision:
    """Decide a start."""
    about = more.pop("facts", facts())
    return decide(None, book, StartRun(actor=who, playbook="follow-up", **more), about)


def started(book: Any = BOOK, **more: Any) -> Run:
    """Return the run a start makes."""
    after = start(book, **more).run
    assert after is not None
    return after


def test_a_start_makes_a_run_at_its_first_step() -> None:
    """With its inputs, its version, its place, and on the record."""
    decision = start(inputs={"quote": "Q-7"}, trigger="shortcut")
    begun = decision.run
    assert begun is not None
    assert (begun.id, begun.ws, begun.version) == ("id-run", "T-NORTH", BOOK.version)
    assert (begun.state, begun.step, begun.seq) == ("working", "letter", 1)
    assert (begun.inputs, begun.subject.raw) == ({"quote": "Q-7"}, "Q-7")
    assert begun.place == Place(channel="C-SALES")
    assert [entry.event for entry in decision.entries] == [Event.RUN_STARTED]
    assert decision.redraw == ("run:id-run", "home")
    assert decision.entries[0].head["trigger"] == "shortcut"


def test_a_run_lives_in_the_thread_it_was_started_in() -> None:
    """Else in the playbook's channel, else where it was asked for."""
    asked, thread = Place(channel="C-ELSE"), Place(channel="C-ELSE", thread_ts="1.2")
    homeless = playbook(mailing(), channel="")
    assert started(place=thread).place == thread
    assert started(place=asked).place == Place(channel="C-SALES")
    assert started(homeless, place=asked).place == asked
    assert started(homeless).place is None


@pytest.mark.parametrize(
    ("inputs", "problems"),
    [
        ({"quote": ""}, {"quote": "is missing"}),
        ({"quotes": "Q-7"}, {"quotes": "is not an input of this playbook"}),
        ({"quote": 7, "x": 1}, {"quote": "must be text", "x": "is not an input of this playbook"}),
    ],
)
def test_wrong_inputs_are_said_by_field(inputs: Any, problems: dict[str, str]) -> None:
    """Nothing is started and nothing is put on the record."""
    decision = start(inputs=inputs)
    assert decision.answer == FieldErrors(errors=problems)
    assert (decision.run, decision.entries) == (None, ())


def test_defaults_stand_in_for_inputs_that_were_not_given() -> None:
    """An input with a default need not be typed."""
    assert started().inputs == {"quote": "Q-1"}


def test_a_start_is_refused_where_the_playbook_does_not_apply() -> None:
    """Its conditions are said in its own words."""
    strict = playbook(mailing(), conditions=['inputs.quote.startsWith("Q-")'])
    assert started(strict).state == "working"
    with pytest.raises(ConditionFailed, match=r"does not apply: inputs\.quote\.startsWith"):
        start(strict, inputs={"quote": "R-1"})


@pytest.mark.parametrize(
    ("scope", "what"), [("everything", "Everything"), ("playbook:follow-up", "follow-up")]
)
def test_what_is_switched_off_does_not_start(scope: str, what: str) -> None:
    """The sentence names what and who."""
    with pytest.raises(Paused, match=rf"^{what} is paused by Olga\. Nothing was started"):
        start(facts=facts(paused=((scope, "U-OLGA"),)))


def test_a_switch_elsewhere_stops_nothing_here() -> None:
    """Another playbook, a connector that is not used yet."""
    off = facts(paused=(("playbook:other", "U-OLGA"), ("connector:mail", "U-OLGA")))
    assert started(facts=off).state == "working"


@pytest.mark.parametrize("who", [EVE, GIL])
def test_strangers_and_guests_start_nothing(who: Any) -> None:
    """Only people who work here do."""
    with pytest.raises((Stranger, NotAllowed)):
        start(who=who)


def test_timers_and_agents_may_start_runs() -> None:
    """They start, and a person signs."""
    assert started(who=SYSTEM).started_by == SYSTEM
