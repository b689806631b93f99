"""What Slack says of people counts: who left, who is in a group, who is away. What it does not say bars."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.slack import screen
from tests.slack.office import ANA, FINANCE, IDA, KIM, LEE, MIA, NOA, SALES, STRANGER, TOM, Office
from workflows.basis.reading import FRESH

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Json = dict[str, Any]

EVERYBODY = ["ANA", "LEE", "NOA", "MIA", "TOM", "IDA", "SAM", "RIA", "BEN", "EVA", "MAX", "KIM"]


def slack_answers(office: Office) -> None:
    """Let Slack say of everybody that they are there, and be asked."""
    office.slack.people = {f"U01{name}": {"tz": "Europe/Lisbon"} for name in EVERYBODY}
    office.slack.groups = {"finance-team": [MIA, TOM, STRANGER]}
    office.program.staff.look()


@pytest.fixture
def office(opened: Callable[..., Office]) -> Office:
    """Return the company at work in a Slack that says who is there."""
    office = opened()
    slack_answers(office)
    return office


def _approved_by(home: Path, name: str, was: str = "by: finance") -> None:
    """Let a group of Slack's sign payment recovery's letters."""
    file = home / "playbooks" / "payment-recovery.yml"
    text = file.read_text(encoding="utf-8")
    assert was in text
    file.write_text(text.replace(was, f'by: "{name}"'), encoding="utf-8")


def _card(office: Office) -> Json:
    """Return the card of a recovery Ida has started, open in #finance."""
    office.command(IDA, "/playbook payment-recovery")
    office.submit(IDA, {"input:invoice": "INV-3051"})
    return office.newest(FINANCE)


def test_somebody_deactivated_in_slack_signs_nothing_any_more(office: Office) -> None:
    """The event is enough; company.yml still lists them."""
    office.command(NOA, "/playbook quote-follow-up Q-1043")
    card = office.newest(SALES)
    office.slack.people[LEE] = {"deleted": True}
    office.event("Ev-1", {"type": "user_change", "user": {"id": LEE}})
    office.clock.pass_by(seconds=10)
    office.program.staff.look()
    assert "can." in office.press(LEE, card, "approve").said
    assert not office.draft().signers
    assert "is no guest" in office.command(LEE, "/playbook quote-follow-up Q-1044").said


def test_without_the_event_it_counts_after_the_next_look(office: Office) -> None:
    """Five minutes at most: a press asks Slack itself when nobody has since."""
    office.command(NOA, "/playbook quote-follow-up Q-1043")
    card = office.newest(SALES)
    office.slack.people[LEE] = {"is_restricted": True}
    office.clock.pass_by(seconds=FRESH.total_seconds() + 1)
    assert "can." in office.press(LEE, card, "approve").said


@pytest.mark.parametrize(
    "said",
    [
        {"deleted": True},
        {"is_restricted": True},
        {"is_ultra_restricted": True},
        {"is_stranger": True},
        None,
    ],
)
def test_the_wrong_kind_of_account_signs_nothing(office: Office, said: Json | None) -> None:
    """Left, guest of either kind, of another organisation, or not known to Slack at all."""
    office.slack.people[LEE] = said or {}
    if said is None:
        del office.slack.people[LEE]
    office.clock.pass_by(minutes=3)
    office.program.staff.look()
    office.command(NOA, "/playbook quote-follow-up Q-1043")
    assert office.press(LEE, office.newest(SALES), "approve").said
    assert not office.draft().signers


def test_a_group_of_slacks_signs(opened: Callable[..., Office], home: Path) -> None:
    """Those of its members who are listed; the entry says by which name, and how old the reading was."""
    _approved_by(home, "@finance-team")
    office = opened()
    slack_answers(office)
    card = _card(office)
    assert "one of @finance-team" in screen.words(card)
    assert "Mia Okafor, Tom Hale can." in office.press(NOA, card, "approve").said
    assert office.press(STRANGER, card, "approve").said
    assert not office.press(TOM, card, "approve").said
    (signed,) = office.audited("run:draft:signed")
    assert signed.head["named_by"] == ["@finance-team"]
    assert signed.head["read_at"] == office.clock.at.isoformat()
    with office.foundation.database.read() as connection:
        kept = "SELECT body FROM document WHERE kind = 'reading' ORDER BY hash"
        texts = {
            hashlib.sha256(text.encode()).hexdigest(): json.loads(text)
            for (text,) in connection.exec_driver_sql(kept)
        }
    said = texts[(signed.body or {})["facts"]["sight"]]
    assert said["groups"]["@finance-team"] == [MIA, TOM]


def test_the_group_changed_between_card_and_press(
    opened: Callable[..., Office], home: Path
) -> None:
    """Who is a member when they press counts, not who was when the card was drawn."""
    _approved_by(home, "@finance-team")
    office = opened()
    slack_answers(office)
    card = _card(office)
    office.slack.groups["finance-team"] = [LEE]
    office.event("Ev-1", {"type": "subteam_members_changed", "subteam_id": "S1"})
    office.clock.pass_by(seconds=10)
    office.program.staff.look()
    assert "Lee Park can." in office.press(MIA, card, "approve").said
    assert not office.press(LEE, card, "approve").said
    assert office.draft().signers == (LEE,)


