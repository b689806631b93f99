"""What can be carried out: an action, its fields, its risk. The same fields make forms and check payloads."""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, JsonValue, WithJsonSchema

from workflows.text import unstorable


class Record(BaseModel):
    """A frozen record; unknown fields do not construct."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


#: `sales` or `[sales, finance]`
Names = Annotated[
    tuple[str, ...],
    BeforeValidator(_listed),
    WithJsonSchema({"type": ["string", "array"], "items": {"type": "string"}}),
]


class Risk(StrEnum):
    """What could go wrong if the action were wrong; sets who must sign."""

    READ = "read"
    INTERNAL = "internal"
    CUSTOMER = "customer"
    PUBLIC = "public"
    INVENTORY = "inventory"
    EMPLOYEE = "employee"
    LEGAL = "legal"
    MONEY = "money"


class Money(Record):
    """An amount of integer minor units (cents) with its ISO 4217 currency."""

    minor: int
    currency: str

    def __str__(self) -> str:
        """Write it with separators and the currency: `2,480.00 USD`."""
        sign = "-" if self.minor < 0 else ""
        whole, cents = divmod(abs(self.minor), 100)
        return f"{sign}{whole:,}.{cents:02d} {self.currency}"


FieldType = Literal[
    "text", "long_text", "email", "integer", "money", "date", "choice", "person", "boolean"
]
_EMAIL = re.compile(r"[^@\s<>,;:\"]+@[^@\s<>,;:\".]+(\.[^@\s<>,;:\".]+)+")
#: Commas only between thousands: `24,80 EUR` must not be read as 2,480.
_MONEY = re.compile(r"(-?)([0-9]{1,3}(?:,[0-9]{3}){1,3}|[0-9]{1,12})(?:\.([0-9]{2}))? ?([A-Z]{3})")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
#: Beyond this a JSON number is not exact any more, so it could not be signed.
_LARGEST = 2**53 - 1


class Field(Record):
    """One typed field of a form or a payload. `max` is characters for text and the highest value for numbers."""

    name: str
    type: FieldType = "text"
    label: str = ""
    hint: str = ""
    required: bool = True
    default: JsonValue = None
    options: tuple[str, ...] = ()
    max: int | None = None

    @property
    def title(self) -> str:
        """The label, or the name in words."""
        return self.label or self.name.replace("_", " ").capitalize()

    def problem(self, value: JsonValue) -> str | None:
        """Return what is wrong with `value` in words, or None when it fits."""
        if value is None or value == "":
            return "is missing" if self.required else None
        check = _CHECKS.get(self.type, _text)
        return check(self, value)


def _text(field: Field, value: JsonValue) -> str | None:
    if not isinstance(value, str):
        return "must be text"
    if field.type != "long_text" and ("\n" in value or "\r" in value):
        return "must be a single line"
    if unstorable(value.replace("\r\n", "\n")):
        return "has a character that can't be kept; type it again by hand"
    limit = field.max or 20_000
    return f"is {len(value)} characters long; at most {limit} fit" if len(value) > limit else None


def _email(field: Field, value: JsonValue) -> str | None:
    if isinstance(value, str) and _EMAIL.fullmatch(value):
        return _text(field, value)
    return "must be one e-mail address, like jo@example.com"


def _integer(field: Field, value: JsonValue) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int):
        return "must be a whole number"
    highest = _LARGEST if field.max is None else field.max
    if value < -_LARGEST:
        return f"must be at least {-_LARGEST}"
    return f"must be at most {highest}" if value > highest else None


def _money(field: Field, value: JsonValue) -> str | None:
    if not isinstance(value, str) or not _MONEY.fullmatch(value):
        return "must be an amount and a currency, like 250.00 USD"
    return _integer(field, money(value).minor)


def _date(_field: Field, value: JsonValue) -> str | None:
    try:
        is_date = isinstance(value, str) and _DATE.fullmatch(value) and date.fromisoformat(value)
    except ValueError:
        is_date = None
    return None if is_date else "must be a date, like 2026-11-23"


def _choice(field: Field, value: JsonValue) -> str | None:
    return None if value in field.options else f"must be one of {', '.join(field.options)}"


def _boolean(_field: Field, value: JsonValue) -> str | None:
    return None if isinstance(value, bool) else "must be yes or no"


_CHECKS = {
    "email": _email,
    "integer": _integer,
    "money": _money,
    "date": _date,
    "choice": _choice,
    "boolean": _boolean,
}


def money(text: str) -> Money:
    """Read `2,480.00 USD`. Raises `ValueError` when it is not an amount with a currency."""
    match = _MONEY.fullmatch(text.strip())
    if not match:
        msg = f"{text!r} is not an amount and a currency, like 250.00 USD"
        raise ValueError(msg)
    minor = int(match[2].replace(",", "")) * 100 + int(match[3] or 0)
    return Money(minor=-minor if match[1] else minor, currency=match[4])


class ActionSpec(Record):
    """An operation of a connector as plain data: what the form asks, what the policy needs to know."""

    #: Connector and operation: `mail.send`.
    name: str
    #: In words, for a card and an SOP: "Send an e-mail".
    title: str
    risk: Risk
    fields: tuple[Field, ...]
    #: `key`: the provider refuses a second use; `lookup`: we can ask whether it happened; `none`: neither.
    idempotency: Literal["key", "lookup", "none"]
    #: What undoing means in words ("send a correction"); empty when it can't be undone.
    undo: str = ""
    #: Seconds one call may take; must fit in what is left of the lease.
    timeout: float = 20.0
    #: The field with the address of the customer it reaches; empty when it reaches nobody.
    reaches: str = ""

    def problems(self, payload: dict[str, JsonValue]) -> dict[str, str]:
        """Return what is wrong, by field; unknown fields are wrong. Empty when the payload fits."""
        known = {field.name: field for field in self.fields}
        wrong = {name: "is not a field of this action" for name in payload if name not in known}
        for name, field in known.items():
            if problem := field.problem(payload.get(name)):
                wrong[name] = problem
        return wrong
