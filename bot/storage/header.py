"""An audit entry as it is chained: the exact bytes that are hashed, and the commitment to its body.

What is here needs no database, so that an export is verified by the same code.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC
from typing import TYPE_CHECKING

from workflows.text import canonical

if TYPE_CHECKING:
    from datetime import datetime

    from pydantic import JsonValue

    from workflows.events import Entry
    from workflows.ports import JsonObject

#: Version of the header's form, its first field.
FORM = 1
#: `prev` of the first entry of a chain.
NO_ENTRY = "0" * 64


def stamp(at: datetime) -> str:
    """Return a time as it stands in headers: UTC, always six decimals, so that text sorts as time."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def commitment(salt: bytes, body: str) -> str:
    """Return HMAC-SHA256 over a body's exact text: it proves the body while it is there, and tells nothing after."""
    return hmac.new(salt, body.encode(), hashlib.sha256).hexdigest()


def split(name: str) -> JsonObject:
    """Return `draft:7` as its type and id."""
    kind, _, rest = name.partition(":")
    return {"type": kind, "id": rest}


def joined(part: JsonValue) -> str:
    """Return what `split` took apart; empty when it is not such a pair."""
    return f"{part.get('type')}:{part.get('id')}" if isinstance(part, dict) else ""


def actor_name(entry: Entry) -> str:
    """Return who did it as one word: `user:U01ANA`."""
    return f"{entry.actor.kind}:{entry.actor.id}"


def text_of(value: JsonObject) -> str:
    """Return the RFC 8785 text of `value`."""
    return canonical(value).decode()


def hashed(text: str) -> bytes:
    """Return the SHA-256 of a header's text."""
    return hashlib.sha256(text.encode()).digest()
