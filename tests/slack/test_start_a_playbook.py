"""Story: somebody starts a playbook, from a picker, a form or one line, and the draft's card appears."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.slack import screen
from tests.slack.office import ANA, KIM, LEE, NOA, SALES, STRANGER, doubled
from workflows.run import RunState

if TYPE_CHECKING:
    from tests.slack.office import Office


def test_one_line_starts_it_and_the_card_appears(office: Office) -> None:
    """`/playbook quote-follow-up Q-1043` answers at once; the card shows exactly what would leave."""
    seen = office.command(LEE, "/playbook quote-follow-up Q-1043")
    assert "working on it" in seen.said
    card = office.newest(SALES)
    assert screen.buttons(card) == ["Approve", "Edit", "Reject", "The customer has replied"]
    for part in ("Lark Bakery", "orders@lark-bakery.example", "2,480.00 USD", "Why"):
        assert part in screen.words(card)
    assert card["text"].startswith("To sign: Send a follow-up for quote Q-1043")


def test_a_bare_command_opens_the_picker_then_the_form_then_starts(office: Office) -> None:
    """Pick from the list, see the procedure in one glance, fill the form, start."""
    picker = office.command(LEE, "/playbook").dialog
    assert picker
    assert "Start a playbook" in screen.words(picker)
    form = office.submit(LEE, {"playbook": "quote-follow-up"}).dialog
    assert form
    assert form["title"]["text"] == "Follow up a quote"
    assert "Every quote gets an answer" in screen.words(form)
    done = office.submit(LEE, {"input:quote": "Q-1044"})
    assert done.dialog is None  # nothing covers the card that appears
    assert "Saffron House" in screen.words(office.newest(SALES))


def test_a_name_alone_opens_the_form_with_its_defaults(office: Office) -> None:
    """`/playbook quote-follow-up` shows the form; Start takes what stands there."""
    form = office.command(LEE, "/playbook quote-follow-up").dialog
    assert form
    _, entry = screen.find(form, "input")
    assert entry["initial_value"] == "Q-1043"
    office.submit(LEE)
    assert office.run().inputs == {"quote": "Q-1043"}


def test_what_is_wrong_is_shown_at_its_field(office: Office) -> None:
    """A value that doesn't fit keeps the form open and starts nothing."""
    office.command(LEE, "/playbook quote-follow-up")
    seen = office.submit(LEE, {"input:quote": "Q" * 41})
    assert seen.errors == {"input:quote:0": "This is 41 characters long; at most 40 fit."}
    assert office.runs() == []


def test_a_value_that_does_not_fit_opens_the_form_with_it(office: Office) -> None:
    """A line with a wrong value isn't refused: the form opens with as much of it as fits."""
    form = office.command(LEE, f"/playbook quote-follow-up quote={'Q' * 41}").dialog
    assert form
    assert screen.find(form, "input")[1]["initial_value"] == "Q" * 40
    assert office.runs() == []


def test_a_misspelt_name_gets_the_likely_one(office: Office) -> None:
    """`/playbook quote-folow-up` says which one is meant, and starts nothing."""
    assert "Did you mean quote-follow-up?" in office.command(LEE, "/playbook quote-folow-up").said
    assert "There is no playbook called xyz." in office.command(LEE, "/playbook xyz").said
    assert office.runs() == []


def test_the_picker_puts_the_last_used_first(office: Office) -> None:
    """What somebody started last is one tap away, and the tap shows its form."""
    office.command(LEE, "/playbook payment-recovery")
    office.submit(LEE)
    picker = office.command(LEE, "/playbook").dialog
    assert picker
    assert screen.buttons(picker) == ["Remind of an overdue invoice"]
    form = office.press(LEE, picker, "pick").dialog
    assert form
    assert form["id"] == picker["id"], "the form takes the picker's place"
    assert form["callback_id"] == "start"


def test_the_shortcut_opens_the_picker(office: Office) -> None:
    """Slack's shortcut menu is a third way to the same list."""
    body = {"type": "shortcut", **office.head(LEE), "callback_id": "start_playbook"}
    seen = office.dispatch(body)
    assert seen.acked
    assert seen.dialog
    assert seen.dialog["callback_id"] == "pick"


