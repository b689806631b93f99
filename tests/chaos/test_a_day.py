"""A day in the life of the sample company: twelve people, three hundred drafts, on a clock that waits for nobody.

`pytest -s -m chaos tests/chaos/test_a_day.py` prints what each was asked, how long drafts waited, and what was late.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from statistics import median, quantiles
from typing import TYPE_CHECKING

import pytest

from bot.jobs.telling import Telling
from bot.sample import write_sample
from bot.storage.asked import AskedRows
from bot.storage.audit_verify import verify
from tests.chaos.clock import dice
from tests.chaos.house import House, open_house
from tests.fakes.clock import FakeClock
from tests.fakes.connector import FakeConnector
from workflows.answers import Recorded
from workflows.commands import Approve, Edit, Reject, StartRun
from workflows.queue import waits_for
from workflows.run import SYSTEM, Actor, DraftState

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path
    from random import Random

    from workflows.commands import Command
    from workflows.company import Company, Person
    from workflows.run import Run

#: Eight in the morning in New York, on a Monday, until the same time on Tuesday.
BEGIN = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
DRAFTS, MINUTES = 300, 24 * 60
#: Starts come in the first nine hours.
OPEN = 9 * 60
#: Nobody is to be asked more often than this on one day: cards, reminders, digests and what is passed on.
MOST = 12
TEAMS = ("sales", "finance", "operations", "support", "marketing")
_PLAYBOOK = """\
playbook: {team}-note
title: A note of {team}
goal: Every note is sent on the day.
owner: {team}
channel: general
inputs: {{to: {{type: text, label: To}}}}
subject: "{{{{ inputs.to }}}}"
allow: [notes.send]
steps:
  - do: note
    action: notes.send
    with: {{to: "{{{{ inputs.to }}}}", note: Hello}}
    title: "Send a note to {{{{ inputs.to }}}}"
    approve: {{by: {team}, within: 4 work hours, assign: in turn, hold: 60 seconds, edit: [note]}}
