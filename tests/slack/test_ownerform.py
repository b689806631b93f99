"""Story: an owner changes a playbook without its file, in a form; what comes of it waits like any other change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.slack import screen
from tests.slack.office import ANA, IDA, KIM, LEE, SALES, STRANGER, doubled

if TYPE_CHECKING:
    from pathlib import Path

    from tests.slack.office import Office

Json = dict[str, Any]
FOLLOW_UP = "quote-follow-up"
LETTER = "step:letter"


def file(office: Office, name: str = FOLLOW_UP) -> Path:
    return office.home / "playbooks" / f"{name}.yml"


def look(office: Office) -> None:
    """Let the bot look at the folder twice, as it does every few seconds."""
    for _ in range(2):
        office.foundation.watching.tick()
    office.settle()


def form(office: Office, person: str, part: str = LETTER) -> Json:
    """Open the form of one part of the follow-up."""
    assert office.command(person, f"/sayso change {FOLLOW_UP}").dialog
    seen = office.submit(person, {f"playbook:{FOLLOW_UP}": part})
    assert seen.dialog
    return seen.dialog


def at(office: Office, field: str) -> str:
    """Return the input of a field of the letter's step, wherever the step stands in the file."""
    source = _active(office).source
    before = source[: source.index("- draft: letter")]
    return f"input:steps.{before.count(chr(10) + '  - ')}.{field}"


def _active(office: Office) -> Any:
    found = office.foundation.shelf.get(FOLLOW_UP)
    assert found
    return found


def test_an_owner_changes_who_signs_and_activates_it_in_the_same_breath(office: Office) -> None:
    """The form is filled with what holds; the diff with its button follows; the channel has the same card."""
    shown = form(office, LEE)
    assert "Signed by" in screen.words(shown)
    within, hold = at(office, "approve.within"), at(office, "approve.hold")
    seen = office.submit(LEE, {within: "2 work hours", hold: "30 seconds"})
    assert seen.dialog
    words = screen.words(seen.dialog)
    assert "can be signed for 4 work hours → 2 work hours" in words
    assert "wider: letter: held back 60 s → 30 s" in words
    assert f"Filled in by {LEE}" in words
    assert "hold: 60 seconds" in _active(office).source
    card = office.newest(SALES)
    assert screen.buttons(card) == ["Activate", "Not now", "Show the text"]
    (proposed,) = office.audited("run:playbook:proposed")
    assert proposed.actor == f"user:{LEE}"
    office.press(LEE, seen.dialog, "activate")
    source = _active(office).source
    assert "hold: 30 seconds" in source
    assert "within: 2 work hours" in source
    assert source.startswith("# Follows up one quote")
    assert "sayso playbook write quote-follow-up" in screen.words(office.newest(SALES))


def test_the_file_in_the_folder_never_goes_back_behind_the_form(office: Office) -> None:
    """Neither while it waits nor once it is active, not by looking and not by a restart; a real change is proposed."""
    form(office, LEE)
    seen = office.submit(LEE, {at(office, "approve.hold"): "30 seconds"})
    office.restart()
    look(office)
    assert seen.dialog
    office.press(LEE, seen.dialog, "activate")
    office.restart()
    look(office)
    assert len(office.posted(SALES)) == 1
    assert "hold: 30 seconds" in _active(office).source
    text = file(office).read_text()
    file(office).write_text(text.replace("edit: [subject, body]", "edit: body"))
    look(office)
    assert len(office.posted(SALES)) == 2
    assert "held back 30 s → 60 s" in screen.words(office.newest(SALES))


def test_what_is_wrong_stands_at_its_field_in_the_loaders_words(office: Office) -> None:
    """The same as for a file, and nothing is proposed."""
    form(office, LEE)
    by, above = at(office, "approve.by"), at(office, "approve.above")
    seen = office.submit(LEE, {by: "slaes"})
    assert "Did you mean sales?" in str(seen.errors[f"{by}:0"])
    seen = office.submit(LEE, {above: "a lot"})
    assert "like 5000.00 USD: owner" in str(seen.errors[f"{above}:0"])
    as_it_was = office.submit(LEE)
    assert "Nothing was changed" in screen.words(as_it_was.dialog)
    assert not office.posted(SALES)


