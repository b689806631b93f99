"""Story: a playbook earns trust. In shadow nobody is led; later some of it goes by itself, and is looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.slack import screen, trusting
from tests.slack.office import ANA, LEE, NOA, SALES, STRANGER, TOM
from tests.slack.trusting import START
from workflows.run import DraftState, RunState

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

    from tests.slack.office import Office


@pytest.fixture
def quiet(opened: Callable[..., Office], home: Path) -> Office:
    """Return the company with a letter in shadow, just drafted."""
    trusting.letter(home, "each time", level=3, start="shadow")
    office = opened()
    office.command(LEE, START)
    return office


@pytest.fixture
def free(opened: Callable[..., Office], home: Path) -> Office:
    """Return the company with a letter that earned to go by itself."""
    trusting.letter(home)
    office = opened()
    trusting.stands(office, "autonomous")
    return office


def card(office: Office) -> dict[str, Any]:
    """Return the card of the newest letter."""
    run = next(run for run in office.runs() if run.playbook == "letter")
    assert run.draft
    (row,) = [row for row in office.rows(f"draft:{run.draft.id}") if row.ts]
    return office.slack.messages[SALES][row.ts]


# --- Shadow ---


def test_in_shadow_the_card_leads_nobody(quiet: Office) -> None:
    """It says what to do and for whom, has one button, and holds nothing of the text; nor does anything else."""
    shown = screen.words(card(quiet))
    assert "Do this as you always do: Write to jo@lark.example. Then say what you sent." in shown
    assert "A short text" not in str(card(quiet))
    assert screen.buttons(card(quiet)) == ["Record what I sent"]
    assert "A short text" not in str(quiet.open_home(LEE))
    said = quiet.command(LEE, f"/sayso audit draft:{quiet.draft().id}").said
    assert "drafted it silently" in said
    assert "A short text" not in said


def test_what_was_sent_stands_beside_the_draft(quiet: Office) -> None:
    """The form is empty, and may stay so in part; then both are on the card, and the run goes on, sent by a person."""
    form = quiet.press(NOA, card(quiet), "record_sent").dialog
    assert form
    assert "A short text" not in str(form)
    assert all(each["optional"] for each in form["blocks"] if each["type"] == "input")
    wrong = quiet.submit(NOA, {})
    assert list(wrong.errors) == ["input:subject:0"]
    assert "say what you sent, or tick that nothing was needed" in str(wrong.errors)
    quiet.submit(NOA, {"input:subject": "hello", "input:body": "A short and kind text"})
    shown = screen.words(card(quiet))
    assert "subject the same" in shown
    assert "75 % of the words alike" in shown
    assert "Sayso: A short text" in shown
    assert "Sent: A short and kind text" in shown
    assert "nothing left from here" in shown
    assert "Went on with" in screen.words(quiet.posted(SALES))
    assert quiet.mail.effects == []
    assert quiet.run().state is RunState.DONE


def test_nothing_was_needed(quiet: Office) -> None:
    """One tick, and the run ends."""
    quiet.press(NOA, card(quiet), "record_sent")
    quiet.submit(NOA, {"needed": True})
    assert "nothing was needed" in screen.words(card(quiet))
    assert quiet.run().state is RunState.CANCELLED


def test_unrecorded_it_closes_by_itself(quiet: Office) -> None:
    """Nobody is reminded of anything."""
    quiet.pass_by(hours=5)
    assert "not recorded" in screen.words(card(quiet))
    assert screen.buttons(card(quiet)) == []
    assert quiet.rows(f"remind:{quiet.runs()[-1].id}") == []
    assert "waits for you" not in screen.words(quiet.posted(SALES))


def test_full_text_and_reasons_stay_shut_in_shadow(quiet: Office) -> None:
    """A button of another time does not show what nobody is shown."""
    press = quiet.pressing(LEE, card(quiet), "record_sent")
    for action in ("review", "open"):
        press["actions"][0]["action_id"] = action
        seen = quiet.dispatch(press)
        assert "Sayso drafted this in shadow" in seen.said
    why = quiet.pressing(LEE, card(quiet), "record_sent")
    value = why["actions"][0].pop("value")
    chosen = {"text": {"type": "plain_text", "text": "Why"}, "value": f"why:{value}"}
    why["actions"][0] |= {"action_id": "more", "type": "overflow", "selected_option": chosen}
    assert "Sayso drafted this in shadow" in quiet.dispatch(why).said


def test_recording_for_a_draft_that_is_gone_says_so(quiet: Office) -> None:
    """A dialog of another database changes nothing."""
    quiet.press(NOA, card(quiet), "record_sent")
    dialog = quiet.slack.dialogs[NOA]
    dialog["private_metadata"] = "0199-nothing.1.aaaaaaaaaaaa"
    assert "not known here" in screen.words(quiet.submit(NOA, {"needed": True}).payload)


# --- By itself ---


def test_it_goes_by_itself_with_a_hold_and_undo(free: Office) -> None:
    """The card says that no person signed, on what grounds and whom to ask; nothing is asked of anybody."""
    free.command(LEE, START)
    shown = screen.words(card(free))
    assert "By rule, no person signed it (alone, stage autonomous, 1 of 2 today)" in shown
    assert "ask one of sales" in shown
    assert screen.buttons(card(free)) == ["Undo"]
    free.pass_by(minutes=2)
    assert "done" in screen.words(card(free))
    assert len(free.mail.effects) == 1
    (entry,) = free.audited("policy:draft:signed")
    assert entry.actor == "system:rule:letter"


def test_what_went_by_itself_is_nothing_somebody_was_asked(free: Office) -> None:
    """What asking was good for this week is reckoned from what people decided."""
    free.command(LEE, START)
    free.pass_by(minutes=2)
    assert free.draft().state is DraftState.EXECUTED
    zone = free.foundation.folder.company().tz
    week = free.foundation.lookup.asked_week(free.clock.now(), zone)
    assert (week.signed, week.unchanged, week.stopped) == (0, 0, 0)
    assert week.value == "0 signed by people, 1 by rule."


def test_undo_holds_it_back_for_people(free: Office) -> None:
    """Then it is a draft like any other."""
    free.command(LEE, START)
    free.press(NOA, card(free), "undo")
    assert screen.buttons(card(free)) == ["Approve", "Edit", "Reject"]
    free.pass_by(minutes=2)
    assert free.mail.effects == []


def test_the_third_of_a_day_asks_and_says_why(free: Office) -> None:
    """Two a day go by themselves."""
    for _ in range(3):
        free.command(LEE, START)
    assert free.draft().state is DraftState.OPEN
    assert "Asked: the day's 2 by itself are used up" in screen.words(card(free))


def test_what_is_sampled_is_seen_first(opened: Callable[..., Office], home: Path) -> None:
    """All of it, where the company says so."""
    trusting.letter(home, sample="100%")
    office = opened()
    trusting.stands(office, "autonomous")
    office.command(LEE, START)
    assert "Asked: sampled" in screen.words(card(office))
    assert "Approve" in screen.buttons(card(office))


def test_at_threshold_it_asks_until_enough_is_known(
    opened: Callable[..., Office], home: Path
) -> None:
    """Nobody knows yet how often such letters go out unchanged."""
    trusting.letter(home)
    office = opened()
    trusting.stands(office, "threshold")
    office.command(LEE, START)
    assert "Asked: 0 of 30 decisions on such drafts are known" in screen.words(card(office))


def test_a_pause_stops_what_would_go_by_itself(free: Office) -> None:
    """Everything held stays held."""
    free.command(LEE, START)
    free.command(ANA, "/sayso pause letter")
    free.pass_by(minutes=5)
    assert free.mail.effects == []


def test_draft_only_is_copied(opened: Callable[..., Office], home: Path) -> None:
    """There is no Approve, and the card says what to do."""
    trusting.letter(home, "draft only", level=3)
    office = opened()
    office.command(LEE, START)
    assert "Draft only: nothing is sent from here" in screen.words(card(office))
    assert "Approve" not in screen.buttons(card(office))


# --- Looked at later ---


@pytest.fixture
def gone(opened: Callable[..., Office], home: Path) -> Office:
    """Return the company after a letter went by itself that is to be looked at."""
    trusting.letter(home, "audit later")
    office = opened()
    trusting.stands(office, "autonomous")
    office.command(LEE, START)
    office.pass_by(minutes=2)
    return office


def test_what_went_by_itself_is_on_the_list(gone: Office) -> None:
    """On the card and in Home, for those who could have signed it."""
    assert "to be looked at by" in screen.words(card(gone))
    assert screen.buttons(card(gone))[:2] == ["Looks right", "Wrong …"]
    gone.press(NOA, gone.open_home(NOA), "home_page", "What went by itself")
    assert "Write to jo@lark.example" in screen.words(gone.slack.homes[NOA])
    gone.press(TOM, gone.open_home(TOM), "home_page", "What went by itself")
    assert "Nothing that went by itself" in screen.words(gone.slack.homes[TOM])


def test_it_was_right(gone: Office) -> None:
    """One press, and nobody is asked again."""
    gone.press(NOA, card(gone), "looks_right")
    assert "found right by U01NOA" in screen.words(card(gone))
    assert "Looks right" not in screen.buttons(card(gone))
    gone.pass_by(days=7)
    assert "assist" not in gone.command(LEE, "/sayso stage letter").said


def test_it_was_wrong(gone: Office) -> None:
    """What was wrong is kept in words."""
    assert gone.press(NOA, card(gone), "looks_wrong").dialog
    seen = gone.submit(NOA, {"own_words": "It was for Jim"})
    assert "counts as an error" in screen.words(seen.payload)
    assert "found wrong by U01NOA: It was for Jim" in screen.words(card(gone))


def test_late_its_playbook_goes_back(gone: Office) -> None:
    """First a reminder, then people sign again; both are said where the playbook lives."""
    gone.pass_by(days=1, hours=1)
    assert "this went by itself, please look at it" in screen.words(gone.posted(SALES))
    gone.pass_by(days=2)
    said = screen.words(gone.posted(SALES))
    assert "Write a letter is at the stage assist now (demoted from autonomous by Sayso)" in said
    assert "Nobody looked in time" in said
    gone.command(LEE, START)
    assert gone.draft().state is DraftState.OPEN
    first = next(run for run in gone.runs()[::-1] if run.playbook == "letter")
    assert first.draft
    (row,) = [row for row in gone.rows(f"draft:{first.draft.id}") if row.ts]
    gone.press(NOA, gone.slack.messages[SALES][row.ts], "looks_right")
    assert "was looked at" in screen.words(gone.posted(SALES))


# --- Moving it ---


def test_a_playbook_is_promoted_and_taken_back_by_command(
    opened: Callable[..., Office], home: Path
) -> None:
    """By its owners; the stage stands in Home and in its procedure."""
    trusting.letter(home)
    office = opened()
    assert "is at the stage assist" in office.command(LEE, "/sayso stage letter").said
    assert "Say which playbook: /sayso stage" in office.command(LEE, "/sayso stage").said
    assert "Did you mean letter?" in office.command(LEE, "/sayso stage leter").said
    assert "Did you mean letter?" in office.command(LEE, "/sayso trust leter").said
    assert (
        "threshold now (promoted from assist by"
        in office.command(LEE, "/sayso stage letter threshold").said
    )
    assert "needs" in office.command(TOM, "/sayso stage letter autonomous").said
    office.press(LEE, office.open_home(LEE), "home_page", "Playbooks")
    assert "stage threshold · level 4" in screen.words(office.slack.homes[LEE])
    seen = office.press(LEE, office.slack.homes[LEE], "show_sop", "letter")
    assert "It stands at the stage threshold" in screen.words(seen.dialog)
    said = office.command(LEE, "/sayso stage letter assist too many edits").said
    assert "Too many edits. To undo this, an owner promotes it again" in said
    assert "/sayso trust letter shows what is missing" in said
    assert "To undo this" not in screen.words(office.posted(SALES))
    assert "There is no stage" in office.command(LEE, "/sayso stage letter free").said
    assert "no playbook" in office.command(LEE, "/sayso stage nothing").said
    assert office.command(STRANGER, "/sayso stage letter").said
