"""Two workspaces in one database: everything one of them can do, with its own ids and with the other's."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from io import StringIO
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from bot.storage.audit_export import export_jsonl
from bot.storage.audit_formats import export_cloudevents, export_csv, export_ocsf
from bot.storage.audit_search import Filters, search
from bot.storage.cards import Cards
from bot.storage.claims import Claims
from bot.storage.database import open_database
from bot.storage.inbox import Inbox
from bot.storage.ledger import SqlLedger
from bot.storage.outbox import OutboxRows
from bot.storage.queue import Queue
from bot.storage.readings import Readings
from bot.storage.store import SqlStore
from bot.storage.tables import metadata
from bot.storage.timetable import Timetable, Timing
from tests.fakes.clock import MONDAY, FakeClock
from tests.unit.bot.storage.records import ANA, draft, entry, run, signature, task
from workflows.basis.reading import Account, Reading
from workflows.errors import Altered, UnknownPlaybook
from workflows.limits import Ask
from workflows.playbook import Playbook
from workflows.ports import Kept, ModelCall, Post
from workflows.run import DraftState
from workflows.text import Untrusted

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.storage.database import Database
    from workflows.run import Run

#: Names both workspaces use: they must not meet.
SHARED = ("everything", "key-1", "Ev1", "schedule-1", "follow-up")
LATER = MONDAY + timedelta(days=30)


@dataclass
class Names:
    """Ids that sort in the order they were drawn, and tell whose they are."""

    owner: str
    drawn: int = 0

    def new(self) -> str:
        self.drawn += 1
        return f"{self.drawn:06d}-{self.owner}"


@dataclass
class Tenant:
    """A workspace at work. Its name stands in every text it writes, so that a leak is seen."""

    url: str
    ws: str
    runs: list[str] = field(default_factory=list[str])

    def __post_init__(self) -> None:
        """Open its view of the database."""
        self.database: Database = open_database(self.url, self.ws)
        self.names = Names(self.ws)
        self.store = SqlStore(
            self.database,
            wake=lambda *_: None,
            clock=FakeClock(),
            ids=self.names,
            load=Playbook.model_validate_json,
            ws=self.ws,
        )
        self.rows, self.cards, self.queue = self._looks()
        self.readings = Readings(self.store)
        self.claims, self.inbox = Claims(self.store), Inbox(self.store)
        self.table, self.ledger = Timetable(self.store), SqlLedger(self.store, daily_micros=1000)

    def _looks(self) -> tuple[OutboxRows, Cards, Queue]:
        return OutboxRows(self.store), Cards(self.store), Queue(self.store)

    def close(self) -> None:
        self.database.close()

    # --- What it can do. Each takes the id of a run, its own or the other's. ---

    def start(self, _: str) -> object:
        """Start a run with a draft, a signature, a task, entries, a message and a card."""
        run_id = self.names.new()
        self.runs.append(run_id)
        named = {"ws": self.ws, "subject": Untrusted(self.ws), "why": self.ws}
        begun = run(run_id, playbook="follow-up", **named)
        opened = draft(f"draft-{run_id}", run_id, title=Untrusted(self.ws))
        whole = opened.model_copy(update={"signatures": (signature(opened),)})
        owed = task(f"task-{run_id}", run_id)
        complete = begun.model_copy(update={"draft": whole, "task": owed})
        with self.store.transaction() as tx:
            tx.add(begun)
            tx.save(complete, expected_fence=0)
            tx.append([entry(chain=f"run:{run_id}", body={"who": self.ws})], MONDAY)
            tx.append([entry(chain="playbook:follow-up", body={"who": self.ws})], MONDAY)
            subjects = (f"draft:draft-{run_id}", "home:U-ANA")
            posts = [Post(subject=s, channel="C1", body={"who": self.ws}) for s in subjects]
            tx.post(posts, MONDAY)
            tx.keep("card", self.ws, f"hash-{run_id}")
        return self.load(run_id)

    def load(self, run_id: str) -> object:
        """Look for a run by all the ways that lead to it."""
        with self.store.transaction() as tx:
            found = [tx.run(run_id), tx.run_of_draft(f"draft-{run_id}")]
            found.append(tx.run_of_task(f"task-{run_id}"))
        return found

    def save(self, run_id: str) -> object:
        """Save a run as if it were ours."""
        with self.store.transaction() as tx:
            tx.save(self._made(run_id), expected_fence=0)
        return None

    def _made(self, run_id: str) -> Run:
        return run(run_id, ws=self.ws, why="taken over", step="taken")

    def smuggle(self, run_id: str) -> object:
        """Save a run of ours that carries a draft and a task of whoever the run belongs to."""
        parts = {
            "draft": draft(f"draft-{run_id}", run_id, state=DraftState.EXECUTED),
            "task": task(f"task-{run_id}", run_id, state="done"),
        }
        with self.store.transaction() as tx:
            mine = tx.run(self.runs[0])
            assert mine is not None
            tx.save(mine.model_copy(update=parts), expected_fence=mine.fence)
        return None

    def add(self, run_id: str) -> object:
        """Start a run under an id that may be taken."""
        with self.store.transaction() as tx:
            return tx.add(self._made(run_id))

    def redraw(self, run_id: str) -> object:
        """Ask for messages to be drawn again, everybody's home among them."""
        with self.store.transaction() as tx:
            tx.redraw([f"draft:draft-{run_id}", "home"], LATER)
        return None

    def switch(self, _: str) -> object:
        """Switch everything off or on, and wake what was held."""
        with self.store.transaction() as tx:
            off = bool(tx.switches())
            tx.switch("everything", None if off else "U-ANA", MONDAY)
            tx.wake_held(MONDAY)
            tx.wake_queued("quote-follow-up", "Q-1", MONDAY)
            return tx.switches()

    def remember(self, _: str) -> object:
        """Keep an answer under a key the other has too."""
        with self.store.transaction() as tx:
            tx.remember("key-1", Kept(kind="recorded", sentence=self.ws), MONDAY)
            return tx.seen("key-1")

    def keep(self, run_id: str) -> object:
        """Keep a text under a hash the other may have, and look for the other's."""
        with self.store.transaction() as tx:
            tx.keep("context", "the same text", "hash-shared")
        return [self.cards.text(f"hash-{run_id}"), self._playbook(f"hash-{run_id}")]

    def _playbook(self, version: str) -> object:
        try:
            return self.queue.playbook(version)
        except UnknownPlaybook:
            return None
        except Altered:  # our own card, whose text is no playbook
            return None

    def work(self, run_id: str) -> object:
        """Claim what is due, also by name, and renew."""
        named = self.claims.claim(LATER, run_id=run_id)
        return [*named, *self.claims.claim(LATER, limit=3), self.claims.renew(run_id, 1, LATER)]

    def show(self, run_id: str) -> object:
        """Claim messages, show them, find copies of the other's card."""
        claimed = list(self.rows.claim_messages(LATER, 5))
        for one in claimed:
            self.rows.shown(one, ts="1.5", drawing=f"hash-{self.ws}", channel="C1")
        held = self.rows.messages_of(f"draft:draft-{run_id}")
        if run_id in self.runs:
            self.rows.adopt(f"draft:draft-{run_id}", "C1", "7.7")
        return [*claimed, *held, self.cards.shown(f"draft-{run_id}", "C1", "1.5")]

    def ask_slack(self, _: str) -> object:
        """Take the turn to ask Slack, keep what it said, and look at what is kept."""
        claimed = self.readings.claim(LATER)
        account = Account(id=self.ws, away=self.ws)
        self.readings.keep(Reading(at=LATER, accounts=(account,)), claimed)
        self.readings.hint(LATER)
        with self.store.transaction() as tx:
            tx.take_turn("letter")
            return [self.readings.newest(), tx.tell(Ask(kind="turns", turn="letter"))]

    def event(self, _: str) -> object:
        """Keep an event under an id the other has too, deal with it, and forget the old ones."""
        self.inbox.store_event("Ev1", {"who": self.ws})
        waiting = self.inbox.unhandled()
        self.inbox.handled("Ev1")
        self.inbox.forget(MONDAY - timedelta(days=7))
        return waiting

    def spend(self, run_id: str) -> object:
        """Spend of a budget the other has too."""
        spent = self.ledger.reserve("follow-up", 400)
        call = ModelCall(
            run_id=run_id if run_id in self.runs else "",
            agent="writer",
            model="m",
            prompt_version="p",
            attempt=1,
            outcome="ok",
        )
        if spent:
            self.ledger.settle(spent, call)
        return self.ledger.spent("follow-up")

    def fire(self, _: str) -> object:
        """Keep a schedule the other has too, let it fire, retire it."""
        timing = Timing(
            id="schedule-1", playbook="follow-up", cron="0 8 * * 1", tz="UTC", next_at=MONDAY
        )
        self.table.upsert_schedule(timing)
        self.table.fire(
            timing, f"2026-11-23T08:{self.names.drawn % 60:02d}", next_at=None, at=MONDAY
        )
        self.table.retire(())
        return [*self.table.schedules(), *self.table.due_schedules(LATER)]

    def look(self, run_id: str) -> object:
        """Look through the log, the queue and the runs."""
        queue, who = self.queue, ANA.id
        found: list[object] = [
            *search(self.database, Filters(), ws=self.ws),
            *search(self.database, Filters(run=run_id), ws=self.ws),
            queue.run(run_id),
            queue.run_of_draft(f"draft-{run_id}"),
            queue.draft(f"draft-{run_id}"),
            queue.run_of_task(f"task-{run_id}"),
        ]
        lists = (queue.open_runs(), queue.active(), queue.runs(), queue.runs_of(who))
        lists = (*lists, queue.tasks_of(who), queue.switches())
        return [*found, *(one for many in lists for one in many)]

    def export(self, _: str) -> object:
        """Write the log to a file, for people and for programs."""
        written: list[str] = []
        for export in (export_jsonl, export_csv, export_ocsf, export_cloudevents):
            out = StringIO()
            export(self.database, out)
            written.append(out.getvalue())
        return written

    def finish(self, run_id: str) -> object:
        """Report on a step as if it were ours."""
        with self.store.transaction() as tx:
            tx.finish(run_id, 1, "done", {"who": self.ws})
        return None


#: Every one of them.
ACTS: tuple[Callable[[Tenant, str], object], ...] = (
    Tenant.start, Tenant.load, Tenant.save, Tenant.smuggle, Tenant.add, Tenant.redraw, Tenant.switch,
    Tenant.remember, Tenant.keep, Tenant.work, Tenant.show, Tenant.event, Tenant.spend,
    Tenant.fire, Tenant.look, Tenant.export, Tenant.finish, Tenant.ask_slack,
)  # fmt: skip


def everything_of(database: Database, ws: str) -> dict[str, list[Any]]:
    """Return every row of a workspace; `database` must see every one."""
    found: dict[str, list[Any]] = {}
    with database.read() as connection:
        for name in metadata.tables:
            query = text(f"SELECT * FROM {name} WHERE ws = :ws")  # noqa: S608 -- names of our tables
            rows = connection.execute(query, {"ws": ws})
            found[name] = sorted(repr(tuple(row)) for row in rows)
    return found
