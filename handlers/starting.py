"""Starting a playbook: the picker, its form, and the next actions of a KPI post."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blocks import form, modal, notice
from blocks.ids import ActionId, BlockId, CallbackId
from handlers import commands, looking
from handlers.desk import DEADLINE
from handlers.replies import Opened, Said, Turned, sentence
from handlers.seeing import without
from workflows.answers import Recorded, Refused
from workflows.commands import StartRun
from workflows.errors import UnknownPlaybook
from workflows.run import Actor, Place

if TYPE_CHECKING:
    from collections.abc import Callable

    from handlers.desk import Desk
    from handlers.payloads import ButtonPress, Submission
    from handlers.replies import Reply


def pick(desk: Desk, press: ButtonPress) -> Reply:
    """Show the form of the playbook that was picked."""
    if refused := without(desk, press.person, "start"):
        return refused
    playbook = desk.shelf.get(press.action.chosen)
    if playbook is None:
        return Said(notice.said("That playbook is not there any more."))
    channel = press.view.private_metadata or press.place[0]
    return Opened(looking.form(desk, playbook, f"{channel}|{playbook.playbook}"))


def begin(desk: Desk, press: ButtonPress) -> Reply:
    """Open the picker."""
    return looking.picker(desk, press.person, press.place[0])


def start_next(desk: Desk, press: ButtonPress) -> Reply:
    """Start a next action of a KPI post; its draft appears in the post's thread."""
    post, _, index = press.action.chosen.rpartition(":")
    found = looking.next_action(desk, post, int(index))
    if found is None:
        return Said(notice.said("This post is too old to start anything from."))
    place = Place(channel=press.place[0], thread_ts=press.thread_ts)
    command = StartRun(
        actor=Actor.user(press.person),
        key=f"kpi:{post}:{index}",
        playbook=found.playbook,
        inputs=dict(found.inputs),
        trigger=f"kpi:{post}",
        place=place,
    )
    return looking.started(
        desk.engine.handle(command, DEADLINE), "Drafting; the card appears in this thread."
    )


def choose(desk: Desk, submission: Submission) -> Reply:
    """Show the form of the playbook that was picked."""
    if refused := without(desk, submission.person, "start"):
        return refused
    name = submission.view.chosen(BlockId.PLAYBOOK, ActionId.PICK)
    found = desk.shelf.get(name)
    if found is None:
        return Refused(error=UnknownPlaybook(name=name, hint=""))
    return Opened(looking.form(desk, found, f"{submission.view.private_metadata}|{name}"))


def start(desk: Desk, submission: Submission) -> Reply:
    """Start a run with the form's values; what is wrong is shown at its field."""
    channel, _, name = submission.view.private_metadata.partition("|")
    found = desk.shelf.get(name)
    if found is None:
        return Refused(error=UnknownPlaybook(name=name, hint=""))
    typed = form.read(found.inputs, submission.view.inputs)
    answer = desk.engine.handle(
        StartRun(
            actor=Actor.user(submission.person),
            key=submission.key,
            playbook=name,
            inputs={field: value for field, value in typed.items() if value is not None},
            place=Place(channel=channel) if channel else None,
        ),
        DEADLINE,
    )
    lives = desk.directory.company().channel(found.channel)
    if not isinstance(answer, Recorded) or lives in {"", channel}:
        return answer  # the card appears where the person is looking: nothing covers it
    done = looking.started(answer, commands.where(desk, found))
    return Turned(modal.said(sentence(done), title="Started"))


#: Its buttons and its dialogs.
ON: dict[ActionId, Callable[[Desk, ButtonPress], Reply]] = {
    ActionId.PICK: pick,
    ActionId.START: begin,
    ActionId.START_NEXT: start_next,
}
SUBMITTED: dict[CallbackId, Callable[[Desk, Submission], Reply]] = {
    CallbackId.PICK: choose,
    CallbackId.START: start,
}
