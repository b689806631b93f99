"""Text on its way to a screen: what is markup, what is characters, what must be made visible.

Three doors, and no fourth. `mrkdwn` takes a literal of ours and escapes whatever is put into it;
it refuses `Untrusted`. `plain` takes anything, since Slack shows `plain_text` as it is. `sentence`
makes the top-level `text` of a message, which Slack reads as mrkdwn and a phone shows alone: it
takes anything, escaped and with its formatting characters made harmless. Everything longer that
somebody else wrote goes through `blocks.rich`.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime
from itertools import accumulate
from typing import Any, LiteralString, TypeAlias

from workflows.text import Untrusted

#: A block, an element, a text object: what Slack takes, as a plain dict.
Block: TypeAlias = dict[str, Any]

#: Shown instead of nothing: Slack refuses empty text.
EMPTY = "—"
_CUT = "…"
_MARK = "⟦U+{:04X}⟧"
#: Invisible, although Unicode does not class them as format characters.
_BLANKS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0")
_JOINER, _EMOJI_STYLE = "\u200d", "\ufe0f"
_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
#: Everything but printable ASCII, line feeds and tabs: what has to be looked at one by one.
_UNUSUAL = re.compile(r"[^\n\t -~]")
_WORD = re.compile(r"[^\W_]")
#: Look-alikes that Slack does not act on: asterisk operator, low macron, tilde operator, grave.
_FORMATTING = {"*": "\u2217", "_": "\u02cd", "~": "\u223c", "`": "\u02cb"}
#: Looks like a colon and opens neither a link nor an emoji: the ratio sign.
_COLON = "\u2236"
_SHORTCODE = re.compile(r":(?=[a-z0-9_+'\-]+:)", re.IGNORECASE)
_SCHEME = re.compile(r"(?<=[a-z]):(?=//)|(?<=mailto):", re.IGNORECASE)
_SPACES = re.compile(r"\s+")


class Mrkdwn(str):
    """Characters that may be read as Slack markup; only the functions here make them."""

    __slots__ = ()


def raw(text: str | Untrusted) -> str:
    """Return the characters of trusted and untrusted text alike; the caller shows them as text."""
    return text.raw if isinstance(text, Untrusted) else text


def visible(text: str | Untrusted) -> str:
    """Return `text` with every invisible or direction-changing character shown as `⟦U+202E⟧`.

    Line feeds and tabs stay, a carriage return before a line feed goes, and joiners inside an emoji
    stay. Text without such characters comes back unchanged, and so does its result.
    """
    return _UNUSUAL.sub(_marked, raw(text).replace("\r\n", "\n"))


def _marked(found: re.Match[str]) -> str:
    char, at = found[0], found.start()
    before, after = found.string[at - 1 : at] if at else "", found.string[at + 1 : at + 2]
    return _MARK.format(ord(char)) if _is_hidden(char, before, after) else char


def _is_hidden(char: str, before: str, after: str) -> bool:
    if char in _BLANKS or "\ufe00" <= char <= "\ufe0e" or "\U000e0100" <= char <= "\U000e01ef":
        return True
    if char == _EMOJI_STYLE:
        return not _is_pictogram(before)
    if char == _JOINER:
        return not (_is_pictogram(before) and _is_pictogram(after))
    return unicodedata.category(char) in _HIDDEN_CATEGORIES


def _is_pictogram(char: str) -> bool:
    return char == _EMOJI_STYLE or (bool(char) and unicodedata.category(char) in {"So", "Sk", "Sm"})


def shorten(text: str, limit: int) -> str:
    """Return at most `limit` characters, the last one an ellipsis where something was cut."""
    return text if len(text) <= limit else text[: limit - len(_CUT)] + _CUT


def begun(text: str | Untrusted, limit: int) -> str:
    """Return the visible text, at most `limit` characters; only so much of it is looked at."""
    return shorten(visible(raw(text)[: 2 * limit + 2]), limit)


def one_line(text: str | Untrusted) -> str:
    """Return the visible text with every run of white space, line breaks too, as one space."""
    return visible(_SPACES.sub(" ", raw(text)).strip())


def escape(text: str) -> Mrkdwn:
    """Return `text` as Slack shows it literally inside mrkdwn: `&`, `<` and `>` as entities."""
    escaped = visible(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return Mrkdwn(escaped)


def mrkdwn(template: LiteralString, *parts: str | int) -> Mrkdwn:
    """Fill the `{}` of a literal with escaped parts; `Mrkdwn` parts stay as they are.

    Raises `TypeError` for `Untrusted`: what customers and models wrote belongs in `blocks.rich`.
    """
    return Mrkdwn(template.format(*[_trusted(part) for part in parts]))


def _trusted(part: object) -> Mrkdwn:
    if isinstance(part, Untrusted):
        msg = "untrusted text can't be markup; show it with blocks.rich or blocks.text.plain"
        raise TypeError(msg)
    return part if isinstance(part, Mrkdwn) else escape(str(part))


def joined(parts: list[Mrkdwn], by: LiteralString = " · ") -> Mrkdwn:
    """Join ready markup with a literal separator, leaving empty parts out."""
    return Mrkdwn(by.join(part for part in parts if part))


def sentence(
    template: LiteralString, *parts: str | int | Untrusted, part_limit: int = 120
) -> Mrkdwn:
    """Return the full sentence a notification shows: parts on one line, shortened, harmless.

    `part_limit` is characters per part, entities counted in full. Formatting characters become
    look-alikes and link schemes lose their colon's meaning, because here Slack would act on them; the
    card below shows the exact text.
    """
    text = template.format(*[_quiet(part, part_limit) for part in parts])
    return Mrkdwn(text if text.strip() else EMPTY)


def _quiet(part: str | int | Untrusted, limit: int) -> Mrkdwn:
    if isinstance(part, Mrkdwn):
        return part
    characters = str(part) if isinstance(part, int) else raw(part)
    text = one_line(characters[: 2 * limit + 2])
    text = _SHORTCODE.sub(_COLON, _SCHEME.sub(_COLON, text))
    pieces = [escape(_harmless(char, text, at)) for at, char in enumerate(text)]
    return Mrkdwn("".join(_fitting(pieces, limit)))


def _fitting(pieces: list[Mrkdwn], limit: int) -> list[str]:
    """Return the pieces that fit into `limit` characters, so that no entity is cut in two."""
    if sum(len(piece) for piece in pieces) <= limit:
        return list(pieces)
    ends = accumulate(len(piece) for piece in pieces)
    room = limit - len(_CUT)
    return [*[piece for piece, end in zip(pieces, ends, strict=True) if end <= room], _CUT]


def _harmless(char: str, text: str, at: int) -> str:
    """Replace a formatting character unless it stands inside a word, where Slack ignores it."""
    if char not in _FORMATTING:
        return char
    inside = char == "_" and _WORD.match(text[at - 1 : at]) and _WORD.match(text[at + 1 : at + 2])
    return char if inside else _FORMATTING[char]


def plain(text: str | Untrusted, limit: int = 3000) -> Block:
    """Return a `plain_text` object of at most `limit` characters; `:smile:` stays as typed."""
    shown = begun(text, limit)
    return {"type": "plain_text", "text": shown if shown.strip() else EMPTY, "emoji": False}


def marked(text: Mrkdwn) -> Block:
    """Return a `mrkdwn` object in which only the markup of `text` itself is read, no bare links."""
    return {"type": "mrkdwn", "text": text or EMPTY, "verbatim": True}


#: A digit and some length tell an id from a word: U024BE7LH is a person, USD and W47 are not.
_USER = re.compile(r"[UW](?=[A-Z]*[0-9])[A-Z0-9]{4,}")
_GROUP = re.compile(r"S(?=[A-Z]*[0-9])[A-Z0-9]{4,}")
_CHANNEL = re.compile(r"[CDG](?=[A-Z]*[0-9])[A-Z0-9]{4,}")
#: A person or group named inside a phrase of ours.
ID = re.compile(r"\b([UWS](?=[A-Z]*[0-9])[A-Z0-9]{4,})\b")


def person(name: str) -> Mrkdwn:
    """Return a mention for a Slack user or user-group id; any other name as plain words."""
    if _USER.fullmatch(name):
        return Mrkdwn(f"<@{name}>")
    if _GROUP.fullmatch(name):
        return Mrkdwn(f"<!subteam^{name}>")
    return escape(name)


def people(phrase: str) -> Mrkdwn:
    """Return a phrase of ours ("one of sales or U024BE7LH") with its Slack ids as mentions."""
    return Mrkdwn("".join(person(piece) for piece in ID.split(phrase)))


def channel(name: str) -> Mrkdwn:
    """Return a link to a channel id; any other name as plain words."""
    return Mrkdwn(f"<#{name}>") if _CHANNEL.fullmatch(name) else escape(name)


def moment(at: datetime, style: LiteralString = "{date_short_pretty} {time}") -> Mrkdwn:
    """Return `at` in the reader's own zone, with the UTC time where a client can't show that.

    Raises `ValueError` for a naive time.
    """
    return Mrkdwn(f"<!date^{epoch(at)}^{style}|{utc_words(at)}>")


def epoch(at: datetime) -> int:
    """Return whole Unix seconds. Raises `ValueError` for a naive time, whose zone nobody knows."""
    if at.tzinfo is None:
        msg = f"{at} has no zone"
        raise ValueError(msg)
    return int(at.timestamp())


def utc_words(at: datetime) -> str:
    """Return `Mon 23 Nov 14:02 UTC`, for screens that can't translate a time."""
    return f"{at.astimezone(UTC):%a %d %b %H:%M} UTC"
