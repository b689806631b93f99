"""What went by itself and is to be looked at: which of it is due to be asked for, and all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select

from bot.storage.fetch import many
from bot.storage.runs import Runs
from bot.storage.tables import draft

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from bot.storage.store import SqlStore
    from workflows.run import Run

#: At most so many at one look; the next one takes the rest.
_MOST = 50
_at = draft.c.review_at
_WAITING = (
    select(draft.c.id, draft.c.revision)
    .where(draft.c.ws == bindparam("ws"), _at.is_not(None))
    .order_by(_at)
    .limit(_MOST)
)
_DUE = _WAITING.where(_at <= bindparam("now", type_=_at.type))


class Reviews:
    """The drafts of one workspace that somebody has to look at."""

    def __init__(self, store: SqlStore) -> None:
        """Take the store."""
        self._store = store

    def due(self, now: datetime) -> Sequence[tuple[str, int]]:
        """Return the id and revision of what is to be asked for by now, the longest due first."""
        with self._store.database.read() as connection:
            rows = many(connection, _DUE, {"ws": self._store.ws, "now": now})
            return [(row["id"], row["revision"]) for row in rows]

    def waiting(self) -> Sequence[Run]:
        """Return the runs, each carrying a draft that nobody has looked at yet."""
        with self._store.database.read() as connection:
            rows = many(connection, _WAITING, {"ws": self._store.ws})
            runs = Runs(connection, self._store.ws)
            found = [runs.of_draft(row["id"], lock=False) for row in rows]
        return [run for run in found if run]
