"""A play of several processes, from its first press to its last effect, and what is left of it to be judged."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from bot.storage.audit_export import export_jsonl
from bot.storage.audit_verify import verify, verify_file
from tests.chaos import outsider
from tests.chaos.checker import Ack, Case, Effect
from tests.chaos.house import journals
from tests.chaos.processes import Actor, cast, wait_for
from tests.chaos.storm import Stage, press, work

if TYPE_CHECKING:
    from collections.abc import Generator

CLIENTS = ("left", "right")
_UNDER_WAY = "select count(*) from run where state in ('working', 'holding')"


class Play:
    """Two workers carry out what two clients press."""

    def __init__(self, stage: Stage, presses: int) -> None:
        self.stage, self.presses = stage, presses
        stage.house().foundation.close()
        self.workers = [Actor(work, stage) for _ in range(2)]
        self.clients = [Actor(press, stage, name, presses // len(CLIENTS)) for name in CLIENTS]

    @contextmanager
    def going_on(self) -> Generator[None]:
        """Let it go on; whoever lives at the end is killed once everything is carried out."""
        with cast([*self.workers, *self.clients]):
            yield
            patience = 120 + self.presses * 0.02
            wait_for(lambda: self.under_way() == 0, patience, "the last effects", 0.1)

    @property
    def is_begun(self) -> bool:
        """Whether everybody is at work: who starts while the database is away may give up, and says so."""
        working = len(list(self.stage.path.glob("working-*"))) >= len(self.workers)
        return working and all(Ack.read(self.stage.history(name)) for name in CLIENTS)

    @property
    def is_through(self) -> bool:
        """Whether every client has pressed all it has to."""
        return all(self.stage.curtain(name).exists() for name in CLIENTS)

    @property
    def fallen(self) -> bool:
        """Whether somebody ended before the end of the play."""
        through = [self.stage.curtain(name).exists() for name in CLIENTS]
        clients = zip(self.clients, through, strict=True)
        return not all(each.alive for each in self.workers) or any(
            not each.alive and not done for each, done in clients
        )

    @property
    def progress(self) -> str:
        """How far the clients are."""
        counts = [len(Ack.read(self.stage.history(name))) for name in CLIENTS]
        return f"{sum(counts)} acks of {self.presses} presses and their doubles"

    def under_way(self) -> int:
        """Count the runs that are still being worked on."""
        return outsider.value(self.stage.database, _UNDER_WAY)

    def case(self) -> Case:
        """Return everything that is left."""
        kept = journals(self.stage.path)
        return Case(
            acks=[ack for name in CLIENTS for ack in Ack.read(self.stage.history(name))],
            effects=[effect for journal in kept.values() for effect in Effect.read(journal)],
            database=self.stage.database,
            doubtful=["by-none.send"],
        )

    def assert_verified(self) -> None:
        """The program's own verification agrees, in the database and in an export that has left it."""
        foundation, export = self.stage.house().foundation, self.stage.path / "audit.jsonl"
        with export.open("w") as out:
            export_jsonl(foundation.database, out)
        assert verify(foundation.database, against=export).ok
        assert verify_file(export).ok
        foundation.close()
