"""One thing of a playbook that its owner can change in a form: how it is asked for, and how it is written."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, cast

from pydantic import JsonValue

from workflows.action import Field, Record, money
from workflows.versions.ownerform.firsts import firsts_of
from workflows.versions.ownerform.rewriting import GONE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workflows.loading.positions import Path

#: `text`, `names` (one line, with commas), `lines`, `rows` (who signs above which amount), `firsts` (who is asked
#: first), `typed` (as the field says; empty is taken out), `span` (a duration), `sole` (a text without which its whole
#: block is nothing).
Kind = Literal["text", "names", "lines", "rows", "firsts", "typed", "span", "sole"]
_ROW = re.compile(r"(?P<amount>[^:]+):\s*(?:(?P<quorum>[0-9]+) of )?(?P<by>.+)")
#: Characters from which a text is edited in more than one line.
_LONG = 60


class Knob(Record):
    """A field of the form, and where its value stands in the playbook's own text."""

    field: Field
    path: tuple[str | int, ...]
    kind: Kind = "text"
    #: What the form is filled with.
    now: JsonValue = None

    def written(self, typed: JsonValue) -> object:
        """Return the YAML value of what was typed, or `GONE`. Raises `ValueError` in words for the field."""
        text = typed.strip() if isinstance(typed, str) else typed
        match self.kind:
            case "names":
                return _names(str(text or ""))
            case "lines" | "rows":
                lines = [line.strip() for line in str(text or "").splitlines() if line.strip()]
                return lines if self.kind == "lines" else [_row(line) for line in lines]
            case "firsts":
                return firsts_of(str(text or ""))
            case "typed":
                return GONE if text in (None, "") else _typed(self.field, text)
            case "span":
                return int(text) if isinstance(text, str) and text.isdigit() else text or ""
            case "text" | "sole":
                return text or ""

    def is_other(self, typed: JsonValue) -> bool:
        """Whether what was typed is something else than what the form was filled with. Raises as `written` does."""
        return self.written(typed) != self.written(self.now)


class Part(Record):
    """What is changed in one form."""

    #: `head`, `start`, `input:quote`, `step:letter`, ...
    key: str
    title: str
    knobs: tuple[Knob, ...]
    #: Blocks of the playbook that is extended, written out before a key of them is said anew.
    taken: dict[str, JsonValue] = {}

    def writes(self, typed: Mapping[str, JsonValue]) -> tuple[dict[Path, object], dict[str, str]]:
        """Return what is to be written where, only what was changed; and what is wrong, by field.

        A field that is not in `typed` was not in the form, so nobody changed it.
        """
        found: dict[Path, object] = {}
        wrong: dict[str, str] = {}
        for knob in self.knobs:
            value = typed.get(knob.field.name)
            try:
                if knob.field.name in typed and knob.is_other(value):
                    found[knob.path] = knob.written(value)
            except ValueError as error:
                wrong[knob.field.name] = str(error)
        seeds = {(key,): value for key, value in self.taken.items() if _is_below(found, key)}
        return {**seeds, **self._without(found)}, wrong

    def _without(self, found: dict[Path, object]) -> dict[Path, object]:
        """Take out whole blocks whose one needed text was emptied."""
        soles = {knob.path for knob in self.knobs if knob.kind == "sole"}
        gone = {path[:-1] for path in soles if found.get(path) == ""}
        kept = {path: value for path, value in found.items() if path[:-1] not in gone}
        return {**kept, **dict.fromkeys(gone)}


def _is_below(paths: Mapping[Path, object], key: str) -> bool:
    return any(path[0] == key for path in paths)


def _typed(field: Field, value: JsonValue) -> JsonValue:
    """Return a value as it is kept; money is the same with commas and without."""
    fits = field.type == "money" and field.problem(value) is None
    return str(money(str(value))) if fits else value


def shown_rows(rows: JsonValue) -> str:
    """Return who signs above which amount, a line each: `5000.00 USD: 2 of sales, finance`."""
    return "\n".join(_shown_row(row) for row in cast("list[dict[str, JsonValue]]", rows))


def _shown_row(row: dict[str, JsonValue]) -> str:
    quorum = row.get("quorum", 1)
    many = "" if quorum == 1 else f"{quorum} of "
    return f"{row['amount']}: {many}{shown_names(row['by'])}"


def shown_names(value: JsonValue) -> str:
    """Return names with commas between them."""
    return ", ".join(str(each) for each in (value if isinstance(value, list) else [value]) if each)


def prose(text: str) -> Literal["text", "long_text"]:
    """Return which input a text wants: of one line, or of several."""
    return "long_text" if len(text) > _LONG or "\n" in text else "text"


def _names(text: str) -> str | list[str]:
    found = [name.strip() for name in re.split(r"[,\n]", text) if name.strip()]
    return found[0] if len(found) == 1 else found


def _row(line: str) -> dict[str, JsonValue]:
    match = _ROW.fullmatch(line)
    if match is None:
        msg = f"has a line that is not like 5000.00 USD: owner: {line[:60]}"
        raise ValueError(msg)
    row: dict[str, JsonValue] = {"amount": match["amount"].strip()}
    row["by"] = cast("JsonValue", _names(match["by"]))
    return {**row, "quorum": int(match["quorum"])} if match["quorum"] else row
