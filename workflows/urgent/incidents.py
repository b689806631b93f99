"""A run that could not go on is somebody's work: a task for whoever keeps Sayso running; what is the same again."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from workflows import own_playbooks, privacy
from workflows.action import Record
from workflows.commands import StartRun
from workflows.run import SYSTEM, Place

if TYPE_CHECKING:
    from workflows.turn import Turn

#: Incidents this long before one are looked through for the same.
LOOK_BACK = timedelta(days=30)
_VARIES = re.compile(r"[0-9]+")
_SPACE = re.compile(r"\s+")
#: Characters of a text the task repeats.
_SAID = 300


class Incident(Record):
    """An earlier one: of which run, and when."""

    run: str
    at: datetime


def fault_of(why: str) -> str:
    """Return what is the same of two errors of a kind: numbers, letters' case and spaces tell none apart."""
    return _SPACE.sub(" ", _VARIES.sub("#", why)).strip(" .").casefold()


def open_task(turn: Turn, why: str) -> None:
    """Start what gives the keeper the task; one that is open for this run already is enough."""
    run, actions = turn.run, turn.facts.actions
    if own_playbooks.is_own(run.playbook):
        return
    # Whoever keeps it running need not be whom it concerns.
    private = privacy.is_private(turn.playbook, actions)
    about = run.playbook if private else f"{run.playbook}, {run.subject.raw}"
    turn.starts.append(
        StartRun(
            actor=SYSTEM,
            key=f"incident:{run.id}:{run.seq}",
            playbook=own_playbooks.INCIDENT,
            inputs={
                "run": run.id,
                "about": about[:_SAID],
                "why": "" if private else why[:_SAID],
            },
            trigger=f"run:{run.id}",
            place=Place(channel=turn.facts.company.keeper),
        )
    )
