"""Whether every step of a playbook can be come to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflows.playbook import DecideStep

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workflows.loading.inspection import Inspection


def check_ways(it: Inspection) -> None:
    """Write down the steps that every way goes past."""
    reached = _reached(it)
    for n, name in enumerate(it.names):
        if n not in reached:
            hint = f"Name {name} in a `then` or `otherwise` before it, or take it out."
            it.note(("steps", n, it.kind(n)), f"no run ever comes to {name}", hint)


def _reached(it: Inspection) -> set[int]:
    """Return the positions a run can come to. It only goes on, so one look from the top is enough."""
    led_to = {path.then for path in it.playbook.exceptions}
    steps = enumerate(it.playbook.steps)
    # What is set aside is looked at with the exceptions: something must lead there.
    reached = {0, *(n for n, step in steps if step.aside or it.names[n] in led_to)}
    for n in range(len(it.names)):
        if n in reached:
            reached.update(_ways(it, n))
    return reached


def _ways(it: Inspection, n: int) -> Iterator[int]:
    step = it.playbook.steps[n]
    if not isinstance(step, DecideStep):
        yield n + 1
        return
    # One that is passed over leads on to the next.
    targets = {step.then, step.otherwise, *(("next",) if step.when else ())}
    for target in targets:
        if target == "next":
            yield n + 1
        elif target in it.names:
            yield it.names.index(target)
        elif target != "stop":
            # It names no step, which is noted elsewhere; the one it means may be any of those to come.
            yield from range(n + 1, len(it.names))
