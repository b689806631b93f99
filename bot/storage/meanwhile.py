"""What is shown together, and what happened in a while: who was asked, and what became of what they were asked for."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, case, func, literal, select

from bot.storage.asked import AskedRows
from bot.storage.database import LOOK
from bot.storage.fetch import many
from bot.storage.header import stamp
from bot.storage.runs import Runs
from bot.storage.tables import audit_event, draft, message
from workflows.asks.asks import AskedWeek
from workflows.events import Event
from workflows.trust.decided import RULED
from workflows.worktime import monday

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from bot.storage.store import SqlStore
    from workflows.run import Run

_host = draft.alias()
_BESIDE = (
    select(draft.c.id)
    .join(_host, (_host.c.ws == draft.c.ws) & (_host.c.id == draft.c.shown_in))
    .where(
        draft.c.ws == bindparam("ws"),
        draft.c.shown_in == bindparam("host"),
        draft.c.customer == _host.c.customer,
        # What has come out of the card has one of its own.
        ~select(message.c.id)
        .where(
            message.c.ws == draft.c.ws,
            message.c.subject == literal("draft:") + draft.c.id,
            message.c.copy == "",
        )
        .exists(),
    )
    .order_by(draft.c.opened_at, draft.c.id)
)
#: What people or time made of a draft, in the words of the log; and what a rule did.
_DECIDED = [
    each.value
    for each in (
        Event.DRAFT_SIGNED,
        Event.DRAFT_REJECTED,
        Event.DRAFT_TAKEN,
        Event.DRAFT_WITHDRAWN,
        Event.DRAFT_EXPIRED,
    )
]
_RULED = [Event.DRAFT_RULED.value]
_HANDLED = (
    select(audit_event.c.object)
    .where(
        audit_event.c.ws == bindparam("ws"),
        audit_event.c.event.in_(bindparam("events", expanding=True)),
        audit_event.c.ts >= bindparam("since_words"),
    )
    .order_by(audit_event.c.n)
    .limit(bindparam("most"))
)
_ruled = case((draft.c.end.in_(sorted(RULED)), 1), else_=0)
_SIGNED_SINCE = select(
    func.count().label("signed"),
    func.coalesce(func.sum(draft.c.unchanged * (1 - _ruled)), 0).label("unchanged"),
    func.coalesce(func.sum(_ruled), 0).label("by_rule"),
).where(draft.c.ws == bindparam("ws"), draft.c.signed_at >= bindparam("since"))
_STOPPED = select(func.count()).where(
    audit_event.c.ws == bindparam("ws"),
    audit_event.c.event.in_((Event.DRAFT_REJECTED.value, Event.DRAFT_TAKEN.value)),
    audit_event.c.ts >= bindparam("since_words"),
)


class Meanwhile:
    """Looks at one workspace; it waits for no writer."""

    def __init__(self, store: SqlStore) -> None:
        """Take the store whose workspace this is."""
        self._store, self._ws = store, store.ws

    def beside(self, draft_id: str) -> list[Run]:
        """Return the runs whose drafts are shown in the card of this one, each carrying that draft.

        They go to the same customer, and have no card of their own.
        """
        with self._store.database.read(LOOK) as connection:
            named = {"ws": self._ws, "host": draft_id}
            found = connection.execute(_BESIDE, named).scalars().all()
            runs = Runs(connection, self._ws)
            return [run for one in found if (run := runs.of_draft(one, lock=False))]

    def handled(self, since: datetime, most: int = 500) -> list[Run]:
        """Return the runs whose drafts were signed or ended since then, each carrying that draft, oldest first.

        What people decided comes before what a rule signed, and each at most `most` times: a rule that signed much
        leaves no person's decision out.
        """
        with self._store.database.read(LOOK) as connection:
            named = {"ws": self._ws, "since_words": stamp(since), "most": most}
            about = [
                one
                for events in (_DECIDED, _RULED)
                for one in connection.execute(_HANDLED, {**named, "events": events}).scalars()
            ]
            runs = Runs(connection, self._ws)
            ids = dict.fromkeys(one.removeprefix("draft:") for one in about)
            return [run for one in ids if (run := runs.of_draft(one, lock=False))]

    def asked_week(self, now: datetime, zone: tzinfo) -> AskedWeek:
        """Return who was asked how often since Monday, as days go in `zone`, and what became of what was decided."""
        begun = monday(now, zone)
        asks = AskedRows(self._store).asked(begun)
        days = Counter((person, at.astimezone(zone).date()) for person, at in asks)
        with self._store.database.read(LOOK) as connection:
            (signed,) = many(connection, _SIGNED_SINCE, {"ws": self._ws, "since": begun})
            since = {"ws": self._ws, "since_words": stamp(begun)}
            stopped = connection.execute(_STOPPED, since).scalar_one()
        return AskedWeek(
            asks=tuple((person, day, n) for (person, day), n in sorted(days.items())),
            signed=signed["signed"] - int(signed["by_rule"]),
            unchanged=int(signed["unchanged"]),
            stopped=stopped,
            by_rule=int(signed["by_rule"]),
        )
