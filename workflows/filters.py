"""How a text reads a value and what it may do to it: `{{ quote.total | money("USD") }}`."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from jinja2 import Environment, StrictUndefined, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic import JsonValue


def _default(value: JsonValue | Undefined, instead: JsonValue = "") -> JsonValue:
    """Return `instead` for what is missing or empty."""
    return instead if isinstance(value, Undefined) or value in (None, "") else value


def _lower(value: JsonValue) -> str:
    return str(value).lower()


def _upper(value: JsonValue) -> str:
    return str(value).upper()


def _trim(value: JsonValue) -> str:
    return str(value).strip()


def _round(value: JsonValue, digits: int = 0) -> str:
    """Return a number with `digits` decimals, halves to even."""
    places = Decimal(1).scaleb(-min(max(digits, 0), 9))
    return str(_number(value).quantize(places, rounding=ROUND_HALF_EVEN))


def _money(value: JsonValue, currency: str = "") -> str:
    """Return an amount in whole units as people write it: `2,480.00 USD`."""
    return f"{_number(value).quantize(Decimal('0.01')):,} {currency}".rstrip()


def _number(value: JsonValue) -> Decimal:
    try:
        number = Decimal(str(value).replace(",", ""))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number) > Decimal(10) ** 15:
        msg = f"{str(value)[:40]!r} is not a number"
        raise ValueError(msg)
    return number


FILTERS: dict[str, Callable[..., JsonValue]] = {
    "default": _default,
    "lower": _lower,
    "upper": _upper,
    "trim": _trim,
    "round": _round,
    "money": _money,
}


class _Records(ImmutableSandboxedEnvironment):
    """Jinja over JSON alone: a dot reads a field of a record, never an attribute of Python's."""

    def getattr(self, obj: Any, attribute: str) -> Any:  # noqa: ANN401 -- Jinja's own signature
        if isinstance(obj, dict) and attribute in obj:
            return obj[attribute]  # pyright: ignore[reportUnknownVariableType] -- JSON by the caller
        if isinstance(obj, Undefined):
            return obj
        return self.undefined(f"{attribute} is not there", obj=obj, name=attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:  # noqa: ANN401 -- Jinja's own signature
        if isinstance(argument, int) and isinstance(obj, list):
            items = cast("list[JsonValue]", obj)
            if -len(items) <= argument < len(items):
                return items[argument]
            return self.undefined(f"there is no item {argument}", obj=items, name=str(argument))
        return self.getattr(obj, str(argument))


@cache
def environment() -> Environment:
    """Return the one environment texts are read in: our filters, nothing to call, every name must exist."""
    made = _Records(
        undefined=StrictUndefined, autoescape=False, finalize=_shown, keep_trailing_newline=True
    )
    made.filters = dict(FILTERS)  # pyright: ignore[reportAttributeAccessIssue] -- ours alone
    made.globals = {}
    made.tests = {}
    return made


def _shown(value: object) -> object:
    """Write a value as a person would; a whole record in the middle of a text is a mistake."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        msg = "is a whole record; name one of its fields, like quote.total"
        raise TypeError(msg)
    if isinstance(value, list):
        return ", ".join(str(_shown(item)) for item in cast("list[JsonValue]", value))
    return value
