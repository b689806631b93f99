"""The outside world on one page. Each port has a real implementation, a hand-written fake and one contract suite."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Literal, Protocol

from pydantic import JsonValue

from workflows.action import ActionSpec, Field, Record
from workflows.lessons.examples import Lesson
from workflows.run import Confidence, Evidence
from workflows.text import Untrusted

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from contextlib import AbstractContextManager

    from workflows.answers import Answer
    from workflows.basis.reading import Reading
    from workflows.commands import Command, Drafted
    from workflows.company import Company
    from workflows.delegation.inventory import Assessment
    from workflows.events import Entry
    from workflows.lessons.examples import Example, Taught
    from workflows.limits import Ask, Told
    from workflows.playbook import Playbook
    from workflows.run import Compensation, Outcome, Run, SignedDraft
    from workflows.trust.decided import Decided, FailedRun
    from workflows.trust.stages import Footing, Origin
    from workflows.turn import Other
    from workflows.versions.version import Active, Proposal

#: A JSON object.
JsonObject = dict[str, JsonValue]


#: What a transaction holds until its end, so that others wait: a kind and a name.
Hold = tuple[str, str]


class Unheld(Exception):
    """Somebody holds what this transaction wants out of its turn: begin again, holding all of this first."""

    def __init__(self, first: frozenset[Hold]) -> None:
        """Take what is to be held."""
        self.first = first
        super().__init__(sorted(first))


class Clock(Protocol):
    """What time it is. Everything that waits asks this and nothing else."""

    def now(self) -> datetime:
        """Return the time as an aware UTC datetime."""
        ...


class Calendar(Protocol):
    """Which days are public holidays."""

    def holidays(self, country: str, region: str, first: date, last: date) -> Sequence[date] | None:
        """Return those of a country, or of a part of it, between two days; None for a place there is not."""
        ...


class Ids(Protocol):
    """Where new ids come from."""

    def new(self) -> str:
        """Return a new UUIDv7."""
        ...


class Post(Record):
    """A message Slack should show: a row, drawn from its subject. One post per subject and channel."""

    #: `draft:<id>`, `kpi:<run>`, `tell:<run>:<step>`, `home:<person>`, `run:<id>`, `proposal:<id>`.
    subject: str
    channel: str
    thread_ts: str = ""
    #: What cannot be looked up from the subject: the text to say.
    body: JsonObject = {}


class Asked(Record):
    """Somebody who is asked to decide something by a message."""

    subject: str
    person: str


class Finding(Record):
    """What `check` or `doctor` found: what, why and the fix."""

    ok: bool
    what: str
    why: str = ""
    fix: str = ""
    #: The connector it is about; empty for everything else.
    connector: str = ""


class ReadSpec(Record):
    """Something a connector can read."""

    name: str
    title: str
    fields: tuple[Field, ...]


class Found(Record):
    """What was read, where, and how old it is."""

    value: JsonValue
    #: `table.quotes/Q-1043`
    source: str
    read_at: datetime | None = None


class Preview(Record):
    """What an action would do, in lines for a person, before anything is done."""

    lines: tuple[str, ...]
    warnings: tuple[str, ...] = ()


class Connector(Protocol):
    """An adapter to one outside system. It carries out signed bytes and holds the only credentials."""

    @property
    def name(self) -> str:
        """The first half of its action names: `mail`."""
        ...

    @property
    def actions(self) -> tuple[ActionSpec, ...]:
        """What it can carry out."""
        ...

    @property
    def reads(self) -> tuple[ReadSpec, ...]:
        """What it can read."""
        ...

    def check(self) -> tuple[Finding, ...]:
        """Say whether it would work now, without changing anything outside."""
        ...

    def read(self, name: str, params: JsonObject) -> Found:
        """Read; `name` is the full name, `table.find`. Raises `ConnectorError`."""
        ...

    def preview(self, action: str, payload: JsonObject) -> Preview:
        """Say what executing would do. Raises `ConnectorError` when it could not be done."""
        ...

    def execute(self, signed: SignedDraft) -> Outcome:
        """Carry out exactly the signed bytes. Never raises for the outside system's sake: it says `unknown`."""
        ...

    def lookup(self, signed: SignedDraft) -> Outcome | None:
        """Return what came of an earlier try under the same key, or None when there is no trace of it."""
        ...

    def undo(self, signed: SignedDraft, outcome: Outcome) -> Compensation | None:
        """Return the action that would undo it, or None when nothing can."""
        ...


