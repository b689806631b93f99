"""What pydantic found wrong with a file, said at its place and in words for whoever wrote the file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from workflows.action import Record
from workflows.loading.problems import did_you_mean
from workflows.playbook import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import JsonValue
    from pydantic_core import ErrorDetails

    from workflows.loading.positions import Path, Sheet

RecordT = TypeVar("RecordT", bound=Record)

_QUOTED = re.compile(r"'([^']+)'")
_BLOCK = "must be a block of lines like `key: value`"
#: Characters of a sentence that may quote what was written.
_LONGEST = 200
_NUMBER = "must be a whole number"
#: Words by pydantic's error type; `{...}` is filled from the error's own context.
_WORDS = {
    "string_type": "must be text",
    "string_too_short": "is empty",
    "string_too_long": "is too long; at most {max_length} characters fit",
    "string_pattern_mismatch": "must be small letters, digits and hyphens, like quote-follow-up",
    "int_type": _NUMBER,
    "int_parsing": _NUMBER,
    "int_from_float": _NUMBER,
    "float_type": "must be a number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "tuple_type": "must be a list",
    "list_type": "must be a list",
    "dict_type": _BLOCK,
    "model_type": _BLOCK,
    "model_attributes_type": _BLOCK,
    "too_short": "needs at least {min_length}",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
}


class Fault:
    """One error of pydantic, with the path in the file it is about."""

    def __init__(self, value: JsonValue, error: ErrorDetails) -> None:
        """Work out the path in `value`; pydantic's own location also names the kind of a step."""
        self.error, self.type = error, error["type"]
        self.path = _written_path(value, error["loc"])
        #: The key that is missing or not known; empty for a wrong value.
        self.key = str(error["loc"][-1]) if self.type in {"missing", "extra_forbidden"} else ""


def validated(model: type[RecordT], value: JsonValue) -> tuple[RecordT | None, list[ErrorDetails]]:
    """Return the record, or what pydantic has against it."""
    try:
        return model.model_validate(value), []
    except ValidationError as error:
        return None, error.errors(include_url=False)


def note(sheet: Sheet, model: type[Record], fault: Fault) -> None:
    """Say one fault at its place."""
    path, kind = fault.path, fault.type
    if kind == "extra_forbidden":
        hint = did_you_mean(fault.key, known_keys(model, fault.error["loc"]))
        sheet.note(sheet.at(path, key=True), f"there is no key `{fault.key}` here", hint)
    elif kind == "missing":
        sheet.note(sheet.at((*path, fault.key)), f"`{fault.key}` is missing")
    elif kind.startswith("union_tag"):
        _note_kind(sheet, path)
    else:
        sheet.note(sheet.at(path), *_value_words(sheet, fault))


def is_consequence(model: type[Record], fault: Fault, faults: list[Fault]) -> bool:
    """Whether a key is missing only because it stands there misspelt, which is said already."""
    meant = f"Did you mean {fault.key}?"
    return fault.type == "missing" and any(
        other.type == "extra_forbidden"
        and other.error["loc"][:-1] == fault.error["loc"][:-1]
        and did_you_mean(other.key, known_keys(model, other.error["loc"])) == meant
        for other in faults
    )


def _note_kind(sheet: Sheet, path: Path) -> None:
    step = value_at(sheet.value, path)
    if not isinstance(step, dict) or not step:
        kinds = ", ".join(KINDS)
        sheet.note(sheet.at(path), f"a step is a block that begins with one of {kinds}")
        return
    first = next(iter(step))
    hint = did_you_mean(first, KINDS)
    sheet.note(sheet.at((*path, first), key=True), f"there is no kind of step `{first}`", hint)


def _value_words(sheet: Sheet, fault: Fault) -> tuple[str, str]:
    name = f"`{fault.path[-1]}` " if fault.path and isinstance(fault.path[-1], str) else ""
    written = value_at(sheet.value, fault.path)
    context = fault.error.get("ctx", {})
    if fault.type in {"literal_error", "enum"}:
        known = _QUOTED.findall(str(context.get("expected", "")))
        return f"{name}can't be {written!r:.60}", did_you_mean(written, known)
    if fault.type == "value_error":
        return name + fault.error["msg"].removeprefix("Value error, ")[:_LONGEST], ""
    if written is None:
        return f"{name}is empty; nothing stands after the colon".capitalize(), ""
    words = _WORDS.get(fault.type, "")
    hint = f'Put it in quotes: "{written}".' if _is_bare(fault.type, written) else ""
    return name + (words.format(**context) if words else fault.error["msg"].lower()), hint


def _is_bare(kind: str, written: JsonValue) -> bool:
    return kind == "string_type" and isinstance(written, int | float)


def known_keys(model: type[BaseModel], loc: tuple[int | str, ...]) -> set[str]:
    """Return the keys that may stand beside the last one of `loc`, as they are written in a file."""
    models: set[type[BaseModel]] = {model}
    for part in loc[:-1]:
        tagged = {one for one in models if one.__name__.lower() == f"{part}step"}
        deeper = {found for one in models for found in _field_models(one, part)}
        models = tagged or deeper or models
    return {field.alias or name for one in models for name, field in one.model_fields.items()} - {
        "version",
        "source",
        "fixed",
    }


def _field_models(model: type[BaseModel], key: int | str) -> Iterator[type[BaseModel]]:
    for name, field in model.model_fields.items():
        if key in {name, field.alias}:
            yield from _models_in(field.annotation)


def _models_in(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models_in(part)


def _written_path(value: JsonValue, loc: tuple[int | str, ...]) -> Path:
    """Return `loc` without what isn't in the file: kinds of step, positions of what was written by name."""
    path: Path = ()
    in_file = (*loc[:2], *loc[3:]) if loc[:1] == ("steps",) else loc
    for part in in_file:
        here = value_at(value, path)
        if isinstance(here, dict) and part in here:
            path = (*path, part)
        elif isinstance(here, dict) and isinstance(part, int) and part < len(here):
            path = (*path, list(here)[part])
        elif isinstance(here, list) and isinstance(part, int) and part < len(here):
            path = (*path, part)
    return path


def value_at(value: JsonValue, path: Path) -> JsonValue:
    """Return what stands at `path`, or None."""
    for part in path:
        if isinstance(value, list) and isinstance(part, int):
            value = value[part] if part < len(value) else None
        else:
            value = value.get(str(part)) if isinstance(value, dict) else None
    return value
