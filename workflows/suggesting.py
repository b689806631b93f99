"""What is suggested when a person is asked to choose: which option, why, and how often people followed it so far."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflows.expressions import Template
from workflows.limits import Ask
from workflows.text import Untrusted

if TYPE_CHECKING:
    from workflows.playbook import AskStep
    from workflows.ports import JsonObject
    from workflows.run import Run, Task
    from workflows.turn import Turn


def suggest(turn: Turn, step: AskStep, known: JsonObject, task: Task) -> Task:
    """Return the question with its options, and the suggestion if the step makes one that can be chosen.

    How sure it is comes from people alone: the share of the answers so far that took this very option.
    """
    task = task.model_copy(update={"options": step.options})
    option = Template(step.recommended).render(known).strip()
    if option not in step.options:
        return task
    answered, followed = (_told(turn, name) for name in _names(turn.run, step.ask, option))
    return task.model_copy(
        update={
            "recommended": option,
            "because": Untrusted(Template(step.because).render(known).strip()),
            "answers": answered,
            "followed": min(followed, answered),
        }
    )


def count_answer(turn: Turn, task: Task, choice: str) -> None:
    """Count an answer to a question that came with a suggestion, and whether it took it."""
    if not task.recommended:
        return
    answered, followed = _names(turn.run, task.step, task.recommended)
    turn.turns.append(answered)
    if choice == task.recommended:
        turn.turns.append(followed)


def _told(turn: Turn, name: str) -> int:
    return turn.told(Ask(kind="turns", turn=name)).count


def _names(run: Run, step: str, option: str) -> tuple[str, str]:
    """Return under which names the answers are counted: all of them, and those that took the option."""
    about = f"{run.playbook}:{step}:{option}"
    return f"answers:{about}", f"followed:{about}"
