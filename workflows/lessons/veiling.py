"""Another case's values taken out of a text: what comes from a record is replaced by the name of its field."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pydantic import JsonValue

#: Characters of a value; a longer one is prose, which nobody can tell from the rest of a letter.
_LONGEST = 80
#: Two words that only stand together may stand anywhere; three are somebody's.
_PAIR = 2
#: Words of a name at most.
_NAME_WORDS = 4
_COMMON = frozenset(
    (
        *("The", "And", "For", "Of", "In", "At", "On", "To", "By", "Is", "Are", "Not", "No", "It"),
        *("Our", "Your", "You", "We", "Mr", "Ms", "Mrs", "Dr", "Co"),
    )
)
#: Fields that name somebody: a single word in them is a name.
_NAMING = ("name", "customer", "contact", "company", "client", "person", "guest", "patient")
_TELLING = re.compile(r"[A-Z0-9@\u00c0-\uffff]")
_NAME_WORD = re.compile(r"[^\W\d_][\w'\u2019-]*")
_DIGITS = re.compile(r"\d+")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}([T ].*)?")
#: An amount, an id, a house: figures of three digits, or with a capital.
_FIGURES = re.compile(r"\d{3}|\d.*[A-Z]|[A-Z].*\d")
_PATTERNS = (
    (re.compile(r"[^\s@<>()\[\]]{1,64}@[\w.-]{1,200}\w"), "[e-mail address]"),
    (re.compile(r"\b[a-z][a-z0-9+.-]{0,30}://\S+|\bwww\.\S+", re.IGNORECASE), "[link]"),
    (re.compile(r"[A-Za-z]{0,4}[-#]?\d(?:[\w.,:/\u00a0'\u2019-]*\w)?"), "[number]"),
)


class Value(NamedTuple):
    """Something a record held, and the field it stood in."""

    field: str
    text: str


def values_in(known: JsonValue, own: Iterable[str] = ()) -> tuple[Value, ...]:
    """Return what tells one case from another: names, ids, addresses, amounts, dates; the longest first.

    `own` is what belongs to no customer, like the company's own name.
    """
    ours = {text.casefold() for text in own}
    found = {value for value in _leaves("", known) if value.text.casefold() not in ours}
    return tuple(sorted(found, key=lambda value: (-len(value.text), value)))


def _leaves(field: str, known: JsonValue) -> Iterator[Value]:
    if isinstance(known, dict):
        for name, part in known.items():
            yield from _leaves(name, part)
    elif isinstance(known, list):
        for part in known:
            yield from _leaves(field, part)
    elif known is not None and not isinstance(known, bool) and field != "currency":
        text = " ".join(str(known).split())
        tells = " " in text or _TELLING.search(text) or _is_naming(field)
        if 1 < len(text) <= _LONGEST and tells:
            yield Value(field, text)


def veiled(text: str, values: Iterable[Value]) -> str:
    """Return the text without these values, addresses, links and numbers: `Dear [contact], [number] days ago`."""
    whole: dict[str, str] = {}
    words: dict[str, str] = {}
    for value in values:
        slot = f"[{_DIGITS.sub('', value.field) or 'value'}]"
        whole.setdefault(value.text.lower(), slot)
        for way in (value.text, *_name_words(value)):
            words.setdefault(way, slot)
    text = _replaced(text, whole, words)
    for pattern, slot in _PATTERNS:
        text = pattern.sub(slot, text)
    return text


def _replaced(text: str, whole: dict[str, str], words: dict[str, str]) -> str:
    """Replace the longest first: a value in any case, a word of a name as it is written."""
    if not whole:
        return text
    longest_first = sorted({*whole, *words}, key=lambda one: (-len(one), one))
    any_of = "|".join(re.escape(each) for each in longest_first)

    def slot(found: re.Match[str]) -> str:
        written = found[0]
        # A small word that only reads like a value, `open`, is none.
        is_value = " " in written or _TELLING.search(written)
        value = whole.get(written.lower()) if is_value else None
        return words.get(written) or value or written

    return re.sub(rf"(?<!\w)(?:{any_of})(?!\w)", slot, text, flags=re.IGNORECASE)


def _name_words(value: Value) -> list[str]:
    """Return the words of a name: `Mia` alone tells whose letter it was."""
    words = _NAME_WORD.findall(value.text)
    named = _is_naming(value.field)
    if len(words) > _NAME_WORDS or not (named or all(word[0].isupper() for word in words)):
        return []
    parts = [word for word in words if len(word) > 1 and word.capitalize() not in _COMMON]
    # However a record writes a name, a letter may write it so.
    return [way for part in parts for way in (part, part.capitalize(), part.upper())]


def _is_naming(field: str) -> bool:
    return any(part in field.lower() for part in _NAMING)


def telling(values: Iterable[Value]) -> tuple[str, ...]:
    """Return the values that no other case's letter may hold: whole names, ids, addresses, amounts, phrases."""
    return tuple(dict.fromkeys(value.text for value in values if _tells(value)))


def _tells(value: Value) -> bool:
    text, words = value.text, _NAME_WORD.findall(value.text)
    if _DATE.fullmatch(text):
        return False
    if "@" in text or _FIGURES.search(text):
        return True
    # A name of one word is left out: Will, May and Mark begin a sentence in every other letter.
    capital = all(word[0].isupper() for word in words)
    return len(words) > _PAIR or (capital and len(words) == _PAIR)
