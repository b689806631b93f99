"""Reads the files people write: playbooks, company.yml and other settings. All that is wrong comes at once."""

from __future__ import annotations

import copy
import hashlib
from typing import TYPE_CHECKING, cast

from workflows.company import Company
from workflows.loading.check_company import check_company
from workflows.loading.checks import check
from workflows.loading.extending import sheet_of
from workflows.loading.inspection import Inspection
from workflows.loading.positions import read_yaml
from workflows.loading.problems import Problem, UnreadableFile
from workflows.loading.schema_words import Fault, RecordT, is_consequence, note, validated, value_at
from workflows.playbook import KINDS, Playbook

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from pydantic import JsonValue
    from pydantic_core import ErrorDetails

    from workflows.action import ActionSpec
    from workflows.loading.positions import Path, Sheet
    from workflows.ports import JsonObject, ReadSpec

__all__ = ["Problem", "UnreadableFile", "load", "load_company", "load_playbook"]

#: Stands in for a header line that is wrong, so that the rest of the file can be checked.
_STAND_IN: JsonObject = {
    "playbook": "unnamed",
    "title": "-",
    "goal": "-",
    "owner": "owner",
    "subject": "-",
}


def load(text: str, file: str, model: type[RecordT]) -> RecordT:
    """Return the record written in `text`; `file` names it in errors. Raises `UnreadableFile`."""
    sheet = read_yaml(text)
    record, _ = _read(sheet, model)
    return _usable(sheet, file, record)


def load_company(text: str, file: str, actions: Mapping[str, ActionSpec] | None = None) -> Company:
    """Return the company. Raises `UnreadableFile`, also for people who are named and not listed.

    With `actions`, everything that can be carried out, its limits must name some of them.
    """
    sheet = read_yaml(text)
    company, _ = _read(sheet, Company)
    if company is not None:
        check_company(sheet, company, actions)
    return _usable(sheet, file, company)


def load_playbook(
    text: str,
    file: str,
    *,
    actions: Mapping[str, ActionSpec],
    reads: Mapping[str, ReadSpec],
    agents: Collection[str],
    company: Company | None,
) -> Playbook:
    """Return the playbook, with its text and the hash of its text as its version.

    What it names must exist: actions, reads, agents; people and channels too, when a company is given.
    Raises `UnreadableFile`.
    """
    sheet = sheet_of(text)
    _check_inputs(sheet)
    playbook, errors = _read(sheet, Playbook)
    checked = playbook or _mended(sheet, errors, actions, reads)
    if checked is not None:
        check(
            Inspection(
                sheet=sheet,
                playbook=checked,
                actions=actions,
                reads=reads,
                agents=agents,
                company=company,
            )
        )
    return _stamped(_usable(sheet, file, playbook), text)


def _stamped(playbook: Playbook, text: str) -> Playbook:
    source = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    version = hashlib.sha256(source.encode()).hexdigest()
    return playbook.model_copy(update={"version": version, "source": source})


def _usable(sheet: Sheet, file: str, record: RecordT | None) -> RecordT:
    if record is None or sheet.problems:
        raise UnreadableFile(file, sheet.problems)
    return record


def _read(sheet: Sheet, model: type[RecordT]) -> tuple[RecordT | None, list[ErrorDetails]]:
    if sheet.value is None:
        if not sheet.problems:
            sheet.note(sheet.at(()), "the file is empty")
        return None, []
    record, errors = validated(model, sheet.value)
    faults = [Fault(sheet.value, error) for error in errors]
    for fault in faults:
        if not is_consequence(model, fault, faults):
            note(sheet, model, fault)
    return record, errors


def _check_inputs(sheet: Sheet) -> None:
    """Take out inputs that are no blocks: the playbook's own reading of them expects blocks."""
    value = sheet.value
    inputs = value.get("inputs") if isinstance(value, dict) else None
    for name, spec in list(inputs.items()) if isinstance(inputs, dict) else ():
        if spec is not None and not isinstance(spec, dict):
            hint = f"Write {name}: {{type: text}}."
            sheet.note(sheet.at(("inputs", name)), f"`{name}` must be a block", hint)
            cast("JsonObject", inputs)[name] = {"required": False}


def _mended(
    sheet: Sheet,
    errors: list[ErrorDetails],
    actions: Mapping[str, ActionSpec],
    reads: Mapping[str, ReadSpec],
) -> Playbook | None:
    """Return the playbook with what is wrong cut out, to check the rest; None when too little is left."""
    value = copy.deepcopy(sheet.value)
    if not isinstance(value, dict) or not isinstance(value.get("steps"), list):
        return None
    for error in errors:
        _cut(value, Fault(sheet.value, error).path)
    mended: JsonObject = {**_STAND_IN, "allow": [*actions, *reads], **value}
    playbook, left = validated(Playbook, mended)
    for error in left:
        # What is missing can't be cut out: the whole step or line gives way.
        _cut(mended, Fault(mended, error).path[:2])
    return playbook or validated(Playbook, {**_STAND_IN, **mended})[0]


def _cut(value: JsonObject, path: Path) -> None:
    """Take out what stands at `path`; a step keeps its name."""
    match path:
        case ("steps", int(n)):
            steps = cast("list[JsonValue]", value["steps"])
            steps[n] = _blank(steps[n], n)
        case (*_, str(key)):
            block = value_at(value, path[:-1])
            if isinstance(block, dict):
                block.pop(key, None)
        case (*_, int(_)):
            _cut(value, path[:-1])
        case _:
            pass


def _blank(step: JsonValue, n: int) -> JsonValue:
    """Return a step of the same name that is right, so that later steps may name it."""
    written = step if isinstance(step, dict) else {}
    kind = next((kind for kind in KINDS if kind in written), next(iter(written), ""))
    name = written.get(kind)
    return {"wait": name if isinstance(name, str) else f"step-{n + 1}", "for": "1 second"}
