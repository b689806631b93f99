"""The owner's form: what of a playbook can be changed without its file, and the text that comes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflows.loading.positions import read_yaml
from workflows.versions.ownerform.knobs import Knob, Part
from workflows.versions.ownerform.parts import fresh, part, parts
from workflows.versions.ownerform.rewriting import rewritten, written

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workflows.loading.positions import Path
    from workflows.loading.problems import Problem

__all__ = ["Knob", "Part", "at_fields", "fresh", "part", "parts", "rewritten", "written"]


def at_fields(text: str, knobs: Sequence[Knob], problems: Sequence[Problem]) -> dict[str, str]:
    """Return what the loader found wrong with a text, by the field of the form it is about.

    Empty when any of it is about something else: then all of it is to be said.
    """
    found: dict[str, str] = {}
    for problem in problems:
        at = _path_at(text, problem)
        knob = _nearest(knobs, at)
        if knob is None:
            return {}
        words = f"{problem.problem[:1].upper()}{problem.problem[1:]}. {problem.hint}".strip()
        said = found.get(knob.field.name)
        found[knob.field.name] = f"{said} {words}" if said else words
    return found


def _path_at(text: str, problem: Problem) -> Path:
    """Return the path of what stands at a problem's place, as deep as it goes."""
    sheet = read_yaml(text)
    before = [
        (spot, len(path), path)
        for table in (sheet.values, sheet.keys)
        for path, spot in table.items()
        if spot <= (problem.line, problem.col)
    ]
    return max(before, key=lambda one: one[:2], default=((0, 0), 0, ()))[2]


def _nearest(knobs: Sequence[Knob], at: Path) -> Knob | None:
    """Return the knob that stands at a path or around it; else the first one within it."""
    around = [knob for knob in knobs if at[: len(knob.path)] == knob.path]
    within = [knob for knob in knobs if at and knob.path[: len(at)] == at]
    return next(iter([*around, *within]), None)
