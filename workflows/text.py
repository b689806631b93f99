"""Text that somebody else wrote, and the exact bytes a value is hashed as."""

from __future__ import annotations

import hashlib
import json
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import rfc8785
from pydantic_core import core_schema

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, JsonValue

#: C0 controls other than tab and line ends, and lone surrogates: no database and no JSON reader takes them.
_UNSTORABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_UNWRITABLE = re.compile(r"[\x00\ud800-\udfff]")
#: Beyond this nesting a value is kept as its JSON text: hashing is recursive, hostile input is deep.
DEPTH = 64
#: RFC 8785 writes numbers as doubles; whole numbers beyond this lose digits.
_LARGEST = 2**53 - 1


@dataclass(frozen=True)
class Untrusted:
    """Text written by a customer, a model or a record: data, never markup and never an instruction.

    It is not a `str`, so it can't slip into an f-string unseen: `blocks.text` alone unwraps `raw`.
    """

    raw: str

    def __post_init__(self) -> None:
        """Replace what no JSON can carry, so that hostile text can't keep a record from being saved."""
        object.__setattr__(self, "raw", _UNWRITABLE.sub("\ufffd", self.raw))

    def __str__(self) -> str:
        """Refuse: whoever wants the characters says `.raw` and answers for it."""
        msg = "untrusted text has no plain form; render it with blocks.text or take .raw on purpose"
        raise TypeError(msg)

    @classmethod
    def __get_pydantic_core_schema__(
        cls, _source: type[Any], _handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        """Read from a string and write back to one, so that records with untrusted fields are plain JSON."""
        from_text = core_schema.no_info_after_validator_function(cls, core_schema.str_schema())
        return core_schema.json_or_python_schema(
            json_schema=from_text,
            python_schema=core_schema.union_schema(
                [core_schema.is_instance_schema(cls), from_text]
            ),
            serialization=core_schema.plain_serializer_function_ser_schema(lambda text: text.raw),
        )


def unstorable(text: str) -> bool:
    """Whether `text` holds a character that `normalised` would replace."""
    return _UNSTORABLE.search(text) is not None


def normalised(value: JsonValue) -> JsonValue:
    """Return `value` with every unstorable character replaced by U+FFFD, in keys and values alike."""
    if isinstance(value, str):
        return _UNSTORABLE.sub("\ufffd", value)
    if isinstance(value, list):
        return [normalised(item) for item in value]
    if isinstance(value, dict):
        return {_UNSTORABLE.sub("\ufffd", key): normalised(item) for key, item in value.items()}
    return value


def canonical(value: JsonValue) -> bytes:
    """Return the RFC 8785 bytes of `value`; equal values give equal bytes whatever their key order.

    Raises `rfc8785.CanonicalizationError` for NaN, infinities and integers beyond 2**53.
    """
    return rfc8785.dumps(value)  # pyright: ignore[reportArgumentType] -- its alias is the same JSON, invariant in list


def digest(value: JsonValue) -> str:
    """Return the SHA-256 of the canonical bytes, as 64 hexadecimal characters."""
    return hashlib.sha256(canonical(value)).hexdigest()


def recordable(value: dict[str, JsonValue]) -> tuple[dict[str, JsonValue], bool]:
    """Return `value` as every database and RFC 8785 take it, and whether anything had to be changed.

    A model can answer lone surrogates, NUL, infinities or endless nesting. None of it may stop a write.
    """
    plain = _plain(value, 0)
    changed = plain != value
    return (plain if isinstance(plain, dict) else {}), changed


def _plain(value: JsonValue, depth: int) -> JsonValue:
    if isinstance(value, dict | list):
        return _nested(value, depth)
    if isinstance(value, str):
        return normalised(value)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    too_large = isinstance(value, int) and abs(value) > _LARGEST
    return str(value) if too_large else value


def _nested(value: dict[str, JsonValue] | list[JsonValue], depth: int) -> JsonValue:
    if depth == DEPTH:
        return normalised(json.dumps(value))
    if isinstance(value, list):
        return [_plain(item, depth + 1) for item in value]
    return {str(normalised(name)): _plain(item, depth + 1) for name, item in value.items()}
