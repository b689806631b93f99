"""When people are away or late, as Slack shows it: who is asked, who may sign, who has the work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.slack import playbooks, screen
from tests.slack.office import ANA, FINANCE, IDA, KIM, LEE, MIA, NOA, SALES, TOM, Office
from workflows.run import DraftState, RunState

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Json = dict[str, Any]


def _away(home: Path, person: str, stand_in: str) -> None:
    """Write into company.yml that somebody is away this week, and who stands in."""
    file = home / "company.yml"
    lines = file.read_text(encoding="utf-8").splitlines()
    days = "away: [{from: 2026-11-23, to: 2026-11-27}]"
    at = next(n for n, line in enumerate(lines) if f"id: {person}," in line)
    written = f"stand_in: {stand_in}"
    more = days if written in lines[at] else f"{days}, {written}"
    lines[at] = lines[at].replace("}", f", {more}}}")
    file.write_text("\n".join(lines), encoding="utf-8")


def test_nobody_signs_in_time_and_the_owner_is_asked(office: Office) -> None:
    """Sales are reminded at half time; later Ana is told in a message of her own, and signs."""
    office.command(LEE, "/playbook quote-follow-up Q-1043")
    opened = office.draft()
    office.clock.at = opened.remind_at
    office.pass_by(seconds=1)
    assert "waits for you" in screen.words(office.newest(SALES))
    office.clock.at = opened.expires_at
    office.pass_by(seconds=1)
    told = office.newest(SALES)
    assert "U01ANA nobody has signed in time" in screen.words(told)
    card = office.posted(SALES)[0]
    assert "passed on to owner" in screen.words(card)
    assert "Needs one of sales or owner" in screen.words(card)
    assert office.open_home(ANA)
    office.press(ANA, card, "approve")
    assert office.as_it_is(opened).state is DraftState.HOLDING
    assert "is holding" in screen.words(office.newest(SALES))


def test_the_clock_stands_still_over_the_weekend(office: Office) -> None:
    """Drafted on Friday afternoon in New York, it is due on Monday."""
    office.clock.at = office.clock.at.replace(day=27, hour=21)
    office.command(LEE, "/playbook quote-follow-up Q-1043")
    due = office.draft().expires_at.astimezone(office.foundation.folder.company().tz)
    assert f"{due:%a %d %b %H:%M}" == "Mon 30 Nov 10:00"
    office.pass_by(days=2)
    assert office.draft().state is DraftState.OPEN


def test_a_stand_in_signs_for_somebody_who_is_away(
    opened: Callable[..., Office], home: Path
) -> None:
    """Mia and Tom of finance are away; Ida stands in for both, and the log says for whom."""
    for person in (MIA, TOM):
        _away(home, person, IDA)
    office = opened()
    office.command(MIA, "/playbook payment-recovery")
    office.submit(MIA, {"input:invoice": "INV-3051"})
    card = office.newest(FINANCE)
    assert "can" in office.press(NOA, card, "approve").said
    assert not office.press(IDA, card, "approve").said
    assert office.draft().signers == (IDA,)
    (signed,) = office.audited("run:draft:signed")
    assert signed.head["stands_in_for"] == [MIA, TOM]


def test_work_is_handed_over_and_put_off(opened: Callable[..., Office], home: Path) -> None:
    """Lee hands the call to Noa, who is told and puts it off; late, the playbook's owner hears of it."""
    playbooks.question(home)
    office = opened()
    office.command(ANA, "/playbook question to=jo@lark.example")
    office.press(LEE, office.newest(SALES), "answer:1")
    task = office.newest(SALES)
    stranger = office.press(KIM, task, "task_more", "hand_over")
    assert stranger.dialog is None
    assert "is no guest" in stranger.said
    dialog = office.press(LEE, task, "task_more", "hand_over").dialog
    assert dialog
    assert "Call jo@lark.example" in screen.words(dialog)
    office.submit(LEE, {"person": NOA})
    told = screen.words(office.newest(SALES))
    assert "U01NOA Call jo@lark.example" in told
    assert "handed over to you" in told
    assert [row["value"] for _, row in screen.elements(office.open_home(NOA)) if "value" in row]
    assert "needs Noa Brandt" in office.press(LEE, task, "task_more", "hour").said
    assert "Put off: due" in office.press(NOA, task, "task_more", "week").said
    held = office.run().task
    assert held
    assert held.due_at
    office.clock.at = held.due_at
    office.pass_by(seconds=1)
    office.pass_by(seconds=1)
    assert "overdue" in screen.words(office.newest(SALES))
    office.press(NOA, office.posted(SALES)[1], "task_done")
    assert office.run().state is RunState.DONE


def test_one_quote_is_followed_up_once_at_a_time(office: Office) -> None:
    """Noa starts what Lee has started: she is told since when, and where to look."""
    office.command(LEE, "/playbook quote-follow-up Q-1043")
    said = office.command(NOA, "/playbook quote-follow-up Q-1043").said
    assert "Q-1043 is being worked on already, since 23 Nov" in said
    assert "/sayso status Q-1043 shows it" in said
    assert len(office.runs()) == 1
    office.command(NOA, "/playbook quote-follow-up Q-1044")
    assert len(office.runs()) == 2
