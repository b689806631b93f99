"""What the processes of the kill test do: workers carry out, clients press and write down each acknowledgement."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.jobs.embedded import Embedded
from tests.chaos.checker import Ack
from tests.chaos.clock import FastClock, dice
from tests.chaos.house import KINDS, OWNER, SALES, connectors, open_house
from tests.chaos.outsider import is_sqlite
from tests.chaos.processes import wait_for
from workflows.answers import Recorded, Refused
from workflows.commands import Approve, Edit, Reject, StartRun, Undo
from workflows.errors import NotRecorded

if TYPE_CHECKING:
    from random import Random

    from tests.chaos.house import House
    from workflows.answers import Answer
    from workflows.commands import Command
    from workflows.engine import Engine

#: Runs one client has under way at a time; it goes on with any of them.
AT_ONCE = 12
#: Presses delivered a second time, at some later moment.
TWICE = 0.1
#: Seconds of the machine's clock a connector takes: enough to be killed in the middle.
SLOW = 0.02


@dataclass(frozen=True, kw_only=True)
class Stage:
    """Where the play takes place; every process is given the same."""

    home: str
    database: str
    began: float
    rate: float
    seed: int

    @property
    def path(self) -> Path:
        """The folder with the company, the database, the journals and the histories."""
        return Path(self.home)

    @property
    def clock(self) -> FastClock:
        """The time everybody agrees on."""
        return FastClock(self.began, self.rate)

    def house(self, **ports: Any) -> House:
        """Put the program together, as every process of the play does."""
        return open_house(self.path, self.clock, database_url=self.database, **ports)

    def history(self, name: str) -> Path:
        """Return where a client writes down what was acknowledged."""
        return self.path / f"acks-{name}.jsonl"

    def curtain(self, name: str) -> Path:
        """Return the file that says that a client is through."""
        return self.path / f"through-{name}"


def work(stage: Stage) -> None:
    """Carry out what is signed, until killed."""
    slow = connectors(stage.path, lambda _key, _try: "slow", SLOW)
    # Threads of its own on a file; on PostgreSQL what the program takes there itself.
    own = Embedded(workers=2, poll=0.05) if is_sqlite(stage.database) else None
    house = stage.house(outside=slow, carrier=own)
    (stage.path / f"working-{os.getpid()}").touch()
    house.foundation.carrier.serve(house.core, threading.Event())


@dataclass
class Script:
    """What one client does with one run, and how far it is. The same seed writes the same script."""

    name: str
    kinds: tuple[str, ...]
    playbook: str
    people: tuple[int, ...]
    run: str = ""
    draft: str = ""
    n: int = 1
    acks: list[Ack] = field(default_factory=list[Ack])

    def key(self, at: int) -> str:
        """Return the key of one press: the same on every delivery."""
        return f"{self.name}:{at}"

    def command(self, at: int) -> Command:
        """Return one press as it is sent."""
        kind, actor, key = self.kinds[at], SALES[self.people[at]], self.key(at)
        if kind == "start":
            return StartRun(
                actor=OWNER, key=key, playbook=self.playbook, inputs={"to": self.name[:40]}
            )
        about: dict[str, Any] = {
            "actor": actor,
            "key": key,
            "draft_id": self.draft,
            "revision": self.n,
        }
        if kind == "edit":
            return Edit(**about, changes={"note": f"{self.name} {at}"})
        if kind == "reject":
            return Reject(**about, reason="not needed")
        return Approve(**about) if kind == "approve" else Undo(**about)

    def ack(self, reply: Answer) -> Ack:
        """Return what the answer to the next press says, for the history."""
        kind, actor = self.kinds[self.at], SALES[self.people[self.at]].id
        about = Ack(key=self.key(self.at), kind=kind, actor=actor, draft=self.draft, n=self.n)
        answered = answered_as(about, reply)
        run = reply.run if isinstance(reply, Recorded) else None
        if kind == "start" and run and run.draft:
            return replace(answered, run=run.id, draft=run.draft.id)
        return replace(answered, run=self.run, n=self.n + (kind == "edit"))

    def take(self, ack: Ack) -> None:
        """Go on after an acknowledgement."""
        if ack.answer == "recorded":
            self.run, self.draft = ack.run, ack.draft
            self.n = ack.n + (ack.kind == "undo")
        self.acks.append(ack)

    @property
    def at(self) -> int:
        """Which press is next."""
        return len(self.acks)

    @property
    def over(self) -> bool:
        """Whether nothing is left to press."""
        return self.at >= len(self.kinds)


def scripts(stage: Stage, client: str, presses: int) -> list[Script]:
    """Write what a client does: so many presses on as many runs as that takes."""
    chance = dice(stage.seed, client)
    written: list[Script] = []
    while presses > 0:
        kinds = ("start", *_middle(chance))[:presses]
        presses -= len(kinds)
        people = tuple(chance.randrange(len(SALES)) for _ in kinds)
        playbook = f"note-{chance.choice(KINDS)}"
        name = f"{client}:{len(written)}"
        written.append(Script(name=name, kinds=kinds, playbook=playbook, people=people))
    return written


def _middle(chance: Random) -> tuple[str, ...]:
    edits = ("edit",) * chance.randrange(4)
    end = chance.choices(
        (("approve",), ("reject",), ("approve", "undo", "approve"), ("approve", "approve")),
        weights=(60, 15, 15, 10),
    )
    return (*edits, *end[0])


def press(stage: Stage, client: str, presses: int) -> None:
    """Press until through; killed and started again, go on after the last acknowledgement on the disk."""
    foundation = stage.house().foundation
    engine = foundation.engine
    plays, before = scripts(stage, client, presses), Ack.read(stage.history(client))
    _remember(plays, before)
    chance = dice(stage.seed, client, len(before))
    handle = os.open(stage.history(client), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    _cut(handle, stage.history(client))
    while open_ones := [play for play in plays if not play.over][:AT_ONCE]:
        play = chance.choice(open_ones)
        ack = play.ack(_delivered(engine, play, play.at))
        _write(handle, ack)
        play.take(ack)
        if chance.random() < TWICE:
            again = chance.choice([each for each in plays if each.acks])
            at = chance.randrange(again.at)
            _write(handle, answered_as(again.acks[at], _delivered(engine, again, at)))
    foundation.close()
    stage.curtain(client).touch()


def answered_as(about: Ack, reply: Answer) -> Ack:
    """Return an acknowledgement of the same press with this answer."""
    if isinstance(reply, Refused):
        return replace(about, answer="refused", said=reply.error.sentence)
    assert isinstance(reply, Recorded), reply
    return replace(about, answer="recorded", said=reply.sentence)


def _remember(plays: list[Script], acks: list[Ack]) -> None:
    by_key = {ack.key: ack for ack in acks}
    for play in plays:
        while not play.over and (ack := by_key.get(play.key(play.at))):
            play.take(ack)


def _cut(handle: int, path: Path) -> None:
    """Drop a line a kill cut off, so that the next one starts afresh."""
    written = path.read_bytes()
    os.ftruncate(handle, written.rfind(b"\n") + 1)


def _delivered(engine: Engine, play: Script, at: int) -> Answer:
    """Deliver a press until it is answered."""
    replies: list[Answer] = []

    def handled() -> bool:
        try:
            replies.append(engine.handle(play.command(at), 2.0))
        except NotRecorded:
            return False
        return True

    wait_for(handled, 30, f"an answer to {play.key(at)}")
    return replies[0]


def _write(handle: int, ack: Ack) -> None:
    os.write(handle, ack.line())
    os.fsync(handle)
