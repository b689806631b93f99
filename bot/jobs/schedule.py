"""Schedules: cron lines with a zone, fired once per local wall time, caught up or declared missed after a night off."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger

from workflows.answers import Refused
from workflows.commands import StartRun
from workflows.events import Entry, Event
from workflows.ports import Post
from workflows.run import TIMER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workflows.engine import Engine
    from workflows.playbook import Playbook
    from workflows.ports import Clock, Directory, Shelf, Store

_log = logging.getLogger(__name__)

#: A fire later than this was missed, and people are told why it comes now.
PUNCTUAL = timedelta(seconds=90)


class DueSchedule(Protocol):
    """A schedule row whose time has come."""

    @property
    def id(self) -> str:
        """The playbook's name."""
        ...

    @property
    def next_at(self) -> datetime:
        """When it should have fired."""
        ...


class Calendar(Protocol):
    """The store's side of the schedules."""

    def upsert_schedule(self, name: str, cron: str, zone: str, next_at: datetime) -> None:
        """Keep a schedule; an unchanged one keeps its next time."""
        ...

    def due_schedules(self, now: datetime) -> Sequence[DueSchedule]:
        """Return the schedules whose time has come."""
        ...

    def fire(self, name: str, at_local: str, next_at: datetime) -> bool:
        """Note that it fired for this local wall time and when it is next; False when it had fired before."""
        ...


class Schedules:
    """Fires playbooks on time. APScheduler is asked for the next time only; what happened is in the database."""

    def __init__(
        self,
        *,
        engine: Engine,
        store: Store,
        calendar: Calendar,
        shelf: Shelf,
        directory: Directory,
        clock: Clock,
    ) -> None:
        """Take the ports."""
        self._engine, self._store, self._calendar = engine, store, calendar
        self._shelf, self._directory, self._clock = shelf, directory, clock

    def keep(self) -> None:
        """Write the playbooks' schedules into the database; called when the program starts."""
        for playbook in self._scheduled():
            cron, zone = self._line(playbook)
            following = next_time(cron, zone, self._clock.now())
            self._calendar.upsert_schedule(playbook.playbook, cron, zone, following)

    def _scheduled(self) -> list[Playbook]:
        books = [self._shelf.get(name) for name in self._shelf.names()]
        return [book for book in books if book and book.trigger.schedule]

    def _line(self, playbook: Playbook) -> tuple[str, str]:
        schedule = playbook.trigger.schedule
        zone = schedule.zone if schedule else ""
        return (schedule.cron if schedule else ""), zone or self._directory.company().zone

    def tick(self) -> None:
        """Fire what is due: at most one run per schedule and local wall time, however often it is called."""
        now = self._clock.now()
        for due in self._calendar.due_schedules(now):
            playbook = self._shelf.get(due.id)
            if playbook is None or playbook.trigger.schedule is None:
                continue
            self._fire(playbook, due.next_at, now)

    def _fire(self, playbook: Playbook, planned: datetime, now: datetime) -> None:
        cron, zone = self._line(playbook)
        schedule = playbook.trigger.schedule
        latest = _latest(cron, zone, planned, now)
        local = latest.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M")
        late = schedule is not None and now - latest > timedelta(seconds=schedule.late)
        skip = schedule is not None and schedule.missed == "skip" and now - latest > PUNCTUAL
        following = next_time(cron, zone, now)
        if late or skip:
            self._say_missed(playbook, local, now, skipped=True)
        else:
            self._start(playbook, local)
            if now - latest > PUNCTUAL:
                self._say_missed(playbook, local, now, skipped=False)
        self._calendar.fire(playbook.playbook, local, following)

    def _start(self, playbook: Playbook, local: str) -> None:
        key = f"{playbook.playbook}@{local}"
        answer = self._engine.handle(
            StartRun(actor=TIMER, key=key, playbook=playbook.playbook, trigger=f"schedule:{local}")
        )
        if isinstance(answer, Refused):
            _log.warning(
                "%s was due at %s and did not start: %s", playbook.playbook, local, answer.error
            )

    def _say_missed(self, playbook: Playbook, local: str, now: datetime, *, skipped: bool) -> None:
        """Put a missed time on the record and say it where the playbook lives. A schedule never stops silently."""
        company = self._directory.company()
        what = "skipped, because it is too late to be of use" if skipped else "running now"
        text = f"{playbook.title}: missed {local}, because Sayso was not running then; {what}."
        entry = Entry(
            event=Event.SCHEDULE_MISSED,
            chain=f"playbook:{playbook.playbook}",
            actor=TIMER,
            object=f"schedule:{playbook.playbook}",
            head={"at": local, "skipped": skipped},
            body={"text": text},
        )
        channel = company.channel(playbook.channel or "general")
        subject = f"tell:schedule:{playbook.playbook}:{local}"
        with self._store.transaction() as tx:
            tx.append([entry], now)
            tx.post([Post(subject=subject, channel=channel, body={"text": text})], now)


def next_time(cron: str, zone: str, after: datetime) -> datetime:
    """Return the first time after `after` (exclusive), as aware UTC. A wall time the clocks skip moves on."""
    trigger = CronTrigger.from_crontab(cron, timezone=ZoneInfo(zone))
    found = trigger.get_next_fire_time(None, after + timedelta(seconds=1))
    if found is None:
        msg = f"the schedule {cron!r} never comes"
        raise ValueError(msg)
    return found.astimezone(UTC)


def _latest(cron: str, zone: str, planned: datetime, now: datetime) -> datetime:
    """Return the newest planned time that is not in the future: several missed ones are made up for once."""
    latest = planned
    while (following := next_time(cron, zone, latest)) <= now:
        latest = following
    return latest
