"""How often something of a name came, counted where it happens: whose turn it is, what was chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select, update

from bot.storage.alone import alone
from bot.storage.tables import turn
from bot.storage.upsert import unless_there

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

_COUNT = select(turn.c.n).where(turn.c.ws == bindparam("ws"), turn.c.name == bindparam("name"))
_FIRST = unless_there(turn)
_TAKE = (
    update(turn)
    .where(turn.c.ws == bindparam("its_ws"), turn.c.name == bindparam("its_name"))
    .values(n=turn.c.n + 1)
)


def count(connection: Connection, ws: str, name: str) -> int:
    """Return how often it came; nobody else counts or looks until this transaction ends."""
    alone(connection, f"{ws} turn {name}")
    found = connection.execute(_COUNT, {"ws": ws, "name": name}).scalar_one_or_none()
    return found or 0


def take(connection: Connection, ws: str, name: str) -> None:
    """Count one more."""
    connection.execute(_FIRST, {"ws": ws, "name": name, "n": 0})
    connection.execute(_TAKE, {"its_ws": ws, "its_name": name})
