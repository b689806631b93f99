"""Kept texts that runs stand on: whether one was erased, and which runs do, so that the last takes it along."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select

from bot.storage.copies import NOWHERE
from bot.storage.tables import document, run, stand
from bot.storage.upsert import unless_there

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy.engine import Connection

_IS_BLANK = select(document.c.hash).where(
    document.c.ws == bindparam("ws"), document.c.hash == bindparam("hash"), document.c.body == ""
)
_NOTE = unless_there(stand)
_OF_RUN = select(stand.c.hash).where(
    stand.c.ws == bindparam("ws"), stand.c.run_id == bindparam("run_id")
)
_RUNS = (
    select(stand.c.run_id)
    .join(run, run.c.id == stand.c.run_id)
    .where(stand.c.ws == bindparam("ws"), stand.c.hash == bindparam("hash"), run.c.step != NOWHERE)
)


def is_blank(connection: Connection, ws: str, hash_: str) -> bool:
    """Whether a text was kept and erased."""
    return connection.execute(_IS_BLANK, {"ws": ws, "hash": hash_}).first() is not None


def note(connection: Connection, ws: str, run_id: str, hash_: str) -> None:
    """Note that a run stands on a text."""
    connection.execute(_NOTE, {"ws": ws, "hash": hash_, "run_id": run_id})


def of_these_alone(connection: Connection, ws: str, runs: Collection[str]) -> list[str]:
    """Return the hashes of texts on which these runs stand, and no other whose words are still there."""
    theirs: set[str] = set()
    for run_id in runs:
        theirs.update(connection.execute(_OF_RUN, {"ws": ws, "run_id": run_id}).scalars())
    return [hash_ for hash_ in sorted(theirs) if not _has_others(connection, ws, hash_, runs)]


def _has_others(connection: Connection, ws: str, hash_: str, runs: Collection[str]) -> bool:
    with connection.execute(_RUNS, {"ws": ws, "hash": hash_}) as found:
        return any(run_id not in runs for run_id in found.scalars())
