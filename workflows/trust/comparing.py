"""How alike a silent draft is to what a person sent, field by field.

Texts are the same when only white space and case differ; else their likeness is the share of words in common order,
2 M / T with M matching words and T words in both (Ratcliff and Obershelp, as in `difflib`), in percent.
Amounts, dates and everything else are the same value or they are not.
"""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from workflows.action import money
from workflows.run import Likeness

if TYPE_CHECKING:
    from pydantic import JsonValue

_TEXTS = frozenset({"text", "long_text"})
#: Words of each text that are compared; what is longer is judged by its beginning.
_WORDS = 600


def compared(name: str, kind: str, drafted: JsonValue, sent: JsonValue) -> Likeness:
    """Compare one field of type `kind`."""
    if kind in _TEXTS:
        one, other = _words(drafted), _words(sent)
        if one == other:
            return Likeness(name=name, same=True, percent=100)
        matcher = SequenceMatcher(None, one[:_WORDS], other[:_WORDS], autojunk=False)
        return Likeness(name=name, same=False, percent=min(int(matcher.ratio() * 100), 99))
    same = _value(kind, drafted) == _value(kind, sent)
    return Likeness(name=name, same=same, percent=100 if same else 0)


def _words(value: JsonValue) -> list[str]:
    return str(value or "").casefold().split()


def _value(kind: str, value: JsonValue) -> object:
    text = " ".join(_words(value))
    if kind != "money" or not text:
        return text
    try:
        return money(text.upper())
    except ValueError:
        return text
