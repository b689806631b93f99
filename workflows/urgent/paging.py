"""What may be an emergency: somebody on call is asked, paged when it is one, and then the next in line.

The clock does not stand still here: an emergency at night is one at night.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from workflows.events import Event
from workflows.ports import Post
from workflows.run import SYSTEM, TIMER, RunState
from workflows.text import Untrusted
from workflows.urgent import on_call
from workflows.urgent.urgency import Page, Urgent

if TYPE_CHECKING:
    from workflows.exceptions import Taken
    from workflows.ports import JsonObject
    from workflows.run import Actor, Run
    from workflows.turn import Turn
    from workflows.urgent.urgency import Came

#: Characters of what came in that are kept with it.
_PASSAGE = 2000


def is_open(run: Run) -> bool:
    """Whether an emergency has the run: somebody is asked or paged, or has it."""
    return run.urgent is not None and run.urgent.state != "over"


def ask(turn: Turn, found: Taken, why: str, came: Came) -> None:
    """Let the run wait until somebody on call has said whether it is an emergency."""
    rota = found.path.on_call
    urgent = Urgent(
        n=found.n,
        word=found.word,
        why=why if found.word else f"Its criteria are met by {why}: {found.path.when}",
        passage=Untrusted(found.passage[:_PASSAGE]),
        came=came,
        rota=rota,
        since=turn.at,
    )
    turn.become(state=RunState.WAITING, urgent=urgent)
    head: JsonObject = {"exception": found.n, "rota": rota, "came": came}
    turn.record(Event.URGENT_FOUND, actor=SYSTEM, head=head, body={"why": urgent.why})
    turn.post(_subject(turn), _body(urgent))
    _call(turn, urgent, SYSTEM)


def page(turn: Turn, urgent: Urgent) -> None:
    """Begin to page, from the one who is on call."""
    _call(turn, urgent, SYSTEM)


def due(turn: Turn, urgent: Urgent) -> None:
    """Ask the next in line, since nobody has answered in time."""
    if urgent.next_at and turn.at < urgent.next_at:
        turn.become(due_at=urgent.next_at)  # something else woke the run
    elif urgent.next_at:
        _call(turn, urgent, TIMER)
    else:
        turn.become(due_at=None)


def end_with_run(turn: Turn) -> None:
    """Nobody is paged for a run that is over."""
    urgent = turn.run.urgent
    if urgent and urgent.state != "over" and turn.run.state.ended:
        turn.become(urgent=urgent.model_copy(update={"state": "over", "next_at": None}))


def _call(turn: Turn, urgent: Urgent, actor: Actor) -> None:
    """Ask or page whoever is next in the line as it is now; after the last round, say that nobody answered."""
    company = turn.facts.company
    rota, line = on_call.rota_of(company, urgent.rota), on_call.line(company, urgent.rota, turn.at)
    kind = "paging" if urgent.state == "paging" else "asked"
    called = {p.person for p in urgent.pages if (p.kind, p.round) == (kind, urgent.round)}
    person = next((each for each in line.people if each not in called), "")
    again = urgent.round
    if not person:
        person, again = line.first, urgent.round + 1
    if again > rota.rounds:
        _give_up(turn, urgent)
        return
    made = Page(person=person, at=turn.at, kind=kind, round=again)
    next_at = turn.at + timedelta(seconds=rota.next_after)
    changed = {"pages": (*urgent.pages, made), "round": again, "next_at": next_at}
    turn.become(
        urgent=urgent.model_copy(update=changed), due_at=next_at, why=_why(turn, kind, person)
    )
    skipped: JsonObject = {each.person: each.why for each in line.skipped}
    turn.record(
        Event.URGENT_PAGED if kind == "paging" else Event.URGENT_ASKED,
        actor=actor,
        head={"person": person, "round": again},
        body={"skipped": skipped} if skipped else {},
    )
    turn.posts.append(Post(subject=_subject(turn), channel=person, body=_body(urgent)))


def _give_up(turn: Turn, urgent: Urgent) -> None:
    """Leave it as it is: it can still be answered, and where the run lives it says that nobody has."""
    turn.become(
        urgent=urgent.model_copy(update={"next_at": None}),
        due_at=None,
        why="may be an emergency, and nobody has answered",
    )
    turn.record(Event.URGENT_UNANSWERED, actor=TIMER, head={"rounds": urgent.round})
    turn.post(_subject(turn), _body(urgent))


def _why(turn: Turn, kind: str, person: str) -> str:
    name = turn.facts.company.name_of(person)
    return (
        f"an emergency: {name} is paged"
        if kind == "paging"
        else f"may be an emergency: asks {name}"
    )


def _subject(turn: Turn) -> str:
    """A message of its own each time: nobody is notified of one that is only drawn again."""
    return f"urgent:{turn.run.id}:{turn.facts.ids[0]}"


def _body(urgent: Urgent) -> JsonObject:
    return {"found": urgent.since.isoformat()}
