"""Typed forms: fields to inputs, and what Slack sends back to values again.

`inputs` and `read` are each other's inverse: a form submitted as it was opened gives the values it
was opened with. A text longer than one input takes is edited in several, one below the other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, cast

from blocks import elements
from blocks.contents import value_words
from blocks.ids import ActionId, BlockId, block_id

if TYPE_CHECKING:
    from pydantic import JsonValue

    from blocks.text import Block
    from workflows.action import Field

#: Characters one input takes, and how many of a longer text go into one, leaving room to type.
INPUT = 3000
PIECE = 2500
_YES, _NO = "yes", "no"
_WHOLE = re.compile(r"-?[0-9]{1,15}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_POSITION = re.compile(r"[0-9]{1,3}")
_ADDRESS = re.compile(r"[^\r\n]{1,3000}")
_PERSON = re.compile(r"[A-Z0-9]{1,255}")
#: Element, the field that fills it, and what it takes, by the type of a field.
_TYPED = {
    "date": ("datepicker", "initial_date", _DATE),
    "person": ("users_select", "initial_user", _PERSON),
    "integer": ("number_input", "initial_value", _WHOLE),
    "email": ("email_text_input", "initial_value", _ADDRESS),
}
_ONE_LINE = re.compile(r"[^\r\n]*")
#: Inputs of a message or view as Slack sends them back: block id, action id, element state.
State = Mapping[str, Mapping[str, Mapping[str, Any]]]


def inputs(fields: Iterable[Field], values: Mapping[str, JsonValue]) -> list[Block]:
    """Return one input per field, filled with its value or else its default."""
    found: list[Block] = []
    for field in fields:
        value = values.get(field.name)
        found += _inputs(field, field.default if value is None else value)
    return found


def input_id(name: str, piece: int = 0) -> str:
    """Return the block id of a field's input; a long text has several pieces, from 0."""
    return block_id(BlockId.INPUT, name, piece)


def errors(problems: Mapping[str, str]) -> dict[str, str]:
    """Return what is wrong by block id, as Slack wants it, from what is wrong by field."""
    return {input_id(name): f"This {problem}." for name, problem in problems.items()}


def _inputs(field: Field, value: JsonValue) -> list[Block]:
    text = "" if value is None else _written(field, value)
    if field.type != "long_text" or len(text) <= PIECE:
        element = _element(field, text)
        return [_labelled(field, element, field.title, 0)]
    pieces = [text[at : at + PIECE] for at in range(0, len(text), PIECE)]
    return [
        _labelled(field, _text_input(field, piece), f"{field.title} ({n + 1} of {len(pieces)})", n)
        for n, piece in enumerate(pieces)
    ]


def _written(field: Field, value: JsonValue) -> str:
    """Return a value as its input writes it; money with separators, everything else exactly."""
    if isinstance(value, str) and field.type != "money":
        return value
    return value_words(field, value)


def _labelled(field: Field, element: Block, label: str, piece: int) -> Block:
    hint = field.hint if piece == 0 else ""
    optional = not field.required or piece > 0 or field.type == "boolean"
    return elements.entry(input_id(field.name, piece), label, element, hint=hint, optional=optional)


def _element(field: Field, text: str) -> Block:
    if field.type == "boolean":
        return _choice((_YES, _NO), text)
    if field.type == "choice" and _fits_a_menu(field):
        return _choice(field.options, text)
    if field.type in _TYPED:
        kind, key, pattern = _TYPED[field.type]
        element = _with({"type": kind}, key, text if pattern.fullmatch(text) else "")
        return {**element, "is_decimal_allowed": False} if kind == "number_input" else element
    return _text_input(field, text)


def _fits_a_menu(field: Field) -> bool:
    return 0 < len(field.options) <= elements.OPTIONS


def _with(element: Block, key: str, initial: str) -> Block:
    named = {**element, "action_id": str(ActionId.INPUT)}
    return {**named, key: initial} if initial else named


def _choice(options: tuple[str, ...], text: str) -> Block:
    """Return a menu; its values are positions, so that no option's text comes back as one."""
    choices = [elements.option(option, str(at)) for at, option in enumerate(options)]
    chosen = choices[options.index(text)] if text in options else None
    return elements.select(str(ActionId.INPUT), choices, initial=chosen)


def _text_input(field: Field, text: str) -> Block:
    long = field.type == "long_text" or not _ONE_LINE.fullmatch(text)
    most = INPUT if field.type in {"money", "long_text"} else min(field.max or INPUT, INPUT)
    element: Block = {"type": "plain_text_input", "multiline": long, "max_length": max(most, 1)}
    return _with(element, "initial_value", text[:most])


def read(fields: Iterable[Field], state: State) -> dict[str, JsonValue]:
    """Return the values of a submitted form by field; an empty input gives None.

    A field that had no input in the form is not in the answer: nobody has seen it, so nobody changed
    it.
    """
    return {field.name: _value(field, state) for field in fields if input_id(field.name) in state}


def _value(field: Field, state: State) -> JsonValue:
    pieces: list[str] = []
    while (held := state.get(input_id(field.name, len(pieces)))) is not None:
        pieces.append(_typed(held.get(ActionId.INPUT, {})))
    text = "".join(pieces)
    return _read_as(field, text) if text else None


def _read_as(field: Field, text: str) -> JsonValue:
    if field.type == "integer":
        return int(text) if _WHOLE.fullmatch(text) else text
    if field.type == "boolean":
        return text == "0"
    if field.type == "choice" and _fits_a_menu(field):
        at = int(text) if _POSITION.fullmatch(text) else len(field.options)
        return field.options[at] if at < len(field.options) else text
    return text


def _typed(held: Mapping[str, Any]) -> str:
    """Return what an input holds, whatever its type calls it."""
    chosen = held.get("selected_option")
    if isinstance(chosen, Mapping):
        return str(cast("Mapping[str, Any]", chosen).get("value") or "")
    for key in ("value", "selected_date", "selected_user"):
        if held.get(key):
            return str(held[key])
    return ""
