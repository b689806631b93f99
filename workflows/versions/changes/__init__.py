"""What a changed playbook changes, in plain words: does it get wider powers, tighter ones, or neither.

When in doubt it is wider. Every field of the schema has a rule; a test fails for one that has none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflows.playbook import Trigger
from workflows.versions.changes.fields import differences
from workflows.versions.changes.rules import Change, Kind, Part

if TYPE_CHECKING:
    from workflows.playbook import Playbook

#: What is said where a text is another one and means the same.
NOTHING = "Only comments or layout changed; it does the same."

__all__ = ["NOTHING", "Change", "Kind", "Part", "beginning", "changes", "is_wider", "unchanged"]

_ORDER: tuple[Kind, ...] = ("wider", "tighter", "neither")
#: What people ask about first.
_PARTS: tuple[Part, ...] = ("who signs", "what it may do", "when it starts")


def changes(old: Playbook, new: Playbook) -> tuple[Change, ...]:
    """Return what is different in `new`, wider powers first; empty when both mean the same."""
    found = differences("", old, new)
    return tuple(sorted(found, key=lambda change: _ORDER.index(change.kind)))


def beginning(new: Playbook) -> tuple[Change, ...]:
    """Return what comes with a playbook that was not there before."""
    nothing = {"allow": (), "steps": (), "trigger": Trigger(command=False)}
    level = Change(words=f"works at level {new.level}", kind="wider", part="what it may do")
    return level, *changes(new.model_copy(update=nothing), new)


def is_wider(found: tuple[Change, ...]) -> bool:
    """Whether anything is wider."""
    return any(change.kind == "wider" for change in found)


def unchanged(found: tuple[Change, ...]) -> tuple[Part, ...]:
    """Return what people ask about first and nothing was changed of."""
    touched = {change.part for change in found}
    return tuple(part for part in _PARTS if part not in touched)