class DraftRequest(Record):
    """Everything an agent is shown, frozen. It is stored under its hash with what the agent wrote."""

    agent: str
    playbook: str
    version: str
    run_id: str
    #: What is asked for: an action's open fields, or a summary.
    action: str
    #: The fields the agent may write, typed.
    writes: tuple[Field, ...]
    #: Fields already fixed from records; shown to the agent, never written by it.
    fixed: JsonObject
    #: Records by step name. Their text is data, never instructions.
    records: JsonObject
    sources: dict[str, str]
    #: Facts the playbook states from records, with their source.
    facts: tuple[Evidence, ...] = ()
    company: str
    currency: str
    today: str
    #: The person's reason when an earlier draft was rejected.
    rejected: str = ""
    #: What a person wants different in the agent's last text; empty unless it writes again.
    wish: Untrusted = Untrusted("")
    #: That text: the fields it may write, as they stand. Data like the records.
    last: JsonObject = {}
    #: How people changed this agent's earlier texts, without those cases' values. Data like the records.
    examples: tuple[Lesson, ...] = ()
    accepted: Confidence = Confidence()


class NotDrafted(Record):
    """No draft, and why: a person takes over."""

    kind: Literal["refused", "truncated", "invalid", "unavailable", "over-budget", "needs-input"]
    problem: str


class Drafter(Protocol):
    """Writes text for the open fields of a request. It can't act: it has no store, connector or Slack."""

    def draft(self, request: DraftRequest) -> Drafted | NotDrafted:
        """Return the draft or why there is none; never raises for what a model did."""
        ...


class ModelCall(Record):
    """One attempt at a model: what was sent (by hash), what came back, what it cost."""

    run_id: str
    agent: str
    model: str
    prompt_version: str
    attempt: int
    outcome: str
    answer: Untrusted = Untrusted("")
    response_id: str = ""
    tokens_in: int = 0
    tokens_out: int = 0
    cost_micros: int = 0


class Ledger(Protocol):
    """What models may cost and did cost, per playbook and day, in millionths of a US dollar."""

    def reserve(self, playbook: str, micros: int) -> str | None:
        """Put the worst case aside; return a reservation id, or None when the day's budget is spent."""
        ...

    def settle(self, reservation: str, call: ModelCall) -> None:
        """Replace a reservation by what it really cost and put the call on the record."""
        ...


#: A step row: begun, known to have happened, known not to have happened, or nobody knows.
StepState = Literal["intent", "done", "failed", "uncertain"]


class Switch(Record):
    """Something that is switched off."""

    scope: str
    by: str
    at: datetime


class Kept(Record):
    """The answer a command got, kept so that its duplicate gets the same."""

    kind: Literal["recorded", "refused"]
    run_id: str = ""
    sentence: str = ""
    code: str = ""


class Door(Protocol):
    """The engine, as whoever asks sees it: the one way to change anything."""

    def handle(self, command: Command, deadline: float | None = None) -> Answer:
        """Decide and save within `deadline` seconds. Raises `NotRecorded`; then nothing was done."""
        ...


