"""Schedules: cron lines with a zone, fired once per local wall time, caught up or declared missed after a night off."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger

from bot.storage.timetable import Timing
from workflows.answers import Refused
from workflows.commands import StartRun
from workflows.ports import Post
from workflows.run import TIMER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.storage.timetable import Timetable
    from workflows.engine import Engine
    from workflows.playbook import Playbook
    from workflows.ports import Clock, Directory, Shelf, Store

_log = logging.getLogger(__name__)

#: A fire later than this was missed, and people are told why it comes now.
PUNCTUAL = timedelta(seconds=90)


class Schedules:
    """Fires playbooks on time. APScheduler is asked for the next time only; what happened is in the database."""

    def __init__(
        self,
        *,
        engine: Engine,
        store: Store,
        timetable: Timetable,
        shelf: Shelf,
        directory: Directory,
        clock: Clock,
    ) -> None:
        """Take the ports."""
        self._engine, self._store, self._timetable = engine, store, timetable
        self._shelf, self._directory, self._clock = shelf, directory, clock
        #: The versions whose schedules were written last.
        self._kept: dict[str, str] = {}

    def keep(self) -> None:
        """Write the schedules of the active playbooks into the database."""
        books = self._shelf.books()
        timings = [timing for book in books if (timing := self._timing(book))]
        for timing in timings:
            self._timetable.upsert_schedule(timing)
        self._timetable.retire([timing.id for timing in timings])
        self._kept = _versions(books)

    def _timing(self, playbook: Playbook) -> Timing | None:
        name, schedule = playbook.playbook, playbook.trigger.schedule
        if schedule is None:
            return None
        zone = schedule.zone or self._directory.company().zone
        return Timing(
            id=name,
            playbook=name,
            cron=schedule.cron,
            tz=zone,
            missed=schedule.missed,
            late=int(schedule.late),
            next_at=next_time(schedule.cron, zone, self._clock.now()),
        )

    def tick(self) -> None:
        """Fire what is due: at most one run per schedule and local wall time, however often it is called.

        First it follows the versions that people have activated, here or in another process.
        """
        if _versions(self._shelf.books()) != self._kept:
            self.keep()
        now = self._clock.now()
        for timing in self._timetable.due_schedules(now):
            self._fire(timing, now)

    def _fire(self, timing: Timing, now: datetime) -> None:
        latest = latest_time(timing, now)
        local = latest.astimezone(ZoneInfo(timing.tz)).strftime("%Y-%m-%dT%H:%M")
        following = next_time(timing.cron, timing.tz, now)
        behind = now - latest
        too_late = behind > timedelta(seconds=timing.late)
        if too_late or (timing.missed == "skip" and behind > PUNCTUAL):
            why = "skipped: it is too late to be of use"
            self._timetable.miss(timing, local, next_at=following, at=now, why=why)
            self._say_missed(timing, local, why, now)
            return
        refused = self._start(timing, local)
        first = self._timetable.fire(timing, local, next_at=following, at=now)
        if first and refused:
            self._say(timing, local, f"{local} did not start. {refused}", now)
        elif first and behind > PUNCTUAL:
            self._say_missed(timing, local, "running now", now)

    def _start(self, timing: Timing, local: str) -> str:
        """Start the run under a key made of schedule and wall time: asked for twice, it starts once.

        Return why it did not start; empty when it did.
        """
        answer = self._engine.handle(
            StartRun(
                actor=TIMER,
                key=f"{timing.id}@{local}",
                playbook=timing.playbook,
                trigger=f"schedule:{local}",
            )
        )
        return answer.error.sentence if isinstance(answer, Refused) else ""

    def _say_missed(self, timing: Timing, local: str, what: str, now: datetime) -> None:
        words = f"missed {local}, because Sayso was not running then; {what}."
        self._say(timing, local, words, now)

    def _say(self, timing: Timing, local: str, words: str, now: datetime) -> None:
        """Say it where the playbook lives: a schedule never stops silently."""
        company, playbook = self._directory.company(), self._shelf.get(timing.playbook)
        title, channel = (playbook.title, playbook.channel) if playbook else (timing.playbook, "")
        text = f"{title}: {words}"
        where = company.channel(channel or "general")
        subject = f"tell:schedule:{timing.id}:{local}"
        with self._store.transaction() as tx:
            tx.post([Post(subject=subject, channel=where, body={"text": text})], now)


def _versions(books: Sequence[Playbook]) -> dict[str, str]:
    return {book.playbook: book.version for book in books}


def next_time(cron: str, zone: str, after: datetime) -> datetime:
    """Return the first time after `after` (exclusive), as aware UTC.

    A wall time the clocks skip moves on by what they skip; one that comes twice is meant the first time.
    The calendar is asked in wall time alone: asked in a zone, it passes over days that begin with a gap.
    Raises `ValueError` for a line that never comes.
    """
    trigger = cast("Any", CronTrigger.from_crontab(cron, timezone=UTC))
    wall = after.astimezone(ZoneInfo(zone)).replace(tzinfo=UTC, fold=0)
    while True:
        found: datetime | None = trigger.get_next_fire_time(None, wall + timedelta(seconds=1))
        if found is None:
            msg = f"the schedule {cron!r} never comes"
            raise ValueError(msg)
        at = found.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
        if at > after:
            return at
        wall = found


def latest_time(timing: Timing, now: datetime) -> datetime:
    """Return the newest planned time that is not in the future: several missed ones are made up for once.

    Looks back from now, further each time, so that a year without the program costs no more than a day.
    """
    planned, back = timing.next_at or now, timedelta(minutes=1)
    while now - back > planned and next_time(timing.cron, timing.tz, now - back) > now:
        back *= 2
    latest = planned
    if now - back > planned:
        latest = next_time(timing.cron, timing.tz, now - back)
    while (following := next_time(timing.cron, timing.tz, latest)) <= now:
        latest = following
    return latest
