"""What a playbook that extends another says anew of the other's steps: who, until when, where, in which words.

What a step does stays the other's: which records, which action, which way.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, cast

from workflows.loading.problems import did_you_mean
from workflows.playbook import KINDS

if TYPE_CHECKING:
    from typing import Any

    from pydantic import JsonValue

    from workflows.loading.positions import Path, Sheet
    from workflows.ports import JsonObject

#: The keys of a step that may be said anew; of `approve` each of its own keys.
ANEW = frozenset({"approve", "title", "facts", "who", "within", "for", "text", "say", "channel"})
_COPY = "To change it, copy the whole playbook instead."
_LIKE = "Write the steps by name, like steps: {letter: {approve: {by: finance}}}."


def steps_anew(sheet: Sheet, own: JsonObject, steps: JsonValue) -> JsonValue:
    """Return the other playbook's steps with what `own` says anew; what is said of them is shown in its own lines."""
    merged = copy.deepcopy(steps)
    places = _places(merged)
    said = own["steps"]
    if isinstance(said, dict):
        for name, keys in said.items():
            if name in places:
                step = cast("list[JsonObject]", merged)[places[name]]
                step.update(_said(sheet, name, keys, step))
            else:
                problem = f"{own['extends']} has no step `{name}`"
                hint = did_you_mean(name, places)
                sheet.note(sheet.at(("steps", name), key=True), problem, hint)
    else:
        sheet.note(
            sheet.at(("steps",), key=True), f"the steps are those of {own['extends']}", _LIKE
        )
    _move(sheet, places)
    return merged


def _places(steps: JsonValue) -> dict[str, int]:
    """Return the position of each step by its name; what is no step is wrong in the other playbook."""
    found: dict[str, int] = {}
    for n, step in enumerate(steps if isinstance(steps, list) else ()):
        kind = next((kind for kind in KINDS if isinstance(step, dict) and kind in step), "")
        if isinstance(step, dict) and kind:
            found[str(step[kind])] = n
    return found


def _said(sheet: Sheet, name: str, keys: JsonValue, step: JsonObject) -> JsonObject:
    """Return what is said of one step, without what can't be said anew."""
    path: Path = ("steps", name)
    if not isinstance(keys, dict):
        sheet.note(sheet.at(path), f"what is said of {name} must be a block", _LIKE)
        return {}
    found: JsonObject = {}
    for key, value in keys.items():
        if key not in ANEW:
            hint = did_you_mean(key, ANEW) if key not in step else _COPY
            problem = f"`{key}` of {name} can't be said anew"
            sheet.note(sheet.at((*path, key), key=True), problem, hint)
            continue
        before = step.get(key)
        both = isinstance(before, dict) and isinstance(value, dict)
        found[key] = {**cast("JsonObject", before), **cast("JsonObject", value)} if both else value
    return found


def _move(sheet: Sheet, places: dict[str, int]) -> None:
    """Let what stands under a step's name be found at its position; what is the other's is shown at `extends`."""
    for table in cast("list[dict[Path, Any]]", [sheet.keys, sheet.values, sheet.styles]):
        for path in [path for path in table if path[0:1] == ("steps",)]:
            spot = table.pop(path)
            if len(path) > 1 and path[1] in places:
                table[("steps", places[str(path[1])], *path[2:])] = spot