class Looking(Protocol):
    """What can be looked up without changing anything."""

    def switches(self) -> Sequence[Switch]:
        """Return what is switched off. Raises when it can't be read: then everything counts as off."""
        ...

    def reading(self) -> Reading | None:
        """Return what Slack said of the people here when it was last asked; None before the first time."""
        ...

    def playbook(self, version: str) -> Playbook:
        """Return the playbook of this version, as it was when a run was pinned to it."""
        ...

    def acceptance(self, agent: str, action: str) -> Confidence:
        """Return how many of this agent's drafts of this action went out unchanged."""
        ...

    def example(self, example_id: str) -> Example | None:
        """Return an example, removed or not."""
        ...

    def taught(
        self, agent: str = "", limit: int = ..., among: Collection[str] | None = None
    ) -> Sequence[Taught]:
        """Return the examples (of an agent) that are not removed and whose texts are still kept, newest first.

        `among`: of these ids alone.
        """
        ...

    def active(self, name: str) -> Active | None:
        """Return which version of a playbook is active; None when there is no such playbook."""
        ...

    def actives(self) -> Sequence[Active]:
        """Return the active version of every playbook, by name."""
        ...

    def proposal(self, proposal_id: str) -> Proposal | None:
        """Return a proposal."""
        ...

    def newest_proposal(self, playbook: str) -> Proposal | None:
        """Return the newest proposal of a playbook."""
        ...

    def assessment(self, entry: str) -> Assessment | None:
        """Return what was stated last of a piece of work, also where it was taken off the inventory."""
        ...

    def assessments(self) -> Sequence[Assessment]:
        """Return what was stated last of each piece of work on the inventory, by entry."""
        ...

    def filed(self, playbook: str) -> str:
        """Return the version a playbook's file said when any process last looked; empty where none ever did."""
        ...

    def decided(self, playbook: str, since: datetime, most: int) -> Sequence[Decided]:
        """Return what became of a playbook's drafts opened since then, the newest first, at most so many."""
        ...

    def failed_runs(self, playbook: str, since: datetime, most: int) -> Sequence[FailedRun]:
        """Return which of a playbook's runs could not go on since then, each once, the last first, at most so many."""
        ...

    def drafted_by(self, agent: str, since: datetime, most: int) -> Sequence[Decided]:
        """Return the same of an agent's drafts, in whichever playbook."""
        ...

    def decided_by(self, person: str, since: datetime, most: int) -> Sequence[Decided]:
        """Return what somebody decided since then, the newest first, at most so many."""
        ...

    def first_draft(self, playbook: str) -> datetime | None:
        """Return when a playbook's first draft was opened; None before."""
        ...

    def footing(self, playbook: str) -> Footing | None:
        """Return the stage a playbook was moved to; None where nobody moved it."""
        ...

    def footings(self) -> Sequence[Footing]:
        """Return the stage of every playbook that was moved, by name."""
        ...

    def origin(self, playbook: str, version: str, step: str, agent: str) -> Origin | None:
        """Return where the newest draft came from that an agent wrote for a step of this version; None without one."""
        ...


