"""Rules that no table of lengths can say: rows, charts, choices that must be among the options."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias, cast

from blocks.kit.problem import Problem, Spot

Rule: TypeAlias = Callable[[dict[str, Any], Spot], Iterator[Problem]]

COLUMNS = 20
CHART_LABEL = 50
CHART_NAME = 20
CHART_SERIES = 6
CHART_POINTS = 20
#: Characters a text input takes.
TYPED = 3000
_CELLS = frozenset({"raw_text", "raw_number", "rich_text"})
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"[0-9]{2}:[0-9]{2}")


def _rows(block: dict[str, Any], spot: Spot) -> Iterator[Problem]:
    table = _cells(block)
    if table is None:
        yield spot.down("rows").problem("type", "rows must be lists of cells")
        return
    if len({len(row) for row in table}) > 1:
        yield spot.down("rows").problem("uneven", "every row must have the same number of cells")
    for at, row in enumerate(table):
        if not 1 <= len(row) <= COLUMNS:
            yield spot.down("rows", at).problem("columns", f"1 to {COLUMNS} columns")
        for column, cell in enumerate(row):
            yield from _cell(cell, spot.down("rows", at, column), header=at == 0)


def _cells(block: dict[str, Any]) -> list[list[dict[str, Any]]] | None:
    rows: Any = block.get("rows")
    if not isinstance(rows, list):
        return None
    lists = all(
        isinstance(row, list) and all(isinstance(cell, dict) for cell in cast("list[Any]", row))
        for row in cast("list[Any]", rows)
    )
    return cast("list[list[dict[str, Any]]]", rows) if lists else None


def _cell(cell: dict[str, Any], spot: Spot, *, header: bool) -> Iterator[Problem]:
    kind = cell.get("type")
    if not isinstance(kind, str) or kind not in _CELLS:
        yield spot.problem("unknown_type", f"a cell can't be {kind!r}")
    elif header and kind == "rich_text":
        yield spot.problem("header", "a header cell can't be rich_text")
    elif kind == "raw_text" and not cell.get("text"):
        yield spot.problem("empty", "a cell must have at least one character")
    elif kind == "raw_number":
        value = cell.get("value")
        if isinstance(value, bool) or not isinstance(value, int | float):
            yield spot.problem("type", "value must be a number")
        if cell.get("text") == "":
            yield spot.problem("empty", "the text of a number must have at least one character")


def _table_header(block: dict[str, Any], spot: Spot) -> Iterator[Problem]:
    yield from _rows(block, spot)
    columns = max((len(row) for row in _cells(block) or []), default=0)
    at: Any = block.get("row_header_column_index", 0)
    if isinstance(at, int) and at >= max(1, columns):
        yield spot.down("row_header_column_index").problem("range", "there is no such column")


def _chart(block: dict[str, Any], spot: Spot) -> Iterator[Problem]:
    chart, spot = _object(block.get("chart")), spot.down("chart")
    if chart.get("type") == "pie":
        yield from _pie(chart, spot)
    elif chart.get("type") in ("line", "bar", "area"):
        yield from _series_chart(chart, spot)
    else:
        yield spot.down("type").problem("choice", "must be one of area, bar, line, pie")


def _pie(chart: dict[str, Any], spot: Spot) -> Iterator[Problem]:
    segments = _objects(chart.get("segments"))
    if not 1 <= len(segments) <= CHART_SERIES:
        yield spot.down("segments").problem("too_many", f"1 to {CHART_SERIES} segments")
    for at, segment in enumerate(segments):
        yield from _name(segment.get("label"), CHART_NAME, spot.down("segments", at, "label"))
        if not (_is_number(segment.get("value")) and segment["value"] > 0):
            yield spot.down("segments", at, "value").problem("range", "must be above zero")


def _series_chart(chart: dict[str, Any], spot: Spot) -> Iterator[Problem]:
    axis, series = _object(chart.get("axis_config")), _objects(chart.get("series"))
    categories = _items(axis.get("categories"))
    if not 1 <= len(categories) <= CHART_POINTS:
        yield spot.down("axis_config", "categories").problem("too_many", f"1 to {CHART_POINTS}")
    for at, category in enumerate(categories):
        yield from _name(category, CHART_NAME, spot.down("axis_config", "categories", at))
    for label in ("x_label", "y_label"):
        if label in axis:
            yield from _name(axis[label], CHART_LABEL, spot.down("axis_config", label))
    if not 1 <= len(series) <= CHART_SERIES:
        yield spot.down("series").problem("too_many", f"1 to {CHART_SERIES} series")
    if len({str(one.get("name")) for one in series}) < len(series):
        yield spot.down("series").problem("duplicate_name", "series names must differ")
    for at, one in enumerate(series):
        yield from _series(one, categories, spot.down("series", at))


def _series(one: dict[str, Any], categories: list[Any], spot: Spot) -> Iterator[Problem]:
    yield from _name(one.get("name"), CHART_NAME, spot.down("name"))
    data = _objects(one.get("data"))
    if [point.get("label") for point in data] != categories:
        yield spot.down("data").problem("labels", "needs one point for each category, in order")
    if not all(_is_number(point.get("value")) for point in data):
        yield spot.down("data").problem("type", "every value must be a number")


def _name(value: object, most: int, spot: Spot) -> Iterator[Problem]:
    if not isinstance(value, str) or not 1 <= len(value) <= most:
        yield spot.problem("too_long", f"must be 1 to {most} characters")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _object(value: object) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _items(value: object) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else []


def _objects(value: object) -> list[dict[str, Any]]:
    return [_object(item) for item in _items(value)]


def _among_options(element: dict[str, Any], spot: Spot) -> Iterator[Problem]:
    options = _objects(element.get("options"))
    for group in _objects(element.get("option_groups")):
        options += _objects(group.get("options"))
    chosen = _objects(element.get("initial_options"))
    if element.get("initial_option") is not None:
        chosen.append(_object(element["initial_option"]))
    if not all(option in options for option in chosen):
        yield spot.problem("initial", "an initial option must equal one of the options")
    if len({str(option.get("value")) for option in options}) < len(options):
        yield spot.down("options").problem("duplicate_value", "option values must differ")


def _initial_text(element: dict[str, Any], spot: Spot) -> Iterator[Problem]:
    typed = str(element.get("initial_value") or "")
    bounds = [element.get("min_length", 0), element.get("max_length", TYPED)]
    shortest, longest = (n if isinstance(n, int) else 0 for n in bounds)
    if typed and not shortest <= len(typed) <= longest:
        yield spot.down("initial_value").problem("initial", f"must be {shortest} to {longest} long")


def _pattern(field: str, pattern: re.Pattern[str], example: str) -> Rule:
    def rule(element: dict[str, Any], spot: Spot) -> Iterator[Problem]:
        value = element.get(field)
        if value is not None and not pattern.fullmatch(str(value)):
            yield spot.down(field).problem("initial", f"must be like {example}")

    return rule


#: Rules by the name of the shape they belong to.
SPECIAL: dict[str, Rule] = {
    "table": _rows,
    "data_table": _table_header,
    "data_visualization": _chart,
    "static_select": _among_options,
    "multi_static_select": _among_options,
    "radio_buttons": _among_options,
    "checkboxes": _among_options,
    "overflow": _among_options,
    "plain_text_input": _initial_text,
    "datepicker": _pattern("initial_date", _DATE, "2026-11-23"),
    "timepicker": _pattern("initial_time", _TIME, "16:30"),
}
