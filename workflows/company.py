"""The company as `company.yml` tells it: who there is, who may sign what, where things are posted."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field as Setting
from pydantic import field_validator

from workflows.action import Record
from workflows.customers import Customers
from workflows.limits import Limit
from workflows.worktime import Hours, Rows, WorkTime


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
    #: Named groups of person ids, beside the roles people carry.
    groups: dict[str, tuple[str, ...]] = Setting(default_factory=dict)
    #: Channel name without `#` to Slack channel id.
    channels: dict[str, str] = Setting(default_factory=dict)
    hours: Rows = (Hours(),)
    holidays: Holidays = Holidays()
    #: When customers may be reached.
    customers: Customers = Customers()
    #: What may be signed in all over a while, from the mildest limit to the strictest.
    limits: tuple[Limit, ...] = ()
    #: Public holidays in years to come; looked up when the file is read, never written in it.
    public_holidays: frozenset[date] = frozenset()

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

    def is_away(self, person: Person, at: datetime) -> bool:
        """Whether somebody is away on that day, as it is where they are."""
        day = at.astimezone(ZoneInfo(person.zone or self.zone)).date()
        return any(absence.first <= day <= absence.last for absence in person.away)

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
        able = [person for person in self.members(name) if self.may_sign(person)]
        here = [person for person in able if not self.is_away(person, at)]
        stand_ins = [other for person in able if (other := self.in_place_of(person, at))]
        return next((p for p in (*here, *stand_ins, *able) if self.may_sign(p)), None)

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
        """Return who `name` means: a person's id, a group, a role, or `owner`. Unknown means nobody."""
        ids = {self.owner} if name == "owner" else set(self.groups.get(name, ())) | {name}
        return tuple(p for p in self.people if p.id in ids or name in p.roles)

    def may_sign(self, person: Person) -> bool:
        """Whether this kind of account may sign at all: current staff, no guests."""
        return person.active and not person.guest

    def is_admin(self, person_id: str) -> bool:
        """Whether this person may switch things off and on: the owner and people with the role `admin`."""
        person = self.person(person_id)
        if person is None or not self.may_sign(person):
            return False
        return person_id == self.owner or "admin" in person.roles

    def channel(self, name: str) -> str:
        """Return the Slack id of a channel named in a playbook; a name not listed is taken as an id."""
        return self.channels.get(name.lstrip("#"), name)
