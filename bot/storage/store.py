"""The store: one transaction for what a command changed, what it put on the record and what must be shown."""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, case, delete, func, select

from bot.storage import alike, asked, assessments, counted, stands, turns, worksteps
from bot.storage.audit import AuditLog
from bot.storage.database import LOOK
from bot.storage.examples import Examples
from bot.storage.messages import Messages
from bot.storage.order import Holds
from bot.storage.readings import newest
from bot.storage.runs import Runs
from bot.storage.tables import document, draft, seen, switch
from bot.storage.upsert import unless_there
from workflows.errors import Altered, UnknownPlaybook
from workflows.ports import Kept, Switch
from workflows.run import Confidence
from workflows.trust.decided import RULED, WEIGHED

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Sequence
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from bot.storage.database import Database
    from workflows.basis.reading import Reading
    from workflows.delegation.inventory import Assessment
    from workflows.events import Entry
    from workflows.limits import Ask, Told
    from workflows.playbook import Playbook
    from workflows.ports import Asked, Clock, Hold, Ids, JsonObject, Post, StepState
    from workflows.run import Run
    from workflows.turn import Other

    #: Called inside the transaction that gave a run its due time.
    Wake = Callable[[Connection, str, datetime | None], None]

_SEEN = select(seen.c.reply).where(seen.c.ws == bindparam("ws"), seen.c.key == bindparam("key"))
_REMEMBER = unless_there(seen)
_SWITCHES = select(switch).where(switch.c.ws == bindparam("ws")).order_by(switch.c.scope)
_SWITCH_OFF = unless_there(switch)
_SWITCH_ON = delete(switch).where(
    switch.c.ws == bindparam("ws"), switch.c.scope == bindparam("scope")
)
_DOCUMENT = select(document.c.body).where(
    document.c.ws == bindparam("ws"), document.c.hash == bindparam("hash")
)
_KEEP = unless_there(document)
#: Kinds of text of which there are few and that are kept again and again.
_NAMED_OFTEN = ("playbook", "company", "reading")
# What a rule signed says nothing of what people accept, unless one of them found it wrong.
_executed = (draft.c.state == "executed") & (draft.c.end != "wrong")
_ACCEPTANCE = select(
    func.count().label("total"),
    func.coalesce(func.sum(case((_executed, draft.c.unchanged), else_=0)), 0).label("accepted"),
).where(
    draft.c.ws == bindparam("ws"),
    draft.c.agent == bindparam("agent"),
    draft.c.action == bindparam("action"),
    draft.c.state.in_(("executed", "rejected")),
    draft.c.end.not_in(sorted(RULED - WEIGHED)),
)


class SqlStore:
    """The database of one workspace, behind the port the engine uses."""

    def __init__(
        self,
        database: Database,
        *,
        wake: Wake,
        clock: Clock,
        ids: Ids,
        load: Callable[[str], Playbook],
        ws: str = "local",
        committed: Callable[[], None] = lambda: None,
    ) -> None:
        """Take the database; `wake` carries wake-ups, `load` reads a playbook's text as it was kept.

        `committed` is called after each commit, by the thread that made it.
        """
        self.database, self.clock, self.ids, self.ws = database, clock, ids, ws
        self._wake, self._load, self._committed = wake, load, committed
        self._playbooks: dict[str, Playbook] = {}
        # Texts that many turns name; what is in the database once need not be sent again.
        self._kept: frozenset[str] = frozenset()
        self._reading: tuple[int, Reading] | None = None

    @contextmanager
    def transaction(
        self, deadline: float | None = None, first: frozenset[Hold] = frozenset()
    ) -> Generator[SqlTx]:
        """Open a transaction that holds `first`, and waits at most `deadline` seconds for others.

        Raises `NotRecorded`.
        """
        with self.database.write(deadline) as connection:
            tx = SqlTx(connection, self, first)
            yield tx
            tx.show()
        self._kept |= tx.kept
        self._committed()

    @contextmanager
    def looking(self) -> Generator[SqlTx]:
        """Open one unchanging view; it waits for nobody. Raises `NotRecorded`."""
        with self.database.read(LOOK) as connection:
            yield SqlTx(connection, self)

    def has_kept(self, hash_: str) -> bool:
        """Whether a text that many turns name is surely there; it may be where this says no."""
        return hash_ in self._kept

    def poke(self, connection: Connection, run_id: str, at: datetime) -> None:
        """Carry the wake-up of a run that this transaction made due."""
        self._wake(connection, run_id, at)

    def wake(self, connection: Connection, run: Run) -> None:
        """Have a run looked at when it is due."""
        if run.due_at is not None:
            self._wake(connection, run.id, run.due_at)

    def playbook(self, connection: Connection, version: str) -> Playbook:
        """Return a kept playbook. A version is a content hash, so what was read once stays right."""
        if version not in self._playbooks:
            text = connection.execute(
                _DOCUMENT, {"ws": self.ws, "hash": version}
            ).scalar_one_or_none()
            if text is None:
                raise UnknownPlaybook(name=version, hint="")
            if hashlib.sha256(text.encode()).hexdigest() != version:
                raise Altered(version=version[:12])
            self._playbooks[version] = self._load(text)
        return self._playbooks[version]

    def reading(self, connection: Connection) -> Reading | None:
        """Return the newest reading of Slack. What was parsed once is used until there is a newer one."""
        self._reading = newest(connection, self.ws, self._reading)
        return self._reading[1] if self._reading else None


