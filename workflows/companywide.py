"""What is said about no single run: something is switched off or on, or a customer wants no more messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflows import policy
from workflows.answers import Recorded
from workflows.commands import Pause, StopContact
from workflows.customers import key_of
from workflows.errors import NotAllowed
from workflows.events import Entry, Event
from workflows.run import OPERATOR, Actor

if TYPE_CHECKING:
    from datetime import datetime

    from workflows.commands import OnCustomer, Resume
    from workflows.company import Company
    from workflows.ports import Tx


def switch(tx: Tx, command: Pause | Resume, company: Company, at: datetime) -> Recorded:
    """Switch something off or on. Raises `NotAllowed`."""
    _refuse_others(command.actor, company, "Pausing and resuming")
    off = isinstance(command, Pause)
    tx.switch(command.scope, command.actor.id if off else None, at)
    if not off:
        tx.wake_held(at)
    event = Event.SWITCH_PAUSED if off else Event.SWITCH_RESUMED
    about = f"switch:{command.scope}"
    entry = Entry(event=event, chain=f"ws:{company.ws}", actor=command.actor, object=about)
    tx.append([entry], at)
    tx.redraw(["home"], at)
    words = "paused: nothing new starts and nothing leaves" if off else "running again"
    kind, _, name = command.scope.partition(":")
    what = f"The {kind} {name}" if name else kind.capitalize()
    return Recorded(sentence=f"{what} is {words}.")


def contact(tx: Tx, command: OnCustomer, company: Company, at: datetime) -> Recorded:
    """Stop writing to an address, or begin again. Anybody on the staff may stop it. Raises `NotAllowed`."""
    stop, key = isinstance(command, StopContact), key_of(command.address)
    if stop:
        policy.may_take_part(command.actor, company)
        tx.wake_about(key, at)
    else:
        _refuse_others(command.actor, company, "Writing to a customer again")
    changed = tx.silence(key, command.actor.id, at) if stop else tx.unsilence(key)
    if stop:
        # Once more: a draft may have opened while whoever opened it was waited for.
        tx.wake_about(key, at)
    if not changed:
        said = "gets no messages already" if stop else "may be written to already"
        return Recorded(sentence=f"{command.address} {said}.")
    entry = Entry(
        event=Event.CUSTOMER_SILENCED if stop else Event.CUSTOMER_ALLOWED,
        chain=f"ws:{company.ws}",
        actor=command.actor,
        object=named(command),
        body={"address": command.address},
    )
    tx.append([entry], at)
    words = "gets no more messages; what was waiting withdraws itself"
    return Recorded(sentence=f"{command.address} {words if stop else 'may be written to again'}.")


def named(command: OnCustomer) -> str:
    """Return what the log calls a customer: no name, and always the same."""
    return f"customer:{key_of(command.address)[:12]}"


def _refuse_others(actor: Actor, company: Company, action: str) -> None:
    if actor != OPERATOR and not company.is_admin(actor.id):
        named = company.rights.settings
        raise NotAllowed(
            action=action,
            needed="the owner or an admin" if named is None else " or ".join(("the owner", *named)),
            next_step="ask one of them.",
        )
