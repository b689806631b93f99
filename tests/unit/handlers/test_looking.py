"""Looking is for people of the company, and what is gone is said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from blocks.values import ButtonValue, value_of
from handlers import actions, commands, looking, showing, views
from handlers.payloads import ButtonPress, SlashCommand, Submission
from handlers.replies import Opened, Said, Turned
from tests.unit.blocks import examples
from tests.unit.handlers.desks import ANA, STRANGER, FakeEngine, FakeReading, Room
from workflows.answers import Recorded, Refused
from workflows.errors import Stranger, UnknownDraft, UnknownPlaybook, UnknownRun

if TYPE_CHECKING:
    from collections.abc import Callable

    from handlers.desk import Desk

DRAFT = examples.draft()
RUN = examples.run().model_copy(update={"draft": DRAFT})
BARE = examples.run()


def _press(value: str = "", action: str = "open") -> ButtonPress:
    acts = [{"action_id": action, "value": value}]
    return ButtonPress.model_validate({"user": {"id": ANA}, "actions": acts})


LOOKS: list[Callable[[Desk, str], Any]] = [
    lambda desk, who: looking.full_text(desk, who, DRAFT.id),
    lambda desk, who: looking.why(desk, who, DRAFT.id),
    lambda desk, who: looking.take_over(desk, who, ButtonValue.parse(value_of(DRAFT))),
    lambda desk, who: looking.status(desk, who, RUN.id),
    lambda desk, who: looking.audit(desk, who, ""),
    looking.queued,
    lambda desk, who: looking.picker(desk, who, "C1"),
]


@pytest.mark.parametrize("look", LOOKS)
def test_a_stranger_sees_nothing(look: Callable[[Desk, str], Any]) -> None:
    """Everything that can be looked at is for people of the company."""
    desk = Room(reading=FakeReading(RUN)).desk
    refused = look(desk, STRANGER)
    assert isinstance(refused, Refused)
    assert isinstance(refused.error, Stranger)
    assert not isinstance(look(desk, ANA), Refused)


@pytest.mark.parametrize("held", [None, BARE])
def test_a_draft_that_is_gone_is_said(held: Any) -> None:
    """Neither its text nor its reasons can be shown."""
    desk = Room(reading=FakeReading(held)).desk
    for look in (looking.full_text, looking.why):
        refused = look(desk, ANA, DRAFT.id)
        assert isinstance(refused, Refused)
        assert isinstance(refused.error, UnknownDraft)


def test_a_run_carrying_no_draft_is_handled_like_a_lost_one() -> None:
    """Found by a draft it does not carry any more."""

    class Stale(FakeReading):
        def run_of_draft(self, draft_id: str) -> Any:  # noqa: ARG002 -- the port's face
            return BARE

    desk = Room(reading=Stale()).desk
    for look in (looking.full_text, looking.why):
        assert isinstance(look(desk, ANA, "x"), Refused)
    body = {"user": {"id": ANA}, "view": {"private_metadata": "x.1.0123456789ab"}}
    assert isinstance(views.edit(desk, Submission.model_validate(body)), Refused)


def test_a_run_nobody_knows_is_said() -> None:
    """With what to type instead."""
    refused = looking.status(Room().desk, ANA, "gone")
    assert isinstance(refused, Refused)
    assert isinstance(refused.error, UnknownRun)


def test_a_text_is_signed_from_its_last_page_at_level_three_only() -> None:
    """A playbook that only drafts offers no Approve anywhere."""
    for level, submits in ((2, False), (3, True)):
        desk = Room(reading=FakeReading(RUN, level=level)).desk
        shown = looking.full_text(desk, ANA, DRAFT.id)
        assert isinstance(shown, Opened)
        assert ("submit" in shown.view) is submits


@pytest.mark.parametrize("results", [{}, {"report": "text"}, {"report": {"rows": 1}}])
def test_a_run_without_a_report_has_no_next_action(results: Any) -> None:
    """A button can name any run: only one with a report has actions."""
    held = BARE.model_copy(update={"results": results})
    assert looking.next_action(Room(reading=FakeReading(held)).desk, BARE.id, 0) is None


def test_the_report_is_found_among_the_results() -> None:
    """Whatever else the run has read before."""
    report = examples.report().model_dump(mode="json")
    held = BARE.model_copy(update={"results": {"note": "x", "report": report}})
    desk = Room(reading=FakeReading(held)).desk
    found = looking.next_action(desk, BARE.id, 0)
    assert found is not None
    assert found.playbook == "invoice-follow-up"
    assert looking.next_action(desk, BARE.id, -1) is None
    assert looking.next_action(desk, BARE.id, 1) is None


def test_a_better_sentence_is_not_overwritten() -> None:
    """Where the draft appears is said only when nothing else is."""
    assert looking.started(Recorded(), "Here.") == Recorded(sentence="Here.")
    assert looking.started(Recorded(sentence="Twice."), "Here.") == Recorded(sentence="Twice.")


def test_a_procedure_that_was_taken_away_is_said() -> None:
    """A button in Home may be older than the folder."""
    book = examples.playbook()
    desk = Room(books=(book,)).desk
    shown, gone = (showing.show_sop(desk, _press(name)) for name in (book.playbook, "gone"))
    assert isinstance(shown, Said)
    assert isinstance(gone, Said)
    assert "not there any more" in gone.message["text"]


def test_a_page_of_home_is_drawn_for_the_one_who_turns() -> None:
    """The list and its page come from the menu or the button, and it stays there when it is drawn again."""
    room = Room()
    turned = actions.home_page(room.desk, _press("team:2"))
    assert isinstance(turned, Turned)
    assert turned.view["place"] == "team:2"
    assert room.places == ["team:2"]


def test_choices_inside_a_form_do_nothing() -> None:
    """Slack tells of them; the form is read when it is submitted."""
    engine = FakeEngine()
    assert actions.ignore(Room(engine=engine).desk, _press()) == Recorded()
    assert engine.commands == []


def test_the_numbers_need_their_playbook() -> None:
    """A company without it is told so."""
    body = {"command": "/sayso", "text": "kpi", "user_id": ANA}
    answer = commands.sayso(Room().desk, SlashCommand.model_validate(body))
    assert isinstance(answer, Refused)
    assert isinstance(answer.error, UnknownPlaybook)


def test_a_saved_edit_without_a_draft_is_not_signed() -> None:
    """The engine's answer carries no draft any more: nothing to sign."""
    engine = FakeEngine(Recorded(run=BARE))
    desk = Room(engine=engine, reading=FakeReading(RUN)).desk
    value = f"{DRAFT.id}.1.{DRAFT.current.payload_hash[:12]}"
    state = {"values": {"sign_too": {"sign_too": {"selected_options": [{"value": "yes"}]}}}}
    body = {"user": {"id": ANA}, "view": {"private_metadata": value, "state": state}}
    assert views.edit(desk, Submission.model_validate(body)) == Recorded(run=BARE)
    assert len(engine.commands) == 1
