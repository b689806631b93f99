"""What a person is told besides the cards: what was gathered for them, and what was handled while they were away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflows.answers import Recorded
from workflows.asks import asking
from workflows.commands import TellReturned, TellWaiting
from workflows.events import Entry, Event
from workflows.ports import Asked, Post

if TYPE_CHECKING:
    from datetime import datetime

    from workflows.company import Company
    from workflows.ports import Tx

Telling = TellWaiting | TellReturned


def tell(tx: Tx, command: Telling, company: Company, at: datetime) -> Recorded:
    """Post the message and put it on the record."""
    if isinstance(command, TellWaiting):
        event, post = Event.DIGEST_TOLD, asking.digest(command.person, at, company)
        tx.note_asks([Asked(subject=post.subject, person=command.person)], at)
    else:
        event, post = Event.RETURN_TOLD, _returned(command)
    entry = Entry(
        event=event,
        chain=f"ws:{company.ws}",
        actor=command.actor,
        object=f"message:{post.subject}",
        head={"drafts": [*command.drafts]},
    )
    tx.append([entry], at)
    tx.post([post], at)
    return Recorded()


def _returned(command: TellReturned) -> Post:
    return Post(
        subject=f"back:{command.person}:{command.since:%Y-%m-%dT%H:%M}",
        channel=command.person,
        body={"since": command.since.isoformat(), "drafts": [*command.drafts]},
    )
