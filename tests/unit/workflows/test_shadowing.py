"""Drafts nobody is shown: people do the work as always, say what they sent, and both are kept side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.workflows.builders import (
    ADA,
    ANA,
    CEM,
    mailing,
    playbook,
    press,
    refunding,
)
from tests.unit.workflows.presses import refused
from tests.unit.workflows.trusting import free, now, trusted
from workflows.answers import FieldErrors, Recorded, Show
from workflows.commands import (
    Approve,
    CancelRun,
    OnDraft,
    OpenRecord,
    RecordSent,
    TakeOver,
)
from workflows.errors import NotAllowed, NotSigned
from workflows.events import Event
from workflows.machine import ON_DRAFT
from workflows.run import DraftState, RunState, SignedDraft
from workflows.trust.comparing import compared

if TYPE_CHECKING:
    from tests.unit.workflows.builders import House
    from workflows.run import Run

SAME = {"subject": "YOUR  quote", "body": "Shall we go\nahead?"}
BOOK = playbook(
    mailing(approve={"by": "sales", "edit": ["subject", "body"], "assign": "in turn"}),
    {"tell": "all", "text": "Went on"},
    rollout={"start": "shadow"},
)


def silent(book: Any = BOOK) -> tuple[House, Run]:
    """Return a company in shadow, and a run whose agent has drafted."""
    built = trusted(book, "shadow")
    return built, built.drafted(book)


def record(built: House, started: Run, who: Any = ANA, **more: Any) -> Any:
    """Say what was sent."""
    return built.engine.handle(press(RecordSent, built.now(started), who, **more))


def test_a_silent_draft_is_kept_and_waits_for_nobodys_signature() -> None:
    """It is on the record with all it rests on; the card asks for one thing."""
    built, started = silent()
    draft, run = now(built, started), built.now(started)
    assert (draft.state, run.state, run.due_at) == ("shadow", "waiting", draft.expires_at)
    assert draft.assigned == "U-ANA"
    assert draft.silent
    assert draft.silent.fields == ("subject", "body")
    entry = built.store.entries[-1]
    assert (entry.event, entry.head["stage"]) == (Event.DRAFT_SHADOWED, "shadow")
    assert entry.body["payload"] == draft.current.payload
    assert "why" not in entry.body


def test_nothing_of_it_can_leave() -> None:
    """No button leads on from it but the one that says what a person sent, and no signed draft is made of it."""
    rows = {command for command, state in ON_DRAFT if state is DraftState.SHADOW}
    assert rows == {OpenRecord, RecordSent}
    built, started = silent()
    for kind in (Approve, TakeOver):
        assert "do it as always" in refused(built, NotAllowed, kind, started, ANA)
    draft = now(built, started)
    signed = draft.model_copy(update={"state": DraftState.EXECUTING})
    with pytest.raises(NotSigned):
        SignedDraft.of(signed)


@pytest.mark.parametrize(
    "kind", [each for each in OnDraft.__subclasses__() if each is not RecordSent]
)
def test_no_command_brings_a_silent_draft_to_another_state(kind: type[OnDraft]) -> None:
    """Whatever is pressed."""
    built, started = silent()
    more: dict[str, Any] = {
        "Reject": {"reason": "other"},
        "Edit": {"changes": {"subject": "x"}},
        "RequestChange": {"wish": "x"},
        "Resolve": {"happened": True},
        "Judge": {"right": True},
    }.get(kind.__name__, {})
    built.engine.handle(press(kind, built.now(started), ANA, **more))
    assert now(built, started).state is DraftState.SHADOW


def test_what_a_person_sent_stands_beside_it_and_the_run_goes_on() -> None:
    """As if they had done the step, and so they have."""
    built, started = silent()
    shown = built.engine.handle(press(OpenRecord, built.now(started), ANA))
    assert isinstance(shown, Show)
    assert shown.view == "record"
    assert isinstance(record(built, started, sent=SAME), Recorded)
    draft, run = now(built, started), built.now(started)
    assert draft.silent
    assert (draft.state, run.state) == ("kept", "done")
    assert draft.silent.agrees
    assert draft.silent.sent == SAME
    entry = next(e for e in built.store.entries if e.event is Event.DRAFT_COMPARED)
    assert entry.head["same"] is True
    assert entry.head["likeness"] == {"subject": 100, "body": 100}
    assert entry.body["sent"] == SAME


def test_what_differs_is_measured() -> None:
    """Field by field, in percent of words."""
    built, started = silent()
    record(built, started, sent={"subject": "Hello", "body": "Shall we go on?"})
    draft = now(built, started)
    assert draft.silent
    assert not draft.silent.agrees
    assert [(each.same, each.percent) for each in draft.silent.likeness] == [
        (False, 0),
        (False, 75),
    ]


def test_nothing_was_needed_ends_the_run() -> None:
    """As a rejection would have; nothing follows."""
    built, started = silent()
    record(built, started, needed=False)
    draft, run = now(built, started), built.now(started)
    assert draft.silent
    assert (draft.state, run.state, draft.silent.sent) == ("kept", "cancelled", None)
    assert run.why == "nothing was needed"


def test_what_could_not_have_been_sent_is_said_at_its_field() -> None:
    """No amount is "some"."""
    book = playbook(refunding(approve={"by": "finance", "edit": ["amount"]}))
    built = trusted(book, "shadow")
    started = built.start(book)
    answer = record(built, started, CEM, sent={"amount": "some"})
    assert isinstance(answer, FieldErrors)
    assert set(answer.errors) == {"amount"}
    assert now(built, started).state is DraftState.SHADOW


def test_what_was_left_empty_was_sent_empty() -> None:
    """The form says that it may be."""
    built, started = silent()
    assert isinstance(record(built, started, sent={"body": "Shall we go ahead?"}), Recorded)
    found = now(built, started).silent
    assert found
    assert [(each.name, each.same) for each in found.likeness] == [
        ("subject", False),
        ("body", True),
    ]


def test_nothing_at_all_is_no_answer() -> None:
    """Either something was sent, or nothing was needed; where only that is asked there is nothing to fill in."""
    built, started = silent()
    answer = record(built, started)
    assert isinstance(answer, FieldErrors)
    assert set(answer.errors) == {"subject"}
    assert "tick that nothing was needed" in answer.errors["subject"]
    book = playbook(refunding(approve={"by": "finance", "edit": []}))
    built = trusted(book, "shadow")
    assert isinstance(record(built, built.start(book), CEM), Recorded)


def test_only_who_could_decide_records() -> None:
    """Those who could sign, and whoever started it."""
    built, started = silent()
    refused(built, NotAllowed, RecordSent, started, CEM, sent=SAME)
    assert isinstance(record(built, started, ADA, sent=SAME), Recorded)


def test_unrecorded_it_closes_without_a_word() -> None:
    """Nobody is reminded, nothing is posted."""
    built, started = silent()
    before = dict(built.store.rows.posts)
    built.wake(started)
    draft, run = now(built, started), built.now(started)
    assert draft.ending
    assert (draft.state, draft.ending.reason, run.state) == ("kept", "not recorded", "cancelled")
    assert built.store.rows.posts == before


def test_a_run_in_shadow_can_be_stopped() -> None:
    """Its draft is withdrawn like any other."""
    built, started = silent()
    built.engine.handle(CancelRun(actor=ANA, run_id=started.id))
    assert now(built, started).state is DraftState.WITHDRAWN


def test_a_fixed_action_asks_for_what_people_may_edit() -> None:
    """In shadow a refund is a person's work like everything else."""
    book = playbook(refunding(approve={"by": "finance", "edit": ["amount"]}))
    built = trusted(book, "shadow")
    started = built.start(book)
    draft = now(built, started)
    assert draft.silent
    assert (draft.state, draft.silent.fields) == ("shadow", ("amount",))
    assert isinstance(record(built, started, CEM, sent={"amount": "100 USD"}), Recorded)
    draft = now(built, started)
    assert draft.silent
    assert (draft.state, draft.silent.agrees) == ("kept", True)