class SqlTx(Examples):
    """One transaction: all of it is saved or nothing."""

    def __init__(
        self, connection: Connection, store: SqlStore, first: frozenset[Hold] = frozenset()
    ) -> None:
        """Take the connection the transaction was begun on, and what it is to hold from its beginning."""
        super().__init__(connection, store.ws)
        self.connection, self._store = connection, store
        self._holds = Holds(connection, store.ws, first)
        self._runs = Runs(connection, store.ws, self._holds.take_run)
        self._messages = Messages(connection, store.ws, store.ids)
        self._audit = AuditLog(connection, store.ws, store.ids)
        #: Texts that were kept here and that many turns name.
        self.kept: set[str] = set()

    def seen(self, key: str) -> Kept | None:
        """Return the answer this command got before. Its double, at the same moment elsewhere, waits here."""
        self._holds.take("key", key)
        reply = self.connection.execute(_SEEN, {"ws": self._ws, "key": key}).scalar_one_or_none()
        return None if reply is None else Kept.model_validate(reply)

    def remember(self, key: str, kept: Kept, at: datetime) -> None:
        """Keep an answer for duplicates; the first one stays."""
        reply = kept.model_dump(mode="json")
        self.connection.execute(_REMEMBER, {"ws": self._ws, "key": key, "reply": reply, "at": at})

    def run(self, run_id: str) -> Run | None:
        """Return the run with its open or last draft, its row locked until commit."""
        return self._runs.load(run_id, lock=True)

    def run_of_draft(self, draft_id: str) -> Run | None:
        """Return the run a draft belongs to, locked, carrying that draft."""
        return self._runs.of_draft(draft_id, lock=True)

    def run_of_task(self, task_id: str) -> Run | None:
        """Return the run a task belongs to, locked."""
        return self._runs.of_task(task_id, lock=True)

    def others(self, playbook: str, once: str) -> Sequence[Other]:
        """Return the runs about the same, oldest first; nobody starts another until this is over."""
        return alike.others(self._holds, playbook, once)

    def never_again(self, run: Run) -> None:
        """Note that what a new run is about was started and is done only once; no erasure removes that."""
        alike.never_again(self.connection, run)

    def wake_queued(self, playbook: str, once: str, at: datetime) -> None:
        """Make the run due that waited longest until others about the same are over."""
        for run_id in alike.wake_queued(self._holds, playbook, once, at):
            self._store.poke(self.connection, run_id, at)

    def take_turn(self, name: str) -> None:
        """Count that somebody was asked first: the next one is another's turn."""
        turns.take(self._holds, name)

    def note_asks(self, asks: Iterable[Asked], at: datetime) -> None:
        """Note whom messages ask, for the next `Ask` of kind `asks`; the same twice is once."""
        asked.note(self.connection, self._ws, asks, at)

    def add(self, run: Run) -> bool:
        """Insert a new run; False when a run of this id exists."""
        added = self._runs.add(run)
        if added:
            self._store.wake(self.connection, run)
        return added

    def save(self, run: Run, *, expected_fence: int) -> None:
        """Write run, draft, revisions, signatures and task. Raises `Stale` when the fence has moved."""
        self._runs.save(run, expected_fence)
        self._store.wake(self.connection, run)

    def finish(self, run_id: str, seq: int, state: StepState, outcome: JsonObject) -> None:
        """Write what came of the step row of `seq`; a `failed` one may be begun again under its key."""
        worksteps.finish(self.connection, self._ws, run_id, seq, state=state, outcome=outcome)

    def append(self, entries: Iterable[Entry], at: datetime) -> None:
        """Chain audit entries."""
        self._holds.write()
        self._audit.append(entries, at)

    def post(self, posts: Iterable[Post], at: datetime) -> None:
        """Insert message rows to be shown; one that is there is drawn again."""
        self._messages.want(posts, at)

    def redraw(self, subjects: Iterable[str], at: datetime) -> None:
        """Ask for every message of these subjects to be drawn again; `home` is everybody's."""
        self._messages.want_again(subjects, at)

    def show(self) -> None:
        """Write the messages that are to be shown, at the end of the transaction."""
        self._messages.write()

    def switches(self) -> Sequence[Switch]:
        """Return what is switched off."""
        found = self.connection.execute(_SWITCHES, {"ws": self._ws})
        return [Switch(scope=row.scope, by=row.by, at=row.at) for row in found]

    def switch(self, scope: str, by: str | None, at: datetime) -> None:
        """Switch off (`by` a person) or on (None)."""
        named = {"ws": self._ws, "scope": scope}
        self.connection.execute(_SWITCH_ON, named)
        if by is not None:
            self.connection.execute(_SWITCH_OFF, {**named, "by": by, "at": at})

    def tell(self, ask: Ask) -> Told:
        """Count what a rule asks for; nobody changes that count until this is over."""
        return counted.tell(self._holds, ask)

    def silence(self, customer: str, by: str, at: datetime) -> bool:
        """Note that a customer, by the digest of the address, wants no messages; False when that is noted."""
        return counted.silence(self._holds, customer, by, at)

    def unsilence(self, customer: str) -> bool:
        """Forget that again; False when it was not noted."""
        return counted.unsilence(self._holds, customer)

    def wake_about(self, customer: str, at: datetime) -> None:
        """Make every run due that has a draft for this customer which has not left."""
        for run_id in counted.wake_about(self._holds, customer, at):
            self._store.poke(self.connection, run_id, at)

    def assessment(self, entry: str) -> Assessment | None:
        """Return what was stated last of a piece of work."""
        return assessments.newest(self.connection, self._ws, entry)

    def assessments(self) -> Sequence[Assessment]:
        """Return what was stated last of each piece of work on the inventory, by entry."""
        return assessments.listed(self.connection, self._ws)

    def assess(self, assessment: Assessment) -> bool:
        """Write a version of what is stated of a piece of work; False when that version is there."""
        return assessments.add(self.connection, self._ws, assessment)

    def wake_held(self, at: datetime) -> None:
        """Make every run due that waits for something to be resumed."""
        for run_id in alike.wake_held(self._holds, at):
            self._store.poke(self.connection, run_id, at)

    def reading(self) -> Reading | None:
        """Return what Slack said of the people here when it was last asked; None before the first time."""
        return self._store.reading(self.connection)

    def playbook(self, version: str) -> Playbook:
        """Return the playbook of this version. Raises `UnknownPlaybook` when it was never kept."""
        return self._store.playbook(self.connection, version)

    def keep(self, kind: str, text: str, hash_: str) -> None:
        """Keep a document under its content hash; the same twice is once."""
        if self._store.has_kept(hash_):
            return
        row = {"hash": hash_, "ws": self._ws, "kind": kind, "body": text}
        self.connection.execute(_KEEP, row)
        if kind in _NAMED_OFTEN:
            self.kept.add(hash_)

    def is_erased(self, hash_: str) -> bool:
        """Whether a document of this hash was kept and erased; another process may have done that just now."""
        return stands.is_blank(self.connection, self._ws, hash_)

    def stand(self, run_id: str, hash_: str) -> None:
        """Note that turns of a run stand on a kept text."""
        stands.note(self.connection, self._ws, run_id, hash_)

    def acceptance(self, agent: str, action: str) -> Confidence:
        """Return how many of this agent's carried out or rejected drafts went out as it wrote them."""
        named = {"ws": self._ws, "agent": agent, "action": action}
        row = self.connection.execute(_ACCEPTANCE, named).one()
        return Confidence(accepted=int(row.accepted), total=row.total)
