"""Text that somebody else wrote, and the exact bytes a value is hashed as."""

from __future__ import annotations

import hashlib
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
