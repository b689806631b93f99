"""Story: App Home shows what waits, most pressing first, with buttons that work there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bot.connectors.mail import SEND
from tests.fakes.connector import FakeConnector
from tests.slack import playbooks, screen
from tests.slack.office import ANA, LEE, MIA, NOA, SALES, STRANGER
from workflows.ports import Finding

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.slack.office import Office

Json = dict[str, Any]


def test_an_empty_queue_says_so_and_what_went_out_yesterday(office: Office) -> None:
    """Nothing waits: a sentence, and a way to begin."""
    home = office.open_home(MIA)
    assert screen.words(home).startswith("Nothing waits for you. Nothing went out yesterday")
    assert screen.buttons(home)[:2] == ["Start a playbook", "What can I do here?"]


def test_what_waits_is_listed_most_pressing_first(office: Office) -> None:
    """Money, deadline and age decide the order."""
    for quote in ("Q-1042", "Q-1044", "Q-1040"):
        office.command(ANA, f"/playbook quote-follow-up {quote}")
    home = office.open_home(NOA)
    rows = [screen.words(b) for b in home["blocks"] if b["block_id"].startswith("row:")]
    assert [row.partition("quote ")[2][:6] for row in rows[:3]] == ["Q-1044", "Q-1040", "Q-1042"]


def test_a_row_has_the_buttons_of_its_card(opened: Callable[..., Office], home: Path) -> None:
    """Approve where the row shows all that leaves, then Edit, Reject and Open, each about its draft."""
    playbooks.letter(home)
    office = opened()
    office.command(ANA, "/playbook letter to=jo@lark.example")
    shown = office.open_home(NOA)
    assert screen.buttons(shown)[3:7] == ["Approve", "Edit", "Reject", "Open"]
    assert "A short text" in screen.words(shown)
    assert "2 wait" not in screen.words(shown)


def test_approving_in_home_is_the_same_as_on_the_card(
    opened: Callable[..., Office], home: Path
) -> None:
    """One tap in Home: the card in the channel shows it, and the row is gone from everybody's Home."""
    playbooks.letter(home)
    office = opened()
    office.command(ANA, "/playbook letter to=jo@lark.example")
    first, second = office.open_home(NOA), office.open_home(LEE)
    assert screen.buttons(second)[3] == "Approve"
    office.press(NOA, first, "approve")
    assert "Signed by U01NOA" in screen.words(office.newest(SALES))
    for person in (NOA, LEE):
        assert "Nothing waits for you." in screen.words(office.slack.homes[person])
    told = office.press(LEE, second, "approve").dialog
    assert "already approved by Noa Brandt" in screen.words(told)
    office.pass_by(seconds=61)
    assert len(office.mail.effects) == 1


def test_edit_reject_and_open_work_in_home(office: Office, card: Json) -> None:
    """Each opens its dialog, and what it does shows on the card."""
    home = office.open_home(NOA)
    assert "submit" in (office.press(NOA, home, "open").dialog or {})
    office.press(NOA, home, "edit")
    office.submit(NOA, {"input:subject": "From Home"})
    assert "From Home" in screen.words(office.newest(SALES))
    home = office.slack.homes[NOA]
    reasons = office.press(NOA, home, "reject").dialog
    assert reasons
    office.press(NOA, reasons, "reason:3")
    assert "Rejected by U01NOA: not needed" in screen.words(office.posted(SALES)[0])
    assert card


def test_a_run_and_a_playbook_are_shown_whole(office: Office, card: Json) -> None:
    """What a message would say comes in a dialog: in Home there is no place for a message."""
    assert card
    home = office.open_home(LEE)
    assert "My runs" in screen.words(home)
    run = office.press(LEE, home, "show_run").dialog
    assert "waits for a person, at the step letter" in screen.words(run)
    procedure = office.press(LEE, home, "show_sop").dialog
    assert "Every quote gets an answer" in screen.words(procedure)
    helped = office.press(LEE, home, "show_help").dialog
    assert helped
    assert "/sayso queue" in screen.words(helped)
    listed = office.press(LEE, helped, "show_queue").dialog
    assert listed
    assert listed["id"] == helped["id"]
    assert "1 waits for you" in screen.words(listed)
    picker = office.press(LEE, helped, "start").dialog
    assert picker
    assert picker["id"] == helped["id"]


