"""What limits count across runs, and who wants no more messages. Whoever asks holds it until the commit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, func, or_, select

from bot.storage import alike, asked, decided, turns, worksteps
from bot.storage.fetch import many
from bot.storage.tables import draft, run, signature, silent
from bot.storage.upsert import unless_there
from workflows.action import Money
from workflows.limits import Told
from workflows.trust.segments import LOOKED_AT, accepted

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy import BindParameter
    from sqlalchemy.engine import Connection

    from bot.storage.fetch import Columns
    from bot.storage.order import Holds
    from workflows.limits import Ask

#: States of a draft that was signed and has left, or will unless somebody stops it.
_GOES = ("signed", "holding", "executing", "executed", "uncertain")
_at = draft.c.signed_at
_SIGNED = (
    select(
        draft.c.currency,
        func.count().label("count"),
        func.sum(func.abs(draft.c.amount)).label("sum"),
    )
    .where(
        draft.c.ws == bindparam("ws"),
        draft.c.state.in_(_GOES),
        _at >= bindparam("since", type_=_at.type),
        draft.c.action.in_(bindparam("actions", expanding=True)),
        draft.c.id != bindparam("besides"),
    )
    .group_by(draft.c.currency)
)
_before = _at < bindparam("before", type_=_at.type)
_of_customer = (draft.c.customer == bindparam("customer")) & (draft.c.customer != "")
_of_playbook = (
    select(run.c.id)
    .where(run.c.id == draft.c.run_id, run.c.playbook == bindparam("playbook"))
    .exists()
)
_by_person = (
    select(signature.c.actor)
    .where(
        signature.c.draft_id == draft.c.id,
        signature.c.n == draft.c.revision,
        signature.c.actor == bindparam("person"),
    )
    .exists()
)
#: By what is counted: everything, or what one customer, person or playbook has.
_COUNTS = {
    "": _SIGNED,
    "customer": _SIGNED.where(_of_customer),
    "person": _SIGNED.where(_by_person),
    "playbook": _SIGNED.where(_of_playbook),
}
_COUNTS_BEFORE = {by: query.where(_before) for by, query in _COUNTS.items()}
_IS_SILENT = select(silent.c.by).where(
    silent.c.ws == bindparam("ws"), silent.c.customer == bindparam("customer")
)
_IS_KNOWN = (
    select(draft.c.id)
    .where(draft.c.ws == bindparam("ws"), _of_customer, draft.c.left_at.is_not(None))
    .limit(1)
)
_SILENCE = unless_there(silent)
_UNSILENCE = delete(silent).where(
    silent.c.ws == bindparam("ws"), silent.c.customer == bindparam("customer")
)
_known: BindParameter[str] = bindparam("its_customer")
_about = or_(
    (draft.c.customer == _known) & (draft.c.customer != ""),
    (draft.c.address == _known) & (draft.c.address != ""),
)
_THEIRS = select(draft.c.run_id).where(
    draft.c.ws == bindparam("its_ws"), draft.c.state.in_(("open", "holding")), _about
)
_WAITING = select(run.c.id).where(
    run.c.ws == bindparam("its_ws"),
    run.c.state.in_(("waiting", "holding")),
    run.c.id.in_(_THEIRS),
)


def tell(holds: Holds, ask: Ask) -> Told:
    """Count what a rule asks for. Whoever else would change it waits until this transaction ends."""
    return _BY_KIND[ask.kind](holds, ask)


def _signed(holds: Holds, ask: Ask) -> Told:
    by = next((name for name in ("customer", "person", "playbook") if getattr(ask, name)), "")
    holds.take(by or "everything", getattr(ask, by) if by else "")
    named: Columns = {
        "ws": holds.ws,
        "since": ask.since,
        "actions": list(ask.actions),
        "besides": ask.besides,
        **({by: getattr(ask, by)} if by else {}),
        **({"before": ask.before} if ask.before else {}),
    }
    query = (_COUNTS_BEFORE if ask.before else _COUNTS)[by]
    found = many(holds.connection, query, named)
    sums = [Money(minor=int(row["sum"]), currency=row["currency"]) for row in found if row["sum"]]
    return Told(count=sum(row["count"] for row in found), sums=tuple(sums))


def _silent(holds: Holds, ask: Ask) -> Told:
    holds.take("customer", ask.customer)
    return Told(count=int(is_silent(holds.connection, holds.ws, ask.customer)))


def _failed(holds: Holds, ask: Ask) -> Told:
    return Told(count=int(worksteps.has_failed(holds.connection, holds.ws, ask.work)))


def _known_customer(holds: Holds, ask: Ask) -> Told:
    return Told(count=int(is_known(holds.connection, holds.ws, ask.customer)))


def _turns(holds: Holds, ask: Ask) -> Told:
    return Told(count=turns.count(holds, ask.turn))


def _asked(holds: Holds, ask: Ask) -> Told:
    return asked.tell(holds.connection, holds.ws, ask)


def _accepted(holds: Holds, ask: Ask) -> Told:
    """Say how often drafts that are alike were accepted. Nobody waits for it: one more or less changes little."""
    if ask.alike is None or ask.since is None:
        return Told()
    agent = ask.alike.maker.agent
    found = decided.of_agent(holds.connection, holds.ws, agent, ask.since, LOOKED_AT)
    return Told(acceptance=accepted(found, ask.alike))


_BY_KIND: dict[str, Callable[[Holds, Ask], Told]] = {
    "signed": _signed,
    "silent": _silent,
    "failed": _failed,
    "known": _known_customer,
    "turns": _turns,
    "accepted": _accepted,
    **dict.fromkeys(asked.KINDS, _asked),
}


def is_silent(connection: Connection, ws: str, customer: str) -> bool:
    """Whether somebody wants no more messages."""
    return connection.execute(_IS_SILENT, {"ws": ws, "customer": customer}).first() is not None


def is_known(connection: Connection, ws: str, customer: str) -> bool:
    """Whether something was carried out for a customer, by the digest."""
    return connection.execute(_IS_KNOWN, {"ws": ws, "customer": customer}).first() is not None


def silence(holds: Holds, customer: str, by: str, at: datetime) -> bool:
    """Note it; False when it is noted already."""
    holds.take("customer", customer)
    row = {"ws": holds.ws, "customer": customer, "by": by, "at": at}
    return holds.connection.execute(_SILENCE, row).rowcount > 0


def unsilence(holds: Holds, customer: str) -> bool:
    """Forget it again; False when it was not noted."""
    holds.take("customer", customer)
    named = {"ws": holds.ws, "customer": customer}
    return holds.connection.execute(_UNSILENCE, named).rowcount > 0


def wake_about(holds: Holds, customer: str, at: datetime) -> list[str]:
    """Make every run due that has a draft for this customer which has not left; return their ids."""
    named: Columns = {"its_ws": holds.ws, "its_customer": customer}
    return alike.wake(holds, _WAITING, named, at)
