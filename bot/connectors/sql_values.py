"""Values between a database and a text field: what a row holds as JSON, and a text as a column's type."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from math import isfinite
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import DBAPIError

from bot.connectors.table_source import refuse

if TYPE_CHECKING:
    from collections.abc import Callable

    import sqlalchemy as sa
    from pydantic import JsonValue
    from sqlalchemy.exc import SQLAlchemyError

#: Integers beyond this lose digits in other JSON readers, so they are handed on as text.
_EXACT = 2**53
_READERS: dict[type, Callable[[str], object]] = {
    int: int,
    float: float,
    Decimal: Decimal,
    date: date.fromisoformat,
    datetime: datetime.fromisoformat,
}
_YES = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def plain(value: object) -> JsonValue:
    """Return a database value as JSON: exact decimals, large integers, dates and ids become text."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        return value if abs(value) <= _EXACT else str(value)
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, bytes):
        return f"({len(value)} bytes)"
    return str(value)


def text_of(value: JsonValue) -> str | None:
    """Return a JSON value as the text that would put it back; null stays."""
    if value is None or isinstance(value, str):
        return value
    return str(value).lower() if isinstance(value, bool) else str(value)


def typed(column: sa.Column[Any], text: str | None) -> object:
    """Return a text as the column's own type; empty is NULL but for text. Refuses one that does not fit."""
    kind = _kind(column)
    if text is None or (text == "" and kind is not str):
        if not column.nullable:
            refuse(
                f"empty {column.name}", "the column must have a value", "Give one and sign again."
            )
        return None
    try:
        return _YES[text.strip().lower()] if kind is bool else _READERS.get(kind, str)(text)
    except (ValueError, ArithmeticError, KeyError):
        refuse(
            f"set {column.name}", f"{text!r} is not a {kind.__name__}", "Correct it and sign again."
        )


def _kind(column: sa.Column[Any]) -> type:
    try:
        return column.type.python_type
    except NotImplementedError:
        return str


def said(problem: SQLAlchemyError) -> str:
    """Return what the database said, without the statement and its values."""
    origin = problem.orig if isinstance(problem, DBAPIError) else None
    return " ".join(str(origin or problem).split())[:300].rstrip(".")
