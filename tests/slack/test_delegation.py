"""Story: somebody asks how far a piece of work may be handed over, and the company lists what to begin with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.slack import screen
from tests.slack.office import ANA, IDA, KIM, LEE, NOA, SALES, STRANGER

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.slack.office import Office

Json = dict[str, Any]
FOLLOW_UP = "quote-follow-up"
NUMBERS = "\nnumbers: {hour: 38.00 USD, answered: 82%, won: 30%, job: 450.00 USD}\n"
#: Answers by the start of a block id; a menu's values are positions.
BEST: Json = {
    "repeatability": "4", "risk:": "0", "data": "4", "judgement": "0", "time:": "4",
    "minutes": "25", "times": "12", "per:": "1",
}  # fmt: skip
TRUST: Json = {**BEST, "judgement": "4"}


@pytest.fixture
def numbered(opened: Callable[..., Office], home: Path) -> Office:
    """A company that says its own numbers."""
    file = home / "company.yml"
    file.write_text(file.read_text(encoding="utf-8") + NUMBERS, encoding="utf-8")
    return opened()


def _scored(office: Office, person: str, answers: Json, playbook: str = FOLLOW_UP) -> Json:
    """Score a playbook by a command; return the dialog that says what is recommended."""
    assert office.command(person, f"/sayso delegate {playbook}").dialog
    seen = office.submit(person, answers)
    assert seen.errors == {}
    assert seen.dialog
    return seen.dialog


def _added(office: Office, person: str, title: str, **answers: Any) -> Json:
    """Add work without a playbook from the inventory; return what is recommended."""
    shown = office.command(person, "/sayso inventory").dialog
    assert shown
    office.press(person, shown, "delegate", "Add a task")
    seen = office.submit(person, {**BEST, "title": title, **answers})
    assert seen.errors == {}
    assert seen.dialog
    return seen.dialog


def test_the_form_is_five_questions_with_five_answers_each(numbered: Office) -> None:
    """Each answer says what it means; what company.yml says is not asked again."""
    form = numbered.command(NOA, "/sayso delegate quote-follow-up").dialog
    assert form
    labels = [block["label"]["text"] for block in form["blocks"] if block["type"] == "input"]
    assert labels[:2] == [
        "Repeatability: How alike is it each time?",
        "Risk: What happens when it goes wrong?",
    ]
    assert labels[5:] == [
        "Minutes each time",
        "How many times",
        "… a day, week or month",
        "What waiting costs a week",
        "Or: calls it answers a week",
    ]
    assert "5: Exactly the same every time" in screen.words(form)
    assert screen.words(form["title"]) == "How far to delegate?"


def test_the_recommendation_is_shown_with_its_reasons_and_kept(numbered: Office) -> None:
    """The level, why, what it needs first, what it is worth; it is on the record of the playbook."""
    told = _scored(numbered, NOA, {**TRUST, "calls": "120"})
    words = screen.words(told)
    assert screen.words(told["title"]) == "Level 1 recommended"
    assert "Level 1 is recommended: it only reads." in words
    assert "Judgement 5 of 5 (it is about trust, feelings or negotiation): level 1 at most" in words
    assert "To go further" in words
    assert "It is at level 3, which is higher than recommended." in words
    assert "Worth 3,106.00 USD a week" in words
    assert "if of 120 calls 18% are not answered" in words
    assert f"Scored by {NOA}" in words
    (entry,) = numbered.audited("run:inventory:scored")
    assert (entry.actor, entry.chain, entry.object) == (
        f"user:{NOA}",
        f"playbook:{FOLLOW_UP}",
        f"playbook:{FOLLOW_UP}",
    )
    assert entry.head["level"] == 1
    assert entry.body
    assert "level 1 at most" in str(entry.body["recommended"])


def test_level_4_comes_with_the_limits_it_needs(numbered: Office) -> None:
    """Best scores for everything: the amount and the count a day are named."""
    words = screen.words(_scored(numbered, NOA, BEST))
    assert "Level 4 is recommended: narrow autonomy under strict limits." in words
    assert "A highest amount a day, in the playbook" in words
    assert "A highest number of actions a day, in the playbook" in words
    assert "A baseline, an audience and an earned stage (see /sayso trust)" in words
    assert "Its owner may raise `level` in its file" in words
    assert "level 3 (4 recommended, scored by Noa Brandt)" in screen.words(numbered.open_home(LEE))


def test_it_stands_beside_the_level_wherever_the_playbook_is_shown(numbered: Office) -> None:
    """On the procedure and in Home, with by whom; said plainly where the file's level is higher."""
    _scored(numbered, NOA, TRUST)
    home = numbered.open_home(LEE)
    assert "level 3 (higher than the 1 recommended, scored by Noa Brandt)" in screen.words(home)
    sop = numbered.press(LEE, home, "show_sop", "Follow up")
    assert "Recommended: level 1, as scored by" in sop.said + screen.words(sop.dialog)
    assert "Level 3 is higher than what is recommended" in sop.said + screen.words(sop.dialog)
    listed = numbered.press(LEE, numbered.open_home(LEE), "home_page", "playbooks")
    assert listed.acked
    assert "higher than the 1 recommended" in screen.words(numbered.slack.homes[LEE])
    opened = numbered.press(LEE, numbered.slack.homes[LEE], "delegate", "Follow up")
    assert opened.dialog
    assert opened.dialog["callback_id"] == "delegate"


