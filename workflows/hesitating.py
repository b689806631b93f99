"""Where people hesitate: how long a question waits for its answer, and how often what was suggested is not taken."""

from __future__ import annotations

from collections import defaultdict
from statistics import median
from typing import TYPE_CHECKING

from workflows.action import Record

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from workflows.run import Task
    from workflows.worktime import WorkTime


class Hesitation(Record):
    """What became of one question of a playbook: how often it was answered, and how."""

    playbook: str
    step: str
    answered: int
    #: Answers to a question that suggested something, and those that took it.
    suggested: int
    followed: int
    #: Answered after it was due.
    late: int
    #: Median working time until the answer, in seconds.
    waited: float


def hesitations(
    answered: Iterable[tuple[str, Task]], door: WorkTime, since: datetime
) -> list[Hesitation]:
    """Return each question of `(playbook, task)` that was answered since then, the longest awaited first."""
    by_question: dict[tuple[str, str], list[Task]] = defaultdict(list)
    for playbook, task in answered:
        if task.options and task.answer and task.ending and task.ending.at >= since:
            by_question[playbook, task.step].append(task)
    found = [_hesitation(*about, tasks, door) for about, tasks in by_question.items()]
    return sorted(found, key=lambda one: (-one.waited, one.playbook, one.step))


def _hesitation(playbook: str, step: str, tasks: list[Task], door: WorkTime) -> Hesitation:
    ends = [(task, task.ending.at) for task in tasks if task.ending]
    waits = [door.between(task.opened_at, at) for task, at in ends if task.opened_at]
    return Hesitation(
        playbook=playbook,
        step=step,
        answered=len(tasks),
        suggested=sum(bool(task.recommended) for task in tasks),
        followed=sum(bool(task.recommended) and task.answer == task.recommended for task in tasks),
        late=sum(bool(task.due_at) and at > task.due_at for task, at in ends),
        waited=median(waits) if waits else 0.0,
    )
