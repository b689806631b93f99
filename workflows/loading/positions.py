"""YAML 1.2 read as plain JSON values that remember where each of them stood.

Only what a person reads aloud is read: no anchors, no aliases, no tags, no second key of the same name,
no numbers JSON can't keep. So a file can't grow when it is read, and can't make anything but data.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from workflows.loading.problems import Problem, frame

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import JsonValue
    from ruamel.yaml.error import StreamMark
    from ruamel.yaml.nodes import Node

#: Keys and list positions from the top: `("steps", 0, "approve", "by")`.
Path = tuple[str | int, ...]
#: Bytes of UTF-8. The longest shipped playbook has under 4 kB.
LARGEST = 256 * 1024
#: Blocks within blocks; a playbook needs five.
DEEPEST = 40
#: Beyond this a number changes on its way through JSON.
_LARGEST_INTEGER = 2**53
_QUOTES = 'A text that begins with {{ needs quotes: "{{ inputs.quote }}".'
_AT = 'A name that begins with @ needs quotes: "@finance-team".'
_TAG = "tag:yaml.org,2002:"
_PLAIN = {"str", "int", "float", "bool", "null", "timestamp", "merge", "map", "seq"}


class Spot(tuple[int, int]):
    """Line and column, both from 1."""

    __slots__ = ()


@dataclass(kw_only=True)
class Sheet:
    """A file as read: its value, the place of every key and value in it, and what could not be read."""

    lines: list[str]
    value: JsonValue = None
    keys: dict[Path, Spot] = field(default_factory=dict[Path, Spot])
    values: dict[Path, Spot] = field(default_factory=dict[Path, Spot])
    #: How a text stood in the file: `'`, `"`, `|`, `>` or nothing.
    styles: dict[Path, str] = field(default_factory=dict[Path, str])
    problems: list[Problem] = field(default_factory=list[Problem])
    #: Places that could not be read; what is said of them later would only be a consequence.
    unread: set[Spot] = field(default_factory=set[Spot])

    def note(self, spot: Spot, problem: str, hint: str = "") -> None:
        """Add a problem at a place."""
        line, col = spot
        shown = frame(self.lines, line, col)
        found = Problem(line=line, col=col, problem=problem, hint=hint, frame=shown)
        if found not in self.problems and spot not in self.unread:
            self.problems.append(found)

    def at(self, path: Path, *, key: bool = False) -> Spot:
        """Return the place of a value, or of its key; of the nearest block around it when it isn't there."""
        if not path:
            return self.values.get((), Spot((1, 1)))
        spot = self.keys.get(path) if key else self.values.get(path)
        if spot is not None:
            return spot
        # A missing item of a list is shown at the list, a missing key at the name of its block.
        return self.at(path[:-1], key=isinstance(path[-1], str) and path[:-1] in self.keys)

    def inside(self, path: Path, column: int) -> Spot:
        """Return the place of a character (from 1) of a one-line text, or of the text itself."""
        line, col = self.at(path)
        style = self.styles.get(path, "")
        if not column or style in {"|", ">"}:
            return Spot((line, col))
        return Spot((line, col + column - 1 + (1 if style else 0)))


def read_yaml(text: str) -> Sheet:
    """Return what `text` holds. Never raises: whatever can't be read is a problem in the sheet."""
    text = text.removeprefix("\ufeff")
    sheet = Sheet(lines=text.splitlines())
    if text.startswith("%"):
        sheet.note(Spot((1, 1)), "directives like %YAML are not read", "Delete the line.")
        return sheet
    if len(text.encode("utf-8", "replace")) > LARGEST:
        limit = LARGEST // 1024
        sheet.note(Spot((1, 1)), f"the file is too large; at most {limit} kB are read")
        return sheet
    node = _composed(sheet, text)
    if node is not None:
        sheet.value = _value(sheet, node, ())
    sheet.unread = {Spot((found.line, found.col)) for found in sheet.problems}
    return sheet


def _composed(sheet: Sheet, text: str) -> Node | None:
    reader: Any = YAML(typ="safe", pure=True)  # ruamel's own types stop here
    try:
        node = reader.compose(text)
    except ReaderError as error:
        before = text[: error.position] if isinstance(error.position, int) else ""
        spot = Spot((before.count("\n") + 1, len(before) - before.rfind("\n")))
        sheet.note(
            spot, "this character can't stand in a text file", "Delete it and type it again."
        )
    except MarkedYAMLError as error:
        _note_yaml(sheet, error)
    except (YAMLError, RecursionError, ValueError) as error:
        words = "blocks stand too deep in one another" if isinstance(error, RecursionError) else ""
        sheet.note(Spot((1, 1)), words or f"this is no YAML ({str(error)[:200]})")
    else:
        if node is None:
            sheet.note(Spot((1, 1)), "the file is empty")
        return node
    return None


