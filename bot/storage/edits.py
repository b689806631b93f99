"""How much of what people signed had been edited before it left, counted in the log by playbook and week."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, case, exists, func, literal, select

from bot.storage.database import LOOK
from bot.storage.fetch import many
from bot.storage.header import stamp
from bot.storage.tables import audit_event, draft, run
from workflows.edit_rate import WEEKS, EditedWeek
from workflows.events import Event
from workflows.trust.decided import RULED

if TYPE_CHECKING:
    from bot.storage.database import Database

_left, _edit = audit_event.alias("left_entry"), audit_event.alias("edit_entry")
_was_edited = exists().where(
    _edit.c.ws == _left.c.ws,
    _edit.c.object == _left.c.object,
    _edit.c.event == Event.DRAFT_EDITED.value,
)
_LEFT = (
    select(_left.c.ts, run.c.playbook, case((_was_edited, 1), else_=0).label("edited"))
    .join_from(_left, run, (literal("run:") + run.c.id) == _left.c.chain)
    .join(draft, draft.c.id == func.substr(_left.c.object, len("draft:") + 1))
    .where(
        _left.c.ws == bindparam("ws"),
        run.c.ws == bindparam("ws"),
        _left.c.event == Event.DRAFT_EXECUTED.value,
        _left.c.ts >= bindparam("since"),
        # Nobody saw what a rule signed: it would make the rate fall without anybody editing less.
        draft.c.end.not_in(sorted(RULED)),
    )
)


def edited_weeks(database: Database, now: datetime, zone: tzinfo) -> dict[str, list[EditedWeek]]:
    """Return the last weeks of each playbook that sent anything, oldest first; weeks go as days do in `zone`."""
    today = now.astimezone(zone).date()
    monday = today - timedelta(days=today.weekday())
    mondays = [monday - timedelta(weeks=ago) for ago in reversed(range(WEEKS))]
    since = datetime.combine(mondays[0], time(), zone)
    with database.read(LOOK) as connection:
        found = many(connection, _LEFT, {"ws": database.ws, "since": stamp(since.astimezone(UTC))})
    sent: Counter[object] = Counter()
    edited: Counter[object] = Counter()
    for row in found:
        day = datetime.fromisoformat(row["ts"]).astimezone(zone).date()
        week = row["playbook"], day - timedelta(days=day.weekday())
        sent[week] += 1
        edited[week] += row["edited"]
    return {
        name: [
            EditedWeek(monday=one, sent=sent[name, one], edited=edited[name, one])
            for one in mondays
        ]
        for name in sorted({row["playbook"] for row in found})
    }