class Tx(Looking, Protocol):
    """One transaction: all of it is saved or nothing. Every method may raise `Unheld`: see bot/storage/order.py."""

    def seen(self, key: str) -> Kept | None:
        """Return the answer this command got before."""
        ...

    def remember(self, key: str, kept: Kept, at: datetime) -> None:
        """Keep an answer for duplicates, for seven days."""
        ...

    def run(self, run_id: str) -> Run | None:
        """Return the run with its open or last draft, its row locked until commit."""
        ...

    def run_of_draft(self, draft_id: str) -> Run | None:
        """Return the run a draft belongs to, locked, carrying that draft."""
        ...

    def run_of_task(self, task_id: str) -> Run | None:
        """Return the run a task belongs to, locked, carrying that task."""
        ...

    def others(self, playbook: str, once: str) -> Sequence[Other]:
        """Return the runs about the same, oldest first; nobody starts another until this is over."""
        ...

    def never_again(self, run: Run) -> None:
        """Note that what a new run is about was started and is done only once; no erasure removes that."""
        ...

    def wake_queued(self, playbook: str, once: str, at: datetime) -> None:
        """Make the run due that waited longest until others about the same are over; nobody starts one meanwhile."""
        ...

    def take_turn(self, name: str) -> None:
        """Count one more of that name, for the next `Ask` of kind `turns`."""
        ...

    def note_asks(self, asks: Iterable[Asked], at: datetime) -> None:
        """Note whom messages ask, for the next `Ask` of kind `asks`; the same twice is once."""
        ...

    def add(self, run: Run) -> bool:
        """Insert a new run; False when a run of this id exists."""
        ...

    def save(self, run: Run, *, expected_fence: int) -> None:
        """Write run, draft, revisions, signatures and task. Raises `Stale` when the fence has moved."""
        ...

    def finish(self, run_id: str, seq: int, state: StepState, outcome: JsonObject) -> None:
        """Write what came of the step row of `seq`; a `failed` one may be begun again under its key."""
        ...

    def append(self, entries: Iterable[Entry], at: datetime) -> None:
        """Chain audit entries."""
        ...

    def post(self, posts: Iterable[Post], at: datetime) -> None:
        """Insert message rows to be shown."""
        ...

    def redraw(self, subjects: Iterable[str], at: datetime) -> None:
        """Ask for every message of these subjects to be drawn again."""
        ...

    def switch(self, scope: str, by: str | None, at: datetime) -> None:
        """Switch off (`by` a person) or on (None)."""
        ...

    def tell(self, ask: Ask) -> Told:
        """Count what a rule asks for; nobody changes that customer's or person's count until this is over."""
        ...

    def silence(self, customer: str, by: str, at: datetime) -> bool:
        """Note that a customer, by the digest of the address, wants no messages; False when that is noted."""
        ...

    def unsilence(self, customer: str) -> bool:
        """Forget that again; False when it was not noted."""
        ...

    def teach(self, example: Example) -> None:
        """Write an example, or how it was switched; what was counted of it stays."""
        ...

    def showed(self, examples: Iterable[str]) -> None:
        """Count that a draft was written with these examples."""
        ...

    def wake_about(self, customer: str, at: datetime) -> None:
        """Make every run due that has a draft for this customer which has not left."""
        ...

    def choose_alone(self) -> bool:
        """Let nobody else choose versions until this is over; True where nothing was ever active or proposed."""
        ...

    def activate(self, active: Active) -> None:
        """Write which version of a playbook is active."""
        ...

    def propose(self, proposal: Proposal) -> None:
        """Write a proposal, or what became of it."""
        ...

    def assess(self, assessment: Assessment) -> bool:
        """Write a version of what is stated of a piece of work; False when that version is there."""
        ...

    def file(self, playbook: str, version: str, at: datetime) -> None:
        """Write which version a playbook's file says."""
        ...

    def place(self, footing: Footing) -> None:
        """Write the stage a playbook stands at."""
        ...

    def wake_held(self, at: datetime) -> None:
        """Make every run due that waits for something to be resumed: at work, holding or queued, with no due time."""
        ...

    def keep(self, kind: str, text: str, hash_: str) -> None:
        """Keep a document (playbook, context, company, reading) under its content hash; the same twice is once."""
        ...

    def is_erased(self, hash_: str) -> bool:
        """Whether a document of this hash was kept and erased."""
        ...

    def stand(self, run_id: str, hash_: str) -> None:
        """Note that turns of a run stand on a kept text: it is erased with the last run that does."""
        ...


class Store(Protocol):
    """Where the truth is kept."""

    def transaction(
        self, deadline: float | None = None, first: frozenset[Hold] = frozenset()
    ) -> AbstractContextManager[Tx]:
        """Open a transaction that holds `first` from its beginning; it waits for others at most `deadline` seconds.

        Raises `NotRecorded`.
        """
        ...

    def looking(self) -> AbstractContextManager[Looking]:
        """Open one unchanging view; it waits for nobody. Raises `NotRecorded`."""
        ...


class Shelf(Protocol):
    """The playbooks that can be started now."""

    def get(self, name: str) -> Playbook | None:
        """Return the active version of a playbook; None where there is none that can be used."""
        ...

    def books(self) -> Sequence[Playbook]:
        """Return the active version of every playbook that can be used, by name."""
        ...


class Directory(Protocol):
    """Who works here."""

    def company(self) -> Company:
        """Return the company: for rules as its file says, for people as Slack saw it last."""
        ...
