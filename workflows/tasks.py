"""Work for people once it is open: reminded of, overdue, handed over, put off, closed. One function per row."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from workflows import policy, steps
from workflows.drafts import bytes_of, first, may_decide_now, seen
from workflows.durations import span
from workflows.errors import NotAllowed, NotOpen
from workflows.events import Event
from workflows.run import TIMER, DraftState, Ending, RunState, Task
from workflows.suggesting import count_answer

if TYPE_CHECKING:
    from workflows.commands import Answer, OnTask, Reassign, Snooze
    from workflows.errors import AlreadyDecided
    from workflows.ports import JsonObject
    from workflows.turn import Turn


def due(turn: Turn, task: Task) -> None:
    """At half time remind once; when it is overdue tell whoever owns the playbook, once."""
    if task.due_at and turn.at < task.due_at:
        turn.become(due_at=task.due_at)
        turn.record(Event.TASK_REMINDED, actor=TIMER, head={"task": task.id})
        _nudge(turn, task.owner, "reminder")
        return
    owner = turn.facts.company.name_of(task.owner)
    turn.become(due_at=None, why=f"{steps.waits_for(owner)}, overdue")
    above = turn.facts.company.first_here(turn.playbook.owner, turn.at)
    told = above.id if above and above.id != task.owner else turn.facts.company.owner
    turn.record(Event.TASK_OVERDUE, actor=TIMER, head={"task": task.id, "told": told})
    _nudge(turn, told, "overdue")


def _nudge(turn: Turn, person_id: str, why: str) -> None:
    """Say it in a message of its own: nobody is notified of a card that is only drawn again."""
    task = cast("Task", turn.run.task)
    due = task.due_at.isoformat() if task.due_at else ""
    said: JsonObject = {"person": person_id, "why": why, "owner": task.owner, "due": due}
    turn.post(f"nudge:{task.id}:{turn.facts.ids[0]}", said, to=person_id)


def hand_over(turn: Turn) -> None:
    """Give the work to somebody else, who has as much time left as there is."""
    command, task = cast("Reassign", turn.command), _open(turn)
    _may_handle(turn, task)
    company = turn.facts.company
    person = company.person(command.to)
    if person is None or not company.may_sign(person):
        raise NotAllowed(
            action="Taking this over",
            needed=f"somebody who works at {company.name} now and is no guest",
            next_step="choose one of them.",
        )
    turn.record(Event.TASK_REASSIGNED, head={"task": task.id, "to": person.id})
    if person.id == task.owner:
        turn.sentence = f"It is {person.name}'s already."
        return
    moved = task.model_copy(update={"owner": person.id})
    turn.become(task=moved, why=steps.waits_for(person.name))
    _nudge(turn, person.id, "handed over")
    turn.sentence = f"Handed over to {person.name}."


def put_off(turn: Turn) -> None:
    """Let it be due so much later than it is, or than now; it is reminded of again at half time."""
    command, task = cast("Snooze", turn.command), _open(turn)
    _may_handle(turn, task)
    later, door = span(command.wait), turn.facts.company.door
    due_at = later.after(max(turn.at, task.due_at or turn.at), door)
    remind_at = door.add(turn.at, door.between(turn.at, due_at) / 2)
    moved = task.model_copy(update={"remind_at": remind_at, "due_at": due_at})
    why = steps.waits_for(turn.facts.company.name_of(task.owner))
    turn.become(task=moved, due_at=remind_at, why=why)
    turn.record(Event.TASK_SNOOZED, head={"task": task.id, "until": due_at.isoformat()})
    local = due_at.astimezone(turn.facts.company.tz)
    turn.sentence = f"Put off: due {local:%a %d %b, %H:%M}."


def answer(turn: Turn) -> None:
    """Close the run's task with an answer."""
    command, task = cast("Answer", turn.command), _open(turn)
    _may_handle(turn, task)
    if task.options and command.choice not in task.options:
        raise NotOpen(state=f"a choice of {', '.join(task.options)}", wanted="answered otherwise")
    count_answer(turn, task, command.choice)
    ending = Ending(by=command.actor, at=turn.at, reason=command.choice)
    turn.become(
        task=task.model_copy(update={"state": "done", "answer": command.choice, "ending": ending}),
        results=turn.run.results | _brought(turn, command),
    )
    turn.record(Event.TASK_CLOSED, head={"task": task.id}, body={"answer": command.choice})
    if turn.run.urgent and turn.run.urgent.state == "taken":
        steps.after_emergency(turn)
    else:
        steps.advance(turn)


def _brought(turn: Turn, command: Answer) -> JsonObject:
    """Return what an answer brings: to deal with an emergency brings nothing, whatever step the run is at."""
    urgent = turn.run.urgent
    return {} if urgent and urgent.state == "taken" else {turn.run.step: command.choice}


def drop(turn: Turn, ending: Ending) -> None:
    """Take the run's open task off its owner's list."""
    task = turn.run.task
    if task and task.state == "open":
        turn.become(task=task.model_copy(update={"state": "done", "ending": ending}))
        turn.record(Event.TASK_CLOSED, head={"task": task.id}, body={"answer": ""})


def take_over(turn: Turn) -> None:
    """End the draft: whoever takes it over does it themselves, until it was due. Nothing of it leaves."""
    may_decide_now(turn)
    draft, actor = turn.draft, turn.command.actor
    ending = Ending(by=actor, at=turn.at, reason="taken over")
    turn.redrafted(state=DraftState.TAKEN, ending=ending, claim=None)
    turn.record(Event.DRAFT_TAKEN, head={**bytes_of(draft), **seen(turn)})
    task = Task(
        id=turn.facts.ids[2],
        run_id=turn.run.id,
        step=turn.run.step,
        owner=actor.id,
        title=draft.title,
        draft_id=draft.id,
        opened_at=turn.at,
        remind_at=draft.remind_at if turn.at < draft.remind_at else None,
        due_at=draft.expires_at,
    )
    why = steps.waits_for(turn.facts.company.name_of(actor.id))
    wake = task.remind_at or task.due_at
    turn.become(state=RunState.WAITING, due_at=wake, task=task, why=why)
    turn.record(Event.TASK_OPENED, head={"task": task.id, "owner": task.owner})
    turn.post(f"task:{task.id}")


def _open(turn: Turn) -> Task:
    command, task = cast("OnTask", turn.command), turn.run.task
    if task is None or task.state == "done" or task.id != command.task_id:
        raise closed(turn)
    return task


def closed(turn: Turn) -> AlreadyDecided | NotOpen:
    """Return the refusal of an answer that comes late, saying who was first."""
    command, task = cast("OnTask", turn.command), turn.run.task
    if task is None or task.id != command.task_id or task.ending is None:
        return NotOpen(state="closed", wanted="answered")
    return first(turn, "closed", task.ending)


def _may_handle(turn: Turn, task: Task) -> None:
    """Raise unless it is this person's work, or they are an admin."""
    company, actor = turn.facts.company, turn.command.actor
    person = policy.known(actor, company)
    mine = actor.id == task.owner or company.is_admin(actor.id)
    if not mine or not company.may_sign(person):
        owner = company.person(task.owner)
        raise NotAllowed(
            action="Closing or moving this task",
            needed=owner.name if owner else "its owner",
            next_step="ask them, or an admin.",
        )
