"""An entry of a run as it was read back: what was asked in it, and whether it is the one that follows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from workflows.action import Record
from workflows.basis.sight import Times
from workflows.commands import Command
from workflows.events import Entry
from workflows.past.standing import differing
from workflows.text import recordable
from workflows.turn import Facts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydantic import JsonValue

    from workflows.basis.ground import Grounds
    from workflows.basis.reading import Reading
    from workflows.basis.sight import Sight
    from workflows.ports import JsonObject

#: What a turn's first entry carries beside what was decided.
_ASKED = ("command", "facts", "whole")


class OnRecord(Record):
    """One entry of a run's chain, as it was read back."""

    #: Its place in the chain, from 1 on.
    seq: int
    at: datetime
    entry: Entry
    #: Its body is gone; `entry.body` is empty then.
    erased: bool = False
    #: Something that no log can hold was replaced in it.
    mended: bool = False


@dataclass(frozen=True)
class Asked:
    """What a turn's first entry says was asked, and on which facts."""

    command: Command
    facts: Facts
    #: The step the run was at.
    step: str = ""
    #: When the turn before had it woken; claims and people who resume things move the time itself.
    due: datetime | None = None


def asked_in(body: JsonObject, grounds: Grounds) -> Asked:
    """Read what a turn's first entry carries. Raises `ValueError`, `LookupError` or `TypeError`."""
    said, facts = body["command"], body["facts"]
    if not isinstance(said, dict) or not isinstance(facts, dict):
        raise TypeError
    values = {name: value for name, value in said.items() if name != "kind"}
    for path in _paths(body.get("whole")):
        _make_float(values, path)
    ground = grounds.companies[str(facts["ground"])]
    apart = {"company": ground.company, "actions": ground.named, "ground": ground}
    kept = Facts.model_validate({**facts, **apart, **_seen(facts, grounds)})
    seen = kept.company.with_reading(kept.reading, kept.at)
    return Asked(
        command=_KINDS[str(said["kind"])].model_validate(values),
        facts=kept.model_copy(update={"company": seen}),
    )


def _seen(facts: JsonObject, grounds: Grounds) -> dict[str, Sight | Reading]:
    """Return the reading as it was; entries of before it was kept apart carry it themselves."""
    if "sight" not in facts:
        return {}
    sight = grounds.sights[str(facts["sight"])]
    return {"sight": sight, "reading": sight.at(Times.model_validate(facts["reading"]))}


def _paths(written: JsonValue) -> list[list[JsonValue]]:
    return [path for path in written if isinstance(path, list)] if isinstance(written, list) else []


def _make_float(values: JsonValue, path: Sequence[JsonValue]) -> None:
    """Turn the whole number at `path` into what it was when it was decided on."""
    *into, last = path
    inside = values
    for name in into:
        inside = _part(inside, name)
    number = _part(inside, last)
    inside[last] = float(number)  # pyright: ignore -- `_part` found a number there, or `float` raises


def _part(value: JsonValue, name: JsonValue) -> JsonValue:
    if isinstance(value, dict):
        return value[str(name)]
    if isinstance(value, list) and isinstance(name, int):
        return value[name]
    raise LookupError(name)


def unlike(derived: Entry, told: OnRecord, at: datetime) -> str:
    """Return in what an entry is not the one that follows; empty when it is."""
    entry = told.entry
    if entry.event != derived.event:
        return f"{derived.event} follows from what was asked, not {entry.event}"
    if told.at != at:
        return f"it is of {told.at.isoformat()}, and its turn of {at.isoformat()}"
    for name in ("chain", "object", "actor"):
        if getattr(entry, name) != getattr(derived, name):
            return f"its {name} is another than follows from what was asked"
    if said := differing(recordable(derived.head)[0], recordable(entry.head)[0]):
        return f"its {said}"
    if told.erased:
        return ""
    return _unlike_bodies(derived.body, entry.body)


def _unlike_bodies(derived: JsonObject, told: JsonObject) -> str:
    bodies = (recordable(body)[0] for body in (derived, told))
    one, other = ({n: v for n, v in body.items() if n not in _ASKED} for body in bodies)
    said = differing(one, other)
    return f"its {said}" if said else ""


def _all(kind: type[Command]) -> list[type[Command]]:
    return [kind, *(each for below in kind.__subclasses__() for each in _all(below))]


#: Every command by its name in the record.
_KINDS = {kind.__name__: kind for kind in _all(Command)}
