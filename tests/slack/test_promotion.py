"""Story: a playbook shows what it can do; its owner promotes it on the numbers, and numbers take it back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.slack import screen
from tests.slack.office import IDA, LEE, NOA, SALES, STRANGER, TOM

if TYPE_CHECKING:
    from pathlib import Path

    from tests.slack.office import Office

Json = dict[str, Any]
FOLLOW_UP = "quote-follow-up"
QUOTES = ("Q-1043", "Q-1044")
#: Four decisions are asked for, and one of four that people did otherwise with is too many.
ROLLOUT = """
rollout:
  shadow: 0 days
  levels: 1 day
  at least: 4 drafts
  success: 90%
  share: 100%
  back when: {over: 4 drafts}
  baseline: {minutes: 12, errors: 5%, method: timed with a stopwatch, n: 20, from: 2026-10-01, to: 2026-10-31}
"""


def change(office: Office, *swaps: tuple[str, str]) -> None:
    """Change the playbook's file, let the bot notice, and have its owner activate it."""
    file = office.home / "playbooks" / f"{FOLLOW_UP}.yml"
    text = file.read_text()
    for old, new in swaps:
        assert old in text, old
        text = text.replace(old, new, 1)
    file.write_text(text)
    for _ in range(2):
        office.foundation.watching.tick()
    office.settle()
    office.press(NOA, office.newest(SALES), "activate")


@pytest.fixture
def office(office: Office) -> Office:
    """Return the company at work; its follow-ups may rise by evidence."""
    change(
        office,
        ("level: 3", "level: 4\nalone: {amount: 100000.00 USD, count: 20}"),
        ("review: every quarter", f"review: every quarter\n{ROLLOUT}"),
    )
    return office


def decide(office: Office, count: int, action: str = "approve") -> None:
    """Start so many follow-ups, decide each and let what was signed leave."""
    for n in range(count):
        office.command(LEE, f"/playbook {FOLLOW_UP} {QUOTES[n % 2]}")
        card = office.newest(SALES)
        office.press(NOA, card, action)
        if action == "reject":
            office.press(NOA, office.slack.dialogs[NOA], "reason:0")
        office.pass_by(minutes=3)


def trust(office: Office, person: str = LEE) -> Json:
    """Ask for the report, and return what only this person sees."""
    office.command(person, f"/sayso trust {FOLLOW_UP}")
    return office.slack.whispers[person][-1]


def report(office: Office, person: str = LEE) -> Json:
    """Return the report that was posted to an owner."""
    return next(one for one in told(office, person) if "ready for" in screen.words(one))


def told(office: Office, person: str) -> list[Json]:
    """Return the messages of somebody's direct messages."""
    return [*office.posted(person), *office.posted(f"D0{person}")]


def test_what_is_missing_is_said_with_its_numbers(office: Office) -> None:
    """There is no button to press before everything is there."""
    decide(office, 3)
    said = office.command(LEE, f"/sayso trust {FOLLOW_UP}").said
    assert "Follow up a quote: not ready for threshold" in said
    assert "3 of 4 drafts decided" in said
    assert "0 of 1 days at assist" in said
    assert "3 of 3 decisions were good (100 %)" in said
    assert "Promote" not in said


def test_an_owner_promotes_on_the_numbers_they_saw(office: Office) -> None:
    """The report comes by itself, once; whoever is no owner promotes nothing."""
    decide(office, 4)
    assert not told(office, LEE)
    office.pass_by(days=1)
    office.pass_by(minutes=3)
    card = report(office)
    assert screen.buttons(card) == ["Promote to threshold", "Not yet"]
    assert "Nothing is missing" in screen.words(card)
    assert "needs" in office.press(IDA, card, "promote").said
    assert "stays at assist" in office.press(LEE, card, "hold_off").said
    assert "promoted from assist" in office.press(LEE, card, "promote").said
    assert "not ready for autonomous" in screen.words(report(office))
    (entry,) = office.audited("run:playbook:promoted")
    assert entry.head["stage"] == "threshold"
    assert entry.head["evidence"]


def test_numbers_that_changed_promote_nothing(office: Office) -> None:
    """Somebody rejected one after the card was drawn."""
    decide(office, 4)
    office.pass_by(days=1)
    office.pass_by(minutes=3)
    card = report(office)
    decide(office, 1, "reject")
    assert "has other numbers by now" in office.press(LEE, card, "promote").said
    assert "not ready" in screen.words(report(office))
    assert not office.audited("run:playbook:promoted")


