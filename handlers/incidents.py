"""An action after an incident: written in a form of its thread, and from then on a task of somebody's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blocks import form, incident
from blocks.ids import ActionId, CallbackId
from handlers import looking
from handlers.desk import DEADLINE
from handlers.replies import Opened
from handlers.seeing import unseen
from workflows.answers import FieldErrors
from workflows.commands import StartRun
from workflows.own_playbooks import FOLLOW_UP, follow_up_fields
from workflows.run import Actor, Place

if TYPE_CHECKING:
    from collections.abc import Callable

    from handlers.desk import Desk
    from handlers.payloads import ButtonPress, Submission
    from handlers.replies import Reply


def open_form(desk: Desk, press: ButtonPress) -> Reply:
    """Open the form."""
    if refused := unseen(desk, press.person, desk.reading.run(press.action.chosen)):
        return refused
    where = "|".join((press.place[0], press.thread_ts, press.action.chosen))
    return Opened(incident.follow_up(follow_up_fields(), where))


def add(desk: Desk, submission: Submission) -> Reply:
    """Make it a task, shown in the incident's thread."""
    channel, thread_ts, run_id = submission.view.private_metadata.split("|")
    typed = form.read(follow_up_fields(), submission.view.inputs)
    if desk.directory.company().person(str(typed["who"])) is None:
        return FieldErrors(errors={"who": "is nobody who is listed in company.yml"})
    command = StartRun(
        actor=Actor.user(submission.person),
        key=submission.key,
        playbook=FOLLOW_UP,
        inputs={**{name: value for name, value in typed.items() if value}, "run": run_id},
        trigger=f"run:{run_id}",
        place=Place(channel=channel, thread_ts=thread_ts),
    )
    return looking.started(
        desk.engine.handle(command, DEADLINE), "Added. It is in the thread, with its owner and day."
    )


ON: dict[ActionId, Callable[[Desk, ButtonPress], Reply]] = {ActionId.FOLLOW_UP: open_form}
SUBMITTED: dict[CallbackId, Callable[[Desk, Submission], Reply]] = {CallbackId.FOLLOW_UP: add}