def test_slack_down_bars_groups_and_nobody_else(opened: Callable[..., Office], home: Path) -> None:
    """Never "who it was last": the refusal says since when. Those company.yml names go on signing."""
    _approved_by(home, "@finance-team")
    office = opened()
    slack_answers(office)
    card = _card(office)
    office.command(LEE, "/playbook quote-follow-up Q-1043")
    letter = office.newest(SALES)
    office.slack.errors["users.list"] = ["internal_error"] * 99
    office.clock.pass_by(minutes=6)
    office.program.staff.look()
    said = office.press(MIA, card, "approve").said
    assert "The members of @finance-team could not be read from Slack since 23 Nov 04:00" in said
    assert office.audited("slack:press:refused")[-1].head["reason"] == "members-unread"
    assert not office.press(LEE, letter, "approve").said
    assert "Slack does not say who works here" in screen.words(office.open_home(ANA))
    office.slack.errors.clear()
    assert not office.press(MIA, card, "approve").said


def test_after_a_day_of_silence_nobody_signs(office: Office) -> None:
    """A person's account may have been closed long since; an admin still can pause everything."""
    office.clock.pass_by(hours=25)
    office.slack.errors["users.list"] = ["internal_error"] * 99
    assert "Slack could not be asked since" in office.command(LEE, "/playbook quote-follow-up").said
    assert "paused" in office.command(ANA, "/sayso pause").said


def test_the_members_of_a_channel_sign_only_where_that_is_written(
    opened: Callable[..., Office], home: Path
) -> None:
    """`channel:finance` means them; a channel Slack does not show has nobody in it."""
    _approved_by(home, "channel:finance")
    office = opened()
    office.slack.members[FINANCE] = [NOA, KIM, IDA, TOM]
    slack_answers(office)
    card = _card(office)
    assert "Noa Brandt" in office.press(LEE, card, "approve").said
    assert "can." in office.press(KIM, card, "approve").said
    assert not office.press(NOA, card, "approve").said
    office.slack.members.clear()
    office.event("Ev-1", {"type": "member_left_channel", "user": TOM, "channel": FINANCE})
    office.pass_by(minutes=6)
    again = _card(office)
    assert "could not be read" in office.press(TOM, again, "approve").said


def test_what_waits_keeps_the_channel_of_its_own_version(
    opened: Callable[..., Office], home: Path
) -> None:
    """The active version names no channel any more; the draft that waits still asks its members."""
    _approved_by(home, "channel:finance")
    office = opened()
    office.slack.members[FINANCE] = [NOA, KIM, IDA, TOM]
    slack_answers(office)
    card = _card(office)
    _approved_by(home, "finance", was='by: "channel:finance"')
    for _ in range(2):
        office.foundation.watching.tick()
    office.settle()
    office.press(ANA, office.newest(FINANCE), "activate")
    office.pass_by(minutes=6)
    office.program.staff.look()
    assert not office.press(NOA, card, "approve").said


def test_beyond_a_limit_the_members_of_a_channel_can_be_asked(
    opened: Callable[..., Office], home: Path
) -> None:
    """A limit's signers are asked about like anybody's."""
    file = home / "company.yml"
    limit = 'limits: [{limit: letters, on: mail.send, per: company, in: 7 days, count: 0, by: "channel:finance"}]'
    file.write_text(f"{file.read_text(encoding='utf-8')}\n{limit}\n", encoding="utf-8")
    office = opened()
    office.slack.members[FINANCE] = [KIM, TOM]
    slack_answers(office)
    office.command(NOA, "/playbook quote-follow-up Q-1043")
    card = office.newest(SALES)
    assert office.press(LEE, card, "approve").said
    assert not office.press(TOM, card, "approve").said


def test_a_status_in_slack_is_an_absence(opened: Callable[..., Office], home: Path) -> None:
    """Mia and Tom set that they are on vacation; Ida signs in their place until they are back."""
    file = home / "company.yml"
    text = file.read_text(encoding="utf-8").replace(
        "roles: [finance]}", "roles: [finance], stand_in: U01IDA}"
    )
    file.write_text(text, encoding="utf-8")
    office = opened()
    slack_answers(office)
    until = int(office.clock.at.timestamp()) + 3600
    away = {"status_emoji": ":palm_tree:", "status_text": "by the sea", "status_expiration": until}
    office.command(MIA, "/playbook payment-recovery")
    office.submit(MIA, {"input:invoice": "INV-3051"})
    assert "can." in office.press(IDA, office.newest(FINANCE), "approve").said
    for person in (MIA, TOM):
        office.slack.people[person] = {"profile": away}
    office.event("Ev-1", {"type": "user_change", "user": {"id": MIA}})
    office.clock.pass_by(seconds=10)
    office.program.staff.look()
    office.settle()
    card = office.newest(FINANCE)
    assert (
        "<@U01MIA> is away (on vacation, by Slack) · <@U01IDA> may sign in their place"
        in screen.words(card)
    )
    assert "by the sea" not in screen.words(card)
    assert not office.press(IDA, card, "approve").said
    (signed,) = office.audited("run:draft:signed")
    assert signed.head["stands_in_for"] == [MIA, TOM]
    assert (signed.body or {})["away"] == dict.fromkeys((MIA, TOM), "on vacation, by Slack")


