"""Each kind of step as one sentence, and templates as a person says them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from workflows.expressions import ExpressionError, Template
from workflows.playbook import IN_TURN, step_kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from workflows.exceptions import ExceptionPath, On
    from workflows.playbook import (
        AnyStep,
        AskStep,
        Assign,
        DecideStep,
        DoStep,
        DraftStep,
        ReadStep,
        StartStep,
        TaskStep,
        TellStep,
        WaitStep,
    )

_VALUE = re.compile(r"\{\{.*?\}\}", re.DOTALL)


def plain(text: str) -> str:
    """Return a template with its values named: `{{ quote.total | round }}` becomes `[quote total]`."""
    return _VALUE.sub(lambda found: f"[{_said(found[0])}]", text)


def _said(value: str) -> str:
    try:
        paths = Template(value).paths()
    except ExpressionError:
        paths = set[str]()
    first = min(paths, key=lambda path: value.find(path.split(".")[0]), default="")
    return first.removeprefix("inputs.").replace(".", " ").replace("_", " ") or "value"


def step_line(step: AnyStep) -> str:
    """Return what a step does, as one sentence without its full stop."""
    line = _LINES[step_kind(step)](step)
    line = f"If `{step.when}`: {line[0].lower()}{line[1:]}" if step.when else line
    return f"Only when led here: {line[0].lower()}{line[1:]}" if step.aside else line


def rule_line(rule: Assign) -> str:
    """Return who is asked first, and for what, as one line: `above 1,000.00 USD: finance`."""
    asked = "each of them in turn" if rule.to == IN_TURN else plain(rule.to)
    parts = [
        "for the customer " + " or ".join(f"`{one}`" for one in rule.customer),
        f"above {rule.above}",
        "in " + " or ".join(f"#{one.lstrip('#')}" for one in rule.channel),
    ]
    told = zip(parts, (rule.customer, rule.above, rule.channel), strict=True)
    when = ", ".join(part for part, said in told if said)
    return f"{when}: {asked}" if when else asked


def exception_line(path: ExceptionPath) -> str:
    """Return what happens instead of the usual, as one sentence without its full stop."""
    what = _HAPPENS[path.on]
    if path.words:
        what = f"One of these words was asked or read: {', '.join(path.words)}"
    if path.on_call:
        called = f"{path.on_call} on call says whether it is an emergency, takes it within {path.within.words}, then"
        what = f"{what}; {called}"
    where = f" at {path.step}" if path.step else ""
    when = f", if `{path.when}`" if path.when else ""
    say = f", saying: {plain(path.say)}" if path.say else ""
    return f"{what}{where}{when}: {_way(path.then)}{say}"


#: What each exception is, as a person says it.
_HAPPENS: dict[On, str] = {
    "replied": "The customer has replied",
    "late": "Nobody signed in time",
    "failed": "A step can't be done",
    "no-data": "A required field is missing",
    "emergency": "An emergency",
}


def _read(step: ReadStep) -> str:
    if step.agent:
        used = ", ".join(step.uses) or "what was read"
        return f"The agent {step.agent} sums up {used}, as {step.read}"
    which = ", ".join(f"{name} {plain(str(value))}" for name, value in step.with_.items())
    return f"Read {step.read} with `{step.from_}`" + (f" ({which})" if which else "")


def _draft(step: DraftStep) -> str:
    written = " and ".join(step.writes)
    return f"The agent {step.agent} drafts {written} for `{step.action}`: {plain(step.title)}"


def _do(step: DoStep) -> str:
    return f"Once signed, carry out `{step.action}`: {plain(step.title)}"


def _ask(step: AskStep) -> str:
    options = ", ".join(step.options)
    suggested = f"; suggested: {plain(step.recommended)}" if step.recommended else ""
    return f"Ask {step.who}: {plain(step.title)} ({options}{suggested}; within {step.within.words})"


def _task(step: TaskStep) -> str:
    return f"Give {step.who} a task: {plain(step.title)} (within {step.within.words})"


def _wait(step: WaitStep) -> str:
    until = f", or until {step.signal} is seen" if step.signal else ""
    return f"Wait {step.for_.words}{until}"


def _decide(step: DecideStep) -> str:
    say = f", saying: {plain(step.say)}" if step.say else ""
    return f"If `{step.if_}`, {_way(step.then)}; otherwise {_way(step.otherwise)}{say}"


def _way(target: str) -> str:
    return {"next": "go on", "stop": "stop"}.get(target, f"go to {target}")


def _tell(step: TellStep) -> str:
    what = f"the report of {step.report}" if step.report else plain(step.text)
    where = f"#{step.channel.lstrip('#')}" if step.channel else "where it was started"
    return f"Post {where}: {what}"


def _start(step: StartStep) -> str:
    return f"Start the playbook {step.playbook}"


_LINES: dict[str, Callable[[Any], str]] = {
    "read": _read,
    "draft": _draft,
    "do": _do,
    "ask": _ask,
    "task": _task,
    "wait": _wait,
    "decide": _decide,
    "tell": _tell,
    "start": _start,
}
