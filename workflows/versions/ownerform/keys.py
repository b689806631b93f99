"""A key of a playbook as it is asked for: its words, what it is filled with, what holds where it is not written."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from workflows.action import Field
from workflows.versions.ownerform.firsts import shown_firsts
from workflows.versions.ownerform.knobs import Knob, prose, shown_names, shown_rows

if TYPE_CHECKING:
    from pydantic import JsonValue

    from workflows.action import FieldType
    from workflows.loading.positions import Path
    from workflows.ports import JsonObject
    from workflows.versions.ownerform.knobs import Kind


class Key(NamedTuple):
    """A key of a block, and how it is asked for."""

    key: str
    label: str
    kind: Kind = "text"
    hint: str = ""
    #: What holds where the key is not written.
    default: str | bool | int = ""
    type: FieldType | None = None
    #: It can't be emptied.
    needed: bool = False


def knob(block: JsonObject, path: Path, key: Key) -> Knob:
    """Return a knob for a key of a block; what is not written there is what holds without it."""
    value = block.get(key.key)
    if value is None:
        now: JsonValue = key.default
    else:
        now = value if key.type else _SHOWN[key.kind](value)
    typed = key.type or (prose(str(now)) if key.kind in _ON_A_LINE else "long_text")
    name = ".".join(str(each) for each in (*path, key.key))
    field = Field(name=name, type=typed, label=key.label, hint=key.hint, required=key.needed)
    return Knob(field=field, path=(*path, key.key), kind=key.kind, now=now)


def _lines(value: JsonValue) -> str:
    return "\n".join(str(each) for each in value) if isinstance(value, list) else str(value)


_SHOWN = {
    "text": str,
    "sole": str,
    "span": str,
    "names": shown_names,
    "lines": _lines,
    "rows": shown_rows,
    "firsts": shown_firsts,
    "typed": str,
}
#: Kinds that one line is enough for, as a rule.
_ON_A_LINE = frozenset({"text", "sole", "names", "span"})
SPAN = "Like 60 seconds, 4 hours, 4 work hours, 2 work days"
WHO = "Roles, groups or people of company.yml, with commas"