def _note_yaml(sheet: Sheet, error: MarkedYAMLError) -> None:
    mark = cast("StreamMark | None", error.problem_mark or error.context_mark)
    spot = _marked(mark) if mark else Spot((1, 1))
    said = " ".join(
        str(part) for part in cast("tuple[object, ...]", (error.context, error.problem)) if part
    )
    hint = "Look at the line above as well: indentation, a missing colon or quote."
    if "\\t" in said or "'\t'" in said:
        said, hint = "a tab stands where YAML wants spaces", "Indent with spaces."
    if re.search(r"[:\[,] *@", "".join(sheet.lines[spot[0] - 1 : spot[0]])):
        hint = _AT
    if ": {{" in "".join(sheet.lines[spot[0] - 1 : spot[0]]):
        hint = _QUOTES
    sheet.note(spot, f"this is no YAML ({said})" if "YAML" not in said else said, hint)


def _spot(node: Node) -> Spot:
    return _marked(cast("StreamMark", node.start_mark))


def _marked(mark: StreamMark) -> Spot:
    return Spot((int(mark.line) + 1, int(mark.column) + 1))


def _value(sheet: Sheet, node: Node, path: Path) -> JsonValue:
    sheet.values[path] = _spot(node)
    if len(path) > DEEPEST:
        sheet.note(_spot(node), "blocks stand too deep in one another here")
    elif node.anchor:
        hint = "Write the lines out where they are needed."
        sheet.note(_spot(node), f"anchors like &{node.anchor} are not read", hint)
    elif _tag(node) not in _PLAIN:
        sheet.note(_spot(node), f"tags like {_tag(node)} are not read", "Write the plain value.")
    elif isinstance(node, MappingNode):
        return dict(_items(sheet, node, path))
    elif isinstance(node, SequenceNode):
        return [
            _value(sheet, item, (*path, n)) for n, item in enumerate(cast("list[Node]", node.value))
        ]
    else:
        return _scalar(sheet, cast("ScalarNode", node), path)
    return None


def _tag(node: Node) -> str:
    return str(cast("object", node.tag)).removeprefix(_TAG)


def _items(sheet: Sheet, node: MappingNode, path: Path) -> Iterator[tuple[str, JsonValue]]:
    known: set[str] = set()
    for key, value in cast("list[tuple[Node, Node]]", node.value):
        if not isinstance(key, ScalarNode):
            hint = _QUOTES if isinstance(key, MappingNode) else ""
            problem = "a name must stand before the colon, not a list or a block"
            sheet.note(_spot(key), problem, hint)
            continue
        name = str(cast("object", key.value))
        if name in known:
            line, _ = sheet.keys[(*path, name)]
            hint = f"It stands in line {line} already; keep one of the two."
            sheet.note(_spot(key), f"{name} is there twice", hint)
            continue
        known.add(name)
        sheet.keys[(*path, name)] = _spot(key)
        yield name, _value(sheet, value, (*path, name))
        if isinstance(value, ScalarNode) and value.start_mark.index == value.end_mark.index:
            # Nothing stands after the colon; YAML would place it wherever the next word begins.
            sheet.values[(*path, name)] = sheet.keys[(*path, name)]


def _scalar(sheet: Sheet, node: ScalarNode, path: Path) -> JsonValue:
    text, tag = str(cast("object", node.value)), _tag(node)
    if tag == "null":
        return None
    if tag == "bool":
        return text.lower() == "true"
    if tag in {"int", "float"}:
        number = _number(text, tag)
        if number is None:
            hint = f'Put it in quotes if it is a text: "{text[:40]}".'
            sheet.note(_spot(node), f"{text[:40]} is no number that can be kept exactly", hint)
        return number
    sheet.styles[path] = node.style or ""
    return text


def _number(text: str, tag: str) -> int | float | None:
    digits = text.replace("_", "")
    try:
        number = _integer(digits) if tag == "int" else float(digits)
    except ValueError:
        return None
    # Not-a-number is in no range either.
    return number if -_LARGEST_INTEGER <= number <= _LARGEST_INTEGER else None


def _integer(digits: str) -> int:
    based = digits.lstrip("+-")[:2].lower() in {"0x", "0o", "0b"}
    return int(digits, 0 if based else 10)
