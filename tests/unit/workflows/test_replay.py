"""A run decided again from its record stands where it stands, and whatever was touched is named."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from tests.replaying import replayed
from tests.unit.workflows import builders
from tests.unit.workflows.builders import (
    ADA,
    ANA,
    BEN,
    CEM,
    COMPANY,
    DORA,
    EVE,
    GIL,
    OLGA,
    done,
    drafted,
    due,
    found,
    mailing,
    playbook,
    press,
    reading,
    refunding,
)
from workflows.claims import claimed
from workflows.commands import (
    Answer,
    Approve,
    CancelRun,
    Edit,
    Executed,
    Failed,
    Held,
    Later,
    OpenEdit,
    OpenReject,
    Pause,
    Reassign,
    Redraft,
    Reject,
    Resolve,
    Resume,
    Signal,
    Snooze,
    StartRun,
    Undo,
)
from workflows.run import SYSTEM, Compensation, Draft, Outcome, Run, RunState
from workflows.text import Untrusted

if TYPE_CHECKING:
    from tests.unit.workflows.builders import House
    from workflows.ports import JsonObject

#: Every kind of step, and a way back for what left.
BOOK = playbook(
    reading(require=["id"]),
    {
        "decide": "open",
        "if": 'quote.status == "sent" && quote.score > 1.0',
        "then": "letter",
        "otherwise": "stop",
        "say": "It is {{ quote.status }}, {{ quote.score }}.",
    },
    mailing(still='quote.status == "sent"', uses=["quote"]),
    {"wait": "pause", "for": "2 hours", "signal": "answered"},
    {"ask": "which", "who": "sales", "title": "Which?", "options": ["mail", "phone"]},
    refunding(
        approve={
            "by": "finance",
            "above": [{"amount": "500.00 USD", "by": ["finance", "owner"], "quorum": 2}],
            "edit": ["amount", "fee"],
            "hold": 0,
        }
    ),
    {"tell": "said", "text": "Chosen: {{ which }}"},
    {"task": "call", "who": "finance", "title": "Call {{ inputs.quote }}"},
    {"start": "after", "playbook": "follow-up", "with": {"quote": "Q-2"}, "when": "false"},
    mode="single",
)
PEOPLE = (ANA, BEN, CEM, DORA, OLGA, ADA, EVE, GIL)
DRAFTED = drafted()


def logged(house: House) -> list[Run]:
    """Claim all that is due as the store does, with the entry that says so."""
    held = house.store.claim(house.clock.at)
    with house.store.transaction() as tx:
        for run in held:
            assert run.due_at is not None
            tx.append([claimed(run, run.due_at, key="", earlier=None)], house.clock.at)
    return held


def results(run: Run, draft: Draft | None) -> st.SearchStrategy[Any]:
    """Return what a worker may report of the step a run is at."""
    usual: list[Any] = [
        Failed(problem="no such table"),
        Later(problem="not now", after=30),
        Held(problem="paused", scope="everything"),
    ]
    if draft and draft.state == "executing":
        back = Compensation(action="mail.send", payload=MAIL, title=Untrusted("Take it back"))
        happened = Outcome(status="done", receipt="R-1", facts={"old": 1.0})
        usual += [Executed(outcome=happened, compensation=back)] * 4
        usual += [Executed(outcome=Outcome(status=s)) for s in ("unknown", "retryable", "rejected")]
    elif run.step == "letter":
        usual += [DRAFTED] * 4 + [drafted(to="somebody@else.example")]
    else:
        values: list[JsonObject] = [{"score": 2.0}, {"score": 2.0}, {"score": 0}, {"status": "won"}]
        usual += [found(**each) for each in values] * 2
    return st.sampled_from(usual)


MAIL: JsonObject = {"to": "jo@example.com", "subject": "Sorry", "body": "Please ignore it."}
CHANGES: list[JsonObject] = [{"amount": "900.00 USD"}, {"subject": "Hello"}, {"to": "x@y.example"}]


class Life(RuleBasedStateMachine):
    """Anybody may ask for anything at any time; workers die, get slow and report late."""

    def __init__(self) -> None:
        super().__init__()
        self.house = builders.house()
        self.house.shelf.put(BOOK)
        self.held: list[Run] = []

    @property
    def runs(self) -> list[Run]:
        return [*self.house.store.rows.runs.values()]

    def ask(self, command: Any) -> None:
        self.house.engine.handle(command)

    @precondition(lambda self: len(self.runs) < 3)
    @rule(who=st.sampled_from(PEOPLE), quote=st.sampled_from(["Q-1", "Q-2"]))
    def start(self, who: Any, quote: str) -> None:
        self.ask(StartRun(actor=who, playbook="follow-up", inputs={"quote": quote}))

    @rule()
    def claim(self) -> None:
        self.held += logged(self.house)

    @rule(data=st.data())
    def work(self, data: st.DataObject) -> None:
        """Report what is held; a late report is refused."""
        self.held += logged(self.house)
        for run in self.held:
            if run.state is RunState.WORKING:
                self.ask(done(run, data.draw(results(run, run.draft))))
            else:
                fresh = data.draw(st.sampled_from([{}, {}, {"quote": {"status": "won"}}]))
                problem = data.draw(st.sampled_from(["", "", "", "no answer"]))
                self.ask(due(run, fresh=fresh, problem=problem))
        self.held = []

    @rule(minutes=st.sampled_from([1, 2, 70, 300]))
    def wait(self, minutes: int) -> None:
        self.house.clock.at += timedelta(minutes=minutes)

    @precondition(lambda self: bool(self.house.store.rows.drafts))
    @rule(
        data=st.data(),
        kind=st.sampled_from(
            [Approve] * 6 + [OpenEdit, OpenReject, Edit, Edit, Reject, Redraft, Undo, Undo, Resolve]
        ),
        who=st.sampled_from(PEOPLE),
    )
    def decide(self, data: st.DataObject, kind: Any, who: Any) -> None:
        draft = data.draw(st.sampled_from([*self.house.store.rows.drafts.values()]))
        run = self.house.store.rows.runs[draft.run_id].model_copy(update={"draft": draft})
        more: dict[str, Any] = {}
        if kind is Edit:
            more = {"changes": data.draw(st.sampled_from(CHANGES))}
        if kind is Reject:
            more = {"reason": "wrong tone", "comment": Untrusted("no")}
        if kind is Resolve:
            more = {"happened": data.draw(st.booleans())}
        self.ask(press(kind, run, who, **more))

    @precondition(lambda self: bool(self.house.store.rows.tasks))
    @rule(data=st.data(), who=st.sampled_from(PEOPLE))
    def handle_work(self, data: st.DataObject, who: Any) -> None:
        task = data.draw(st.sampled_from([*self.house.store.rows.tasks.values()]))
        asked: list[Any] = [
            Answer(actor=who, task_id=task.id, choice="mail"),
            Answer(actor=who, task_id=task.id),
            Reassign(actor=who, task_id=task.id, to="U-DORA"),
            Snooze(actor=who, task_id=task.id, wait="1 work hour"),
        ]
        self.ask(data.draw(st.sampled_from(asked)))

    @rule(who=st.sampled_from([ADA, OLGA, ANA]), off=st.booleans())
    def switch(self, who: Any, off: bool) -> None:  # noqa: FBT001 -- drawn by name
        self.ask((Pause if off else Resume)(actor=who, scope="connector:mail"))

    @precondition(lambda self: bool(self.runs))
    @rule(data=st.data(), who=st.sampled_from(PEOPLE))
    def interrupt(self, data: st.DataObject, who: Any) -> None:
        run = data.draw(st.sampled_from(self.runs))
        asked: list[Any] = [Signal(actor=SYSTEM, run_id=run.id, name="answered", value=3.0)] * 3
        self.ask(data.draw(st.sampled_from([*asked, CancelRun(actor=who, run_id=run.id)])))

    @rule(solo=st.booleans())
    def reload(self, solo: bool) -> None:  # noqa: FBT001 -- as above
        """Somebody changes company.yml."""
        self.house.directory.now = COMPANY.model_copy(update={"solo": solo})

    def teardown(self) -> None:
        for run in self.runs:
            again = replayed(self.house.store, run.id)
            assert again.difference is None
            assert again.gap is None


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=40, stateful_step_count=60, deadline=None)