def test_the_procedure_has_the_button(numbered: Office) -> None:
    """Score it where it is read; the form is filled with what was stated last."""
    _scored(numbered, NOA, TRUST)
    home = numbered.open_home(LEE)
    sop = numbered.press(LEE, home, "show_sop", "Follow up")
    assert sop.dialog
    opened = numbered.press(LEE, sop.dialog, "delegate")
    assert opened.dialog
    chosen = [
        block["element"]["initial_option"]["text"]["text"]
        for block in opened.dialog["blocks"]
        if "initial_option" in block.get("element", {})
    ]
    assert chosen[3] == "5: It is about trust, feelings or negotiation"


def test_a_version_that_raises_the_level_says_what_is_recommended(numbered: Office) -> None:
    """On the card its owner activates from; scoring it draws the card again."""
    file = numbered.home / "playbooks" / f"{FOLLOW_UP}.yml"
    text = file.read_text(encoding="utf-8")
    assert "level: 3" in text
    limits = "level: 4\nalone: {amount: 500.00 USD, count: 20}"
    file.write_text(text.replace("level: 3", limits), encoding="utf-8")
    for _ in range(2):
        numbered.foundation.watching.tick()
    numbered.settle()
    card = numbered.newest(SALES)
    assert "Nobody has scored it: /sayso delegate quote-follow-up" in screen.words(card)
    _scored(numbered, NOA, {**BEST, "risk:": "2"})
    words = screen.words(numbered.newest(SALES))
    assert f"Recommended: level 3, as scored by {NOA}" in words
    assert "Level 4 is higher than what is recommended" in words


def test_what_is_wrong_is_said_at_its_field_and_nothing_is_kept(office: Office) -> None:
    """Without numbers in company.yml the form asks for them, and an estimate for all of them."""
    office.command(NOA, "/sayso delegate quote-follow-up")
    wrong = office.submit(NOA, {**BEST, "minutes": "0", "hour": "38"})
    assert wrong.errors == {
        "input:minutes:0": "This must be at least 1.",
        "input:hour:0": "This must be an amount and a currency, like 250.00 USD.",
    }
    wrong = office.submit(NOA, {**BEST, "hour": "38.00 USD", "calls": "120", "won": "30"})
    assert wrong.errors.keys() == {"input:answered:0", "input:job:0"}
    assert office.audited("run:inventory:scored") == []
    done = office.submit(
        NOA,
        {
            **BEST,
            "hour": "38.00 USD",
            "calls": "120",
            "won": "30",
            "answered": "82",
            "job": "450.00 USD",
        },
    )
    assert "Worth 3,106.00 USD a week" in screen.words(done.dialog)


def test_the_inventory_names_the_first_three_and_says_what_it_assumes(numbered: Office) -> None:
    """By worth; what only a person can do comes after, whatever it costs."""
    for title, minutes in (("Mails", "20"), ("Invoices", "60"), ("Calls", "40"), ("Notes", "5")):
        _added(numbered, NOA, title, minutes=minutes)
    _added(numbered, LEE, "Complaints", minutes="500", judgement="4")
    shown = numbered.command(ANA, "/sayso inventory").dialog
    words = screen.words(shown)
    assert "5 pieces of work, 4,750.00 USD a week" in words
    begin, _, rest = words.partition("Begin with")[2].partition("1. ")
    assert [begin.index(title) for title in ("Invoices", "Calls", "Mails")] == sorted(
        begin.index(title) for title in ("Invoices", "Calls", "Mails")
    )
    assert "Notes" not in begin
    assert rest.index("Notes") < rest.index("Complaints")
    assert "By company.yml an hour of work costs 38.00 USD" in words
    assert "not all of either comes back" in words
    assert "Playbooks nobody has scored: " in words
    assert f"Scored by {LEE}" in words


