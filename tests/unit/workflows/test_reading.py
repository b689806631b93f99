"""What Slack says of people only ever takes away; what is too old to go by bars, and says so."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.clock import MONDAY
from tests.unit.workflows.builders import (
    ANA,
    BEN,
    CEM,
    COMPANY,
    DORA,
    GIL,
    PEOPLE,
    draft,
    mailing,
    playbook,
    run,
)
from workflows import policy
from workflows.basis.reading import (
    FRESH,
    LONG_SNOOZE,
    TRUSTED,
    Account,
    Members,
    Reading,
    away_by_snooze,
    away_by_status,
    channels_named,
    is_slack_group,
)
from workflows.company import AWAY_STATUS, Company
from workflows.errors import MembersUnread, NotAllowed, SlackSilent
from workflows.limits import Limit
from workflows.loading import load_company
from workflows.run import Draft, Needs

SECOND = timedelta(seconds=1)


def reading(*accounts: Account, at: datetime = MONDAY, **groups: tuple[str, ...]) -> Reading:
    """Return a reading in which everybody is there, but for these accounts; `finance` is @finance."""
    said = {person.id: Account(id=person.id) for person in PEOPLE}
    said |= {account.id: account for account in accounts}
    members = {f"@{name}": Members(at=at, people=who) for name, who in groups.items()}
    return Reading(at=at, accounts=tuple(said.values()), groups_at=at, groups=members)


def seen(*accounts: Account, later: timedelta = timedelta(0), **groups: tuple[str, ...]) -> Company:
    """Return the company as read on Monday morning, looked at so much later."""
    return COMPANY.with_reading(reading(*accounts, **groups), MONDAY + later)


def needing(*by: str) -> Draft:
    """Return an open draft that one of these must sign."""
    return draft(needs=Needs(by=by, quorum=1, words=f"one of {' or '.join(by)}"))


accounts = st.lists(
    st.builds(
        Account,
        id=st.sampled_from([person.id for person in PEOPLE]),
        active=st.booleans(),
        guest=st.booleans(),
        away=st.sampled_from(["", "on vacation"]),
    ),
    unique_by=lambda account: account.id,
)
ids = st.lists(st.sampled_from([*(person.id for person in PEOPLE), "U-EVE"]), unique=True)


@given(said=accounts, finance=ids, late=st.timedeltas(timedelta(0), timedelta(days=3)))
def test_slack_never_lets_anybody_sign_who_could_not(
    said: list[Account], finance: list[str], late: timedelta
) -> None:
    """Deactivated, guest or external by the file or by Slack: no reading makes up for the other."""
    read = reading(finance=tuple(finance)).model_copy(update={"accounts": tuple(said)})
    company = COMPANY.with_reading(read, MONDAY + late)
    barred = {account.id for account in said if account.guest or not account.active}
    barred |= {person.id for person in PEOPLE if person.guest or not person.active}
    for name in ("sales", "finance", "owner", "closers", "@finance", *(p.id for p in PEOPLE)):
        able = {p.id for p in company.members(name) if company.may_sign(p)}
        assert not able & barred
        if not is_slack_group(name):
            assert able <= {p.id for p in COMPANY.members(name) if COMPANY.may_sign(p)}
        elif late > FRESH:
            assert not able
        else:
            assert able <= set(finance)
    assert {person.id for person in company.people} == {person.id for person in PEOPLE}
    assert late <= TRUSTED or not any(map(company.may_sign, company.people))


def test_without_a_reading_the_file_alone_is_believed() -> None:
    """A company that never was read: its own people sign, and no group of Slack's has anybody in it."""
    company = COMPANY.with_reading(None, MONDAY)
    assert company is COMPANY
    assert company.may_sign(PEOPLE[0])
    assert company.unread("@finance")
    assert not company.members("@finance")


def test_a_group_of_slacks_is_those_of_its_members_who_are_listed() -> None:
    """Whoever adds themselves in Slack is still nobody here."""
    company = seen(finance=("U-CEM", "U-EVE", "U-GIL"))
    assert [person.id for person in company.members("@finance")] == ["U-CEM", "U-GIL"]
    assert policy.may_sign(run(), needing("@finance"), CEM, company, 3, MONDAY) == ""
    on_record = policy.grounds(needing("@finance", "finance", "sales"), company, CEM, MONDAY)
    assert on_record.pop("stands_in_for") == []
    assert on_record == {"named_by": ["@finance", "finance"], "read_at": MONDAY.isoformat()}
    with pytest.raises(NotAllowed):
        policy.may_sign(run(), needing("@finance"), GIL, company, 3, MONDAY)


