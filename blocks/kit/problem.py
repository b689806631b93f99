"""One thing Slack would refuse, and where it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Iterator

    from blocks.kit.shape import Surface


@dataclass(frozen=True, kw_only=True)
class Problem:
    """What is wrong, by code and in words, and the JSON pointer to it."""

    pointer: str
    code: str
    message: str

    def __str__(self) -> str:
        """Write it on one line, as a log or a test shows it."""
        return f"{self.pointer}: {self.message} ({self.code})"


@dataclass(frozen=True, kw_only=True)
class Spot:
    """Where the checker stands: a pointer, and the surface it is under."""

    surface: Surface
    pointer: str = ""

    def down(self, *keys: str | int) -> Spot:
        """Return the spot below, by key or index."""
        steps = "".join(f"/{key}" for key in keys)
        return Spot(pointer=self.pointer + steps, surface=self.surface)

    def problem(self, code: str, message: str) -> Problem:
        """Return a problem at this spot."""
        return Problem(pointer=self.pointer or "/", code=code, message=message)


def walk(node: object) -> Iterator[dict[str, Any]]:
    """Yield every object inside `node`, itself first."""
    if isinstance(node, dict):
        found = cast("dict[str, Any]", node)
        yield found
        for value in found.values():
            yield from walk(value)
    elif isinstance(node, list):
        for item in cast("list[object]", node):
            yield from walk(item)
