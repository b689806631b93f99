"""The database in memory: one transaction at a time, all of it saved or nothing."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Lock
from typing import TYPE_CHECKING, Literal

from tests.fakes.rows import Rows
from workflows.action import Money
from workflows.errors import NotRecorded, Stale, Unsure
from workflows.events import Entry, Event
from workflows.lessons.examples import LOOKED_THROUGH, Example, Taught
from workflows.limits import Ask, Card, Guest, Told
from workflows.playbook import Playbook
from workflows.ports import Asked, Hold, JsonObject, Kept, Post, StepState, Switch, Unheld
from workflows.run import Confidence, Draft, DraftState, Run, RunState
from workflows.trust.decided import Decided, FailedRun, decided
from workflows.trust.segments import accepted
from workflows.trust.stages import Footing, Maker, Origin
from workflows.turn import Other

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Generator, Iterable, Sequence

    from workflows.basis.reading import Reading
    from workflows.delegation.inventory import Assessment
    from workflows.versions.version import Active, Proposal

#: A draft in one of these can still lead to an effect; a run has at most one of them.
LIVE = {
    DraftState.OPEN,
    DraftState.SIGNED,
    DraftState.HOLDING,
    DraftState.EXECUTING,
    DraftState.UNCERTAIN,
}


#: States of a draft that was signed and has left, or will.
GOES = (LIVE - {DraftState.OPEN}) | {DraftState.EXECUTED}


def _from_json(source: str) -> Playbook:
    return Playbook.model_validate_json(source)


class FakeStore:
    """The `Store` port. `rows` is what is committed; a test reads it and never writes it."""

    def __init__(self, *, parse: Callable[[str], Playbook] = _from_json) -> None:
        self.rows = Rows()
        #: What `acceptance` answers.
        self.accepted = Confidence()
        #: What `reading` answers.
        self.read: Reading | None = None
        #: Fail at the n-th call within the next transaction, to test that nothing is half saved.
        self.fail_at = 0
        #: What becomes of the next transactions: the connection breaks `before` or `after` the commit, or is `gone`.
        self.breaks: list[Literal["before", "after", "gone"]] = []
        #: How a playbook is read back from its text.
        self.parse = parse
        self._writer = Lock()
        #: What somebody else holds, for whoever does not begin with it.
        self.elsewhere: frozenset[Hold] = frozenset()

    @contextmanager
    def transaction(
        self, deadline: float | None = None, first: frozenset[Hold] = frozenset()
    ) -> Generator[FakeTx]:
        breaks = self.breaks.pop(0) if self.breaks else ""
        if breaks == "gone" or not self._writer.acquire(
            timeout=-1 if deadline is None else deadline
        ):
            raise NotRecorded
        try:
            if self.elsewhere - first:
                raise Unheld(self.elsewhere)
            tx = FakeTx(self.rows.copied(), self)
            yield tx
            if breaks == "before":
                raise Unsure
            self.rows = tx.rows
            if breaks:
                raise Unsure
        finally:
            self._writer.release()

    @contextmanager
    def looking(self) -> Generator[FakeTx]:
        yield FakeTx(self.rows.copied(), self)

    def parsed(self, source: str) -> Playbook:
        """Read a playbook back from its text."""
        return self.parse(source)

    def claim(self, now: datetime, lease: float = 60.0) -> list[Run]:
        """Claim every due run as workers do: a new fence, a lease, an intent for a work step."""
        with self.transaction() as tx:
            due = [run for run in tx.rows.runs.values() if run.due_at and run.due_at <= now]
            return [tx.claimed(run, now + timedelta(seconds=lease)) for run in due]

    @property
    def entries(self) -> list[Entry]:
        """The audit log, oldest first."""
        return [entry for entry, _ in self.rows.entries]

    def run(self, run_id: str) -> Run:
        """Return a run as it stands, carrying its newest draft."""
        run = self.rows.with_draft(self.rows.runs[run_id], self.rows.newest_draft(run_id))
        assert run is not None
        return run


def _is_queued(run: Run) -> bool:
    return run.state is RunState.WAITING and not run.step


class FakeTx:
    """The `Tx` port over a snapshot."""

    def __init__(self, rows: Rows, store: FakeStore) -> None:
        self.rows, self._store = rows, store
        self._calls = 0

    def _count(self) -> None:
        self._calls += 1
        if self._calls == self._store.fail_at:
            raise NotRecorded

    def seen(self, key: str) -> Kept | None:
        self._count()
        return self.rows.seen.get(key)

    def remember(self, key: str, kept: Kept, at: datetime) -> None:
        self._count()
        assert at.tzinfo is not None
        self.rows.seen[key] = kept

    def run(self, run_id: str) -> Run | None:
        self._count()
        return self.rows.with_draft(self.rows.runs.get(run_id), self.rows.newest_draft(run_id))

    def run_of_draft(self, draft_id: str) -> Run | None:
        self._count()
        draft = self.rows.drafts.get(draft_id)
        return self.rows.with_draft(self.rows.runs[draft.run_id], draft) if draft else None

    def run_of_task(self, task_id: str) -> Run | None:
        task = self.rows.tasks.get(task_id)
        run = self.run(task.run_id) if task else None
        return run.model_copy(update={"task": task}) if run else None

    def others(self, playbook: str, once: str) -> Sequence[Other]:
        self._count()
        return [
            Other(
                id=run.id,
                ended=run.state.ended,
                begun=not _is_queued(run),
                in_vain=run.state is RunState.FAILED and self.rows.newest_draft(run.id) is None,
                created_at=run.created_at,
            )
            for run in self._about(playbook, once)
        ]

    def _about(self, playbook: str, once: str) -> list[Run]:
        before = {run for *about, run in self.rows.only_once if about == [playbook, once]}
        runs = self.rows.runs.values()
        same = [r for r in runs if (r.playbook, r.once) == (playbook, once) or r.id in before]
        return sorted(same, key=lambda run: (run.created_at, run.id))

    def never_again(self, run: Run) -> None:
        self._count()
        self.rows.only_once.append((run.playbook, run.once, run.id))

    def wake_queued(self, playbook: str, once: str, at: datetime) -> None:
        self._count()
        for run in [run for run in self._about(playbook, once) if _is_queued(run)][:1]:
            self._write(run.model_copy(update={"due_at": at}))

    def take_turn(self, name: str) -> None:
        self._count()
        self.rows.turns[name] = self.rows.turns.get(name, 0) + 1

    def note_asks(self, asks: Iterable[Asked], at: datetime) -> None:
        self._count()
        for each in asks:
            self.rows.asks.setdefault((each.subject, each.person), at)

    def add(self, run: Run) -> bool:
        self._count()
        if run.id in self.rows.runs:
            return False
        self._write(run)
        return True

    def save(self, run: Run, *, expected_fence: int) -> None:
        self._count()
        if self.rows.runs[run.id].fence != expected_fence:
            raise Stale
        self._write(run)

    def finish(self, run_id: str, seq: int, state: StepState, outcome: JsonObject) -> None:
        self._count()
        self.rows.steps[run_id, seq] = (state, outcome)

    def append(self, entries: Iterable[Entry], at: datetime) -> None:
        self._count()
        self.rows.entries.extend((entry, at) for entry in entries)

    def post(self, posts: Iterable[Post], at: datetime) -> None:
        self._count()
        assert at.tzinfo is not None
        for post in posts:
            self.rows.posts.setdefault((post.subject, post.channel), post)

    def redraw(self, subjects: Iterable[str], at: datetime) -> None:
        self._count()
        assert at.tzinfo is not None
        self.rows.redrawn.extend(subjects)

    def switches(self) -> Sequence[Switch]:
        self._count()
        return tuple(self.rows.switches.values())

    def reading(self) -> Reading | None:
        return self._store.read

    def switch(self, scope: str, by: str | None, at: datetime) -> None:
        self._count()
        self.rows.switches.pop(scope, None)
        if by is not None:
            self.rows.switches[scope] = Switch(scope=scope, by=by, at=at)

    def tell(self, ask: Ask) -> Told:
        self._count()
        counted: dict[str, Callable[[Ask], Told]] = {
            "silent": lambda ask: Told(count=int(ask.customer in self.rows.silent)),
            "failed": lambda ask: Told(count=int(self._has_failed(ask.work))),
            "turns": lambda ask: Told(count=self.rows.turns.get(ask.turn, 0)),
            "known": self._known,
            "accepted": self._accepted,
            "beside": self._beside,
            "guests": self._guests,
            "signed": self._signed,
        }
        if ask.kind in {"asks", "digests"}:
            return Told(each=tuple(self._asked(person, ask) for person in ask.people))
        return counted[ask.kind](ask)

    def _known(self, ask: Ask) -> Told:
        done = [d for d in self.rows.drafts.values() if d.state is DraftState.EXECUTED]
        return Told(count=int(ask.customer in {d.customer for d in done}))

    def _accepted(self, ask: Ask) -> Told:
        assert ask.alike
        assert ask.since
        drafts = self.drafted_by(ask.alike.maker.agent, ask.since, 1_000)
        return Told(acceptance=accepted(drafts, ask.alike))

    def _signed(self, ask: Ask) -> Told:
        found = [draft for draft in self.rows.drafts.values() if self._counts(draft, ask)]
        sums: Counter[str] = Counter()
        for draft in found:
            if draft.amount:
                sums[draft.amount.currency] += abs(draft.amount.minor)
        totals = (Money(minor=minor, currency=name) for name, minor in sums.items() if minor)
        return Told(count=len(found), sums=tuple(totals))

    def _has_failed(self, work: str) -> bool:
        drafts = [draft for draft in self.rows.drafts.values() if draft.key == work]
        runs = [self.rows.runs[draft.run_id] for draft in drafts]
        return any(self.rows.steps.get((r.id, r.seq), ("", {}))[0] == "failed" for r in runs)

    def _asked(self, person: str, ask: Ask) -> int:
        assert ask.since
        return sum(
            at >= ask.since and (ask.kind == "asks" or subject.startswith("digest:"))
            for (subject, who), at in self.rows.asks.items()
            if who == person
        )

    def _beside(self, ask: Ask) -> Told:
        drafts = self.rows.drafts.values()
        cards = [
            Card(
                draft=draft.id,
                by=(draft.assigned,) if draft.assigned else draft.needs.by,
                others=sum(other.shown_in == draft.id for other in drafts),
            )
            for draft in reversed(drafts)
            if draft.customer == ask.customer
            and draft.id != ask.besides
            and draft.state is DraftState.OPEN
            and draft.address
            and not draft.undoes
            and self._places(f"draft:{draft.id}") == [ask.channel]
        ]
        return Told(cards=tuple(cards[:5]))

    def _places(self, subject: str) -> list[str]:
        return sorted(channel for name, channel in self.rows.posts if name == subject)

    def _guests(self, ask: Ask) -> Told:
        card = f"draft:{ask.host}"
        guests = (
            Guest(draft=d.id, channel=where, thread_ts=self.rows.posts[card, where].thread_ts)
            for d in self.rows.drafts.values()
            if d.shown_in == ask.host
            for where in self._places(card)
        )
        return Told(guests=tuple(guests))

    def _counts(self, draft: Draft, ask: Ask) -> bool:
        at, playbook = draft.signed_at, self.rows.runs[draft.run_id].playbook
        return (
            draft.id != ask.besides
            and draft.state in GOES
            and at is not None
            and draft.action in ask.actions
            and (ask.since is None or at >= ask.since)
            and (ask.before is None or at < ask.before)
            and ask.customer in {"", draft.customer}
            and ask.playbook in {"", playbook}
            and (not ask.person or ask.person in draft.signers)
        )

    def silence(self, customer: str, by: str, at: datetime) -> bool:
        self._count()
        assert at.tzinfo is not None
        if customer in self.rows.silent:
            return False
        self.rows.silent[customer] = by
        return True

    def unsilence(self, customer: str) -> bool:
        self._count()
        return self.rows.silent.pop(customer, None) is not None

    def wake_about(self, customer: str, at: datetime) -> None:
        self._count()
        for draft in [*self.rows.drafts.values()]:
            waits = draft.state in {DraftState.OPEN, DraftState.HOLDING}
            if waits and customer in {draft.customer, draft.address} - {""}:
                run = self.rows.runs[draft.run_id]
                self._write(run.model_copy(update={"due_at": at}))

    def active(self, name: str) -> Active | None:
        self._count()
        return self.rows.actives.get(name)

    def actives(self) -> Sequence[Active]:
        self._count()
        return [self.rows.actives[name] for name in sorted(self.rows.actives)]

    def proposal(self, proposal_id: str) -> Proposal | None:
        self._count()
        return self.rows.proposals.get(proposal_id)

    def newest_proposal(self, playbook: str) -> Proposal | None:
        self._count()
        ours = [each for each in self.rows.proposals.values() if each.playbook == playbook]
        return max(ours, key=lambda each: (each.found_at, each.id), default=None)

    def decided(self, playbook: str, since: datetime, most: int) -> Sequence[Decided]:
        self._count()
        found = [one for one in self._left() if one.playbook == playbook]
        return [one for one in found if one.opened_at >= since][:most]

    def failed_runs(self, playbook: str, since: datetime, most: int) -> Sequence[FailedRun]:
        self._count()
        last: dict[str, datetime] = {
            entry.chain.removeprefix("run:"): at
            for entry, at in self.rows.entries
            if entry.event is Event.RUN_FAILED and at >= since
        }
        ours = [run for name in last if (run := self.rows.runs[name]).playbook == playbook]
        found = [FailedRun(run_id=run.id, version=run.version, at=last[run.id]) for run in ours]
        return sorted(found, key=lambda one: (one.at, one.run_id), reverse=True)[:most]

    def drafted_by(self, agent: str, since: datetime, most: int) -> Sequence[Decided]:
        self._count()
        found = [one for one in self._left() if one.maker.agent == agent]
        return [one for one in found if one.opened_at >= since][:most]

    def decided_by(self, person: str, since: datetime, most: int) -> Sequence[Decided]:
        self._count()
        found = [one for one in self._left() if one.by == person and one.at and one.at >= since]
        return sorted(found, key=lambda one: (one.at, one.draft_id), reverse=True)[:most]

    def first_draft(self, playbook: str) -> datetime | None:
        self._count()
        ours = [one.opened_at for one in self._left() if one.playbook == playbook]
        return min(ours, default=None)

    def _left(self) -> list[Decided]:
        """Return what became of every draft, the newest first."""
        runs = self.rows.runs
        found = [decided(draft, runs[draft.run_id]) for draft in self.rows.drafts.values()]
        return sorted(found, key=lambda one: (one.opened_at, one.draft_id), reverse=True)

    def footing(self, playbook: str) -> Footing | None:
        self._count()
        return self.rows.footings.get(playbook)

    def footings(self) -> Sequence[Footing]:
        self._count()
        return [self.rows.footings[name] for name in sorted(self.rows.footings)]

    def origin(self, playbook: str, version: str, step: str, agent: str) -> Origin | None:
        self._count()
        for draft in reversed(self.rows.drafts.values()):
            run, author = self.rows.runs[draft.run_id], draft.author
            its = run.playbook, run.version, draft.step, author.agent
            if its == (playbook, version, step, agent):
                made = {"agent": agent, "model": author.model}
                maker = Maker(**made, prompt_version=author.prompt_version)
                return Origin(maker=maker, examples=draft.learnt)
        return None

    def place(self, footing: Footing) -> None:
        self._count()
        self.rows.footings[footing.playbook] = footing

    def choose_alone(self) -> bool:
        self._count()
        return not (self.rows.actives or self.rows.proposals)

    def activate(self, active: Active) -> None:
        self._count()
        self.rows.actives[active.playbook] = active

    def propose(self, proposal: Proposal) -> None:
        self._count()
        self.rows.proposals[proposal.id] = proposal

    def example(self, example_id: str) -> Example | None:
        self._count()
        return self.rows.examples.get(example_id)

    def taught(
        self, agent: str = "", limit: int = LOOKED_THROUGH, among: Collection[str] | None = None
    ) -> Sequence[Taught]:
        self._count()
        kept = [one for one in self.rows.examples.values() if one.state != "removed"]
        kept = [one for one in kept if among is None or one.id in among]
        kept.sort(key=lambda one: (one.at, one.id), reverse=True)
        return [self._taught(one) for one in kept if agent in {"", one.agent}][:limit]

    def _taught(self, example: Example) -> Taught:
        run, draft = self.rows.runs[example.run_id], self.rows.drafts[example.id]
        written = {revision.n: revision.payload for revision in draft.revisions}
        return Taught(
            example=example,
            version=run.version,
            before=written[example.before_n],
            after=written[example.after_n],
            known={"subject": run.subject.raw, "inputs": run.inputs, "results": run.results},
        )

    def teach(self, example: Example) -> None:
        self._count()
        before = self.rows.examples.get(example.id)
        shown = before.shown if before else example.shown
        self.rows.examples[example.id] = example.model_copy(update={"shown": shown})

    def showed(self, examples: Iterable[str]) -> None:
        self._count()
        for name in examples:
            one = self.rows.examples[name]
            self.rows.examples[name] = one.model_copy(update={"shown": one.shown + 1})

    def assessment(self, entry: str) -> Assessment | None:
        self._count()
        ours = [one for one in self.rows.assessments.values() if one.entry == entry]
        return max(ours, key=lambda one: one.n, default=None)

    def assessments(self) -> Sequence[Assessment]:
        entries = sorted({entry for entry, _ in self.rows.assessments})
        found = [self.assessment(entry) for entry in entries]
        return [one for one in found if one and one.listed]

    def assess(self, assessment: Assessment) -> bool:
        self._count()
        key = (assessment.entry, assessment.n)
        if key in self.rows.assessments:
            return False
        self.rows.assessments[key] = assessment
        return True

    def filed(self, playbook: str) -> str:
        self._count()
        return self.rows.filed.get(playbook, "")

    def file(self, playbook: str, version: str, at: datetime) -> None:
        self._count()
        assert at.tzinfo is not None
        self.rows.filed[playbook] = version

    def wake_held(self, at: datetime) -> None:
        self._count()
        for run in [*self.rows.runs.values()]:
            held = run.state in {RunState.WORKING, RunState.HOLDING} or _is_queued(run)
            if held and run.due_at is None:
                self._write(run.model_copy(update={"due_at": at}))

    def playbook(self, version: str) -> Playbook:
        self._count()
        kind, source = self.rows.documents[version]
        assert kind == "playbook"
        return self._store.parsed(source).model_copy(update={"version": version, "source": source})

    def keep(self, kind: str, text: str, hash_: str) -> None:
        self._count()
        self.rows.documents.setdefault(hash_, (kind, text))

    def is_erased(self, hash_: str) -> bool:
        self._count()
        return self.rows.documents.get(hash_, ("", "kept"))[1] == ""

    def stand(self, run_id: str, hash_: str) -> None:
        self._count()
        self.rows.stands.add((run_id, hash_))

    def acceptance(self, agent: str, action: str) -> Confidence:
        assert agent
        assert action
        self._count()
        return self._store.accepted

    def claimed(self, run: Run, until: datetime) -> Run:
        """Take a run for a worker."""
        taken = run.model_copy(
            update={"fence": run.fence + 1, "attempts": run.attempts + 1, "due_at": until}
        )
        self.rows.runs[run.id] = taken
        if run.state is RunState.WORKING:
            self.rows.steps[run.id, run.seq] = ("intent", {})
        found = self.rows.with_draft(taken, self.rows.newest_draft(run.id))
        assert found is not None
        return found

    def _write(self, run: Run) -> None:
        if run.draft:
            self._write_draft(run.draft)
        if run.task:
            self.rows.tasks[run.task.id] = run.task
        self.rows.runs[run.id] = run

    def _write_draft(self, draft: Draft) -> None:
        """Revisions and signatures are only ever added, and a run has one live draft."""
        before = self.rows.drafts.get(draft.id)
        if before:
            assert draft.revisions[: len(before.revisions)] == before.revisions
            assert draft.signatures[: len(before.signatures)] == before.signatures
        self.rows.drafts[draft.id] = draft
        of_run = [d for d in self.rows.drafts.values() if d.run_id == draft.run_id]
        assert sum(d.state in LIVE for d in of_run) <= 1, "a run has two live drafts"