def test_a_group_of_company_yml_may_hold_one_of_slacks() -> None:
    """Those named beside it sign whether or not it could be read."""
    mixed = COMPANY.model_copy(update={"groups": {"money": ("U-ANA", "@finance")}})
    now = mixed.with_reading(reading(finance=("U-CEM",)), MONDAY)
    late = mixed.with_reading(reading(finance=("U-CEM",)), MONDAY + FRESH + SECOND)
    assert [person.id for person in now.members("money")] == ["U-ANA", "U-CEM"]
    assert [person.id for person in late.members("money")] == ["U-ANA"]
    assert policy.may_sign(run(), needing("money"), ANA, late, 3, MONDAY) == ""
    with pytest.raises(MembersUnread, match="members of money could not be read"):
        policy.may_sign(run(), needing("money"), CEM, late, 3, MONDAY)


def test_members_read_more_than_five_minutes_ago_sign_nothing() -> None:
    """The refusal says since when, in the company's time, and what to do."""
    policy.may_sign(
        run(), needing("@finance"), CEM, seen(later=FRESH, finance=("U-CEM",)), 3, MONDAY
    )
    late = seen(later=FRESH + SECOND, finance=("U-CEM",))
    with pytest.raises(MembersUnread) as refused:
        policy.may_sign(run(), needing("@finance"), CEM, late, 3, MONDAY)
    assert refused.value.sentence == (
        "The members of @finance could not be read from Slack since 23 Nov 10:00."
        " Nothing was done; try again, or ask the owner."
    )
    assert policy.may_sign(run(), needing("finance"), CEM, late, 3, MONDAY) == ""


def test_members_that_never_were_read_are_said_to_be_so() -> None:
    """A group's list may fail for as long as there has been one."""
    blind = COMPANY.with_reading(Reading(at=MONDAY), MONDAY)
    with pytest.raises(MembersUnread, match="could not be read from Slack so far"):
        policy.may_sign(run(), needing("@finance"), CEM, blind, 3, MONDAY)
    with pytest.raises(MembersUnread, match="so far"):
        policy.may_sign(run(), needing("@finance"), CEM, COMPANY, 3, MONDAY)


def test_a_group_that_is_not_there_is_nobody() -> None:
    """The list of groups was read, and it is not in it; a channel that was not read may be there."""
    company = seen()
    with pytest.raises(NotAllowed, match="nobody is in that group"):
        policy.may_sign(run(), needing("@gone"), CEM, company, 3, MONDAY)
    assert company.unread("channel:finance")


def test_people_are_taken_for_what_they_were_for_a_day() -> None:
    """Then nobody signs or starts anything, and an admin still can switch things off."""
    assert policy.may_sign(run(), needing("sales"), ANA, seen(later=TRUSTED), 3, MONDAY) == ""
    silent = seen(later=TRUSTED + SECOND)
    with pytest.raises(SlackSilent, match="since 23 Nov 10:00 who still works at Northwind"):
        policy.may_sign(run(), needing("sales"), ANA, silent, 3, MONDAY)
    with pytest.raises(SlackSilent):
        policy.may_take_part(ANA, silent)
    assert policy.signers(needing("sales"), silent, MONDAY) == ()
    assert silent.is_admin("U-ADA")


def test_who_left_by_slack_is_no_admin_and_no_signer() -> None:
    """Whatever company.yml still says."""
    company = seen(Account(id="U-ADA", active=False), Account(id="U-ANA", guest=True))
    assert not company.is_admin("U-ADA")
    assert [p.id for p in policy.signers(needing("sales"), company, MONDAY)] == ["U-BEN"]


def test_a_zone_of_slacks_is_used_where_the_file_has_none() -> None:
    """What the file says stays."""
    company = seen(Account(id="U-ANA", zone="Asia/Tokyo"))
    assert company.people[0].zone == "Asia/Tokyo"
    there = COMPANY.model_copy(
        update={"people": (PEOPLE[0].model_copy(update={"zone": "Europe/Lisbon"}),)}
    )
    read = there.with_reading(reading(Account(id="U-ANA", zone="Asia/Tokyo")), MONDAY)
    assert read.people[0].zone == "Europe/Lisbon"


def test_somebody_away_by_slack_is_stood_in_for_until_they_are_back() -> None:
    """The status ends by itself; until then Dora signs in Cem's place, and Cem still may."""
    back = MONDAY + timedelta(hours=3)
    cem = PEOPLE[2].model_copy(update={"stand_in": "U-BEN"})
    company = COMPANY.model_copy(update={"people": (*PEOPLE[:2], cem, *PEOPLE[3:])})
    away = Account(id="U-CEM", away="on vacation", back_at=back)
    read = company.with_reading(reading(away), MONDAY)
    person = read.people[2]
    assert read.why_away(person, MONDAY) == "on vacation, by Slack"
    assert not read.why_away(person, back)
    ids_now = [p.id for p in policy.signers(needing("U-CEM"), read, MONDAY)]
    assert ids_now == ["U-CEM", "U-BEN"]
    assert policy.stands_in_for(needing("U-CEM"), read, BEN, MONDAY) == ("U-CEM",)
    assert [p.id for p in policy.signers(needing("U-CEM"), read, back)] == ["U-CEM"]
    for_good = read.with_reading(reading(Account(id="U-CEM", away="on leave")), MONDAY)
    assert for_good.is_away(for_good.people[2], MONDAY + timedelta(days=9))


