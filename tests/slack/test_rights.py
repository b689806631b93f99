"""Story: who sees what. Rights by role hold on every list, and what is about employees stays with those it concerns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.slack import playbooks, screen
from tests.slack.office import ANA, IDA, LEE, MIA, NOA, SALES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.slack.office import Office

Json = dict[str, Any]


def _company(home: Path, line: str) -> None:
    file = home / "company.yml"
    file.write_text(f"{line}\n" + file.read_text(encoding="utf-8"), encoding="utf-8")


def _lists(home: Json) -> set[str]:
    """Return the lists Home offers."""
    _, menu = screen.find(home, "home_page")
    return {option["value"].partition(":")[0] for option in menu["options"]}


@pytest.fixture
def private(home: Path, opened: Callable[..., Office]) -> Office:
    """Return the office after Lee started something about an employee in #sales."""
    playbooks.letter(home)
    file = home / "playbooks" / "letter.yml"
    text = file.read_text(encoding="utf-8").replace("channel: sales\n", "private: true\n")
    file.write_text(text, encoding="utf-8")
    office = opened()
    office.command(LEE, "/playbook letter to=jo@lark.example")
    return office


def test_what_is_about_employees_is_shown_to_those_who_sign(private: Office) -> None:
    """In their direct messages, where it can be signed; never in the channel it was typed in."""
    assert private.posted(SALES) == []
    card = private.newest(NOA)
    private.press(NOA, card, "approve")
    private.pass_by(seconds=60)
    assert private.draft().state == "executed"
    assert "jo@lark.example" in screen.words(private.newest(LEE))


def test_others_see_nothing_of_it_anywhere(private: Office) -> None:
    """Not in Home, not by its name, not in the log; whom it concerns does."""
    run = private.run().id
    for who, seen in ((MIA, False), (NOA, True), (ANA, True)):
        home = private.open_home(who)
        listed = private.press(who, home, "home_page", "runs")
        assert ("jo@lark.example" in screen.words(private.slack.homes[who])) is seen, listed
        assert (
            "since it is about employees" in private.command(who, f"/sayso status {run}").said
        ) is (not seen)
        assert ("started it" in private.command(who, f"/sayso audit {run}").said) is seen


def test_without_the_right_to_see_home_has_what_is_ones_own(
    home: Path, opened: Callable[..., Office]
) -> None:
    """The lists of others are not offered; one that was open shows what waits for them."""
    _company(
        home, "rights: {see: [finance], start: [sales], audit: [finance], settings: [finance]}"
    )
    office = opened()
    office.command(LEE, "/playbook quote-follow-up Q-1043")
    assert _lists(office.open_home(LEE)) == {"mine", "tasks", "look", "deciding"}
    assert _lists(office.open_home(ANA)) > {"mine", "team", "runs", "switches"}
    assert "Looking into the audit log needs" in office.command(LEE, "/sayso audit").said
    assert "needs the owner or finance" in office.command(LEE, "/sayso pause everything").said
    refused = office.command(IDA, "/playbook quote-follow-up Q-1043").said
    assert "Starting a playbook needs the owner or one of sales." in refused
    assert "Q-1043" in screen.words(office.open_home(LEE))
