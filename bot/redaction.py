"""Keeps secrets out of words: known kinds by their shape, this installation's own by their value."""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus, unquote, urlsplit

from pydantic import SecretStr

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

#: What stands where a secret was.
GONE = "[redacted]"
#: A value shorter than this is part of too many innocent words to be blanked wherever it occurs.
SHORTEST = 6

#: The names under which secrets travel in JSON, forms, headers and connection strings.
_NAMED = "password|passwd|pwd|secret|api[-_]?key|credentials?|ticket|token|x-slack-signature"
#: A quote as it is, in a string inside a string, or in a form.
_QUOTE = r"(?:\\*['\"]|%22)"
#: White space as it is, or in a form.
_SPACE = r"(?:\s|\+|%20)*"
#: A begin that holds inside a printed string too, where a new line reads `\n`.
_BEGIN = r"(?:(?<![A-Za-z0-9])|(?<=\\[nrt]))"

_SHAPES: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*-----|\Z)", re.DOTALL),
        GONE,
    ),
    (re.compile(r"(xox[a-z]|xapp|xwfp)-[\w.%-]+"), rf"\1-{GONE}"),
    (re.compile(_BEGIN + r"(sk|rk|pk|whsec)([-_])[\w-]{8,}"), rf"\1\2{GONE}"),
    (re.compile(_BEGIN + r"(gh[a-z]_|github_pat_)\w{16,}"), rf"\1{GONE}"),
    (re.compile(_BEGIN + r"AKIA[0-9A-Z]{12,}"), GONE),
    (re.compile(r"eyJ[\w-]{4,}\.[\w-]{4,}(?:\.[\w-]*)*"), GONE),
    (
        re.compile(r"(hooks\.slack(?:-gov)?\.com)(?:\\*/|%2F)[^\s'\"<>,]*", re.IGNORECASE),
        rf"\1/{GONE}",
    ),
    (re.compile(r"(://[^/@\s:'\"]{0,200}):[^/\s'\"]{1,500}@"), rf"\1:{GONE}@"),
    (
        re.compile(r"(%3A%2F%2F[\w.-]{0,99})%3A(?:[\w.~*+-]|%(?!40|2F|22)[0-9A-F]{2}){1,200}%40"),
        rf"\1%3A{GONE}%40",
    ),
    (re.compile(r"\b(bearer|basic)(?:\s|\+|%20)+[\w.~+/=%-]{6,}", re.IGNORECASE), rf"\1 {GONE}"),
    # A whole header: its value may hold spaces.
    (
        re.compile(
            rf"(authorization|cookie)({_QUOTE}?{_SPACE}[:=]{_SPACE}{_QUOTE}?)[^'\"\r\n\\]{{3,}}",
            re.IGNORECASE,
        ),
        rf"\1\2{GONE}",
    ),
    (
        re.compile(
            rf"({_NAMED})({_QUOTE}?{_SPACE}(?:[:=]|%3A|%3D){_SPACE}{_QUOTE}?)(?!null\b|None\b)[^\s'\"\\,;&{{}}%]{{3,}}",
            re.IGNORECASE,
        ),
        rf"\1\2{GONE}",
    ),
)


class Redaction:
    """Takes secrets out of text. What it makes is safe to keep in a log that many people read."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        """Take the values no text may hold; those shorter than `SHORTEST` are known by their shape only."""
        ways = {way for secret in secrets for way in _spellings(secret) if len(way) >= SHORTEST}
        longest_first = sorted(ways, key=lambda way: (-len(way), way))
        self._values = re.compile("|".join(map(re.escape, longest_first))) if ways else None

    def __call__(self, text: str) -> str:
        """Return the text without secrets."""
        if self._values:
            text = self._values.sub(GONE, text)
        for shape, instead in _SHAPES:
            text = shape.sub(instead, text)
        return text


def secrets_in(settings: Mapping[str, object]) -> list[str]:
    """Return every secret among settings, and the password alone of those that are addresses."""
    held = [each.get_secret_value() for each in settings.values() if isinstance(each, SecretStr)]
    urls = [each for each in settings.values() if isinstance(each, str) and "://" in each]
    return [*held, *(password for url in [*held, *urls] for password in _passwords(url))]


def _passwords(url: str) -> Iterator[str]:
    try:
        password = urlsplit(url).password
    except ValueError:
        return  # not an address: then the whole value is the secret
    if password:
        yield password
        yield unquote(password)


def _spellings(secret: str) -> Iterator[str]:
    """Yield a secret as it may be written: plain, in an address, in a form, in JSON, printed, in a Basic header."""
    yield from (secret, quote(secret, safe=""), quote_plus(secret))
    yield from (json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1])
    yield repr(secret)[1:-1]
    yield base64.b64encode(secret.encode(errors="replace")).decode()
