"""The company as `company.yml` tells it: who there is, who may sign what, where things are posted."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field as Setting
from pydantic import field_validator

from workflows.action import Record
from workflows.asks.asks import Asks
from workflows.basis.reading import FRESH, TRUSTED, Reading, is_slack_group
from workflows.customers import Customers
from workflows.delegation.worth import Numbers
from workflows.flags import Flags
from workflows.limits import Limit
from workflows.playbook import Amount, Share
from workflows.rights import Rights, has
from workflows.urgent.on_call import Rota
from workflows.worktime import Hours, Rows, WorkTime

if TYPE_CHECKING:
    from collections.abc import Callable

#: What people set as their status when they are away, and what others are told: not why somebody is ill.
AWAY_STATUS = {
    ":palm_tree:": "on vacation",
    ":face_with_thermometer:": "away",
    "vacation": "on vacation",
    "vacationing": "on vacation",
    "on leave": "on leave",
    "out sick": "away",
    "out of office": "out of office",
    "ooo": "out of office",
}


class Absence(Record):
    """Days somebody is away, first and last included."""

    first: date = Setting(alias="from")
    last: date = Setting(alias="to")


class Person(Record):
    """Somebody who works here. `id` is the Slack user id; `email` finds it when only that is known."""

    id: str
    name: str
    email: str = ""
    title: str = ""
    roles: tuple[str, ...] = ()
    zone: str = ""
    away: tuple[Absence, ...] = ()
    #: Person id of who signs in their place while they are away.
    stand_in: str = ""
    #: Slack guests, people of other organisations and deactivated accounts never sign.
    guest: bool = False
    active: bool = True


class Holidays(Record):
    """Days nobody works: the public ones of a country, by its ISO code, and the company's own."""

    country: str = ""
    #: A part of the country, by its ISO code: `CA`, `BY`.
    region: str = ""
    days: tuple[date, ...] = ()


class Together(Record):
    """What may be signed together in one dialog: drafts that are alike, of low risk, with one signature each."""

    #: Up to this amount each; without it only drafts that have none.
    under: Amount | None = None
    #: At most so many at once.
    most: int = Setting(default=12, ge=2, le=20)


