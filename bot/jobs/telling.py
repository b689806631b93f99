"""Tells people at set times what was gathered for them, and on their return what was handled meanwhile."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Protocol
from zoneinfo import ZoneInfo

from workflows.asks.asking import DIGEST
from workflows.asks.asks import last_digest
from workflows.commands import TellReturned, TellWaiting
from workflows.policy import named
from workflows.queue import waits_for
from workflows.run import TIMER, DraftState

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from workflows.company import Company, Person
    from workflows.ports import Clock, Directory, Door
    from workflows.run import Run

#: Time between two looks at who is away.
PAUSE = timedelta(seconds=30)
#: A digest that is later than this is left to the next one.
LATE = timedelta(hours=1)


class Asked(Protocol):
    """Who was asked when, and who is away."""

    def last_digest(self, person: str) -> datetime | None:
        """Return when somebody was told last what was gathered for them."""
        ...

    def away(self) -> Mapping[str, datetime]:
        """Return who was found away, and since when."""
        ...

    def note_away(self, person: str, since: datetime) -> None:
        """Note that somebody is away; the first time stays."""
        ...

    def note_back(self, person: str) -> None:
        """Note that somebody is back."""
        ...


class Looking(Protocol):
    """What waits, and what was decided."""

    def open_runs(self) -> Sequence[Run]:
        """Return the runs whose draft waits for a person."""
        ...

    def handled(self, since: datetime) -> Sequence[Run]:
        """Return the runs whose drafts were signed or ended since then."""
        ...


class Telling:
    """Looks whenever it is ticked; the keys of its commands keep two processes from telling twice."""

    def __init__(
        self,
        *,
        engine: Door,
        asked: Asked,
        reading: Looking,
        directory: Directory,
        clock: Clock,
    ) -> None:
        """Take the ports; `directory` knows who is away by Slack too."""
        self._engine, self._asked, self._reading = engine, asked, reading
        self._directory, self._clock = directory, clock
        self._told: datetime | None = None
        self._next: datetime | None = None

    def tick(self) -> None:
        """Tell what it is time for."""
        company, now = self._directory.company(), self._clock.now()
        slot = last_digest(now, company)
        if slot and slot != self._told and now - slot < LATE:
            self._digests(company, slot, now)
            self._told = slot
        if self._next is None or now >= self._next:
            self._next = now + PAUSE
            self._returns(company, now)

    def _digests(self, company: Company, slot: datetime, now: datetime) -> None:
        gathered = [r for r in self._reading.open_runs() if r.draft and r.draft.shown_in == DIGEST]
        for person in company.people if gathered else ():
            if not company.works_here(person) or company.is_away(person, now):
                continue
            last = self._asked.last_digest(person.id)
            new = [
                run.draft.id
                for run in gathered
                if run.draft
                and run.draft.assigned in {"", person.id}
                and waits_for(person.id, run, company, now)
                and (last is None or run.draft.opened_at > last)
            ]
            if new:
                key = f"digest:{person.id}@{slot:%Y-%m-%dT%H:%M}"
                self._engine.handle(
                    TellWaiting(actor=TIMER, key=key, person=person.id, drafts=tuple(new))
                )

    def _returns(self, company: Company, now: datetime) -> None:
        known = self._asked.away()
        for person in company.people:
            since = known.get(person.id)
            if company.is_away(person, now):
                if since is None:
                    self._asked.note_away(person.id, _began(person, company, now))
            elif since and company.door.is_open(now):
                self._welcome(person, since, company)

    def _welcome(self, person: Person, since: datetime, company: Company) -> None:
        """Tell somebody once; nothing, where nothing was theirs."""
        theirs = [
            run.draft.id
            for run in self._reading.handled(since)
            if run.draft and _was_theirs(run, person, company)
        ]
        if theirs and company.works_here(person):
            key = f"back:{person.id}@{since:%Y-%m-%dT%H:%M:%S}"
            about = {"actor": TIMER, "key": key, "person": person.id, "since": since}
            self._engine.handle(TellReturned.model_validate({**about, "drafts": theirs}))
        self._asked.note_back(person.id)


def _began(person: Person, company: Company, now: datetime) -> datetime:
    """Return since when somebody is away: as company.yml says, else since we know."""
    zone = ZoneInfo(person.zone or company.zone)
    today = now.astimezone(zone).date()
    first = [each.first for each in person.away if each.first <= today <= each.last]
    return datetime.combine(min(first), time(), zone) if first else now


def _was_theirs(run: Run, person: Person, company: Company) -> bool:
    """Whether somebody else decided what this person could have, or it came to nothing."""
    draft = run.draft
    if draft is None or draft.state in {DraftState.OPEN, DraftState.REWRITING}:
        return False
    asked = draft.assigned in {"", person.id, person.stand_in}
    mine = person.id in draft.signers or (draft.ending and draft.ending.by.id == person.id)
    return asked and person.id in named(draft, company) and not mine
