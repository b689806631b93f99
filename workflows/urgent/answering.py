"""What people say of what may be an emergency: it is one, it is none, I have it. One function per row of the table."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from workflows import once, results, steps
from workflows.errors import AlreadyDecided, NotAllowed, NotOpen, Refusal, Stranger
from workflows.events import Event
from workflows.run import RunState, Task
from workflows.signals import REPLIED
from workflows.text import Untrusted
from workflows.urgent import on_call, paging

if TYPE_CHECKING:
    from collections.abc import Callable

    from workflows.commands import OnUrgent
    from workflows.company import Company, Person
    from workflows.playbook import Playbook
    from workflows.turn import Turn
    from workflows.urgent.urgency import Came, Urgent


def confirm(turn: Turn) -> None:
    """Page whoever is on call."""
    urgent = _answering(turn)
    if urgent.state != "asked":
        raise decided(turn)
    turn.record(Event.URGENT_CONFIRMED)
    said = {"state": "paging", "round": 1, **_by(turn, "confirmed as an emergency")}
    paging.page(turn, urgent.model_copy(update=said))
    called = turn.run.urgent.person if turn.run.urgent else ""
    turn.sentence = f"Confirmed. {turn.facts.company.name_of(called)} is paged."


def stand_down(turn: Turn) -> None:
    """Go on as if nothing had been found; the same word is not asked about again."""
    urgent = _answering(turn)
    if urgent.state != "asked":
        raise decided(turn)
    turn.record(Event.URGENT_DISMISSED)
    over = urgent.model_copy(
        update={"state": "over", "next_at": None, **_by(turn, "found to be no emergency")}
    )
    turn.become(urgent=over, calm=(*turn.run.calm, urgent.key), why="")
    turn.sentence = "Noted: no emergency. It goes on as before."
    _ON[urgent.came](turn)


def acknowledge(turn: Turn) -> None:
    """Make it this person's task, which ends the paging. Who takes what was only asked about confirms it."""
    urgent = _answering(turn)
    if urgent.state == "taken":
        raise decided(turn)
    actor, company = turn.command.actor, turn.facts.company
    path = turn.playbook.exceptions[urgent.n - 1]
    task = Task(
        id=turn.facts.ids[2],
        run_id=turn.run.id,
        step=turn.run.step,
        owner=actor.id,
        title=Untrusted(f"Deal with the emergency: {turn.run.subject.raw}"),
        remind_at=path.within.half(turn.at, company.door),
        due_at=path.within.after(turn.at, company.door),
    )
    turn.record(Event.URGENT_TAKEN, head={"confirmed": urgent.state == "paging"})
    turn.record(Event.TASK_OPENED, head={"task": task.id, "owner": task.owner})
    turn.become(
        state=RunState.WAITING,
        due_at=task.remind_at,
        task=task,
        urgent=urgent.model_copy(
            update={"state": "taken", "next_at": None, **_by(turn, "taken on")}
        ),
        why=steps.waits_for(company.name_of(actor.id)),
    )
    turn.post(f"task:{task.id}", channel=actor.id)
    turn.sentence = "You have it. It is a task of yours; nobody else is paged."


def decided(turn: Turn) -> Refusal:
    """Return the refusal of an answer that comes late, saying who was first."""
    urgent = turn.run.urgent
    if urgent is None or urgent.at is None:
        return NotOpen(state="over", wanted="answered")
    when = urgent.at.astimezone(turn.facts.company.tz)
    who = turn.facts.company.name_of(urgent.by)
    return AlreadyDecided(state=urgent.said, who=who, when=f"{when:%H:%M}")


def answerers(company: Company, playbook: Playbook, urgent: Urgent) -> tuple[Person, ...]:
    """Return who may answer: the rota, whoever was asked, the playbook's owners, the owner and admins."""
    rota = {*on_call.rota_of(company, urgent.rota).rota, *(p.person for p in urgent.pages)}
    owners = {person.id for person in company.members(playbook.owner)}
    return tuple(
        person
        for person in company.people
        if company.works_here(person)
        and (person.id in {*rota, *owners, company.owner} or company.is_admin(person.id))
    )


def _answering(turn: Turn) -> Urgent:
    """Return what is asked about. Raises for one that was dealt with, and for somebody who is not asked.

    Slack's silence bars nobody here: an emergency can't wait until it speaks again.
    """
    command, company, urgent = cast("OnUrgent", turn.command), turn.facts.company, turn.run.urgent
    if company.person(command.actor.id) is None:
        raise Stranger(company=company.name)
    if urgent is None or urgent.state == "over" or urgent.since.isoformat() != command.found:
        raise decided(turn)
    able = answerers(company, turn.playbook, urgent)
    if command.actor.id not in {person.id for person in able}:
        raise NotAllowed(
            action="Answering this",
            needed=f"one of {', '.join(person.name for person in able)}",
            next_step="call one of them.",
        )
    return urgent


def _by(turn: Turn, said: str) -> dict[str, object]:
    return {"by": turn.command.actor.id, "at": turn.at, "said": said}


def _reply(turn: Turn) -> None:
    """Take the reply as any other."""
    if not steps.instead(turn, REPLIED, steps.REPLIED):
        steps.advance(turn)


#: How the run goes on when it was no emergency, by how that came in.
_ON: dict[Came, Callable[[Turn], None]] = {
    "start": once.begin,
    "read": results.after_reading,
    "signal": steps.advance,
    "reply": _reply,
}
