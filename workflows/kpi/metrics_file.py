"""Reads the metric catalogue from YAML; an error shows the line, what is wrong and what may be meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import ValidationError

from workflows.kpi.metrics import Catalogue
from workflows.loading.positions import read_yaml
from workflows.loading.problems import UnreadableFile

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from workflows.loading.positions import Path, Sheet


def catalogue(text: str, name: str = "metrics.yml") -> Catalogue:
    """Return the catalogue written in `text`. Raises `UnreadableFile` with every problem and its place."""
    sheet = read_yaml(text)
    if not sheet.problems:
        try:
            return Catalogue.model_validate(sheet.value)
        except ValidationError as invalid:
            for error in invalid.errors():
                _note(sheet, error)
    raise UnreadableFile(name, sheet.problems)


def _note(sheet: Sheet, error: ErrorDetails) -> None:
    words = error["msg"].removeprefix("Value error, ")
    path: Path = error["loc"]
    if not path and ": " in words:
        # A check across several parts has no place of its own; its sentence begins with one.
        place, _, words = words.partition(": ")
        path = tuple(int(step) if step.isdecimal() else step for step in place.split("."))
    where = ".".join(str(step) for step in path)
    sheet.note(sheet.at(path, key=True), f"{where}: {words}" if where else words)
