"""What of a playbook can be changed by a form, part by part: one part is one form.

Wording, thresholds, timing, people and inputs; never what a step reads, carries out or leads to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from workflows.action import Field
from workflows.loading.anew import ANEW
from workflows.loading.extending import base_of, parted, sheet_of
from workflows.loading.positions import read_yaml
from workflows.playbook import KINDS
from workflows.versions.ownerform.keys import SPAN, WHO, Key, knob
from workflows.versions.ownerform.knobs import Knob, Part

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import JsonValue

    from workflows.loading.positions import Path
    from workflows.ports import JsonObject
    from workflows.versions.ownerform.knobs import Kind

_TITLE = 75
#: Blocks that a playbook which extends another takes whole, or says anew whole.
_BLOCKS = ("trigger", "success")


def parts(source: str) -> tuple[Part, ...]:
    """Return every part of a playbook's text, with the values it has now. The text must be a right one."""
    whole = cast("JsonObject", sheet_of(source).value)
    own = cast("JsonObject", read_yaml(parted(source)[0]).value)
    extends = "extends" in own
    inputs = _fixed(whole, source) if extends else _asked(whole)
    taken = {key: value for key, value in whole.items() if key in _BLOCKS and key not in own}
    first = [one.model_copy(update={"taken": taken}) for one in (_head(whole), _start(whole))]
    steps = _steps(whole, by_name=extends)
    return (*first, *inputs, *steps, *([] if extends else _otherwise(whole)))


def part(source: str, key: str) -> Part | None:
    """Return one part; None where there is none of that key."""
    return next((one for one in parts(source) if one.key == key), None)


def _head(whole: JsonObject) -> Part:
    success = cast("JsonObject", whole.get("success") or {})
    knobs = [
        knob(whole, (), Key("title", "Title", needed=True)),
        knob(whole, (), Key("goal", "Goal", needed=True)),
        knob(
            whole,
            (),
            Key("owner", "Owner", hint="A role, a group or a person of company.yml", needed=True),
        ),
        knob(whole, (), Key("channel", "Channel of its cards", hint="Empty: where it is started")),
        knob(whole, (), Key("review", "Reviewed", default="every quarter")),
    ]
    if success:
        knobs.append(knob(success, ("success",), Key("target", "Target of its number")))
    return Part(key="head", title="Title, goal, owner and channel", knobs=tuple(knobs))


def _start(whole: JsonObject) -> Part:
    trigger = cast("JsonObject", whole.get("trigger") or {})
    schedule = cast("JsonObject", trigger.get("schedule") or {})
    path: Path = ("trigger", "schedule")
    cron = "Minute, hour, day, month, named weekday: 0 8 * * mon"
    knobs = [knob(schedule, path, Key("cron", "By itself at", "sole", cron))]
    if schedule:
        knobs += [
            knob(schedule, path, Key("zone", "Time zone", hint="Empty: the company's")),
            knob(
                schedule, path, Key("late", "Made up for, at most late", "span", SPAN, "12 hours")
            ),
        ]
    return Part(key="start", title="When it starts by itself", knobs=tuple(knobs))


# --- What it asks for ---


def _asked(whole: JsonObject) -> Iterator[Part]:
    inputs = whole.get("inputs")
    for place, (name, spec) in _specs(inputs):
        field = _field(name, spec)
        path: Path = ("inputs", place)
        knobs = [
            knob(spec, path, Key("label", "Label")),
            knob(spec, path, Key("hint", "Hint")),
            _default(field, path),
            knob(
                spec,
                path,
                Key("required", "Must be filled in", "typed", default=True, type="boolean"),
            ),
        ]
        if field.type == "choice":
            hint = "One in each line"
            knobs.append(knob(spec, path, Key("options", "Can be chosen", "lines", hint)))
        title = f"Input: {field.title}"[:_TITLE]
        yield Part(key=f"input:{name}", title=title, knobs=tuple(knobs))


def _specs(inputs: JsonValue) -> Iterator[tuple[str | int, tuple[str, JsonObject]]]:
    """Return where each input stands, its name and what is said of it."""
    if isinstance(inputs, list):
        for n, spec in enumerate(cast("list[JsonObject]", inputs)):
            yield n, (str(spec["name"]), spec)
        return
    for name, spec in cast("JsonObject", inputs or {}).items():
        yield name, (name, cast("JsonObject", spec or {}))


def _field(name: str, spec: JsonObject) -> Field:
    return Field.model_validate({**spec, "name": name})


def _default(field: Field, path: Path) -> Knob:
    update = {
        "name": ".".join(str(each) for each in (*path, "default")),
        "label": "Unless said otherwise",
        "hint": "",
        "required": False,
        "default": None,
    }
    asked = field.model_copy(update=update)
    kind: Kind = "text" if field.type in {"text", "long_text"} else "typed"
    return Knob(field=asked, path=(*path, "default"), kind=kind, now=field.default)


def _fixed(whole: JsonObject, source: str) -> Iterator[Part]:
    """Return the values a playbook gives to what the other one asks for; an empty one is asked for at every start."""
    knobs = tuple(_values(base_of(source), cast("JsonObject", whole.get("fixed") or {})))
    if knobs:
        yield Part(key="values", title="What it always uses", knobs=knobs)