class Company(Record):
    """The people, roles, channels and habits of one company (one workspace)."""

    name: str
    #: Slack's team id; one workspace here.
    ws: str = "local"
    zone: str = "UTC"
    currency: str = "USD"
    #: Person id of the owner: the last escalation, and the one who activates wider powers.
    owner: str
    #: Person id of whoever keeps it running: incidents and outages go to them; the owner, where nobody is named.
    platform: str = ""
    #: One person does everything: self-approval is allowed and each card says so.
    solo: bool = False
    people: tuple[Person, ...]
    #: Named groups of person ids and of Slack's groups, beside the roles people carry.
    groups: dict[str, tuple[str, ...]] = Setting(default_factory=dict)
    #: Channel name without `#` to Slack channel id.
    channels: dict[str, str] = Setting(default_factory=dict)
    #: Of these channels, by name, those that only whoever was invited can read.
    private_channels: tuple[str, ...] = ()
    #: Who may start, see, sign, read the log and set things.
    rights: Rights = Rights()
    hours: Rows = (Hours(),)
    holidays: Holidays = Holidays()
    #: When customers may be reached.
    customers: Customers = Customers()
    #: What may be signed in all over a while, from the mildest limit to the strictest.
    limits: tuple[Limit, ...] = ()
    #: Statuses in Slack that mean somebody is away, an emoji or words of its text, and how that is put to others.
    away_status: dict[str, str] = Setting(default_factory=AWAY_STATUS.copy)
    #: How often people may be asked on one day, and when they are told of the rest.
    asks: Asks = Asks()
    #: What may be signed together.
    together: Together = Together()
    #: What is switched on or off here.
    flags: Flags = Flags()
    #: The company's own numbers, by which work is valued.
    numbers: Numbers = Numbers()
    #: Who is on call, by the name of the rota that playbooks name.
    on_call: dict[str, Rota] = Setting(default_factory=dict)
    #: Of what would go by itself, the share a person sees first; a playbook can ask for more.
    sample: Share = Setting(default=0.05, ge=0.01)
    #: Public holidays in years to come; looked up when the file is read, never written in it.
    public_holidays: frozenset[date] = frozenset()
    #: What Slack says of these people, as of `now`; None before it was first asked. Never written in the file.
    slack: Reading | None = None
    now: datetime | None = None

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        if zone not in available_timezones():
            msg = f"{zone!r} is not an IANA time zone, like Europe/Lisbon"
            raise ValueError(msg)
        return zone

    @property
    def tz(self) -> ZoneInfo:
        """The company's time zone."""
        return ZoneInfo(self.zone)

    @property
    def door(self) -> WorkTime:
        """When the company works."""
        return WorkTime(zone=self.zone, hours=self.hours, closed=self._closed)

    @property
    def _closed(self) -> frozenset[date]:
        return self.public_holidays | frozenset(self.holidays.days)

    def with_reading(self, reading: Reading | None, now: datetime) -> Company:
        """Return the company as Slack sees it too. Whoever could not sign by the file can't by Slack either."""
        if reading is None:
            return self
        people = tuple(_as_read(person, reading) for person in self.people)
        return self.model_copy(update={"people": people, "slack": reading, "now": now})

    def is_away(self, person: Person, at: datetime) -> bool:
        """Whether somebody is away at that time."""
        return bool(self.why_away(person, at))

    def why_away(self, person: Person, at: datetime) -> str:
        """Return why somebody is away at that time, in words; empty when they are here.

        A day in company.yml is a day as it is where they are.
        """
        day = at.astimezone(ZoneInfo(person.zone or self.zone)).date()
        for absence in person.away:
            if absence.first <= day <= absence.last:
                return f"until {absence.last:%d %b}"
        account = self.slack.account(person.id) if self.slack else None
        if account is None or not account.away or (account.back_at and at >= account.back_at):
            return ""
        return f"{account.away}, by Slack"

    def in_place_of(self, person: Person, at: datetime) -> Person | None:
        """Return who stands in for somebody who is away; None when they are here, or nobody does.

        A stand-in who is away too is stood in for in turn.
        """
        passed, now = {person.id}, person
        while self.is_away(now, at):
            following = self.person(now.stand_in)
            if following is None or following.id in passed:
                return None
            passed.add(following.id)
            now = following
        return None if now is person else now

    @property
    def keeper(self) -> str:
        """Person id of whoever incidents and outages go to."""
        return self.platform or self.owner

    def first_here(self, name: str, at: datetime) -> Person | None:
        """Return who of those `name` means gets work: the first who is here, else who stands in, else the first.

        None when it means nobody who works here now.
        """
        able = [person for person in self._asked(name) if self.works_here(person)]
        here = [person for person in able if not self.is_away(person, at)]
        stand_ins = [other for person in able if (other := self.in_place_of(person, at))]
        return next((p for p in (*here, *stand_ins, *able) if self.works_here(p)), None)

    def person(self, person_id: str) -> Person | None:
        """Return the person with this Slack id, or None for a stranger."""
        return next((person for person in self.people if person.id == person_id), None)

    def name_of(self, person_id: str) -> str:
        """Return a person's name; what nobody of the company did, Sayso did."""
        person = self.person(person_id)
        if person is None:
            return "the command line" if person_id == "command-line" else "Sayso"
        return person.name

    def members(self, name: str) -> tuple[Person, ...]:
        """Return who `name` means: a person's id, a group, a role, `owner`, `platform`, or a group of Slack's.

        Unknown means nobody, and so does a group of Slack's whose members were not read in the last minutes.
        """
        return self._people(name, self._known)

    def _asked(self, name: str) -> tuple[Person, ...]:
        """Return who `name` means by the newest reading, however old: enough to give work, never to sign."""
        return self._people(name, self.slack.members if self.slack else _nobody)

    def _people(self, name: str, of_slack: Callable[[str], tuple[str, ...]]) -> tuple[Person, ...]:
        if is_slack_group(name):
            ids = set(of_slack(name))
        elif name == "owner":
            ids = {self.owner}
        elif name == "platform" and name not in self.groups:
            ids = {self.keeper}
        else:
            listed = self.groups.get(name, ())
            ids = {name, *listed, *(one for group in listed for one in of_slack(group))}
        return tuple(p for p in self.people if p.id in ids or name in p.roles)

    def _known(self, name: str) -> tuple[str, ...]:
        return self.slack.members(name) if self.slack and not self.unread(name) else ()

    def unread(self, name: str) -> bool:
        """Whether `name` rests on a group of Slack's whose members were not read in the last minutes."""
        if not is_slack_group(name):
            return any(self.unread(one) for one in self.groups.get(name, ()) if is_slack_group(one))
        at = self.slack.read_at(name) if self.slack else None
        return at is None or self.now is None or self.now - at > FRESH

    @property
    def read_at(self) -> str:
        """When Slack last said who is who, as ISO 8601; empty where it was never asked."""
        return self.slack.at.isoformat() if self.slack else ""

    @property
    def silent_since(self) -> datetime | None:
        """When Slack last said who is who, if that is too long ago for anybody to sign; else None."""
        if self.slack is None or self.now is None or self.now - self.slack.at <= TRUSTED:
            return None
        return self.slack.at

    def works_here(self, person: Person) -> bool:
        """Whether this is current staff: somebody who has left or is a guest is not."""
        return person.active and not person.guest

    def may_sign(self, person: Person) -> bool:
        """Whether this kind of account may sign at all: current staff, as far as Slack could be asked lately."""
        return self.works_here(person) and self.silent_since is None

    def is_admin(self, person_id: str) -> bool:
        """Whether this person may switch things off and on: the owner and, unless `rights` names others, the admins.

        They still may when Slack has been silent for long: switching off has to work when nothing else does.
        """
        person = self.person(person_id)
        return person is not None and has(self, "settings", person)

    def channel(self, name: str) -> str:
        """Return the Slack id of a channel named in a playbook; a name not listed is taken as an id."""
        return self.channels.get(name.lstrip("#"), name)


def _as_read(person: Person, reading: Reading) -> Person:
    """Return a person as Slack sees them: stricter than the file, never laxer."""
    account = reading.account(person.id)
    if account is None:
        return person
    return person.model_copy(
        update={
            "active": person.active and account.active,
            "guest": person.guest or account.guest,
            "zone": person.zone or account.zone,
        }
    )


def _nobody(_name: str) -> tuple[str, ...]:
    return ()