def test_the_owner_of_a_playbook_sees_its_week(office: Office) -> None:
    """Really counted since Monday: what went out, what was edited first, what was rejected."""
    for quote in ("Q-1042", "Q-1043", "Q-1044"):
        office.command(ANA, f"/playbook quote-follow-up {quote}")
    first, second, third = office.posted(SALES)
    office.press(NOA, first, "approve")
    office.press(NOA, second, "edit")
    office.submit(NOA, {"input:subject": "Mine", "sign_too": True})
    office.press(NOA, third, "reject")
    office.submit(NOA, {"own_words": "No"})
    office.pass_by(seconds=61)
    assert "this week 2 sent, 1 edited, 1 rejected" in screen.words(office.open_home(LEE))
    office.clock.pass_by(days=7)
    office.pass_by(seconds=1)
    assert "this week 0 sent, 0 edited, 0 rejected" in screen.words(office.open_home(LEE))


def test_pages_are_turned_in_place(opened: Callable[..., Office], home: Path) -> None:
    """Twenty-five rows a page."""
    playbooks.letter(home)
    office = opened()
    for n in range(26):
        office.command(ANA, f"/playbook letter to=jo{n}@lark.example")
    first = office.open_home(NOA)
    assert "26 wait for you" in screen.words(first)
    office.dispatch(office.pressing(NOA, first, "home_page:next"))
    second = office.slack.homes[NOA]
    assert screen.buttons(second)[-1] == "Back to page 1"
    assert len([b for b in second["blocks"] if b["block_id"].startswith("row:")]) == 1


def test_an_admin_sees_what_is_off_and_switches_it_on(office: Office) -> None:
    """What is paused, by whom, with a button; nobody else sees it."""
    office.command(ANA, "/sayso pause quote-follow-up")
    home = office.open_home(ANA)
    assert "Switched off" in screen.words(home)
    assert "Switched off" not in screen.words(office.open_home(LEE))
    done = office.press(ANA, home, "switch").dialog
    assert "running again" in screen.words(done)
    assert "Switched off" not in screen.words(office.slack.homes[ANA])


def _look(office: Office, person: str, view: str) -> Json:
    """Choose a list of Home from its menu."""
    office.press(person, office.open_home(person), "home_page:list", about=f"{view}:")
    return office.slack.homes[person]


def test_what_waits_for_my_team_and_not_for_me(office: Office) -> None:
    """Lee has signed the first of two: it waits for Noa now, and Lee sees that; finance does not."""
    office.command(ANA, "/playbook quote-follow-up Q-1044")
    office.command(ANA, "/playbook quote-follow-up Q-1042")
    assert "Nothing waits for anybody else of your team." in screen.words(
        _look(office, LEE, "team")
    )
    everything = screen.words(_look(office, ANA, "team"))
    assert "What waits for my team" in everything
    assert "waits for Lee Park, Noa Brandt" in everything


def test_a_list_stays_where_it_is_when_something_changes(office: Office, card: Json) -> None:
    """Somebody who looks at the runs is not thrown back to the queue by every press elsewhere."""
    assert "Runs under way (1)" in screen.words(_look(office, LEE, "runs"))
    office.press(NOA, card, "approve")
    assert "signed, held before it leaves" in screen.words(office.slack.homes[LEE])
    assert "Runs under way" in screen.words(office.slack.homes[LEE])
    assert "waits for you" in screen.words(office.open_home(LEE)).lower()


def test_what_is_late_is_listed_for_the_team(office: Office, card: Json) -> None:
    """Passed on to the owner, it stands there for sales too."""
    assert "Nothing is late." in screen.words(_look(office, NOA, "late"))
    office.pass_by(hours=24)
    late = screen.words(_look(office, NOA, "late"))
    assert "What is late (1)" in late
    assert "passed on, since it was late" in late
    assert card


def test_playbooks_and_procedures_are_listed(office: Office) -> None:
    """Every playbook with its owner and version, and its procedure one press away."""
    shown = _look(office, MIA, "playbooks")
    assert "Follow up a quote · stage assist · level 3 · version" in screen.words(shown)
    assert "owned by sales" in screen.words(shown)
    said = office.press(MIA, shown, "show_sop", about="Follow up a quote").dialog
    assert "Every quote gets an answer" in screen.words(said)