def fresh(base: str) -> Part:
    """Return the form of a new playbook that takes its steps from the one of this text."""
    whole = cast("JsonObject", sheet_of(base).value)
    hint = "Small letters, digits and hyphens, like oven-quote"
    knobs = (
        knob({}, (), Key("playbook", "Name", hint=hint, needed=True)),
        knob({}, (), Key("title", "Title", hint=f"Empty: {whole['title']}")),
        knob({}, (), Key("owner", "Owner", hint=f"Empty: {whole['owner']}")),
        knob({}, (), Key("channel", "Channel of its cards", hint="Empty: as in the other one")),
        *_values(base),
    )
    return Part(key="new", title="A new playbook", knobs=knobs)


def _values(base: str, fixed: JsonObject | None = None) -> Iterator[Knob]:
    """Return a knob for each input that a playbook's text asks for, with the value it is to have always."""
    whole = cast("JsonObject", sheet_of(base).value)
    for _, (name, spec) in _specs(whole.get("inputs")):
        asked = _field(name, spec)
        now = (fixed or {}).get(name)
        update = {
            "name": f"inputs.{name}",
            "label": asked.title,
            "hint": "Left empty, it is asked for at every start",
            "required": False,
            "default": None,
        }
        field = asked.model_copy(update=update)
        yield Knob(field=field, path=("inputs", name), kind="typed", now=now)


# --- Its steps ---


def _steps(whole: JsonObject, *, by_name: bool) -> Iterator[Part]:
    """Return a part for each step of which anything can be changed; one that extends another names its steps."""
    for n, step in enumerate(cast("list[JsonObject]", whole["steps"])):
        kind = next(kind for kind in KINDS if kind in step)
        name = str(step[kind])
        path: Path = ("steps", name if by_name else n)
        keys = [one for one in _STEP.get(kind, ()) if not by_name or one.key in ANEW]
        if "report" in step:
            keys = [one for one in keys if one.key != "text"]
        knobs = [knob(step, path, one) for one in keys]
        if isinstance(step.get("approve"), dict):
            knobs = [*_approve(cast("JsonObject", step["approve"]), path, step), *knobs]
        if knobs:
            yield Part(
                key=f"step:{name}", title=f"{_DOES[kind]} {name}"[:_TITLE], knobs=tuple(knobs)
            )


def _approve(rule: JsonObject, step: Path, whole: JsonObject) -> Iterator[Knob]:
    path: Path = (*step, "approve")
    rows = "One in each line: 5000.00 USD: owner, or 9000.00 USD: 2 of owner, finance"
    yield knob(rule, path, Key("by", "Signed by", "names", WHO, needed=True))
    yield knob(rule, path, Key("quorum", "How many of them", "typed", default=1, type="integer"))
    if whole.get("amount"):
        yield knob(rule, path, Key("above", "Above these amounts", "rows", rows))
    yield knob(rule, path, Key("within", "Until when", "span", SPAN, "4 work hours"))
    late = "Asked too when nobody has signed in time; empty: nobody"
    yield knob(rule, path, Key("escalate", "When it is late", "names", late, "owner"))
    yield knob(rule, path, Key("hold", "Held back with Undo", "span", SPAN, "60 seconds"))
    first = (
        'in turn, "{{ quote.owner }}", a name; one in each line, like above 1000.00 USD: finance'
    )
    yield knob(rule, path, Key("assign", "Asked first", "firsts", first))
    yield knob(
        rule, path, Key("edit", "May be changed before signing", "names", "Fields, with commas")
    )


_SIGNED = (
    Key("title", "Title of the card"),
    Key("facts", "What the card says", "lines", "One in each line"),
)
_WITHIN = Key("within", "Due within", "span", SPAN, "1 work day")
#: The keys of each kind of step that can be changed.
_STEP: dict[str, tuple[Key, ...]] = {
    "draft": _SIGNED,
    "do": _SIGNED,
    "ask": (Key("who", "Who is asked", needed=True), Key("title", "What is asked"), _WITHIN),
    "task": (Key("who", "Who does it", needed=True), Key("title", "What is to be done"), _WITHIN),
    "wait": (Key("for", "How long", "span", SPAN, needed=True),),
    "decide": (
        Key("if", "Goes by the condition", needed=True),
        Key("say", "What is said when it stops"),
    ),
    "tell": (Key("text", "What is said"), Key("channel", "Channel")),
}
_DOES = {
    "read": "Read:",
    "draft": "Who signs, until when, in which words:",
    "do": "Who signs, until when, in which words:",
    "ask": "Question:",
    "task": "Task:",
    "wait": "Waiting:",
    "decide": "Threshold:",
    "tell": "What is said:",
    "start": "Start:",
}


def _otherwise(whole: JsonObject) -> Iterator[Part]:
    knobs: list[Knob] = []
    for n, path in enumerate(cast("list[JsonObject]", whole.get("exceptions") or [])):
        where: Path = ("exceptions", n)
        on = str(path["on"])
        if on == "emergency":
            knobs.append(
                knob(
                    path, where, Key("words", "Words of an emergency", "lines", "One in each line")
                )
            )
        knobs.append(knob(path, where, Key("say", f"What is said: {on}")))
    if knobs:
        yield Part(key="otherwise", title="When something goes otherwise", knobs=tuple(knobs))
