"""Holding one object against its shape: types, fields, lengths, counts, and what it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from blocks.kit.elements import ELEMENTS
from blocks.kit.layout import BLOCKS
from blocks.kit.parts import PARTS, RICH
from blocks.kit.special import SPECIAL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from blocks.kit.problem import Problem, Spot
    from blocks.kit.shape import Shape

_SHAPES = {**PARTS, **RICH, **ELEMENTS, **BLOCKS}
_TEXT_TYPES = frozenset({"plain_text", "mrkdwn"})


def check_object(node: object, allowed: frozenset[str], spot: Spot) -> Iterator[Problem]:
    """Yield what is wrong with `node`, which must be one of the `allowed` types."""
    if not isinstance(node, dict):
        yield spot.problem("type", "must be an object")
        return
    item = cast("dict[str, Any]", node)
    kind = _kind(item, allowed)
    if kind is None:
        known = "not allowed here" if str(item.get("type")) in _SHAPES else "unknown"
        yield spot.problem("unknown_type", f"type {item.get('type')!r} is {known}")
        return
    shape = _SHAPES[kind]
    if spot.surface not in shape.surfaces:
        yield spot.problem("surface", f"{kind} can't stand in a {spot.surface}")
    yield from check_fields(item, shape, spot)
    if kind in SPECIAL:
        yield from SPECIAL[kind](item, spot)


def _kind(item: dict[str, Any], allowed: frozenset[str]) -> str | None:
    """Return the shape's name: the type, the type as an element, or the one untyped shape."""
    if "type" not in item:
        return next(iter(allowed)) if len(allowed) == 1 else None
    named = str(item["type"])
    return next((name for name in (named, f"{named}_element") if name in allowed), None)


def check_fields(item: dict[str, Any], shape: Shape, spot: Spot) -> Iterator[Problem]:
    """Yield what is wrong with the fields of `item`, and with everything they hold."""
    yield from _presence(item, shape, spot)
    for name, value in item.items():
        if value is not None:
            yield from _value(name, value, shape, spot.down(name))


def _presence(item: dict[str, Any], shape: Shape, spot: Spot) -> Iterator[Problem]:
    there = {name for name, value in item.items() if value is not None}
    for name in sorted(shape.required - there):
        yield spot.down(name).problem("missing", f"{name} is required")
    if shape.some_of and not shape.some_of & there:
        yield spot.problem("missing", f"one of {', '.join(sorted(shape.some_of))} is required")
    if len(shape.one_of & there) > 1:
        yield spot.problem("one_of", f"only one of {', '.join(sorted(shape.one_of))} may be given")
    for name in sorted(there - shape.fields):
        yield spot.down(name).problem("unknown_field", f"{name} is not a field of this type")


def _value(name: str, value: Any, shape: Shape, spot: Spot) -> Iterator[Problem]:  # noqa: ANN401 -- a payload may hold anything
    if name in shape.strings:
        yield from check_length(value, shape.strings[name], spot)
    if name in shape.plain:
        yield from _text(value, shape.plain[name], frozenset({"plain_text"}), spot)
    if name in shape.texts:
        yield from _text(value, shape.texts[name], _TEXT_TYPES, spot)
    if name in shape.lists:
        yield from _count(value, shape.lists[name], spot)
    if name in shape.numbers:
        yield from _number(value, shape.numbers[name], spot)
    if name in shape.choices and str(value) not in shape.choices[name]:
        yield spot.problem("choice", f"must be one of {', '.join(sorted(shape.choices[name]))}")
    if name in shape.holds:
        yield from _held(value, shape.holds[name], spot)


def check_length(value: object, most: int, spot: Spot) -> Iterator[Problem]:
    """Yield a problem unless `value` is a string of 1 to `most` characters."""
    if not isinstance(value, str):
        yield spot.problem("type", "must be a string")
    elif not value:
        yield spot.problem("empty", "must have at least one character")
    elif len(value) > most:
        yield spot.problem("too_long", f"{len(value):,} characters; at most {most:,}")


def _text(value: object, most: int, allowed: frozenset[str], spot: Spot) -> Iterator[Problem]:
    yield from check_object(value, allowed, spot)
    if isinstance(value, dict):
        text = cast("dict[str, Any]", value).get("text")
        if isinstance(text, str) and most < len(text):
            yield spot.problem("too_long", f"{len(text):,} characters; at most {most:,}")


def _count(value: object, bounds: tuple[int, int], spot: Spot) -> Iterator[Problem]:
    if not isinstance(value, list):
        yield spot.problem("type", "must be a list")
        return
    fewest, most = bounds
    items = len(cast("list[object]", value))
    if items < fewest:
        yield spot.problem("too_few", f"{items} items; at least {fewest}")
    if items > most:
        yield spot.problem("too_many", f"{items} items; at most {most}")


def _number(value: object, bounds: tuple[int, int], spot: Spot) -> Iterator[Problem]:
    lowest, highest = bounds
    if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
        yield spot.problem("range", f"must be a whole number from {lowest:,} to {highest:,}")


def _held(value: object, allowed: frozenset[str], spot: Spot) -> Iterator[Problem]:
    if not isinstance(value, list):
        yield from check_object(value, allowed, spot)
        return
    for at, item in enumerate(cast("list[object]", value)):
        yield from check_object(item, allowed, spot.down(at))
