"""What exceptions must keep to beyond their schema: each can happen, is not hidden by another, leads somewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflows.loading.problems import did_you_mean
from workflows.playbook import (
    AskStep,
    DecideStep,
    DoStep,
    DraftStep,
    ReadStep,
    TaskStep,
    WaitStep,
    step_name,
)
from workflows.urgent.words import spelled

if TYPE_CHECKING:
    from collections.abc import Callable

    from workflows.exceptions import ExceptionPath, On
    from workflows.loading.inspection import Inspection
    from workflows.playbook import AnyStep


def _signed(step: AnyStep) -> bool:
    return isinstance(step, DraftStep | DoStep)


def _reads(step: AnyStep) -> bool:
    return isinstance(step, ReadStep) and bool(step.from_)


def _requires(step: AnyStep) -> bool:
    return isinstance(step, ReadStep) and bool(step.require)


def _stays(step: AnyStep) -> bool:
    return isinstance(step, DraftStep | DoStep | WaitStep | AskStep | TaskStep)


def _can_fail(step: AnyStep) -> bool:
    return _reads(step) or _signed(step)


#: At which steps each can happen, and what a playbook has to have for it.
_WHERE: dict[On, tuple[Callable[[AnyStep], bool], str]] = {
    "late": (_signed, "nobody has to sign anything"),
    "failed": (_can_fail, "nothing is read or carried out"),
    "no-data": (_requires, "no read step says what it must `require`"),
    "replied": (_stays, "a run never waits"),
    "emergency": (_reads, "nothing is asked or read"),
}


def check_exceptions(it: Inspection) -> None:
    """Write down what is wrong with the exceptions, and with steps set aside that nothing leads to."""
    for n, path in enumerate(it.playbook.exceptions):
        _words(it, n, path)
        _on_call(it, n, path)
        _target(it, n, path)
        _expressions(it, n, path, _first_place(it, n, path))
        _hidden(it, n, path)
    _aside(it)


def _first_place(it: Inspection, n: int, path: ExceptionPath) -> int | None:
    """Return the position of the first step it can happen at; None, and a note, when there is none."""
    where, lacking = _WHERE[path.on]
    if path.step and not it.chosen(("exceptions", n, "step"), path.step, it.names, "step"):
        return None
    steps = enumerate(it.playbook.steps)
    places = [k for k, step in steps if where(step) and path.step in {"", step_name(step)}]
    if places:
        return places[0]
    if path.step:
        it.note(("exceptions", n, "step"), f"`{path.on}` never happens at the step {path.step}")
    elif path.on != "emergency" or not it.inputs:
        it.note(("exceptions", n, "on"), f"`{path.on}` never happens here: {lacking}")
    return None


def _words(it: Inspection, n: int, path: ExceptionPath) -> None:
    if path.on != "emergency":
        if path.words:
            it.note(("exceptions", n, "words"), f"`{path.on}` looks for no words")
        return
    if not (path.words or (path.on_call and path.when)):
        hint = "Write words: [gas leak, fire]."
        it.note(("exceptions", n), "an emergency is known by its `words`, and there are none", hint)
    for k, word in enumerate(path.words):
        if not spelled(word):
            it.note(("exceptions", n, "words", k), f"{word!r} has no letter or digit to look for")
    if path.then == "next":
        it.note(("exceptions", n, "then"), "an emergency must lead to a step, or stop the run")


def _on_call(it: Inspection, n: int, path: ExceptionPath) -> None:
    at = ("exceptions", n, "on_call")
    if not path.on_call:
        return
    it.span(("exceptions", n, "within"), path.within)
    if path.on != "emergency":
        it.note(at, f"`{path.on}` calls nobody; only an emergency does")
    elif it.company is not None and path.on_call not in it.company.on_call:
        hint = did_you_mean(path.on_call, it.company.on_call) or "List it there under `on_call`."
        it.note(at, f"there is no rota `{path.on_call}` in company.yml", hint)


def _target(it: Inspection, n: int, path: ExceptionPath) -> None:
    it.chosen(("exceptions", n, "then"), path.then, {"next", "stop", *it.names}, "step")


def _expressions(it: Inspection, n: int, path: ExceptionPath, first: int | None) -> None:
    """Check names: what has been read by the time it can first happen. An emergency may stand in the inputs."""
    known = first or 0
    if path.on == "emergency" and not path.step:
        known = 0
    elif path.on in {"no-data", "emergency"} and first is not None:
        known = first + 1
    it.condition(("exceptions", n, "when"), path.when, known)
    it.template(("exceptions", n, "say"), path.say, known)


def _hidden(it: Inspection, n: int, path: ExceptionPath) -> None:
    """Note one that an earlier one always comes before."""
    for k, earlier in enumerate(it.playbook.exceptions[:n]):
        if _covers(earlier, path):
            hint = "Give one of them a `step` or a `when`, or write the narrower one first."
            problem = f"can't be told from exception {k + 1}, which is always taken first"
            it.note(("exceptions", n, "on"), problem, hint)
            return


def _covers(earlier: ExceptionPath, later: ExceptionPath) -> bool:
    return (
        earlier.on == later.on
        and earlier.step in {"", later.step}
        and earlier.when in {"", later.when}
        and {spelled(word) for word in earlier.words} >= {spelled(word) for word in later.words}
    )


def _aside(it: Inspection) -> None:
    """Note steps set aside that nothing leads to, and a playbook of nothing else.

    Not where something is wrong already: what leads there may be what can't be read.
    """
    if it.sheet.problems:
        return
    led_to = {path.then for path in it.playbook.exceptions}
    for step in it.playbook.steps:
        if isinstance(step, DecideStep):
            led_to |= {step.then, step.otherwise}
    for n, step in enumerate(it.playbook.steps):
        if step.aside and step_name(step) not in led_to:
            hint = "Name it in an exception's `then`, or take `aside` away."
            it.note(("steps", n, "aside"), f"nothing leads to {step_name(step)}", hint)
    if all(step.aside for step in it.playbook.steps):
        it.note(("steps",), "every step is set aside, so nothing would happen")
