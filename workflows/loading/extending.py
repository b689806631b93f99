"""A playbook that takes its steps from another one, and says a few things of its own.

The other one's text stands behind its own, parted by a line of ours, so that what is kept can be read alone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

from pydantic import ValidationError

from workflows.action import Field
from workflows.loading.anew import steps_anew
from workflows.loading.positions import read_yaml
from workflows.loading.problems import did_you_mean

if TYPE_CHECKING:
    from pydantic import JsonValue

    from workflows.loading.positions import Sheet
    from workflows.ports import JsonObject

#: Playbooks in a chain, with the one that extends.
LONGEST = 3
_PARTED = re.compile(r"^--- # base\n", re.MULTILINE)
_EXTENDS = re.compile(r"""^extends:[ \t]*["']?([a-z][a-z0-9-]*)""", re.MULTILINE)
#: What may be said anew; the rest is the other one's.
_OWN = frozenset(
    {"extends", "playbook", "title", "goal", "owner", "level", "channel", "inputs", "trigger"}
    | {"success", "review", "steps", "flags", "schema"}
)


def extended(text: str) -> str:
    """Return the name of the playbook that `text` takes its steps from; empty when it has its own."""
    found = _EXTENDS.search(_PARTED.split(text)[0])
    return found[1] if found else ""


def stands_alone(text: str) -> bool:
    """Whether what `text` extends stands behind it already."""
    return _PARTED.search(text.replace("\r\n", "\n")) is not None


def parted(text: str) -> tuple[str, str]:
    """Return a playbook's own text, and what stands behind it with the line that parts them; put together it is all."""
    found = _PARTED.search(text)
    return (text, "") if found is None else (text[: found.start()], text[found.start() :])


def base_of(text: str) -> str:
    """Return the text that a playbook's text stands on; empty when it has its own steps."""
    return _PARTED.sub("", parted(text)[1], count=1)


def joined(text: str, base: str) -> str:
    """Return a playbook's text with the one it extends behind it."""
    return f"{text.rstrip()}\n--- # base\n{base}"


def sheet_of(text: str) -> Sheet:
    """Return what `text` holds, with what it takes from the ones behind it; problems stand in its own lines."""
    own, *bases = _PARTED.split(text.replace("\r\n", "\n").replace("\r", "\n"))
    sheet = read_yaml(own)
    if not isinstance(sheet.value, dict) or "extends" not in sheet.value:
        return sheet if not bases else read_yaml(text)
    # Where it is shown that lines of the other one don't fit.
    sheet.values[()] = sheet.at(("extends",))
    name = sheet.value["extends"]
    if len(bases) >= LONGEST:
        _refuse(sheet, f"at most {LONGEST} playbooks may extend one another, and none itself")
    elif not bases:
        _refuse(sheet, f"there is no playbook `{name}` beside this file or among those that ship")
    else:
        _take(sheet, sheet.value, sheet_of("--- # base\n".join(bases)))
    return sheet


def _refuse(sheet: Sheet, problem: str) -> None:
    """Say why nothing can be taken over; what would be missing for that is not said as well."""
    sheet.note(sheet.at(("extends",)), problem)
    sheet.value = None


def _take(sheet: Sheet, own: JsonObject, base: Sheet) -> None:
    if base.problems or not isinstance(base.value, dict):
        why = f": {base.problems[0].problem}" if base.problems else ""
        _refuse(sheet, f"`{own['extends']}` can't be used itself{why}")
        return
    for name in own:
        if name not in _OWN:
            hint = "To change it, copy the whole playbook instead."
            problem = f"`{name}` is taken from {own['extends']} and can't be said anew"
            sheet.note(sheet.at((name,), key=True), problem, hint)
    level, most = own.get("level", 1), base.value.get("level", 3)
    if isinstance(level, int) and isinstance(most, int) and level > most:
        problem = f"`level` is at most {most} here, as in {own['extends']}"
        sheet.note(sheet.at(("level",)), problem)
    said = {name: own[name] for name in own if name in _OWN}
    if "steps" in own:
        said["steps"] = steps_anew(sheet, own, base.value.get("steps"))
    sheet.value = {**base.value, **said, **_given(sheet, own, base.value)}


def _given(sheet: Sheet, own: JsonObject, base: JsonObject) -> JsonObject:
    """Return the inputs that are left to ask for, and those that have their value now."""
    asked = _by_name(base.get("inputs"))
    fixed = dict(cast("JsonObject", base.get("fixed") or {}))
    values = own.get("inputs") or {}
    if not isinstance(values, dict):
        sheet.note(sheet.at(("inputs",)), "must be a block of values, like quote: Q-1043")
        return {"inputs": asked, "fixed": fixed}
    for name, value in values.items():
        if name not in asked:
            problem = f"{own['extends']} asks for no `{name}`"
            sheet.note(sheet.at(("inputs", name), key=True), problem, did_you_mean(name, asked))
            continue
        if problem := _problem(name, asked.pop(name), value):
            sheet.note(sheet.at(("inputs", name)), f"`{name}` {problem}")
        fixed[name] = value
    return {"inputs": asked, "fixed": fixed}


def _by_name(inputs: JsonValue) -> JsonObject:
    """Return what is asked for, which may be written as a block or as a list of named fields."""
    if isinstance(inputs, list):
        return {
            str(each["name"]): each for each in inputs if isinstance(each, dict) and "name" in each
        }
    return dict(inputs) if isinstance(inputs, dict) else {}


def _problem(name: str, spec: JsonValue, value: JsonValue) -> str | None:
    try:
        field = Field.model_validate({**cast("JsonObject", spec or {}), "name": name})
    except (ValidationError, TypeError):
        return None  # the other playbook is wrong, which is said where it is read
    return field.problem(value)
