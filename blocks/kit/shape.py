"""What one type of Block Kit object may hold, as a record; the tables beside it are made of these.

A limit is what Slack documents or, where Slack is silent and answers were measured, the lower
figure. Lengths are in characters.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Where blocks stand.
Surface: TypeAlias = Literal["message", "modal", "home"]

EVERYWHERE = frozenset({"message", "modal", "home"})
MESSAGE = frozenset({"message"})
MODAL = frozenset({"modal"})
VIEWS = frozenset({"modal", "home"})


@dataclass(frozen=True, kw_only=True)
class Shape:
    """What one type of object may hold."""

    required: frozenset[str] = frozenset()
    #: At least one of these.
    some_of: frozenset[str] = frozenset()
    #: Not two of these together.
    one_of: frozenset[str] = frozenset()
    #: Fields that are strings: the most characters.
    strings: Mapping[str, int] = field(default_factory=dict[str, int])
    #: Fields that are `plain_text` objects: the most characters of their text.
    plain: Mapping[str, int] = field(default_factory=dict[str, int])
    #: Fields that are `plain_text` or `mrkdwn` objects.
    texts: Mapping[str, int] = field(default_factory=dict[str, int])
    #: Fields that are lists: fewest and most items.
    lists: Mapping[str, tuple[int, int]] = field(default_factory=dict[str, tuple[int, int]])
    #: Fields that are whole numbers: lowest and highest.
    numbers: Mapping[str, tuple[int, int]] = field(default_factory=dict[str, tuple[int, int]])
    #: Fields with a few possible values.
    choices: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    #: Fields that hold objects, alone or in a list: the types they may have.
    holds: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    #: Fields that are allowed and not looked into.
    free: frozenset[str] = frozenset()
    #: Where a block may stand; elements go where their block goes, unless they are stricter.
    surfaces: frozenset[str] = EVERYWHERE

    @property
    def fields(self) -> frozenset[str]:
        """Every field this type may have."""
        tables = (self.strings, self.plain, self.texts, self.lists, self.numbers, self.choices)
        named = frozenset(name for table in (*tables, self.holds) for name in table)
        return named | self.required | self.some_of | self.one_of | self.free | {"type"}


def names(words: str) -> frozenset[str]:
    """Return the words of a string as a set; keeps the tables readable."""
    return frozenset(words.split())
