"""Story: something came in that may be an emergency. Whoever is on call says so, is paged, and has it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from tests.slack import playbooks, screen
from tests.slack.office import ANA, IDA, LEE, NOA, SALES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.slack.office import Office

Json = dict[str, Any]


@pytest.fixture
def alarm(home: Path, opened: Callable[..., Office]) -> Office:
    """Return the office after a letter was started to somebody whose address says fire."""
    playbooks.alarming(home)
    office = opened()
    office.command(IDA, "/playbook letter to=fire@lark.example")
    office.settle()
    return office


def page(office: Office, person: str) -> Json:
    """Return the newest message of the emergency in somebody's direct messages."""
    return [each for each in office.posted(person) if screen.elements(each)][-1]


def test_whoever_is_on_call_is_asked_in_a_direct_message(alarm: Office) -> None:
    """With what came in, what is known, and how it came here; nothing is prepared to leave."""
    asked, pack = alarm.posted(LEE)
    assert "Is this an emergency?" in screen.words(asked)
    assert "fire@lark.example" in screen.words(asked)
    assert screen.buttons(asked) == ["I have it", "Emergency: page", "Not an emergency"]
    assert pack["thread_ts"] == asked["ts"]
    assert "What is known" in screen.words(pack)
    assert "started it" in screen.words(pack)
    assert "Is this an emergency?" in screen.words(alarm.posted(SALES)[0])
    assert alarm.run().draft is None


def test_the_next_in_line_is_paged_until_somebody_has_it(alarm: Office) -> None:
    """At four in the morning too; whoever has it sees it as a task, and closing that goes on."""
    alarm.press(LEE, page(alarm, LEE), "urgent_yes")
    assert screen.buttons(page(alarm, LEE)) == ["I have it"]
    alarm.pass_by(minutes=10)
    alarm.pass_by(minutes=10)
    assert "Emergency" in screen.words(alarm.posted(NOA)[0])
    assert "Emergency" in screen.words(alarm.posted(ANA)[0])
    said = alarm.press(NOA, page(alarm, NOA), "have_it").said
    assert "You have it" in said
    for message in (alarm.posted(SALES)[0], alarm.posted(LEE)[0], alarm.posted(ANA)[0]):
        assert f"taken on by {NOA}" in screen.words(message).replace("  ", " ").replace("\n", " ")
        assert screen.buttons(message) == []
    task = page(alarm, NOA)
    assert "Deal with the emergency" in screen.words(task)
    alarm.press(NOA, task, "task_done")
    assert alarm.run().step == "call"
    alarm.pass_by(hours=1)
    assert "Paged" not in screen.words(alarm.newest(ANA))


def test_no_emergency_and_the_letter_is_drafted(alarm: Office) -> None:
    """As if nothing had been found."""
    alarm.press(LEE, page(alarm, LEE), "urgent_no")
    assert "Approve" in screen.buttons(alarm.newest(SALES))
    assert "found to be no emergency" in screen.words(alarm.posted(SALES)[0])


def test_two_who_take_it_at_once_are_one_winner(alarm: Office) -> None:
    """One has the task; the other is told who."""
    alarm.press(LEE, page(alarm, LEE), "urgent_yes")
    alarm.pass_by(minutes=10)
    bodies = [alarm.pressing(who, page(alarm, who), "have_it") for who in (LEE, NOA)]
    with ThreadPoolExecutor(2) as both:
        list(both.map(alarm.deliver, bodies))
    alarm.settle()
    assert len(alarm.audited("run:urgent:taken")) == 1
    assert len(alarm.audited("slack:press:refused")) == 1
