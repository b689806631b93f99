"""Customers are reached in their own daytime, and not at all once they want no more messages."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import available_timezones

from workflows.action import Record
from workflows.errors import Silent
from workflows.expressions import Template
from workflows.limits import Ask
from workflows.text import digest
from workflows.worktime import Rows, WorkTime

if TYPE_CHECKING:
    from datetime import datetime

    from workflows.action import ActionSpec
    from workflows.ports import JsonObject
    from workflows.run import Draft
    from workflows.turn import Turn


#: Why something for a customer came to nothing.
NO_MORE = "the customer wants no more messages"


class Customers(Record):
    """When customers may be reached, on their own clock; without hours at any time."""

    #: Outside these hours nothing reaches a customer: it leaves when they open next.
    hours: Rows = ()


class Customer(Record):
    """Whom a draft is about."""

    #: Digest of what tells one customer from another, whoever writes it in which case; empty when nobody knows.
    key: str = ""
    #: Digest of the address the action reaches; empty for one that reaches nobody.
    address: str = ""
    #: The customer's time zone; empty is the company's.
    zone: str = ""


def key_of(text: str) -> str:
    """Return the digest that stands for a customer or an address; empty for an empty text."""
    plain = " ".join(text.casefold().split())
    return digest(plain) if plain else ""


def customer_of(turn: Turn, spec: ActionSpec, payload: JsonObject, known: JsonObject) -> Customer:
    """Return whom an action is about: who the playbook says, else whoever it reaches."""
    address = key_of(str(payload.get(spec.reaches) or "")) if spec.reaches else ""
    told = turn.playbook.customer
    if told is None:
        return Customer(key=address, address=address)
    zone = Template(told.zone).render(known).strip()
    return Customer(
        key=key_of(Template(told.id).render(known)) or address,
        address=address,
        zone=zone if zone in available_timezones() else "",
    )


def reachable_from(turn: Turn, draft: Draft, at: datetime) -> datetime:
    """Return when this may leave, at `at` or later: in the hours in which the customer may be reached."""
    spec, company = turn.facts.actions.get(draft.action), turn.facts.company
    if spec is None or not spec.reaches:
        return at
    zone = draft.zone or company.zone
    return WorkTime(zone=zone, hours=company.customers.hours).opens(at)


def is_silent(turn: Turn, draft: Draft) -> bool:
    """Whether whom this reaches wants no more messages."""
    if not draft.address:
        return False
    keys = dict.fromkeys((draft.address, draft.customer))
    return any(turn.told(Ask(kind="silent", customer=key)).count for key in keys if key)


def refuse_silent(turn: Turn, draft: Draft) -> None:
    """Raise when whom this reaches wants no more messages."""
    if is_silent(turn, draft):
        raise Silent
