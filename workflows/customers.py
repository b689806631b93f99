"""Customers are reached in their own daytime, and not at all once they want no more messages."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, available_timezones

from workflows.action import Record
from workflows.errors import Silent
from workflows.expressions import Template
from workflows.limits import Ask, Told
from workflows.text import digest
from workflows.worktime import MIDNIGHT, Hours, Rows, WorkTime

if TYPE_CHECKING:
    from workflows.action import ActionSpec
    from workflows.ports import Calendar, JsonObject
    from workflows.run import Draft
    from workflows.turn import Turn


#: Why something for a customer came to nothing.
NO_MORE = "the customer wants no more messages"


#: For how long a customer's holidays are looked up: nobody has as many in a row.
AHEAD = timedelta(days=30)
#: Hours of customers who may be reached at any time of any other day.
_ANY = (Hours(days="mon-sun", open="00:00", close=MIDNIGHT),)


class HolidaysOf(Record):
    """Whose public holidays count, by ISO codes."""

    #: Its ISO code: `US`, `PT`.
    country: str = ""
    #: A part of the country: `CA`, `BY`.
    region: str = ""


class Customers(Record):
    """When customers may be reached, on their own clock; without hours at any time."""

    #: Outside these hours nothing reaches a customer: it leaves when they open next.
    hours: Rows = ()
    #: Whose public holidays customers keep, where a playbook says nothing else; on those nothing reaches them either.
    holidays: HolidaysOf = HolidaysOf()
    #: Several drafts to one customer that wait are one card; false: each has its own.
    one_card: bool = True


class Customer(Record):
    """Whom a draft is about."""

    #: Digest of what tells one customer from another, whoever writes it in which case; empty when nobody knows.
    key: str = ""
    #: Digest of the address the action reaches; empty for one that reaches nobody.
    address: str = ""
    #: The customer's time zone; empty is the company's.
    zone: str = ""
    #: Whose public holidays they keep; empty is what company.yml says.
    country: str = ""
    region: str = ""


def key_of(text: str) -> str:
    """Return the digest that stands for a customer or an address; empty for an empty text."""
    name = plain(text)
    return digest(name) if name else ""


def plain(text: str) -> str:
    """Return what a customer is called, the same in whichever case and spacing somebody writes it."""
    return " ".join(text.casefold().split())


def called(turn: Turn, spec: ActionSpec, payload: JsonObject, known: JsonObject) -> set[str]:
    """Return what whom an action is about is known by: the address it reaches, and who the playbook says."""
    told = turn.playbook.customer
    names = {plain(_address(spec, payload)), plain(Template(told.id).render(known)) if told else ""}
    return names - {""}


def customer_of(turn: Turn, spec: ActionSpec, payload: JsonObject, known: JsonObject) -> Customer:
    """Return whom an action is about: who the playbook says, else whoever it reaches."""
    address = key_of(_address(spec, payload))
    told = turn.playbook.customer
    if told is None:
        return Customer(key=address, address=address)
    zone = Template(told.zone).render(known).strip()
    return Customer(
        key=key_of(Template(told.id).render(known)) or address,
        address=address,
        zone=zone if zone in available_timezones() else "",
        country=_code(told.country, known),
        region=_code(told.region, known),
    )


def _address(spec: ActionSpec, payload: JsonObject) -> str:
    """Return the address an action reaches; empty for one that reaches nobody."""
    return str(payload.get(spec.reaches) or "") if spec.reaches else ""


def _code(template: str, known: JsonObject) -> str:
    return Template(template).render(known).strip().upper()


def reachable_from(turn: Turn, draft: Draft, at: datetime) -> datetime:
    """Return when this may leave, at `at` or later: in the hours in which the customer may be reached."""
    spec, company = turn.facts.actions.get(draft.action), turn.facts.company
    if spec is None or not spec.reaches:
        return at
    zone, hours = draft.zone or company.zone, company.customers.hours
    closed = _holidays(turn, draft, at, zone)
    return WorkTime(zone=zone, hours=hours or (_ANY if closed else ()), closed=closed).opens(at)


def _holidays(turn: Turn, draft: Draft, at: datetime, zone: str) -> frozenset[date]:
    """Return the holidays to come of whom this reaches, as days go where they are."""
    default = turn.facts.company.customers.holidays
    # From the day before: it may not be that late yet where they are.
    day = datetime.combine(at.astimezone(ZoneInfo(zone)).date(), time(), UTC) - timedelta(days=1)
    for country, region in ((draft.country, draft.region), (default.country, default.region)):
        if country:
            ask = Ask(kind="holidays", country=country, region=region, since=day)
            if (told := turn.told(ask)).count:
                return frozenset(told.days)
    return frozenset()


def is_silent(turn: Turn, draft: Draft) -> bool:
    """Whether whom this reaches wants no more messages."""
    if not draft.address:
        return False
    keys = dict.fromkeys((draft.address, draft.customer))
    return any(turn.told(Ask(kind="silent", customer=key)).count for key in keys if key)


def is_known(turn: Turn, draft: Draft) -> bool:
    """Whether something was carried out for its customer before."""
    return bool(draft.customer and turn.told(Ask(kind="known", customer=draft.customer)).count)


def refuse_silent(turn: Turn, draft: Draft) -> None:
    """Raise when whom this reaches wants no more messages."""
    if is_silent(turn, draft):
        raise Silent


def looked_up(calendar: Calendar | None, ask: Ask) -> Told | None:
    """Return a place's holidays of the weeks to come; None for what is not asked of a calendar.

    Without a calendar no place is known.
    """
    if ask.kind != "holidays":
        return None
    if calendar is None or ask.since is None:
        return Told()
    first = ask.since.date()
    days = calendar.holidays(ask.country, ask.region, first, first + AHEAD)
    return Told() if days is None else Told(count=1, days=tuple(days))