def test_only_who_may_change_a_playbook_has_the_button_for_it(office: Office) -> None:
    """Lee reads finance's procedure, and is not led to a form that would refuse it."""
    lees = screen.buttons(_look(office, LEE, "playbooks"))
    anas = screen.buttons(_look(office, ANA, "playbooks"))
    assert (lees.count("Change"), lees.count("Show")) == (1, 3)
    assert anas.count("Change") == anas.count("Show") == 3


def test_everybody_sees_that_everything_is_paused(office: Office) -> None:
    """Until it is resumed, it is the first thing Home says."""
    office.command(ANA, "/sayso pause")
    assert screen.words(office.open_home(LEE)).startswith("Everything is paused by")
    office.command(ANA, "/sayso resume")
    assert "paused" not in screen.words(office.open_home(LEE))


def test_an_admin_switches_an_agent_off_from_home(office: Office) -> None:
    """Agents, connectors and playbooks each have a switch; for anybody else the list is not there."""
    shown = _look(office, ANA, "switches")
    assert "for Follow up a quote · on" in screen.words(shown)
    office.press(ANA, shown, "switch", about="sales-follow-up")
    assert "for Follow up a quote · off, by" in screen.words(office.slack.homes[ANA])
    with pytest.raises(IndexError):  # the menu has no such choice
        _look(office, LEE, "switches")


def test_an_admin_sees_what_each_agent_and_connector_is_and_does(office: Office) -> None:
    """How much an agent wrote and with what; whether a connector works and what for; one row each, with its switch."""
    shown = screen.words(_look(office, ANA, "switches"))
    assert "Agents, connectors, switches" in shown
    assert "sales-follow-up · agent · no drafts this week · for Follow up a quote · on" in shown
    office.command(ANA, "/playbook quote-follow-up Q-1043")
    office.program.checks.look()
    shown = screen.words(_look(office, ANA, "switches"))
    (made,) = [run.draft.author for run in office.runs() if run.draft]
    wrote = f"1 draft this week · templates, no model, instructions {made.prompt_version}"
    assert f"sales-follow-up · agent · {wrote} · for Follow up a quote · on" in shown
    assert "mail · connector · works · may: Send an e-mail (mail.send) · on" in shown
    office.press(ANA, office.slack.homes[ANA], "switch", about="mail")
    assert "(mail.send) · off, by" in screen.words(office.slack.homes[ANA])


class Disconnected(FakeConnector):
    """A connector that would not work now."""

    def check(self) -> tuple[Finding, ...]:
        return (
            Finding(
                ok=False, what="mail server", why="it does not answer", fix="Look at its host."
            ),
        )


def test_an_admin_sees_what_would_not_work(opened: Callable[..., Office]) -> None:
    """The connections are looked at now and then, and what is wrong is shown with its fix."""
    office = opened(mail=Disconnected("mail", action=SEND))
    assert "Needs attention" not in screen.words(office.open_home(ANA))
    office.program.checks.look()
    office.settle()
    home = screen.words(office.slack.homes[ANA])
    assert "Needs attention mail server. it does not answer Look at its host." in home
    listed = screen.words(_look(office, ANA, "switches"))
    assert "mail · connector · does not work (mail server: it does not answer) · may: " in listed
    assert "Needs attention" not in screen.words(office.open_home(LEE))


def test_a_stranger_sees_why_their_home_is_empty(office: Office, card: Json) -> None:
    """Who is not of the company learns nothing of it."""
    assert card
    home = office.open_home(STRANGER)
    assert "listed in company.yml" in screen.words(home)
    assert screen.buttons(home) == []


def test_the_messages_tab_draws_nothing(office: Office) -> None:
    """Only opening the Home tab draws it."""
    office.event("Ev1", {"type": "app_home_opened", "user": LEE, "tab": "messages"})
    office.event("Ev2", {"type": "app_home_opened", "tab": "home"})
    assert office.slack.homes == {}


def test_home_works_after_the_bot_was_off(office: Office, card: Json) -> None:
    """The view on the screen is of the old program; its buttons meet the new one."""
    assert card
    home = office.open_home(NOA)
    office.restart()
    office.press(NOA, home, "edit")
    office.submit(NOA, {"sign_too": True})
    assert "Signed by U01NOA" in screen.words(office.newest(SALES))
