"""Deciding a run again from what the log says of it: the same commands on the same facts must give the same entries.

Nothing is written and nothing is asked outside. An entry whose body was erased is no difference: its header still has
to follow, and where what was asked is gone the rest can't be derived, which is said.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from workflows.action import Record
from workflows.commands import StartRun
from workflows.errors import Refusal
from workflows.events import Event
from workflows.limits import Untold
from workflows.machine import decide
from workflows.past.on_record import Asked, OnRecord, asked_in, unlike
from workflows.past.standing import Standing, differing
from workflows.run import Actor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workflows.basis.ground import Grounds
    from workflows.playbook import Playbook
    from workflows.turn import Decision

#: Entries of a run's chain that change nothing of the run.
ASIDE = frozenset({Event.PRESS_REFUSED, Event.MODEL_ANSWERED})
#: What a claim says of the run it was made on.
_CLAIMED = ("seq", "step", "state", "fence", "attempts")


class Turned(Record):
    """What was asked at one time, and where the run stood after it."""

    #: The place of its first entry.
    seq: int
    at: datetime
    #: The command: `Approve`; or `Claim`, a worker's lease.
    asked: str
    actor: Actor
    events: tuple[Event, ...]
    state: str
    step: str
    #: State of the newest draft; empty without one.
    draft: str = ""


class Place(Record):
    """An entry, and what is the matter with it. `seq` 0 is no entry: the rows of the database."""

    seq: int
    event: str
    problem: str

    @property
    def words(self) -> str:
        """As a person reads it."""
        return f"Entry {self.seq} ({self.event}): {self.problem}" if self.seq else self.problem


def replay(
    entries: Sequence[OnRecord],
    playbook: Playbook | None,
    grounds: Grounds,
    program: str = "",
) -> Replay:
    """Decide a run again: its entries in order, the playbook it is pinned to, what was kept of what they stand on.

    Without the playbook nothing can be derived. `program` is the version of the rules that decide now.
    """
    again = Replay(entries, playbook, grounds, program)
    again.walk()
    return again


class Replay:
    """One run decided again, as far as it goes."""

    def __init__(
        self,
        entries: Sequence[OnRecord],
        playbook: Playbook | None,
        grounds: Grounds,
        program: str,
    ) -> None:
        """Take what `replay` does; nothing is decided yet."""
        self._others = {ground.program for ground in grounds.companies.values()} - {program}
        self._entries, self._grounds = entries, grounds
        #: The version the run is pinned to; None where it is not kept.
        self.playbook = playbook
        self.turns: list[Turned] = []
        #: The first entry that does not follow from those before it.
        self.difference: Place | None = None
        #: The entry from which on nothing can be derived.
        self.gap: Place | None = None
        #: Where the run stands in the end, as far as it could be derived.
        self.standing = Standing()
        #: What was asked, turn by turn.
        self.asked: list[Asked] = []
        #: When the last turn had the run woken.
        self.due: datetime | None = None

    @property
    def erased(self) -> tuple[int, ...]:
        """Places of the entries whose bodies were erased."""
        return tuple(one.seq for one in self._entries if one.erased)

    @property
    def words(self) -> str:
        """What came of it, for a person."""
        parts: list[str] = []
        if self.difference:
            parts.append(f"Not the same. {self.difference.words}.")
            parts += [
                f"It was decided by version {other}, and rules may have changed since."
                for other in sorted(self._others)
            ]
        elif self.gap:
            parts.append(
                f"The same as far as it goes. From there on nobody can say: {self.gap.words}."
            )
        else:
            parts.append("The same.")
        if self.erased:
            named = ", ".join(str(seq) for seq in self.erased)
            parts.append(f"Bodies were erased of entries {named}; that is no difference.")
        return " ".join(parts)

    def compare(self, rows: Standing, *, erased: bool) -> None:
        """Compare the end with the rows of the database; `erased`: their texts are gone."""
        if self.difference or self.gap:
            return
        last = self._entries[-1].entry.event if self._entries else None
        timed = last is not Event.RUN_CLAIMED
        if said := self.standing.difference(rows, erased=erased, timed=timed):
            self.difference = Place(seq=0, event="", problem=f"In the database {said}")

    def walk(self) -> None:
        """Go through the entries, once, up to the first that differs."""
        n = 0
        while n < len(self._entries) and not self.difference:
            one = self._entries[n]
            if one.seq != n + 1:
                self._differs(one, _missing(n + 1))
            elif one.entry.event in ASIDE or self.gap:
                n += 1
            elif one.entry.event is Event.RUN_CLAIMED:
                self._claim(one)
                n += 1
            else:
                n += self._turn(n)

    def _differs(self, one: OnRecord, problem: str) -> None:
        self.difference = Place(seq=one.seq, event=one.entry.event, problem=problem)

    def _lacks(self, one: OnRecord, problem: str) -> None:
        self.gap = Place(seq=one.seq, event=one.entry.event, problem=problem)

    def _claim(self, one: OnRecord) -> None:
        head = one.entry.head
        self.standing.claimed(datetime.fromisoformat(str(head.get("until"))))
        run = self.standing.run
        values = run.model_dump(mode="json", include={*_CLAIMED}) if run else {}
        told = {name: value for name, value in head.items() if name in _CLAIMED}
        if said := differing(values, told):
            self._differs(one, f"its {said}")
            return
        self._turned(one, "Claim", one.entry.actor, [one])

    def _turn(self, n: int) -> int:
        """Decide one turn again; return how many entries it has."""
        one = self._entries[n]
        asked = self._asked(one)
        if asked is None or self.playbook is None:
            return 1
        decision = self._decided(one, asked)
        if decision is None:
            return 1
        found = self._entries[n : n + len(decision.entries)]
        for seq, (derived, told) in enumerate(zip(decision.entries, found, strict=False), n + 1):
            problem = unlike(derived, told, asked.facts.at) if told.seq == seq else _missing(seq)
            if problem:
                if told.mended:
                    self._lacks(told, "what no log can hold was replaced in it when it was written")
                else:
                    self._differs(told, problem)
                return len(found)
        if len(found) < len(decision.entries):
            following = decision.entries[len(found)].event
            self._differs(found[-1], f"{following} should follow it, and the record ends")
            return len(found)
        before = self.standing.run.step if self.standing.run else ""
        self.standing.take(decision)
        self.asked.append(replace(asked, step=before, due=self.due))
        self.due = self.standing.run.due_at if self.standing.run else None
        self._turned(one, type(asked.command).__name__, asked.command.actor, found)
        return len(found)

    def _asked(self, one: OnRecord) -> Asked | None:
        """Return what was asked, or None when it can't be known, which is noted."""
        body = one.entry.body
        facts = body.get("facts")
        if one.erased:
            self._lacks(one, "its body was erased, and with it what was asked")
        elif not isinstance(facts, dict) or "command" not in body:
            self._differs(one, "nothing that was asked leads to it")
        elif "ground" not in facts:
            self._lacks(one, "it was written before the company was kept with each turn")
        elif lacking := self._grounds.lacking(facts):
            self._lacks(one, lacking)
        elif self.playbook is None:
            self._lacks(one, "the playbook it is pinned to is not kept, or can't be read any more")
        else:
            return self._read(one)
        return None

    def _read(self, one: OnRecord) -> Asked | None:
        try:
            return asked_in(one.entry.body, self._grounds)
        except (ValueError, LookupError, TypeError):
            self._differs(one, "what it says was asked can't be read")
            return None

    def _decided(self, one: OnRecord, asked: Asked) -> Decision | None:
        starts = isinstance(asked.command, StartRun)
        if starts != (self.standing.run is None):
            self._differs(one, "a run is started once, by its first entry")
            return None
        run, playbook = self.standing.carrying(asked.command), self.playbook
        try:
            decision = decide(run, playbook, asked.command, asked.facts) if playbook else None
        except Refusal as refusal:
            self._differs(one, f"what was asked is refused: {refusal.sentence}")
            return None
        except Untold:
            self._lacks(one, "the rules of today count something that was not counted then")
            return None
        except Exception as error:  # noqa: BLE001 -- what was written over may lead rules anywhere
            self._differs(one, f"the rules can make nothing of what was asked ({error})")
            return None
        if decision is None or not decision.entries:
            self._differs(one, "nothing comes of what was asked")
            return None
        return decision

    def _turned(self, one: OnRecord, asked: str, actor: Actor, told: Sequence[OnRecord]) -> None:
        run, draft = self.standing.run, self.standing.newest
        turned = Turned(
            seq=one.seq,
            at=one.at,
            asked=asked,
            actor=actor,
            events=tuple(each.entry.event for each in told),
            state=run.state.value if run else "",
            step=run.step if run else "",
            draft=draft.state.value if draft else "",
        )
        self.turns.append(turned)


def _missing(seq: int) -> str:
    return f"entry {seq} should stand before it and is missing"
