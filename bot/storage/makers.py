"""What an agent wrote lately, and with what: counted and looked up from its drafts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, func, select

from bot.storage.database import LOOK
from bot.storage.fetch import many
from bot.storage.tables import draft
from workflows.action import Record

if TYPE_CHECKING:
    from datetime import datetime

    from bot.storage.store import SqlStore

_ITS = (draft.c.ws == bindparam("ws")) & (draft.c.agent == bindparam("agent"))
_COUNT = select(func.count()).where(_ITS, draft.c.opened_at >= bindparam("since"))
_NEWEST = (
    select(draft.c.model, draft.c.prompt)
    .where(_ITS)
    .order_by(draft.c.opened_at.desc(), draft.c.id.desc())
    .limit(1)
)


class Made(Record):
    """What an agent wrote since some time, and what wrote its newest draft."""

    drafts: int = 0
    #: As on the draft; empty where it never wrote one.
    model: str = ""
    prompt: str = ""


def made(store: SqlStore, agent: str, since: datetime) -> Made:
    """Look at an agent's drafts; it waits for no writer."""
    its = {"ws": store.ws, "agent": agent}
    with store.database.read(LOOK) as connection:
        count = connection.execute(_COUNT, {**its, "since": since}).scalar_one()
        newest = many(connection, _NEWEST, its)
    return Made.model_validate({"drafts": count, **(newest[0] if newest else {})})
