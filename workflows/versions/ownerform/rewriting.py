"""A playbook's text with a few values written anew: comments, order and layout stay as somebody wrote them."""

from __future__ import annotations

import copy
import io
from typing import TYPE_CHECKING, Any, cast

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError
from ruamel.yaml.scalarstring import LiteralScalarString, ScalarString

from workflows.errors import CannotRewrite
from workflows.loading.extending import parted
from workflows.loading.positions import read_yaml

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workflows.loading.positions import Path

#: Written in place of a value that is to be taken out.
GONE = object()
#: How files are indented: of a block, of a list in one, of the hyphen in that. The first one that fits is kept.
_LAYOUTS = ((2, 4, 2), (2, 2, 0), (4, 6, 4), (4, 4, 2), (4, 4, 0))
#: No line is broken that was not.
_WIDTH = 100_000


def rewritten(text: str, writes: Mapping[Path, object]) -> str:
    """Return the text with each value written at its path, in the playbook's own part.

    Raises `CannotRewrite` where the file is written in a way that does not come back with these values alone changed.
    """
    own, behind = parted(text)
    try:
        layout, tree = _read(own)
        for path, value in writes.items():
            _write(tree, path, value)
        made = _dumped(layout, tree)
    except (YAMLError, LookupError, TypeError, AttributeError, ValueError) as error:
        raise CannotRewrite from error
    expected = copy.deepcopy(cast("Any", read_yaml(own).value))
    for path, value in writes.items():
        _write(expected, path, value)
    if read_yaml(made).value != expected:
        raise CannotRewrite
    return made + behind


def written(values: Mapping[str, object]) -> str:
    """Return a new text of these lines, blocks in one line each."""
    tree = CommentedMap()
    for key, value in values.items():
        tree[key] = _like(None, value)
    return _dumped(_layout(*_LAYOUTS[0]), tree)


def _read(own: str) -> tuple[YAML, Any]:
    """Return how the text is laid out, and the text as a tree that remembers its comments."""
    tree: Any = _layout(*_LAYOUTS[0]).load(own)
    layouts = [_layout(*each) for each in _LAYOUTS]
    return max(layouts, key=lambda layout: _alike(own, _dumped(layout, tree))), tree


def _layout(mapping: int, sequence: int, offset: int) -> YAML:
    layout = YAML()
    layout.preserve_quotes = True
    layout.width = _WIDTH
    layout.indent(mapping=mapping, sequence=sequence, offset=offset)
    return layout


def _dumped(layout: YAML, tree: object) -> str:
    out = io.StringIO()
    layout.dump(tree, out)
    return out.getvalue()


def _alike(before: str, after: str) -> int:
    """Return how many lines of a text are lines of another."""
    lines = set(after.splitlines())
    return sum(line in lines for line in before.splitlines())


def _write(tree: Any, path: Path, value: object) -> None:  # noqa: ANN401 -- a tree of plain or remembering values
    """Write a value, or take it out; blocks on the way there are made."""
    *way, last = path
    remembers = isinstance(tree, CommentedMap)
    for part in way:
        if _held(tree, part) is None:
            _put(tree, part, CommentedMap() if remembers else {})
        tree = tree[part]
    if value is GONE:
        del tree[last]
    else:
        _put(tree, last, _like(_held(tree, last), value) if remembers else value)


def _held(tree: Any, key: str | int) -> Any:  # noqa: ANN401 -- as above
    """Return what stands there now, or None."""
    return tree.get(key) if isinstance(key, str) else tree[key]


def _put(tree: Any, key: str | int, value: object) -> None:  # noqa: ANN401 -- as above
    """Set a key. A new one comes second: what stands behind the last one belongs to whatever comes next."""
    if isinstance(tree, CommentedMap) and key not in tree:
        cast("Any", tree).insert(min(1, max(0, len(tree) - 1)), key, value)
    else:
        tree[key] = value


def _like(old: object, value: object) -> object:
    """Return a value in the clothes of the one it replaces: its quotes, its lines, the comments in it."""
    match value:
        case str():
            return _text_like(old, value)
        case list():
            items = cast("list[object]", value)
            if isinstance(old, CommentedSeq):
                return _list_like(cast("Any", old), items)
            made = CommentedSeq([_like(None, item) for item in items])
            made.fa.set_flow_style()
            return made
        case dict():
            found = CommentedMap(cast("dict[str, object]", value))
            found.fa.set_flow_style()
            return found
        case _:
            return value


def _text_like(old: object, value: str) -> str:
    comment = getattr(old, "comment", None)
    if "\n" in value or comment:
        made = LiteralScalarString(value)
        cast("Any", made).comment = comment
        return made
    if isinstance(old, ScalarString) and "\n" not in old:
        return cast("str", type(old)(value))
    return value


def _list_like(old: Any, items: list[object]) -> object:  # noqa: ANN401 -- ruamel's list
    """Change a list in place, where it differs; the last place stays, since what follows the list hangs on it."""
    if not items or not old:
        return _like(None, items)
    at = next((n for n, (was, now) in enumerate(zip(old, items, strict=False)) if was != now), -1)
    at = min(len(old), len(items)) - 1 if at < 0 else min(at, len(old) - 1)
    while len(old) > len(items):
        del old[at]
    while len(old) < len(items):
        old.insert(at, None)
    for n, item in enumerate(items):
        if old[n] != item:
            old[n] = _like(old[n], item)
    return old