def test_a_stranger_starts_nothing_and_sees_nothing(office: Office) -> None:
    """Who is not in company.yml is told whom to ask, from every way in."""
    for line in ("/playbook", "/playbook quote-follow-up Q-1043", "/sayso queue", "/sayso kpi"):
        seen = office.command(STRANGER, line)
        assert "listed in company.yml" in seen.said, line
        assert seen.dialog is None
    body = {"type": "shortcut", **office.head(STRANGER), "callback_id": "start_playbook"}
    assert "listed in company.yml" in screen.words(office.dispatch(body).dialog)
    assert office.runs() == []


def test_a_guest_may_not_start_and_it_is_on_the_record(office: Office) -> None:
    """Guests are people of the company's list who never start or sign."""
    seen = office.command(KIM, "/playbook quote-follow-up Q-1043")
    assert "no guest" in seen.said
    assert [entry.actor for entry in office.audited("slack:press:refused")] == [f"user:{KIM}"]


def test_the_same_command_delivered_twice_starts_one_run(office: Office) -> None:
    """Slack may deliver a command again; the second gets the first one's answer."""
    body = office.commanding(LEE, "/playbook quote-follow-up Q-1043")
    assert office.dispatch(body).said
    assert office.dispatch(doubled(body)).acked
    office.settle()
    assert len(office.runs()) == 1
    assert len(office.posted(SALES)) == 1


def test_a_quote_that_was_answered_needs_no_letter(office: Office) -> None:
    """The run stops by itself and says why where its card would have been."""
    office.command(LEE, "/playbook quote-follow-up Q-1036")
    words = screen.words(office.newest(SALES))
    assert "Quote Q-1036 is accepted, so there is nothing to follow up." in words
    assert office.newest(SALES)["text"] == (
        "quote-follow-up for Q-1036 was stopped: "
        "Quote Q-1036 is accepted, so there is nothing to follow up."
    )
    assert office.run().state is RunState.CANCELLED


def test_a_quote_nobody_has_says_what_to_do(office: Office) -> None:
    """A slip ends the run with a sentence and a next step, and is nobody's incident."""
    office.command(LEE, "/playbook quote-follow-up Q-9999")
    assert office.run().state is RunState.CANCELLED
    text = office.posted(SALES)[0]["text"]
    assert "there is no row 'Q-9999'" in text
    assert "There is: Q-1036" in text


def test_nothing_starts_while_it_is_paused(office: Office) -> None:
    """A pause holds for everybody, and the refusal says who paused and how it goes on."""
    office.command(ANA, "/sayso pause quote-follow-up")
    seen = office.command(NOA, "/playbook quote-follow-up Q-1043")
    assert "quote-follow-up is paused by Ana Ruiz" in seen.said
    assert office.runs() == []
    office.command(ANA, "/sayso resume quote-follow-up")
    office.command(NOA, "/playbook quote-follow-up Q-1043")
    assert len(office.runs()) == 1


def test_a_form_slack_does_not_open_is_said(office: Office) -> None:
    """A trigger that ran out is no reason to leave somebody waiting."""
    office.slack.errors["views.open"].append("expired_trigger_id")
    seen = office.command(LEE, "/playbook")
    assert seen.acked
    assert "Slack did not open the form (expired_trigger_id)" in seen.said


def test_a_playbook_whose_file_is_gone_can_still_be_started(office: Office) -> None:
    """What is active stands in the database; only a name nobody knows is told so."""
    picker = office.command(LEE, "/playbook").dialog
    assert picker
    (office.home / "playbooks" / "quote-follow-up.yml").unlink()
    office.restart()
    assert "Follow up a quote" in screen.words(office.press(LEE, picker, "pick").dialog)
    office.slack.dialogs[LEE] = {**picker, "callback_id": "start", "private_metadata": "C|gone"}
    assert "There is no playbook called gone." in screen.words(office.submit(LEE).dialog)
