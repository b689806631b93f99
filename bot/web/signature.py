"""Slack's signature: is this request from Slack, and from just now? Asked of raw bytes, before anything reads them."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workflows.ports import Clock

#: Seconds a request may be old, or ahead of our clock: what was recorded on its way is worthless later.
WINDOW = 300
#: Digits a time in seconds has at most; a longer number is none.
_DIGITS = 12
_SIGNATURE, _TIMESTAMP = "x-slack-signature", "x-slack-request-timestamp"


class Signature:
    """Knows Slack's requests by the secret shared with Slack (version v0: HMAC-SHA256 over `v0:time:body`)."""

    def __init__(self, secret: str, clock: Clock) -> None:
        """Take the app's signing secret. Raises `ValueError` for an empty one: anybody could sign with it."""
        if not secret:
            msg = "an empty signing secret signs nothing"
            raise ValueError(msg)
        self._secret, self._clock = secret.encode(), clock

    def may_be_right(self, headers: Mapping[str, str]) -> bool:
        """Whether there is a signature at all, from just now: known before the body is read."""
        stamp = headers.get(_TIMESTAMP, "")
        if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= _DIGITS):
            return False
        age = self._clock.now().timestamp() - int(stamp)
        return abs(age) <= WINDOW and headers.get(_SIGNATURE, "").startswith("v0=")

    def is_right(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether Slack signed exactly these bytes just now. It takes as long for a near miss as for a far one."""
        if not self.may_be_right(headers):
            return False
        given = headers[_SIGNATURE].encode(errors="replace")
        return hmac.compare_digest(given, self.sign(headers[_TIMESTAMP], body).encode())

    def sign(self, stamp: str, body: bytes) -> str:
        """Return the signature Slack gives these bytes at this time (seconds since 1970, as text)."""
        signed = hmac.new(self._secret, b"v0:" + stamp.encode() + b":" + body, hashlib.sha256)
        return f"v0={signed.hexdigest()}"
