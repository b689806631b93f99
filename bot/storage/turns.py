"""How often something of a name came, counted where it happens: whose turn it is, what was chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select, update

from bot.storage.tables import turn
from bot.storage.upsert import unless_there

if TYPE_CHECKING:
    from bot.storage.order import Holds

_COUNT = select(turn.c.n).where(turn.c.ws == bindparam("ws"), turn.c.name == bindparam("name"))
_FIRST = unless_there(turn)
_TAKE = (
    update(turn)
    .where(turn.c.ws == bindparam("its_ws"), turn.c.name == bindparam("its_name"))
    .values(n=turn.c.n + 1)
)


def count(holds: Holds, name: str) -> int:
    """Return how often it came; nobody else counts or looks until this transaction ends."""
    holds.take("turn", name)
    named = {"ws": holds.ws, "name": name}
    found = holds.connection.execute(_COUNT, named).scalar_one_or_none()
    return found or 0


def take(holds: Holds, name: str) -> None:
    """Count one more."""
    holds.take("turn", name)
    holds.connection.execute(_FIRST, {"ws": holds.ws, "name": name, "n": 0})
    holds.connection.execute(_TAKE, {"its_ws": holds.ws, "its_name": name})