def test_work_is_added_changed_and_removed(numbered: Office) -> None:
    """The form comes back as it was filled in; what is removed is asked about first."""
    told = _added(numbered, NOA, "Answer mails", minutes="20")
    assert "Answer mails" in screen.words(told)
    numbered.press(NOA, told, "delegate", "Change")
    form = numbered.slack.dialogs[NOA]
    assert form["blocks"][1]["element"]["initial_value"] == "Answer mails"
    assert form["blocks"][2]["element"]["initial_user"] == NOA
    again = numbered.submit(NOA, {**BEST, "title": "Answer all mails", "minutes": "30"})
    assert "Answer all mails" in screen.words(again.dialog)
    assert again.dialog
    listed = numbered.press(NOA, again.dialog, "inventory").dialog
    assert listed
    assert "1 piece of work, 228.00 USD a week" in screen.words(listed)
    _, remove = screen.find(listed, "unlist")
    assert remove["confirm"]["confirm"]["text"] == "Remove"
    gone = numbered.press(LEE, listed, "unlist")
    assert "Nothing is on the inventory yet" in screen.words(gone.dialog or numbered.slack.dialogs)
    assert len(numbered.audited("run:inventory:removed")) == 1
    late = numbered.press(NOA, listed, "unlist")
    assert "changed by Lee Park" in late.said + screen.words(late.dialog)


def test_two_who_change_the_same_work_don_t_write_over_each_other(numbered: Office) -> None:
    """The later one is told who was first, and loses nothing but the press."""
    _scored(numbered, NOA, BEST)
    for person in (NOA, LEE):
        numbered.command(person, "/sayso delegate quote-follow-up")
    assert numbered.submit(LEE, TRUST).errors == {}
    late = numbered.submit(NOA, BEST)
    assert "changed by Lee Park" in screen.words(late.dialog)
    assert len(numbered.audited("run:inventory:scored")) == 2


def test_a_long_inventory_has_pages(numbered: Office) -> None:
    """Eight a page; removing stays on the page."""
    for n in range(18):
        _added(numbered, NOA, f"Work {n:02}", minutes=str(60 - n))
    first = numbered.command(NOA, "/sayso inventory").dialog
    assert first
    assert [b for b in screen.buttons(first) if "page" in b] == ["Next to page 2"]
    second = numbered.press(NOA, first, "inventory", "Next").dialog
    assert second
    assert "9. Work 08" in screen.words(second)
    assert "Begin with" not in screen.words(second)
    third = numbered.press(NOA, second, "inventory", "Next").dialog
    assert third
    assert screen.buttons(third).count("Remove") == 2
    after = numbered.press(NOA, third, "unlist", "Work 16").dialog
    assert after
    assert screen.buttons(after).count("Remove") == 1
    assert "17. Work 17" in screen.words(after)


def test_without_a_name_it_asks_which_playbook(numbered: Office) -> None:
    """And a name that is wrong is answered with the nearest one."""
    asked = numbered.command(IDA, "/sayso delegate").dialog
    assert asked
    assert asked["callback_id"] == "delegate_which"
    numbered.submit(IDA, {"playbook": FOLLOW_UP})
    assert numbered.slack.dialogs[IDA]["callback_id"] == "delegate"
    wrong = numbered.command(IDA, "/sayso delegate quote-folow-up")
    assert "Did you mean quote-follow-up?" in wrong.said


@pytest.mark.parametrize("person", [KIM, STRANGER])
@pytest.mark.parametrize(
    "line",
    ["/sayso delegate", "/sayso delegate quote-follow-up", "/sayso delegate x", "/sayso inventory"],
)
def test_guests_and_strangers_see_and_score_nothing(
    numbered: Office, person: str, line: str
) -> None:
    """Not even what there is."""
    seen = numbered.command(person, line)
    assert seen.dialog is None
    assert "Alder Ovens" in seen.said
