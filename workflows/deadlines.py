"""When work is due: so long after it was given, or on the day a record names."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from workflows.expressions import ExpressionError, Template
from workflows.playbook import TaskStep

if TYPE_CHECKING:
    from datetime import datetime

    from workflows.playbook import AskStep
    from workflows.ports import JsonObject
    from workflows.worktime import WorkTime


def deadline(
    step: AskStep | TaskStep, known: JsonObject, at: datetime, door: WorkTime
) -> tuple[datetime, datetime]:
    """Return when its owner is reminded, at half time, and when it is due. Raises `ExpressionError` for no day."""
    if not (isinstance(step, TaskStep) and step.due):
        return step.within.half(at, door), step.within.after(at, door)
    due_at = door.closes(_day(step.due, known))
    return door.add(at, door.between(at, due_at) / 2), due_at


def _day(written: str, known: JsonObject) -> date:
    text = Template(written).render(known).strip()
    try:
        return date.fromisoformat(text)
    except ValueError as fault:
        raise ExpressionError(
            written, f"gives {text[:40]!r}, and a day is like 2026-11-23"
        ) from fault
