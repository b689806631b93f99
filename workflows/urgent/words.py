"""Words that mean somebody must come at once: found as whole words, whatever their case and accents."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from workflows.expressions import texts_in

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydantic import JsonValue

_WORD = re.compile(r"[^\W_]+")


def spelled(text: str) -> tuple[str, ...]:
    """Return the words of `text` without case and accents: `Fuga de GÁS!` is `fuga`, `de`, `gas`."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    bare = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return tuple(_WORD.findall(bare))


def first_found(words: Iterable[str], value: JsonValue) -> str:
    """Return the first of `words` that stands in a text of `value`; empty when none does.

    Several words, like `gas leak`, must follow each other. Part of a longer word is not that word.
    """
    texts = [spelled(text) for text in texts_in(value)]
    return next((word for word in words if _stands_in(spelled(word), texts)), "")


def passage(word: str, value: JsonValue) -> str:
    """Return the first text of `value` that `word` stands in; all of them without a word, or where it is in none."""
    texts = [*texts_in(value)]
    found = [text for text in texts if word and _stands_in(spelled(word), [spelled(text)])]
    return found[0] if found else "\n".join(texts)


def _stands_in(wanted: tuple[str, ...], texts: list[tuple[str, ...]]) -> bool:
    length = len(wanted)
    return length > 0 and any(
        text[at : at + length] == wanted for text in texts for at in range(len(text) - length + 1)
    )
