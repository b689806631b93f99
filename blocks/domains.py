"""Domains as they really are: letters of two alphabets, punycode, and the links inside a text."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from blocks.text import raw, visible

if TYPE_CHECKING:
    from workflows.text import Untrusted

_LINK = re.compile(r"(?:https?|ftp)://([^\s/?#<>\"']+)|\bwww\.([^\s/?#<>\"']+)", re.IGNORECASE)
_PUNYCODE = "xn--"


def mixed_script(domain: str) -> str | None:
    """Return a warning when a domain (or an address ending in one) is not in plain Latin letters.

    A domain all in another alphabet is named too: it may be quite right, and only the reader knows.
    The warning carries the punycode form, which can't be imitated.
    """
    host = domain.rpartition("@")[2].strip().strip(".").lower()
    labels = [_decoded(label) for label in host.split(".")]
    unusual = ".".join(labels)
    if unusual.isascii():
        return None
    alphabets = sorted({name for char in unusual if (name := _alphabet(char))})
    letters = " and ".join(alphabets) or "unknown"
    shown = visible(unusual)
    return f"{shown} has unusual characters ({letters}); its plain form is {ascii_form(host)}"


def ascii_form(host: str) -> str:
    """Return the host with every label in ASCII: `xn--…` where it has other letters."""
    return ".".join(_encoded(label) for label in host.split("."))


def _encoded(label: str) -> str:
    if label.isascii():
        return label
    return _PUNYCODE + label.encode("punycode", "replace").decode("ascii")


def _decoded(label: str) -> str:
    if not label.startswith(_PUNYCODE):
        return label
    try:
        return label.removeprefix(_PUNYCODE).encode("ascii", "replace").decode("punycode")
    except (UnicodeError, ValueError, OverflowError):
        return label


def _alphabet(char: str) -> str:
    if not char.isalpha():
        return "" if char.isascii() else "signs"
    return unicodedata.name(char, "UNKNOWN").split()[0].capitalize()


def links(text: str | Untrusted) -> tuple[str, ...]:
    """Return the distinct hosts a text links to, in order, without what stands before an `@`."""
    found = [first or second for first, second in _LINK.findall(raw(text))]
    hosts = [host.rpartition("@")[2].lower().strip(".,;:!)") for host in found]
    return tuple(dict.fromkeys(host for host in hosts if host))