def test_who_must_not_be_disturbed_for_long_is_away(office: Office) -> None:
    """A night's quiet is none; a weekend of it is."""
    now = office.clock.at.timestamp()
    office.slack.snoozes[LEE] = (now - 3600, now + 7 * 3600)
    office.slack.snoozes[NOA] = (now - 3600, now + 40 * 3600)
    office.clock.pass_by(minutes=3)
    office.program.staff.look()
    company = office.program.staff.company()
    lee, noa = (company.person(one) for one in (LEE, NOA))
    assert lee
    assert noa
    assert not company.is_away(lee, office.clock.at)
    assert company.why_away(noa, office.clock.at) == "not to be disturbed, by Slack"


def test_the_one_a_record_names_is_asked_first(opened: Callable[..., Office], home: Path) -> None:
    """The card names them, and the reminder is for them alone; the others may sign all the same."""
    file = home / "playbooks" / "quote-follow-up.yml"
    text = file.read_text(encoding="utf-8")
    assert "by: sales" in text
    file.write_text(text.replace("by: sales", "by: sales\n      assign: in turn", 1), "utf-8")
    office = opened()
    slack_answers(office)
    office.command(ANA, "/playbook quote-follow-up Q-1043")
    assert "For <@U01LEE> first · Needs one of sales" in screen.words(office.newest(SALES))
    office.clock.at = office.draft().remind_at
    office.pass_by(seconds=1)
    reminder = screen.words(office.newest(SALES))
    assert "U01LEE" in reminder
    assert "U01NOA" not in reminder
    office.command(ANA, "/playbook quote-follow-up Q-1044")
    assert "For <@U01NOA> first" in screen.words(office.newest(SALES))
    assert not office.press(LEE, office.newest(SALES), "approve").said


FIRST = """by: sales
      assign:
        - {customer: "*@lark-bakery.example", to: Noa}
        - {above: 5000.00 USD, to: owner}
        - {channel: finance, to: Lee}
        - in turn"""


def test_rules_say_who_is_asked_first(opened: Callable[..., Office], home: Path) -> None:
    """By customer, by amount, by the channel it was started in; for the rest each in turn."""
    file = home / "playbooks" / "quote-follow-up.yml"
    text = file.read_text(encoding="utf-8").replace("channel: sales\n", "", 1)
    file.write_text(text.replace("by: sales", FIRST, 1), "utf-8")
    office = opened()
    slack_answers(office)
    # Lark Bakery; 5,260.00 USD; two small ones asked for in #finance; three in #sales.
    asked = [
        *[("Q-1043", SALES, NOA), ("Q-1045", SALES, ANA)],
        *[("Q-1042", FINANCE, LEE), ("Q-1044", FINANCE, LEE)],
        *[("Q-1040", SALES, LEE), ("Q-1048", SALES, NOA)],
    ]
    for quote, channel, who in asked:
        office.command(ANA, f"/playbook quote-follow-up {quote}", channel)
        assert f"For <@{who}> first" in screen.words(office.newest(channel)), quote
    card = next(one for one in office.posted(SALES) if "Q-1043" in screen.words(one))
    assert not office.press(LEE, card, "approve").said


def test_a_restart_forgets_nothing(office: Office) -> None:
    """What Slack said is in the database, for every process."""
    office.slack.people[LEE] = {"deleted": True}
    office.clock.pass_by(minutes=3)
    office.program.staff.look()
    office.slack.errors["users.list"] = ["internal_error"] * 99
    office.restart()
    assert "is no guest" in office.command(LEE, "/playbook quote-follow-up Q-1043").said


def test_somebody_new_in_company_yml_is_asked_about_at_once(office: Office, home: Path) -> None:
    """Not three minutes later; and an event about a stranger asks nothing."""
    before = len(office.slack.calls)
    office.event("Ev-1", {"type": "team_join", "user": {"id": "U09OTHER"}})
    office.clock.pass_by(seconds=30)
    office.program.staff.look()
    assert not [one for one, _ in office.slack.calls[before:] if one == "users.list"]
    file = home / "company.yml"
    line = "  - {id: U01KIM"
    text = file.read_text(encoding="utf-8").replace(line, f"  - {{id: U09NEW, name: New}}\n{line}")
    file.write_text(text, encoding="utf-8")
    office.restart()
    office.slack.people["U09NEW"] = {"deleted": True}
    office.program.staff.look()
    found = office.program.staff.company().person("U09NEW")
    assert found
    assert not found.active
