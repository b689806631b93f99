"""A second start about the same, as people in Slack see it: it waits for its turn, or takes the first one's place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.slack import playbooks, screen
from tests.slack.office import LEE, NOA, SALES, Office
from workflows.run import DraftState, RunState

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

START = "/playbook letter to=jo@lark.example"


def words(office: Office) -> str:
    """Return all that is said in #sales."""
    return " ".join(screen.words(message) for message in office.posted(SALES))


def test_the_second_letter_waits_for_the_first(opened: Callable[..., Office], home: Path) -> None:
    """Noa is told so, also where it lives; once the first is rejected, the second card appears."""
    playbooks.letter(home, mode="queued")
    office = opened()
    office.command(LEE, START)
    card = office.newest(SALES)
    said = office.command(NOA, START).said
    assert "Another about the same was started on 23 Nov" in said
    assert "letter jo@lark.example waits its turn" in words(office)
    assert "waits until another about the same is over" in screen.words(office.open_home(NOA))
    office.press(NOA, card, "reject")
    office.press(NOA, {**office.slack.dialogs[NOA]}, "reason:1")
    assert office.draft().state is DraftState.OPEN
    assert office.run().step == "letter"
    assert office.run().started_by.id == NOA


def test_what_waits_its_turn_can_be_stopped(opened: Callable[..., Office], home: Path) -> None:
    """By the same command as any run."""
    playbooks.letter(home, mode="queued")
    office = opened()
    office.command(LEE, START)
    office.command(NOA, START)
    waiting = office.run()
    assert "Cancelled." in office.command(LEE, f"/sayso cancel {waiting.id}").said
    assert [run.state for run in office.runs()] == [RunState.CANCELLED, RunState.WAITING]


def test_the_second_letter_takes_the_place_of_the_first(
    opened: Callable[..., Office], home: Path
) -> None:
    """The first card says why it can't be signed; one that is leaving is not replaced."""
    playbooks.letter(home, mode="restart")
    office = opened()
    office.command(LEE, START)
    office.command(NOA, START)
    first = screen.words(office.posted(SALES)[0])
    assert "Withdrawn, nothing was sent: a newer one about the same took its place" in first
    office.mail.faults = lambda _key, _n: "lose"
    card = next(m for m in office.posted(SALES) if "Approve" in screen.buttons(m))
    office.press(LEE, card, "approve")
    office.pass_by(seconds=61)
    said = office.command(NOA, START).said
    assert "What was signed for jo@lark.example is leaving" in said
    assert len(office.runs()) == 2


def test_one_that_waits_to_be_tried_again_makes_way(
    opened: Callable[..., Office], home: Path
) -> None:
    """It surely did not leave, so a newer one about the same takes its place."""
    playbooks.letter(home, mode="restart")
    office = opened()
    office.command(LEE, START)
    office.mail.faults = lambda _key, n: "fail" if n == 1 else None
    office.press(LEE, office.newest(SALES), "approve")
    office.pass_by(seconds=61)
    assert "is tried again at" in screen.words(office.newest(SALES))
    office.command(NOA, START)
    office.pass_by(hours=1)
    said = [screen.words(each) for each in office.posted(SALES)]
    assert any("a newer one about the same took its place" in each for each in said)
    assert not office.mail.effects
