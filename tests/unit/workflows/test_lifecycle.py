"""One draft's life under any order of presses, reports, timers, duplicates and old cards."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.unit.workflows.builders import (
    ADA,
    ANA,
    AUTHOR,
    BEN,
    CEM,
    DORA,
    EVE,
    GIL,
    INA,
    OLGA,
    done,
    due,
    house,
    playbook,
)
from workflows.answers import FieldErrors, Refused
from workflows.commands import (
    Approve,
    CancelRun,
    Command,
    Drafted,
    Due,
    Edit,
    Executed,
    Failed,
    Later,
    OnDraft,
    OpenEdit,
    OpenReject,
    Pause,
    Redraft,
    Reject,
    Resolve,
    Resume,
    StepDone,
    Undo,
)
from workflows.errors import NotSigned, Stale
from workflows.events import Entry, Event
from workflows.run import Compensation, DraftState, Outcome, RunState, SignedDraft
from workflows.text import Untrusted

if TYPE_CHECKING:
    from workflows.answers import Answer as Reply
    from workflows.run import Actor, Draft, Revision, Run

#: A refund Ana asks for: two sign; above 500.00 USD the owner may be one of them and sales may not.
BOOK = playbook(
    {
        "draft": "refund",
        "agent": "writer",
        "action": "pay.refund",
        "with": {"amount": "100.00 USD"},
        "writes": ["invoice"],
        "title": "Refund Jo",
        "amount": "100.00 USD",
        "approve": {
            "by": ["sales", "finance"],
            "quorum": 2,
            "above": [{"amount": "500.00 USD", "by": ["finance", "owner"], "quorum": 2}],
            "edit": ["invoice", "amount"],
        },
        "still": "truth.holds",
    }
)
BELOW, ABOVE = {"U-BEN", "U-CEM", "U-DORA"}, {"U-CEM", "U-DORA", "U-OLGA"}
STAFF = (ANA, BEN, CEM, DORA, OLGA, ADA)
#: Mostly those who may, so that lives get somewhere.
ANYBODY = st.sampled_from((*STAFF, BEN, CEM, DORA, CEM, DORA, CEM, DORA, GIL, INA, EVE))
#: How many cards earlier than the newest one a press is: mostly none.
CARDS = st.sampled_from([0, 0, 0, 0, 0, 1, 2, 3])
SELDOM = st.integers(0, 5).map(lambda n: n == 5)
CHANGES = st.sampled_from(
    [
        {"invoice": "I-2"},
        {"invoice": "I-3"},
        {"amount": "500.01 USD"},
        {"amount": "90.00 USD"},
        {"amount": "90"},
        {"fee": "1.00 USD"},
        {},
    ]
)
#: `stayed` is one that is known not to have happened, `retryable` one whose answer was lost under its key.
OUTCOMES = st.sampled_from(["done", "rejected", "retryable", "stayed", "unknown"])
SCOPES = st.sampled_from(["everything", "connector:pay", "playbook:follow-up", "agent:writer"])
#: Every press there is, with the words it needs.
PRESSES: dict[type[OnDraft], dict[str, Any]] = {
    Approve: {},
    OpenEdit: {},
    OpenReject: {},
    Edit: {"changes": {"invoice": "I-9"}},
    Reject: {"reason": "other"},
    Redraft: {},
    Undo: {},
    Resolve: {"happened": True},
}
UNDO = Compensation(
    action="pay.refund",
    payload={"invoice": "I-1", "amount": "-100.00 USD"},
    title=Untrusted("Take the refund back"),
)


class Record:
    """What the audit log alone says of one draft: its bytes, who wrote them, who signed them."""

    def __init__(self, entries: list[Entry], draft_id: str) -> None:
        self.written: dict[int, tuple[str, dict[str, Any], str]] = {}
        self.signed: dict[int, set[tuple[str, str]]] = {}
        for entry in entries:
            if entry.object == f"draft:{draft_id}":
                self._read(entry)

    def _read(self, entry: Entry) -> None:
        head: Any = entry.head
        n, hashed, who = head.get("revision"), head.get("payload_hash"), entry.actor
        if entry.event in {Event.DRAFT_OPENED, Event.DRAFT_EDITED}:
            payload: Any = entry.body["payload"]
            self.written[n] = (hashed, payload, who.id if who.kind == "user" else "")
        elif entry.event is Event.DRAFT_UNDONE and not head["left"]:
            _, payload, author = self.written[n - 1]
            self.written[n] = (hashed, payload, author)
        elif entry.event is Event.DRAFT_SIGNED:
            assert who.kind == "user"
            self.signed.setdefault(n, set()).add((who.id, hashed))

    def may_leave(self, n: int) -> bool:
        """Whether two people who may, and who neither asked for it nor wrote it, signed these bytes."""
        hashed, payload, author = self.written[n]
        exact = json.dumps(payload, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert hashlib.sha256(exact.encode()).hexdigest() == hashed
        whole = abs(float(payload["amount"].removesuffix(" USD")))
        allowed = (ABOVE if whole > 500 else BELOW) - {"U-ANA", author}
        signers = {who for who, signed in self.signed.get(n, set()) if signed == hashed}
        return len(signers & allowed) >= 2


class Life(RuleBasedStateMachine):
    """The engine over a fake store; every command is sent through `send`, which checks what it left."""

    def __init__(self) -> None:
        super().__init__()
        self.house = house()
        self.claims: list[Run] = []
        self.sent: list[tuple[Command, Reply]] = []
        self.presses = 0
        self.run = self.house.start(BOOK, ANA)
        self.seq = 0

    @property
    def state(self) -> RunState:
        """Where the run stands."""
        return self.house.now(self.run).state

    @property
    def drafts(self) -> list[Draft]:
        """Every draft there has been, oldest first."""
        return list(self.house.store.rows.drafts.values())

    @property
    def log(self) -> list[Entry]:
        """The audit log."""
        return self.house.store.entries

    def send(self, command: Command) -> Reply:
        """Handle a command and check what it left on the record."""
        rows = self.house.store.rows
        reply = self.house.engine.handle(command)
        new = self.log[len(rows.entries) :]
        refused = [entry for entry in new if entry.event is Event.PRESS_REFUSED]
        if isinstance(reply, Refused) and isinstance(reply.error, Stale):
            assert self.house.store.rows == rows
        elif isinstance(reply, Refused):
            assert len(new) == len(refused) == 1
            assert reply.error.sentence.endswith(".")
        elif isinstance(reply, FieldErrors):
            assert self.house.store.rows == rows
        else:
            assert new
            assert not refused
        if new and isinstance(command, Due | StepDone):
            before = rows.runs[command.run_id]
            assert (command.seq, command.fence) == (before.seq, before.fence)
        if any(entry.event is Event.DRAFT_LEAVING for entry in new):
            self.left_rightly(command)
        if any(entry.event is Event.DRAFT_EXPIRED for entry in new):
            expired = self.house.now(self.run).draft
            assert expired
            assert self.house.clock.at >= expired.expires_at
        if command.key and not isinstance(reply, FieldErrors):
            self.sent.append((command, reply))
        return reply

    def left_rightly(self, command: Command) -> None:
        """Its hold was over, its reason looked at again and true, and nothing was switched off."""
        held = next(e for e in reversed(self.log) if e.event is Event.DRAFT_HELD)
        assert self.house.clock.at >= datetime.fromisoformat(str(held.head["leaves_at"]))
        assert isinstance(command, Due)
        draft = self.house.now(self.run).draft
        assert draft
        assert draft.undoes or command.fresh == {"truth": {"holds": True}}
        # What makes up for an effect is the connector's text, not the agent's: that one's switch does not hold it.
        others = {"agent:writer"} if draft.undoes else set[str]()
        assert not set(self.house.store.rows.switches) - others

    def press(self, kind: type[OnDraft], who: Actor, back: int, **more: Any) -> None:
        """Press on a card: the newest one, or one of `back` cards earlier."""
        cards = [(draft, each) for draft in self.drafts for each in draft.revisions]
        if cards:
            draft, shown = cards[max(0, len(cards) - 1 - back)]
            self.press_on(draft, shown, kind, who, **more)

    def press_on(
        self, draft: Draft, shown: Revision, kind: type[OnDraft], who: Actor, **more: Any
    ) -> None:
        """Press on the card that shows this revision."""
        self.presses += 1
        self.send(
            kind(
                actor=who,
                key=f"press-{self.presses}",
                draft_id=draft.id,
                revision=shown.n,
                payload_hash=shown.payload_hash[:12],
                **more,
            )
        )

    @initialize()
    def drafted(self) -> None:
        """The agent has written once."""
        self.claim()
        self.report("done")

    @precondition(lambda self: self.state.ended)
    @rule()
    def begin_again(self) -> None:
        """A life that came to its end makes room for another; its cards stay where they are."""
        self.resume()
        self.run, self.seq = self.house.start(BOOK, ANA), 0
        self.drafted()

    @precondition(lambda self: self.state is RunState.WAITING)
    @rule(who=ANYBODY, back=CARDS)
    def approve(self, who: Actor, back: int) -> None:
        self.press(Approve, who, back)

    @precondition(lambda self: self.state is RunState.WAITING)
    @rule(who=st.permutations([BEN, CEM, DORA, OLGA]))
    def approve_by_two(self, who: list[Actor]) -> None:
        """Two of them are enough."""
        for one in who[:2]:
            self.press(Approve, one, 0)

    @precondition(lambda self: self.state is RunState.WAITING)
    @rule(who=st.sampled_from([CEM, DORA]))
    def approve_twice(self, who: Actor) -> None:
        """Two of one are not."""
        for _ in range(2):
            self.press(Approve, who, 0)

    @precondition(lambda self: self.state is RunState.WAITING)
    @rule(who=ANYBODY, back=CARDS, changes=CHANGES)
    def edit(self, who: Actor, back: int, changes: dict[str, Any]) -> None:
        self.press(Edit, who, back, changes=changes)

    @precondition(lambda self: self.state is RunState.WAITING)
    @rule(who=ANYBODY, back=CARDS, seldom=SELDOM)
    def reject(self, who: Actor, back: int, *, seldom: bool) -> None:
        if seldom:
            self.press(Reject, who, back, reason="other")

    @rule(kind=st.sampled_from(list(PRESSES)), who=ANYBODY, back=CARDS)
    def press_anything(self, kind: type[OnDraft], who: Actor, back: int) -> None:
        """Whether or not it means something now."""
        self.press(kind, who, back, **PRESSES[kind])

    @precondition(lambda self: len(self.drafts) > 1)
    @rule(kind=st.sampled_from(list(PRESSES)), who=st.sampled_from([CEM, DORA]), which=CARDS)
    def press_the_card_of_an_earlier_draft(
        self, kind: type[OnDraft], who: Actor, which: int
    ) -> None:
        """It hangs in the channel still."""
        earlier = self.drafts[:-1]
        shown = earlier[max(0, len(earlier) - 1 - which)]
        self.press_on(shown, shown.current, kind, who, **PRESSES[kind])

    @precondition(lambda self: self.state is RunState.HOLDING)
    @rule(who=ANYBODY, back=CARDS)
    def undo(self, who: Actor, back: int) -> None:
        self.press(Undo, who, back)

    @precondition(lambda self: self.state is RunState.DONE)
    @rule(who=st.sampled_from([CEM, DORA]))
    def undo_what_left(self, who: Actor) -> None:
        self.press(Undo, who, 0)

    @precondition(lambda self: self.state is RunState.UNCERTAIN)
    @rule(who=ANYBODY, happened=st.booleans())
    def resolve(self, who: Actor, *, happened: bool) -> None:
        self.press(Resolve, who, 0, happened=happened)

    @precondition(lambda self: self.state in {RunState.CANCELLED, RunState.FAILED})
    @rule(who=st.sampled_from([BEN, CEM, DORA]), back=CARDS)
    def redraft(self, who: Actor, back: int) -> None:
        self.press(Redraft, who, back)

    @rule(who=ANYBODY, seldom=SELDOM)
    def cancel(self, who: Actor, *, seldom: bool) -> None:
        if seldom:
            self.send(CancelRun(actor=who, run_id=self.run.id))

    @rule(who=st.sampled_from([OLGA, ADA, ANA]), scope=SCOPES, seldom=SELDOM)
    def pause(self, who: Actor, scope: str, *, seldom: bool) -> None:
        if seldom:
            self.send(Pause(actor=who, scope=scope))

    @precondition(lambda self: self.house.store.rows.switches)
    @rule()
    def resume(self) -> None:
        for scope in self.house.store.rows.switches:
            self.send(Resume(actor=OLGA, scope=scope))

    @precondition(lambda self: self.state in {RunState.WORKING, RunState.HOLDING})
    @rule()
    def claim(self) -> None:
        """A worker takes the run when it is due; what it was sent for may be old when it is done."""
        at = self.house.now(self.run).due_at
        if at:
            self.house.clock.at = max(self.house.clock.at, at)
            held = self.house.store.claim(self.house.clock.at)
            self.claims += [run for run in held if run.id == self.run.id]

    @precondition(lambda self: self.state is RunState.WAITING)
    @rule(seldom=SELDOM)
    def claim_to_expire(self, *, seldom: bool) -> None:
        """Nobody signed in time."""
        if seldom:
            self.claim()

    @rule(
        outcome=OUTCOMES,
        back=st.sampled_from([0, 0, 1]),
        holds=st.sampled_from([True, True, False]),
    )
    def report(self, outcome: str = "done", back: int = 0, *, holds: bool = True) -> None:
        """A worker that claimed the run reports: the newest one, or one that lost its lease."""
        if not self.claims:
            return
        held = self.claims[max(0, len(self.claims) - 1 - back)]
        if held.state is RunState.WORKING:
            self.send(done(held, self.result(held, outcome)))
        elif held.state is RunState.HOLDING:
            self.send(due(held, fresh={"truth": {"holds": holds}}))
        else:
            self.send(due(held))

    def result(self, held: Run, outcome: Any) -> Any:
        """Return what the worker found."""
        if held.draft and held.draft.state is DraftState.EXECUTING:
            SignedDraft.of(held.draft)
            stayed = outcome == "stayed"
            so = Outcome(status="retryable" if stayed else outcome, message="So.")
            return Executed(outcome=so, compensation=UNDO, stayed=stayed)
        if outcome in {"rejected", "retryable", "stayed"}:
            return Failed(problem="No.") if outcome == "rejected" else Later(problem="No.", after=5)
        return Drafted(
            fields={"invoice": "I-1"}, why=Untrusted("asked"), author=AUTHOR, context="c"
        )

    @precondition(lambda self: self.state is RunState.WAITING)
    @rule(who=st.permutations([BEN, CEM, DORA]), outcome=OUTCOMES)
    def sign_and_let_go(self, who: list[Actor], outcome: str) -> None:
        """The straight way, so that lives get to what comes after."""
        self.resume()
        for one in who[:2]:
            self.press(Approve, one, 0)
        for _ in range(2):
            if self.state in {RunState.WORKING, RunState.HOLDING}:
                self.claim()
                self.report(outcome)

    @precondition(lambda self: self.state is RunState.HOLDING)
    @rule(scope=SCOPES)
    def pause_what_a_worker_came_for(self, scope: str) -> None:
        """The switch is effective before the next action."""
        self.claim()
        self.send(Pause(actor=OLGA, scope=scope))
        self.report()

    @precondition(lambda self: self.state is RunState.HOLDING)
    @rule(who=st.sampled_from([BEN, CEM, DORA]))
    def hold_back_what_a_worker_came_for(self, who: Actor) -> None:
        """The worker reads the facts again while somebody presses Undo, and reports after that."""
        self.claim()
        self.press(Undo, who, 0)
        self.report()

    @precondition(lambda self: self.sent)
    @rule(which=st.integers(0, 50))
    def deliver_again(self, which: int) -> None:
        """A duplicate gets the first answer and changes nothing."""
        command, first = self.sent[which % len(self.sent)]
        if command.key not in self.house.store.rows.seen:
            return
        rows = self.house.store.rows
        again = self.house.engine.handle(command)
        assert self.house.store.rows == rows
        assert type(again) is type(first)
        if isinstance(again, Refused) and isinstance(first, Refused):
            assert again.error.sentence == first.error.sentence

    @rule(minutes=st.sampled_from([0, 1, 2, 10]))
    def pass_time(self, minutes: int) -> None:
        self.house.clock.pass_by(minutes=minutes)

    @invariant()
    def nothing_is_past_its_hold_without_its_signatures(self) -> None:
        past = {
            DraftState.HOLDING,
            DraftState.EXECUTING,
            DraftState.EXECUTED,
            DraftState.UNCERTAIN,
            DraftState.FAILED,
        }
        for draft in self.drafts:
            record = Record(self.log, draft.id)
            assert max(record.written) == draft.revision
            if draft.state in past:
                assert record.may_leave(draft.revision), draft.state

    @invariant()
    def only_what_is_leaving_can_be_carried_out(self) -> None:
        for draft in self.drafts:
            try:
                signed = SignedDraft.of(draft)
            except NotSigned:
                assert draft.state is not DraftState.EXECUTING
            else:
                assert draft.state is DraftState.EXECUTING
                hashed, payload, _ = Record(self.log, draft.id).written[draft.revision]
                assert signed.payload_hash == hashed == hashlib.sha256(signed.body).hexdigest()
                assert json.loads(signed.body) == payload

    @invariant()
    def each_key_is_carried_out_once(self) -> None:
        carried = Counter(
            (entry.object, entry.head["revision"])
            for entry in self.log
            if entry.event is Event.DRAFT_EXECUTED
            or (entry.event is Event.DRAFT_RESOLVED and entry.head["happened"])
        )
        assert all(times == 1 for times in carried.values())

    @invariant()
    def a_run_goes_forward(self) -> None:
        """Its number never falls, and what has ended is never woken."""
        now = self.house.now(self.run)
        assert now.seq >= self.seq
        assert now.state.ended <= (now.due_at is None)
        self.seq = now.seq

    @invariant()
    def a_run_and_its_draft_agree(self) -> None:
        """A held draft has a holding run, and so on: no card shows what is not so."""
        now = self.house.now(self.run)
        live = {
            DraftState.OPEN: RunState.WAITING,
            DraftState.HOLDING: RunState.HOLDING,
            DraftState.EXECUTING: RunState.WORKING,
            DraftState.UNCERTAIN: RunState.UNCERTAIN,
        }
        if now.draft and now.draft.state in live:
            assert now.state is live[now.draft.state]
        else:
            assert now.state is RunState.WORKING or now.state.ended


TestLife = Life.TestCase
TestLife.settings = settings(
    max_examples=120, stateful_step_count=50, deadline=None, derandomize=True, database=None
)
