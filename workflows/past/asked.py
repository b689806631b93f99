"""Writing down what a turn was asked, and on which facts; `on_record` reads it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import JsonValue

    from workflows.commands import Command
    from workflows.ports import JsonObject
    from workflows.turn import Facts


def asked_of(command: Command, facts: Facts) -> JsonObject:
    """Return what a turn was about, as its first entry carries it: enough to decide it again."""
    plain: JsonObject = command.model_dump(mode="json", exclude_defaults=True)
    whole = wholes(plain)
    return {
        "command": {"kind": type(command).__name__, **plain},
        "facts": facts.on_record(),
        # RFC 8785 writes 2.0 as 2, and a condition may tell them apart.
        **({"whole": [*whole]} if whole else {}),
    }


def wholes(value: JsonValue, at: tuple[str | int, ...] = ()) -> list[JsonValue]:
    """Return where in a value numbers stand that are whole and no integers, as lists of keys and positions."""
    if isinstance(value, float):
        return [[*at]] if value.is_integer() else []
    inside = enumerate(value) if isinstance(value, list) else ()
    inside = value.items() if isinstance(value, dict) else inside
    return [found for name, part in inside for found in wholes(part, (*at, name))]
