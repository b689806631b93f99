"""What each kind of step must keep to beyond its schema. One function per kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workflows.loading.check_assigning import check_assign
from workflows.loading.check_signing import check_approve
from workflows.loading.problems import did_you_mean
from workflows.playbook import TaskStep, step_kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from workflows.action import Field
    from workflows.loading.inspection import Inspection
    from workflows.loading.positions import Path
    from workflows.playbook import (
        AnyStep,
        AskStep,
        DecideStep,
        DoStep,
        DraftStep,
        ReadStep,
        StartStep,
        TellStep,
        WaitStep,
    )
    from workflows.ports import JsonObject

#: What an agent never writes: whom it reaches and how much it costs come from records.
_NEVER_WRITTEN = frozenset({"email", "money"})


def check_step(it: Inspection, n: int, step: AnyStep) -> None:
    """Write down what is wrong with the step at position `n`."""
    it.condition(("steps", n, "when"), step.when, n)
    _CHECKS[step_kind(step)](it, n, step)


def _read(it: Inspection, n: int, step: ReadStep) -> None:
    path: Path = ("steps", n)
    _uses(it, n, step.uses)
    if bool(step.from_) == bool(step.agent):
        problem = "a read step has either `from`, to read records, or `agent`, to sum them up"
        it.note((*path, "read"), problem)
    elif step.agent:
        it.chosen((*path, "agent"), step.agent, it.agents, "agent")
        it.templates((*path, "with"), step.with_, n)
    elif it.chosen((*path, "from"), step.from_, it.reads, "read"):
        _allowed(it, (*path, "from"), step.from_)
        _filled(it, n, step.with_, it.reads[step.from_].fields, step.from_)


def _draft(it: Inspection, n: int, step: DraftStep) -> None:
    path: Path = ("steps", n)
    it.chosen((*path, "agent"), step.agent, it.agents, "agent")
    _uses(it, n, step.uses)
    if step.action in it.actions:
        fields = {field.name: field for field in it.actions[step.action].fields}
        _writes(it, n, step, fields)
        open_fields = [field for name, field in fields.items() if name not in step.writes]
        _filled(it, n, step.with_, open_fields, step.action, also=step.writes)
    _proposal(it, n, step)


def _writes(it: Inspection, n: int, step: DraftStep, fields: dict[str, Field]) -> None:
    if not step.writes:
        it.note(("steps", n, "writes"), "an agent must write at least one field")
    for k, name in enumerate(step.writes):
        path: Path = ("steps", n, "writes", k)
        if not it.is_field(path, name, fields, step.action):
            continue
        if name in step.with_:
            it.note(path, f"{name} is filled under `with` already", "Keep one of the two.")
        if fields[name].type in _NEVER_WRITTEN:
            hint = f"Fill it under `with`: {name}: " + '"{{ quote.email }}".'
            it.note(path, f"an agent may not write {name}; it must come from a record", hint)


def _do(it: Inspection, n: int, step: DoStep) -> None:
    if step.action in it.actions:
        _filled(it, n, step.with_, it.actions[step.action].fields, step.action)
    _proposal(it, n, step)


def _proposal(it: Inspection, n: int, step: DraftStep | DoStep) -> None:
    """Check what `draft` and `do` share: the action, the words on the card, who signs."""
    path: Path = ("steps", n)
    if it.chosen((*path, "action"), step.action, it.actions, "action"):
        _allowed(it, (*path, "action"), step.action)
        fields = [field.name for field in it.actions[step.action].fields]
        for k, name in enumerate(step.approve.edit):
            it.is_field((*path, "approve", "edit", k), name, fields, step.action)
    it.template((*path, "title"), step.title, n)
    it.template((*path, "amount"), step.amount, n)
    for k, fact in enumerate(step.facts):
        it.template((*path, "facts", k), fact, n)
    it.condition((*path, "still"), step.still, n)
    check_assign(it, n, step)
    check_approve(it, (*path, "approve"), step.approve, step.amount, step.action)


def _ask(it: Inspection, n: int, step: AskStep) -> None:
    _work(it, n, step)
    it.template(("steps", n, "because"), step.because, n)
    if step.because and not step.recommended:
        it.note(
            ("steps", n, "because"),
            "gives a reason for nothing",
            "Say which option under recommended.",
        )
    if "{" in step.recommended:
        it.template(("steps", n, "recommended"), step.recommended, n)
    elif step.recommended:
        it.chosen(("steps", n, "recommended"), step.recommended, step.options, "option")


def _work(it: Inspection, n: int, step: AskStep | TaskStep) -> None:
    if "{{" in step.who:
        it.template(("steps", n, "who"), step.who, n)
    else:
        it.people(("steps", n, "who"), step.who)
    if isinstance(step, TaskStep):
        it.template(("steps", n, "due"), step.due, n)
    it.template(("steps", n, "title"), step.title, n)
    it.span(("steps", n, "within"), step.within)


def _wait(it: Inspection, n: int, step: WaitStep) -> None:
    it.span(("steps", n, "for"), step.for_)


def _decide(it: Inspection, n: int, step: DecideStep) -> None:
    it.condition(("steps", n, "if"), step.if_, n)
    it.template(("steps", n, "say"), step.say, n)
    for key, target in (("then", step.then), ("otherwise", step.otherwise)):
        path: Path = ("steps", n, key)
        if target in it.names[: n + 1]:
            hint = "A run only goes on: name a later step, next or stop."
            it.note(path, f"{target} comes before this step", hint)
        else:
            it.chosen(path, target, {"next", "stop", *it.names[n + 1 :]}, "step")


def _tell(it: Inspection, n: int, step: TellStep) -> None:
    path: Path = ("steps", n)
    it.channel((*path, "channel"), step.channel)
    it.private((*path, "channel"), step.channel)
    it.template((*path, "text"), step.text, n)
    if bool(step.text) == bool(step.report):
        it.note((*path, "tell"), "a tell step has either `text` or `report`")
    if step.report:
        it.chosen((*path, "report"), step.report, it.brought(n), "earlier step with a report")


def _start(it: Inspection, n: int, step: StartStep) -> None:
    it.templates(("steps", n, "with"), step.with_, n)


def _uses(it: Inspection, n: int, uses: tuple[str, ...]) -> None:
    for k, name in enumerate(uses):
        it.chosen(("steps", n, "uses", k), name, it.brought(n), "earlier step that brings a value")


def _allowed(it: Inspection, path: Path, name: str) -> None:
    if name not in it.playbook.allow:
        hint = f"Add {name} to `allow`, or use what is there: {', '.join(it.playbook.allow)}."
        it.note(path, f"{name} is not in `allow`", hint)


def _filled(
    it: Inspection,
    n: int,
    values: JsonObject,
    fields: Iterable[Field],
    what: str,
    also: Iterable[str] = (),
) -> None:
    """Check values for fields: none unknown, none missing, constants of the right kind, names known."""
    path, known = ("steps", n, "with"), {field.name: field for field in fields}
    meant: set[str] = set()
    for name, value in values.items():
        if name in known:
            it.constant((*path, name), known[name], value)
        elif name not in also:
            it.is_field((*path, name), name, {*known, *also}, what, key=True)
            meant.add(did_you_mean(name, known))
    it.templates(path, values, n)
    for name, field in known.items():
        is_missing = field.required and field.default is None and name not in values
        if is_missing and f"Did you mean {name}?" not in meant:
            it.note(
                path if values else ("steps", n), f"{what} needs `{name}`, and nothing fills it"
            )


_CHECKS: dict[str, Callable[[Inspection, int, Any], None]] = {
    "read": _read,
    "draft": _draft,
    "do": _do,
    "ask": _ask,
    "task": _work,
    "wait": _wait,
    "decide": _decide,
    "tell": _tell,
    "start": _start,
}
