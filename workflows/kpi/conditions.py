"""Checks of the catalogue's conditions and texts: each may name only what it will be told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflows.expressions import Condition, ExpressionError, Template
from workflows.loading.problems import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable


def check_condition(text: str, names: Iterable[str]) -> None:
    """Raise `ValueError`, with a sentence, unless `text` is empty or CEL that asks only about `names`."""
    if text:
        try:
            _check_names(text, Condition(text).names(), names)
        except ExpressionError as error:
            raise ValueError(error.sentence) from None


def check_text(text: str, names: Iterable[str]) -> None:
    """Raise `ValueError`, with a sentence, unless `text` is Jinja that inserts only from `names`."""
    try:
        _check_names(text, Template(text).names(), names)
    except ExpressionError as error:
        raise ValueError(error.sentence) from None


def unknown(place: str, name: str, known: Iterable[str]) -> str:
    """Say that a name is not known at a place, and what was probably meant."""
    return f"{place}: there is no {name!r}. {did_you_mean(name, known)}".strip()


def _check_names(text: str, asked: Iterable[str], names: Iterable[str]) -> None:
    known = tuple(names)
    for name in sorted(asked):
        if name not in known:
            raise ValueError(unknown(repr(text), name, known))