def test_in_shadow_a_free_playbook_does_nothing_by_itself() -> None:
    """Stage beats level."""
    built = trusted(free(), "shadow")
    assert now(built, built.drafted(free())).state is DraftState.SHADOW
    assert built.now(built.drafted(free())).state is RunState.WAITING


@pytest.mark.parametrize(
    ("kind", "drafted_", "sent", "expected"),
    [
        ("text", "Your  Quote", "your quote", (True, 100)),
        ("text", "one two", "three four", (False, 0)),
        ("text", None, "", (True, 100)),
        ("long_text", "a b c d", "a b x d", (False, 75)),
        ("money", "1,480.00 USD", "1480 usd", (True, 100)),
        ("money", "1,480.00 USD", "1,480.00 EUR", (False, 0)),
        ("money", "", "1 USD", (False, 0)),
        ("money", "soon", "Soon", (True, 100)),
        ("date", "2026-11-23", "2026-11-23", (True, 100)),
        ("date", "2026-11-23", "2026-11-24", (False, 0)),
        ("integer", 3, "3", (True, 100)),
    ],
)
def test_fields_are_compared_by_their_kind(
    kind: str, drafted_: Any, sent: Any, expected: tuple[bool, int]
) -> None:
    """Texts by words, everything else by value."""
    found = compared("f", kind, drafted_, sent)
    assert (found.same, found.percent) == expected


@given(st.text(), st.text())
def test_likeness_is_a_percentage_and_all_of_it_only_for_the_same(one: str, other: str) -> None:
    """In either order it is the same or not."""
    found, back = compared("f", "text", one, other), compared("f", "text", other, one)
    assert 0 <= found.percent <= 100
    assert found.same == back.same == (found.percent == 100)
