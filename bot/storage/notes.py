"""Signed notes and checkpoints in the form of C2SP (c2sp.org/signed-note, /tlog-checkpoint), signed with Ed25519.

A checkpoint says: the log of this origin had so many entries, and this is the root over all of them. Two more lines,
which others pass over, say when that was and how many entries the checkpoint before it covered, so that none can be
taken out. A blank line and the signature follow. Anybody's verifier of such notes can check it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from bot.storage.merkle import WIDTH

if TYPE_CHECKING:
    from collections.abc import Iterable

#: What C2SP calls Ed25519.
_ED25519 = b"\x01"
_ID = 4
_SIGNED = re.compile(r"^— (\S+) ([A-Za-z0-9+/=]+)$")
# A key is Base64, which has plus signs of its own.
_VERIFIER = re.compile(r"(?P<name>[^\s+]+)\+(?P<id>[0-9a-f]{8})\+(?P<key>\S+)")
_LINES = re.compile(
    r"(?P<origin>\S+)\n(?P<size>0|[1-9][0-9]{0,18})\n(?P<root>\S+)\n"
    r"Timestamp: (?P<at>[0-9T:.Z-]+)\nPrevious: (?P<previous>0|[1-9][0-9]{0,18})\n"
)


class BadNote(ValueError):
    """A note that proves nothing; the message says why, as the end of a sentence."""


class UnknownKey(BadNote):
    """A note that nobody known has signed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Checkpoint:
    """How large a log was, and the root over all of its entries."""

    #: Which log: `sayso/<workspace>`.
    origin: str
    size: int
    root: bytes
    #: When it was made, as headers have times: UTC, six decimals.
    at: str
    #: Entries that the checkpoint before it covered; 0 for the first.
    previous: int = 0

    @property
    def text(self) -> str:
        """The lines that are signed."""
        root = _b64(self.root)
        extra = f"Timestamp: {self.at}\nPrevious: {self.previous}"
        return f"{self.origin}\n{self.size}\n{root}\n{extra}\n"


@dataclass(frozen=True)
class PublicKey:
    """Checks signatures of one key. `raw` is its 32 bytes."""

    raw: bytes

    def id(self, name: str) -> bytes:
        """Return the four bytes by which a signature of this key under this name is known."""
        return hashlib.sha256(name.encode() + b"\n" + _ED25519 + self.raw).digest()[:_ID]

    def line(self, name: str) -> str:
        """Return the verifier line to hand out: name, id and key."""
        return f"{name}+{self.id(name).hex()}+{self.bare}"

    @property
    def bare(self) -> str:
        """The key alone, in the form a verifier line ends with."""
        return _b64(_ED25519 + self.raw)

    def has_signed(self, text: str, signature: bytes) -> bool:
        """Whether this key made the signature."""
        try:
            self._key.verify(signature, text.encode())
        except InvalidSignature:
            return False
        return True

    @cached_property
    def _key(self) -> Ed25519PublicKey:
        return Ed25519PublicKey.from_public_bytes(self.raw)


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs checkpoints."""

    key: Ed25519PrivateKey

    @property
    def public(self) -> PublicKey:
        """What its signatures are checked with."""
        return PublicKey(self.key.public_key().public_bytes_raw())

    def note(self, checkpoint: Checkpoint) -> str:
        """Return the signed note."""
        name, text = checkpoint.origin, checkpoint.text
        signature = self.public.id(name) + self.key.sign(text.encode())
        return f"{text}\n— {name} {_b64(signature)}\n"


class Keyring:
    """The public keys one trusts."""

    def __init__(self, keys: Iterable[PublicKey] = ()) -> None:
        """Take the keys; none is a keyring that trusts nothing."""
        self.keys = tuple(dict.fromkeys(keys))

    def opened(self, note: str) -> Checkpoint:
        """Return the checkpoint of a note that one of these keys has signed. Raises `BadNote`, `UnknownKey`."""
        text, signatures = _parts(note)
        checkpoint = _checkpoint(text)
        for key in self.keys:
            known = [made for id_, made in signatures if id_ == key.id(checkpoint.origin)]
            if known:
                if not key.has_signed(text, known[0]):
                    raise BadNote("its signature is not of these lines")
                return checkpoint
        raise UnknownKey("none of the known keys has signed it")


def read(note: str) -> Checkpoint:
    """Return what a note says, whoever signed it. Raises `BadNote` for what is no checkpoint."""
    return _checkpoint(_parts(note)[0])


def public_key(line: str) -> PublicKey:
    """Read a verifier line, or a bare key as `audit.pub` keeps it. Raises `BadNote`."""
    bare = _key_of(line.strip())
    if bare:
        return bare
    named = _VERIFIER.fullmatch(line.strip())
    key = _key_of(named["key"]) if named else None
    if named is None or key is None:
        raise BadNote("it is not a verifier line of an Ed25519 key")
    if key.id(named["name"]).hex() != named["id"]:
        raise BadNote("its id does not fit its key: a character was lost or changed")
    return key


def _key_of(bare: str) -> PublicKey | None:
    raw = _bytes(bare)
    known = raw is not None and raw[:1] == _ED25519 and len(raw) == 1 + WIDTH
    return PublicKey(raw[1:]) if raw and known else None


def origin(ws: str) -> str:
    """Return the name of a workspace's log; what C2SP forbids in names is written as %XX."""
    return "sayso/" + re.sub(r"[\s+%]", lambda found: f"%{ord(found[0]):02X}", ws)


def _parts(note: str) -> tuple[str, list[tuple[bytes, bytes]]]:
    text, blank, rest = note.rpartition("\n\n")
    if not blank or not rest.endswith("\n"):
        raise BadNote("it is not a signed note")
    signatures: list[tuple[bytes, bytes]] = []
    name = text.partition("\n")[0]
    for line in rest[:-1].split("\n"):
        found = _SIGNED.match(line)
        raw = _bytes(found[2]) if found else None
        if found is None or raw is None or len(raw) <= _ID:
            raise BadNote("one of its signature lines is not one")
        if found[1] == name:
            signatures.append((raw[:_ID], raw[_ID:]))
    return text + "\n", signatures


def _checkpoint(text: str) -> Checkpoint:
    found = _LINES.fullmatch(text)
    root = _bytes(found["root"]) if found else None
    if found is None or root is None or len(root) != WIDTH:
        raise BadNote("it is not a checkpoint")
    size, previous = int(found["size"]), int(found["previous"])
    return Checkpoint(
        origin=found["origin"], size=size, root=root, at=found["at"], previous=previous
    )


def _b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _bytes(text: str) -> bytes | None:
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    # One way to write the same bytes: spare bits at the end are zero.
    return raw if _b64(raw) == text else None
