"""The company as `company.yml` tells it: who there is, who may sign what, where things are posted."""

from __future__ import annotations

from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field as Setting
from pydantic import field_validator

from workflows.action import Record


class Person(Record):
    """Somebody who works here. `id` is the Slack user id; `email` finds it when only that is known."""

    id: str
    name: str
    email: str = ""
    title: str = ""
    roles: tuple[str, ...] = ()
    zone: str = ""
    #: Slack guests, people of other organisations and deactivated accounts never sign.
    guest: bool = False
    active: bool = True


class Hours(Record):
    """When the company works, in its own zone: `mon-fri`, `08:00-18:00`."""

    days: str = "mon-fri"
    open: str = "08:00"
    close: str = "18:00"


class Company(Record):
    """The people, roles, channels and habits of one company (one workspace)."""

    name: str
    #: Slack's team id; one workspace here.
    ws: str = "local"
    zone: str = "UTC"
    currency: str = "USD"
    #: Person id of the owner: the last escalation, and the one who activates wider powers.
    owner: str
    #: One person does everything: self-approval is allowed and each card says so.
    solo: bool = False
    people: tuple[Person, ...]
    #: Named groups of person ids, beside the roles people carry.
    groups: dict[str, tuple[str, ...]] = Setting(default_factory=dict)
    #: Channel name without `#` to Slack channel id.
    channels: dict[str, str] = Setting(default_factory=dict)
    hours: Hours = Hours()

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

    def person(self, person_id: str) -> Person | None:
        """Return the person with this Slack id, or None for a stranger."""
        return next((person for person in self.people if person.id == person_id), None)

    def name_of(self, person_id: str) -> str:
        """Return a person's name; what nobody of the company did, Sayso did."""
        person = self.person(person_id)
        return person.name if person else "Sayso"

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