def test_a_second_form_goes_on_from_the_first(office: Office) -> None:
    """One proposal has both; the one before gives way to it, and whoever filled in an older text is told."""
    form(office, LEE)
    office.submit(LEE, {at(office, "approve.hold"): "30 seconds"})
    picked = office.command(ANA, f"/sayso change {FOLLOW_UP}").dialog
    assert "goes on from it" in screen.words(picked)
    office.submit(ANA, {f"playbook:{FOLLOW_UP}": "head"})
    late = office.submitting(ANA, {"input:title": "Late"})
    seen = office.submit(ANA, {"input:title": "Ask about a quote"})
    words = screen.words(seen.dialog)
    assert "held back 60 s → 30 s" in words
    assert "title Follow up a quote → Ask about a quote" in words
    assert "something newer took its place" in screen.words(office.posted(SALES)[0])
    late["view"]["hash"] = "another"
    again = office.dispatch(late)
    assert "was changed while you filled in the form" in screen.words(again.dialog)


def test_an_admin_may_propose_and_not_activate_and_others_may_do_neither(office: Office) -> None:
    """Whoever may not is told whom to ask, before any form."""
    form(office, IDA)
    seen = office.submit(IDA, {at(office, "approve.hold"): "30 seconds"})
    assert seen.dialog
    refused = office.press(IDA, seen.dialog, "activate")
    assert "wider powers needs" in screen.words(refused.dialog) + refused.said
    for person in (KIM, STRANGER):
        said = office.command(person, f"/sayso change {FOLLOW_UP}").said
        assert "Nothing was done" in said or "can do this" in said
    assert "Say which" in office.command(LEE, "/sayso change").said
    assert (
        "Did you mean quote-follow-up?" in office.command(LEE, "/sayso change quote-folow-up").said
    )


def test_a_form_that_is_sent_twice_proposes_once(office: Office) -> None:
    """Slack sends a form again when an answer is late."""
    form(office, LEE)
    body = office.submitting(LEE, {at(office, "approve.hold"): "30 seconds"})
    office.dispatch(doubled(body))
    office.dispatch(doubled(body))
    office.settle()
    assert len(office.posted(SALES)) == 1


def test_the_button_under_the_procedure_opens_the_form_and_the_checklist(office: Office) -> None:
    """And so does Home for what one owns."""
    office.open_home(LEE)
    home = office.open_home(LEE)
    shown = office.press(LEE, home, "change_playbook", FOLLOW_UP)
    assert "What do you want to change?" in screen.words(shown.dialog)
    said = office.command(LEE, f"/playbook {FOLLOW_UP} checklist").said
    assert "☐ letter: Send a follow-up for quote [quote id]" in said
    assert "within 4 work hours" in said
    assert not office.runs()


def test_a_new_playbook_takes_its_steps_from_one_that_ships(office: Office) -> None:
    """Its form has what the other one leaves open; the company's owner activates it, and it runs."""
    assert "Take the steps of" in screen.words(office.command(IDA, "/sayso new").dialog)
    shown = office.submit(IDA, {"playbook": FOLLOW_UP}).dialog
    assert "It does what" in screen.words(shown)
    taken = office.submit(IDA, {"input:playbook": FOLLOW_UP, "input:inputs.quote": "Q-1043"})
    assert "is the name of another playbook" in str(taken.errors)
    wrong = office.submit(IDA, {"input:playbook": "Oven Quote"})
    assert "small letters, digits and hyphens" in str(wrong.errors)
    values = {"input:playbook": "oven-quote", "input:title": "Ask about the oven"}
    seen = office.submit(IDA, {**values, "input:inputs.quote": "Q-1043"})
    assert seen.dialog
    assert "a new playbook" in screen.words(seen.dialog)
    office.press(ANA, seen.dialog, "activate")
    found = office.foundation.shelf.get("oven-quote")
    assert found
    assert (found.extends, found.fixed, found.title) == (
        FOLLOW_UP,
        {"quote": "Q-1043"},
        "Ask about the oven",
    )
    office.command(LEE, "/playbook oven-quote")
    assert office.run().playbook == "oven-quote"


def test_a_newcomer_is_told_how_a_new_playbook_begins(office: Office) -> None:
    """With a name of their own: from what ships, and where it is named. Without the right: whom to ask."""
    said = office.command(IDA, "/sayso new oven-quote").said
    assert "No playbook called oven-quote ships" in said
    assert "Type /sayso new to choose one that does; then you name yours." in said
    assert f"Did you mean {FOLLOW_UP}?" in office.command(IDA, "/sayso new quote-folow-up").said
    assert "Making a new playbook needs " in office.command(LEE, "/sayso new").said
    assert "Nothing was done" in office.command(KIM, "/sayso new").said