def test_overrides_take_it_back_by_themselves(office: Office) -> None:
    """With the numbers, where it lives, without a press; and once."""
    decide(office, 4)
    office.pass_by(days=1)
    office.pass_by(minutes=3)
    office.press(LEE, report(office), "promote")
    decide(office, 1, "reject")
    office.pass_by(minutes=3)
    said = " ".join(screen.words(each) for each in office.posted(SALES))
    assert "demoted from threshold by Sayso" in said
    assert "1 of the newest 4 drafts were overridden" in said
    office.pass_by(minutes=9)
    assert [e.actor for e in office.audited("run:playbook:demoted")] == ["system:sayso"]


def test_a_run_that_could_not_go_on_takes_it_back(office: Office, home: Path) -> None:
    """Nothing was drafted, and it is an error of the playbook all the same. A number nobody has is a slip."""
    decide(office, 4)
    office.pass_by(days=1)
    office.pass_by(minutes=3)
    office.press(LEE, report(office), "promote")
    office.command(LEE, f"/playbook {FOLLOW_UP} Q-9999")
    office.pass_by(minutes=3)
    assert not office.audited("run:playbook:demoted")
    (home / "tables/quotes.csv").unlink()
    office.command(LEE, f"/playbook {FOLLOW_UP} Q-1043")
    office.pass_by(minutes=3)
    said = " ".join(screen.words(each) for each in office.posted(SALES))
    assert "demoted from threshold by Sayso" in said
    assert "1 of the newest 4 drafts and runs were errors (0 in trouble, 1 could not go on)" in said
    assert len(office.audited("run:playbook:demoted")) == 1


def test_a_version_that_does_badly_gives_way_to_the_one_before(office: Office) -> None:
    """Only words changed, so nobody has to say yes; the channel reads why."""
    decide(office, 4)
    change(office, ("title: Follow up a quote", "title: Chase a quote"))
    bad = office.foundation.lookup.standing(FOLLOW_UP)
    decide(office, 1, "reject")
    office.pass_by(minutes=3)
    now = office.foundation.lookup.standing(FOLLOW_UP)
    assert bad
    assert now
    assert (now.version, now.before) == (bad.before, bad.version)
    said = " ".join(screen.words(each) for each in office.posted(SALES))
    assert "does badly with version" in said
    assert "at the version before again" in said
    assert [e.actor for e in office.audited("run:playbook:returned")] == ["system:sayso"]


def test_a_return_that_would_widen_is_the_owners_press(office: Office) -> None:
    """What they tightened comes back by nobody else."""
    decide(office, 4)
    change(office, ("hold: 60 seconds", "hold: 120 seconds"))
    bad = office.foundation.lookup.standing(FOLLOW_UP)
    decide(office, 1, "reject")
    office.pass_by(minutes=3)
    assert office.foundation.lookup.standing(FOLLOW_UP) == bad
    card = next(m for m in office.posted(SALES) if "does badly" in screen.words(m))
    assert screen.buttons(card) == ["Return to the version before"]
    office.press(LEE, card, "roll_back")
    now = office.foundation.lookup.standing(FOLLOW_UP)
    assert bad
    assert now
    assert now.version == bad.before


def test_only_people_who_work_here_see_the_numbers(office: Office) -> None:
    """And a name nobody knows is said."""
    assert "Only people of" in office.command(STRANGER, f"/sayso trust {FOLLOW_UP}").said
    assert "Say which playbook" in office.command(TOM, "/sayso trust").said
    assert "no playbook called nothing" in office.command(TOM, "/sayso trust nothing").said


def test_each_person_sees_how_they_decide_and_owners_read_what_may_help(office: Office) -> None:
    """In Home and by command; nobody reads another's numbers."""
    decide(office, 4)
    mine = office.command(NOA, "/sayso deciding").said
    assert "You decided 4 drafts in the last 30 days" in mine
    assert "You decided nothing" in office.command(TOM, "/sayso deciding").said
    assert "What may help your team" not in mine
    home = office.open_home(NOA)
    office.press(NOA, home, "home_page:list", "deciding")
    assert "You decided 4 drafts" in screen.words(office.slack.homes[NOA])
    assert "Only people of" in office.command(STRANGER, "/sayso deciding").said