def test_work_goes_to_a_group_by_its_newest_reading_however_old() -> None:
    """Giving somebody work lets them sign nothing, and a hiccup of Slack's must not stop a run."""
    company = seen(later=timedelta(hours=2), finance=("U-DORA",))
    here = company.first_here("@finance", MONDAY)
    assert here
    assert here.id == DORA.id
    assert COMPANY.first_here("@finance", MONDAY) is None


def test_a_draft_is_passed_on_to_a_group_that_can_not_be_read_just_now() -> None:
    """Its members may be known again in a minute: nothing expires over that."""
    rule = draft().rule.model_copy(update={"escalate": ("@finance",)})
    of = draft(rule=rule)
    assert policy.can_pass_on(of, seen(later=FRESH + SECOND), 3, MONDAY)
    assert not policy.can_pass_on(of, seen(), 3, MONDAY)


@pytest.mark.parametrize(
    ("emoji", "text", "why"),
    [
        (":palm_tree:", "", "on vacation"),
        (":face_with_thermometer:", "Out sick", "away"),
        ("", "Vacationing", "on vacation"),
        (":airplane:", "On  LEAVE till June", "on leave"),
        ("", "OOO!", "out of office"),
        ("", "cooool", ""),
        (":house_with_garden:", "Working remotely", ""),
        ("", "", ""),
    ],
)
def test_a_status_says_whether_somebody_is_away(emoji: str, text: str, why: str) -> None:
    """By its emoji or by whole words; others are told no more than the company lets them."""
    assert away_by_status(emoji, text, AWAY_STATUS) == why
    assert away_by_status(emoji, text, {}) == ""


def test_only_a_pause_longer_than_a_night_is_an_absence() -> None:
    """From its beginning to its end, and not a second longer."""
    ends = MONDAY + LONG_SNOOZE
    assert away_by_snooze(MONDAY, ends, MONDAY)
    assert away_by_snooze(MONDAY, ends, ends - SECOND)
    assert not away_by_snooze(MONDAY, ends, ends)
    assert not away_by_snooze(MONDAY, ends, MONDAY - SECOND)
    assert not away_by_snooze(MONDAY, ends - SECOND, MONDAY)


@pytest.mark.parametrize("name", ["@finance-team", "channel:finance", "@a"])
def test_names_of_slack(name: str) -> None:
    """They say so by how they begin."""
    assert is_slack_group(name)


@pytest.mark.parametrize("name", ["finance", "#finance", "U01ANA", "@", "a@b.example", "@Finance"])
def test_names_of_company_yml(name: str) -> None:
    """A channel's name alone names nobody."""
    assert not is_slack_group(name)


def test_the_channels_whose_members_matter_are_named() -> None:
    """By a rule, as work, or in a group; the rest of Slack is none of our business."""
    above = [{"amount": "5.00 USD", "by": ["channel:money"]}]
    book = playbook(
        mailing(approve={"by": "channel:sales", "above": above, "escalate": "@boss"}, amount="1"),
        {"task": "call", "who": "channel:calls", "title": "Call"},
    )
    limit = {
        "limit": "refunds",
        "on": "money",
        "per": "action",
        "amount": "5.00 USD",
        "by": "channel:top",
    }
    limits = (Limit.model_validate(limit),)
    groups = {"money": ("channel:board", "U-ANA")}
    company = COMPANY.model_copy(update={"groups": groups, "limits": limits})
    named = channels_named(company, [book])
    assert named == {
        "channel:sales",
        "channel:money",
        "channel:calls",
        "channel:board",
        "channel:top",
    }


def test_a_reading_knows_whom_it_covers_and_what_it_says_again() -> None:
    """Somebody new in company.yml was not asked about; another time alone is no news."""
    one = reading(finance=("U-CEM",))
    assert one.covers(["U-ANA", "U-CEM"])
    assert not one.covers(["U-NEW"])
    assert one.agrees(reading(finance=("U-CEM",), at=MONDAY + SECOND))
    assert not one.agrees(reading(finance=("U-ANA",)))
    assert not one.agrees(reading(Account(id="U-ANA", away="away"), finance=("U-CEM",)))
    assert Reading(at=MONDAY).is_fresh(MONDAY + FRESH)
    assert not one.is_fresh(MONDAY + FRESH + SECOND)


def test_company_yml_takes_groups_of_slacks_and_what_a_status_means() -> None:
    """Both as people write them."""
    company = load_company(
        "name: Alder\nowner: U1\npeople: [{id: U1, name: Ana}]\n"
        'groups: {money: ["@finance", U1]}\naway_status: {":beach:": at the sea}\n',
        "company.yml",
    )
    assert company.groups["money"] == ("@finance", "U1")
    assert company.away_status == {":beach:": "at the sea"}
