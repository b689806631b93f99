"""The form of a playbook as JSON Schema, so that an editor completes keys, explains them and marks mistakes.

It says what may stand where. Whether names lead anywhere, `sayso playbook validate` says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from bot.reference.files import OURS, words_of
from workflows import playbook
from workflows.action import Field
from workflows.loading.anew import ANEW
from workflows.trust import rollout

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import BaseModel

Json = dict[str, Any]
#: What an input may be where another playbook is extended: its value.
_VALUES = [{"type": ["string", "number", "boolean"]}]
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def playbook_schema() -> Json:
    """Return the JSON Schema of a playbook's file."""
    made = playbook.Playbook.model_json_schema(by_alias=True)
    parts = cast("dict[str, Json]", made["$defs"])
    for model in _models():
        _explain(made if model is playbook.Playbook else parts[model.__name__], model)
    # In a file inputs stand under their names, so that a field has no name of its own.
    field = parts["Field"]
    field.pop("required")
    blank: Json = {"type": "null"}
    inputs: Json = {"anyOf": [{"$ref": "#/$defs/Field"}, blank]}
    described = made["properties"]["inputs"]["description"]
    made["properties"]["inputs"] = {
        "type": "object",
        "description": described,
        "additionalProperties": inputs,
    }
    made["properties"]["inputs"]["additionalProperties"]["anyOf"] += _VALUES
    made["properties"]["steps"] = _steps(made["properties"]["steps"])
    own = {"required": made.pop("required")}
    other: Json = {"required": ["extends", "playbook"]}
    return {"$schema": _DIALECT, **made, "anyOf": [own, other]}


def _steps(listed: Json) -> Json:
    """Return what `steps` may be: a list, or in a playbook that extends another what is said anew, by name."""
    anew: Json = {"type": "object", "propertyNames": {"enum": sorted(ANEW)}}
    described = listed.pop("description")
    named: Json = {"type": "object", "additionalProperties": anew}
    return {"description": described, "anyOf": [listed, named]}


def _models() -> Iterator[type[BaseModel]]:
    yield playbook.Playbook
    yield Field
    yield from (
        playbook.Trigger,
        playbook.Schedule,
        playbook.Approve,
        playbook.Above,
        playbook.Assign,
    )
    yield from (rollout.Rollout, rollout.Back, rollout.Baseline, playbook.Alone)
    yield from (playbook.Success, playbook.ExceptionPath, playbook.CustomerOf, playbook.Flags)
    yield from playbook.Step.__subclasses__()


def _explain(schema: Json, model: type[BaseModel]) -> None:
    """Say at each key what it means; take out what is never written in a file."""
    schema.pop("title", None)
    properties = cast("dict[str, Json]", schema["properties"])
    for name, field in model.model_fields.items():
        key = field.alias or name
        if name in OURS or (model is Field and name == "name"):
            del properties[key]
            continue
        rule = properties[key]
        rule.pop("title", None)
        if isinstance(rule.get("default"), dict | list):
            del rule["default"]
        rule["description"] = words_of(model, name).replace("`", "")
