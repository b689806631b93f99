"""The form a model fills in: built from the fields it may write, within what strict schemas can express."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, cast

from pydantic import BaseModel, ConfigDict, ValidationError, create_model
from pydantic import Field as Setting

from workflows.text import normalised

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workflows.action import Field
    from workflows.ports import JsonObject

_STRICT = ConfigDict(extra="forbid", strict=True)
_WHY = (
    "One sentence for the colleague who signs: why this, and what to check. At most 300 characters."
)
_WHY_MOST = 300
_PROBLEMS = 20


class Misfit(Exception):
    """An answer that does not fit the form; `problems` are sentences for the model."""

    def __init__(self, problems: Sequence[str]) -> None:
        """Keep the problems."""
        self.problems = tuple(problems[:_PROBLEMS])
        super().__init__("; ".join(self.problems))


def form(writes: tuple[Field, ...]) -> type[BaseModel]:
    """Return the wire model. Every field is required and none has a default or a length: strict schemas lack them."""
    parts = {f"part_{n}": _part(field) for n, field in enumerate(writes)}
    fields = create_model("Fields", __config__=_STRICT, **cast("Any", parts))
    return create_model(
        "Answer", __config__=_STRICT, fields=(fields, ...), why=(str, Setting(description=_WHY))
    )


def schema(writes: tuple[Field, ...]) -> JsonObject:
    """Return the JSON schema of the form, without references, for servers that know little of them."""
    whole = form(writes).model_json_schema()
    whole["properties"]["fields"] = whole.pop("$defs")["Fields"]
    return whole


def read(found: JsonObject, writes: tuple[Field, ...]) -> tuple[JsonObject, str]:
    """Return the written fields and the reason. Raises `Misfit` for anything that is not exactly the form.

    Characters that can't be stored become U+FFFD, and line ends become newlines, before anything is measured.
    """
    clean = cast("JsonObject", normalised(_newlines(found)))
    try:
        filled = form(writes).model_validate(clean).model_dump(by_alias=True)
    except ValidationError as error:
        raise Misfit(_sentences(error)) from None
    written: JsonObject = {
        name: value for name, value in filled["fields"].items() if value is not None
    }
    wrong = [
        f"{field.name} {problem}"
        for field in writes
        if (problem := field.problem(written.get(field.name)))
    ]
    if wrong:
        raise Misfit(wrong)
    return written, " ".join(filled["why"].split())[:_WHY_MOST]


def _part(field: Field) -> tuple[Any, Any]:
    plain: Any = {"integer": int, "boolean": bool}.get(field.type, str)
    if field.type == "choice" and field.options:
        plain = Literal[field.options]  # pyright: ignore[reportInvalidTypeForm] -- made at run time on purpose
    return (
        plain if field.required else plain | None,
        Setting(alias=field.name, description=_described(field)),
    )


def _described(field: Field) -> str:
    kind = field.type.replace("_", " ")
    most = (
        f", at most {field.max}{'' if field.type == 'integer' else ' characters'}"
        if field.max
        else ""
    )
    return f"{field.title} ({kind}{most}). {field.hint}".strip()


def _newlines(value: Any) -> Any:  # noqa: ANN401 -- JSON in, the same JSON out
    if isinstance(value, str):
        return value.replace("\r\n", "\n").replace("\r", "\n")
    if isinstance(value, dict):
        return {key: _newlines(part) for key, part in cast("JsonObject", value).items()}
    return value


def _sentences(error: ValidationError) -> list[str]:
    """Say where and what without repeating what was there: it costs tokens, and it may be a customer's text."""
    found = error.errors(include_url=False, include_input=False, include_context=False)
    return [f"{'.'.join(str(part)[:60] for part in each['loc'])}: {each['msg']}" for each in found]