"""


@dataclass
class Day:
    """What happened, counted while it did."""

    house: House
    clock: FakeClock
    chance: Random
    telling: Telling
    #: By person: the drafts that were theirs to decide first.
    theirs: Counter[str] = field(default_factory=Counter[str])
    pressed: Counter[str] = field(default_factory=Counter[str])
    #: When each person looks next.
    looks: dict[str, datetime] = field(default_factory=dict[str, datetime])

    @property
    def company(self) -> Company:
        """The company, as it is now."""
        return self.house.foundation.folder.company()

    def go_by(self) -> None:
        """Let a day pass, minute by minute."""
        starts = Counter(self.chance.randrange(OPEN) for _ in range(DRAFTS))
        for minute in range(MINUTES):
            for _ in range(starts[minute]):
                self._start()
            self._work()
            for person in self.company.people:
                if self._is_at_work(person):
                    self._look(person)
            self._work()
            self.telling.tick()
            self.clock.pass_by(minutes=1)

    def _start(self) -> None:
        team = self.chance.choices(TEAMS, weights=(4, 3, 2, 3, 1))[0]
        reply = self.handle(
            StartRun(
                actor=SYSTEM,
                playbook=f"{team}-note",
                inputs={"to": f"customer {self.chance.randrange(10**6)}"},
            )
        )
        assert isinstance(reply, Recorded)
        assert reply.run
        assert reply.run.draft
        self.theirs[reply.run.draft.assigned] += 1

    def _work(self) -> None:
        while self.house.core.advance():
            pass

    def _is_at_work(self, person: Person) -> bool:
        company, now = self.company, self.clock.at
        return company.door.is_open(now) and not company.is_away(person, now)

    def _look(self, person: Person) -> None:
        """Look into Home every half hour or so, and decide what one is asked for."""
        now = self.clock.at
        if self.looks.setdefault(person.id, now + timedelta(minutes=5)) > now:
            return
        self.looks[person.id] = now + timedelta(minutes=self.chance.randint(10, 60))
        for run in self.house.foundation.lookup.open_runs():
            mine = run.draft and run.draft.assigned in {person.id, ""}
            if waits_for(person.id, run, self.company, now) and (mine or _is_late(run)):
                self._decide(person, run)

    def _decide(self, person: Person, run: Run) -> None:
        assert run.draft
        about = {
            "actor": Actor.user(person.id),
            "draft_id": run.draft.id,
            "revision": run.draft.revision,
            "payload_hash": run.draft.current.payload_hash[:12],
        }
        self.pressed[person.id] += 1
        kind = self.chance.choices(("sign", "edit", "reject", "leave"), weights=(86, 6, 4, 4))[0]
        if kind == "edit":
            self.handle(Edit.model_validate({**about, "changes": {"note": "Hello again"}}))
            about["revision"] = run.draft.revision + 1
            about.pop("payload_hash")
        if kind in {"sign", "edit"}:
            self.handle(Approve.model_validate(about))
        if kind == "reject":
            self.handle(Reject.model_validate({**about, "reason": "not needed"}))

    @property
    def asked(self) -> Counter[tuple[str, date]]:
        """How often each was asked on each day of the company: by a card, a reminder, a digest, a late one."""
        found = AskedRows(self.house.foundation.store).asked(BEGIN)
        return Counter((person, at.astimezone(self.company.tz).date()) for person, at in found)

    def handle(self, command: Command) -> object:
        """Ask the engine."""
        return self.house.foundation.engine.handle(command)


def _is_late(run: Run) -> bool:
    return run.draft is not None and run.draft.escalated_at is not None


@pytest.fixture
def day(tmp_path: Path, seed: int) -> Day:
    """Return the sample company on a Monday; Noa is away and Lee stands in for her."""
    home = tmp_path / "company"
    write_sample(home, BEGIN.date())
    file = home / "company.yml"
    text = file.read_text(encoding="utf-8")
    away = "roles: [sales], away: [{from: 2026-11-23, to: 2026-11-24}], stand_in: U01LEE}"
    assert "title: Sales, roles: [sales]}" in text
    asks = f'asks: {{most: {MOST}, digest: ["09:30", "14:00", "16:30"]}}'
    text = text.replace("title: Sales, roles: [sales]}", f"title: Sales, {away}")
    file.write_text(f"{text}\n{asks}\n")
    for old in (home / "playbooks").glob("*.yml"):
        old.unlink()
    for team in TEAMS:
        (home / "playbooks" / f"{team}-note.yml").write_text(_PLAYBOOK.format(team=team))
    clock = FakeClock(BEGIN)
    notes = FakeConnector("notes", idempotency="key")
    house = open_house(home, clock, outside=[notes])
    foundation = house.foundation
    telling = Telling(
        engine=foundation.engine,
        asked=AskedRows(foundation.store),
        reading=foundation.lookup,
        directory=foundation.folder,
        clock=clock,
    )
    return Day(house=house, clock=clock, chance=dice(seed, "a day"), telling=telling)


def test_a_day_in_the_life(day: Day) -> None:
    """All that came in is decided or has expired in words, nobody is asked above the number, the log is whole."""
    day.go_by()
    runs = day.house.foundation.lookup.runs(limit=2 * DRAFTS)
    drafts = [run.draft for run in runs if run.draft]
    states = Counter(draft.state for draft in drafts)
    waits = sorted(_hours(day, draft.opened_at, s.at) for draft in drafts for s in draft.signatures)
    late = [draft for draft in drafts if draft.escalated_at]
    _tell(day, states, waits, len(late))
    assert len(drafts) == DRAFTS
    assert states.keys() <= {
        DraftState.EXECUTED,
        DraftState.REJECTED,
        DraftState.EXPIRED,
        DraftState.OPEN,
    }
    assert states[DraftState.EXECUTED] + states[DraftState.REJECTED] >= 0.9 * DRAFTS
    assert max(day.asked.values()) <= MOST
    assert max(day.theirs.values()) > 2 * MOST, "the number is put to a test"
    monday = BEGIN.date()
    assert day.asked["U01NOA", monday] == 0
    assert day.theirs["U01ANA"] == 0, "the owner is asked first for nothing"
    assert verify(day.house.foundation.database).ok


def _hours(day: Day, start: datetime, end: datetime) -> float:
    return day.company.door.between(start, end) / 3600


def _tell(day: Day, states: Counter[DraftState], waits: list[float], late: int) -> None:
    names = {person.id: person.name for person in day.company.people}
    said = [f"{DRAFTS} drafts, {len(day.company.people)} people, one day"]
    said += [
        f"  {names.get(who, who):15} {on:%a} asked {n:3} of {MOST}; decided {day.pressed[who]:3} in all"
        for (who, on), n in day.asked.most_common()
    ]
    said.append(
        f"  signed after {median(waits):.1f} working hours, 9 of 10 within {quantiles(waits, n=10)[-1]:.1f}"
    )
    said.append(
        f"  passed on, since it was late: {late}; {dict(sorted((s.value, n) for s, n in states.items()))}"
    )
    print("\n".join(said))  # noqa: T201 -- shown with -s
