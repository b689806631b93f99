"""What people do with their tasks: answer, close, put off, hand over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blocks.ids import ActionId, BlockId, CallbackId, TaskMore
from handlers import looking
from handlers.desk import DEADLINE
from workflows.commands import Answer, Reassign, Snooze
from workflows.run import Actor

if TYPE_CHECKING:
    from collections.abc import Callable

    from handlers.desk import Desk
    from handlers.payloads import ButtonPress, Submission
    from handlers.replies import Reply


def answer(desk: Desk, press: ButtonPress) -> Reply:
    """Choose an option of an ask."""
    task_id, _, choice = press.action.chosen.partition(":")
    command = Answer(actor=Actor.user(press.person), key=press.key, task_id=task_id, choice=choice)
    return desk.engine.handle(command, DEADLINE)


def task_done(desk: Desk, press: ButtonPress) -> Reply:
    """Close a task."""
    command = Answer(actor=Actor.user(press.person), key=press.key, task_id=press.action.chosen)
    return desk.engine.handle(command, DEADLINE)


#: How long each choice puts a task off.
_LATER = {TaskMore.HOUR: "1 work hour", TaskMore.DAY: "1 work day", TaskMore.WEEK: "5 work days"}


def task_more(desk: Desk, press: ButtonPress) -> Reply:
    """Put a task off, or ask who takes it over."""
    choice, _, task_id = press.action.chosen.partition(":")
    if choice == TaskMore.HAND_OVER:
        return looking.hand_over(desk, press.person, task_id)
    about = {"actor": Actor.user(press.person), "key": press.key, "task_id": task_id}
    snoozing = {**about, "wait": _LATER[TaskMore(choice)]}
    return desk.engine.handle(Snooze.model_validate(snoozing), DEADLINE)


def hand_over(desk: Desk, submission: Submission) -> Reply:
    """Give a task to whoever was chosen."""
    chosen = submission.view.held(BlockId.PERSON, ActionId.INPUT).get("selected_user")
    return desk.engine.handle(
        Reassign(
            actor=Actor.user(submission.person),
            key=submission.key,
            task_id=submission.view.private_metadata,
            to=str(chosen or ""),
        ),
        DEADLINE,
    )


#: The buttons and the dialog of a task.
ON: dict[ActionId, Callable[[Desk, ButtonPress], Reply]] = {
    ActionId.ANSWER: answer,
    ActionId.TASK_DONE: task_done,
    ActionId.TASK_MORE: task_more,
}
SUBMITTED: dict[CallbackId, Callable[[Desk, Submission], Reply]] = {CallbackId.HAND_OVER: hand_over}
