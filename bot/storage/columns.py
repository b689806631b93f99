"""Column types that mean the same on SQLite and PostgreSQL."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from pydantic import JsonValue
from sqlalchemy import BigInteger, Integer, Text
from sqlalchemy.types import TypeDecorator

from workflows.text import normalised

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect
    from sqlalchemy.types import TypeEngine

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

#: A whole number of 64 bits. SQLite's strict tables know it as INTEGER only.
Whole = BigInteger().with_variant(Integer(), "sqlite")
#: Text compared byte by byte, so that ranges and sorting agree on both databases.
Name = Text().with_variant(Text(collation="C"), "postgresql")


def micros(at: datetime) -> int:
    """Return microseconds since 1970 UTC: exact, and compared and sorted alike by every database."""
    return (at - _EPOCH) // _MICROSECOND


class Instant(TypeDecorator[datetime]):
    """An aware UTC datetime, kept as whole microseconds since 1970."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[int]:
        """Return the integer type of this database."""
        return dialect.type_descriptor(Integer() if dialect.name == "sqlite" else BigInteger())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Write a time."""
        del dialect
        return None if value is None else micros(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """Read a time."""
        del dialect
        return None if value is None else _EPOCH + timedelta(microseconds=value)


class JsonText(TypeDecorator[JsonValue]):
    """A JSON value as text. Characters no database stores are replaced on the way in."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: JsonValue, dialect: Dialect) -> str:
        """Write a value."""
        del dialect
        return json.dumps(normalised(value), ensure_ascii=False, separators=(",", ":"))

    def process_result_value(self, value: str | None, dialect: Dialect) -> JsonValue:
        """Read a value."""
        del dialect
        return None if value is None else json.loads(value)
