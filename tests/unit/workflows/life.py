"""Runs to which anything may happen, told by a seed."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, Any

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
    AllowContact,
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
    StopContact,
    Undo,
)
from workflows.limits import Limit
from workflows.run import SYSTEM, Actor, Compensation, Outcome, Run, RunState
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


MAIL: JsonObject = {"to": "jo@example.com", "subject": "Sorry", "body": "Please ignore it."}
HAPPENED = Executed(
    outcome=Outcome(status="done", receipt="R-1", facts={"old": 1.0}),
    compensation=Compensation(action="mail.send", payload=MAIL, title=Untrusted("Take it back")),
)
#: A letter a week to a customer; beyond that the owner signs.
LIMITS = (
    Limit.model_validate(
        {"limit": "letters", "on": "mail.send", "per": "customer", "in": "7 days", "count": 1, "by": "owner"}
    ),
    Limit.model_validate(
        {"limit": "refunds", "on": "money", "per": "person", "in": "7 days", "amount": "500.00 USD"}
    ),
)  # fmt: skip
#: What a worker may report of any step.
ANY: list[Any] = [
    Failed(problem="no such table"),
    Later(problem="not now", after=30),
    Held(problem="paused", scope="everything"),
]
#: What a worker may report besides of what is leaving.
LEAVING: list[Any] = [
    Later(problem="too late", after=0, begun=True),
    Held(problem="paused", scope="everything", begun=True),
    Held(problem="paused", scope="everything", stayed=True),
]
#: What an edit may change; the last is not anybody's to change.
CHANGES: list[JsonObject] = [{"amount": "900.00 USD"}, {"subject": "Hello"}, {"to": "x@y.example"}]
DECISIONS = [Approve] * 9 + [OpenEdit, OpenReject, Edit, Edit, Reject, Redraft, Undo, Resolve]
ABLE = (ANA, BEN, CEM, DORA, OLGA)


class Life:
    """Anybody may ask for anything at any time; workers die, get slow and report late."""

    def __init__(self, seed: int) -> None:
        self.house, self.random = builders.house(), Random(seed)  # noqa: S311 -- no secret
        self.house.shelf.put(BOOK)
        self.held: list[Run] = []

    @property
    def runs(self) -> list[Run]:
        return [*self.house.store.rows.runs.values()]

    def live(self, steps: int = 120) -> None:
        acts = [self.start, self.switch, self.interrupt, self.reload, self.claim]
        acts += [self.work] * 12 + [self.wait] * 5 + [self.decide] * 8 + [self.handle_work] * 8
        for _ in range(steps):
            self.random.choice(acts)()

    def ask(self, command: Any) -> None:
        self.house.engine.handle(command)

    def who(self) -> Any:
        return self.random.choice(PEOPLE if self.random.random() < 0.1 else ABLE)

    def rarely(self, how_often: float = 0.06) -> bool:
        return self.random.random() < how_often

    def start(self) -> None:
        quote = self.random.choice(["Q-1", "Q-2", "Q-3"])
        self.ask(StartRun(actor=self.who(), playbook="follow-up", inputs={"quote": quote}))

    def claim(self) -> None:
        """A worker takes what is due, and dies or reports later."""
        self.held += logged(self.house)

    def work(self) -> None:
        """Report what is held; a late report is refused."""
        self.held += logged(self.house)
        for run in self.held:
            if run.state is RunState.WORKING:
                self.ask(done(run, self.result(run)))
            else:
                fresh: JsonObject = {"quote": {"status": "won"}} if self.rarely() else {}
                self.ask(due(run, fresh=fresh, problem="no answer" if self.rarely() else ""))
        self.held = []

    def result(self, run: Run) -> Any:
        if self.rarely():
            return self.random.choice(ANY)
        if run.draft and run.draft.state == "executing":
            if self.rarely():
                return self.random.choice(LEAVING)
            doubts = ("unknown", "retryable", "rejected")
            status: Any = self.random.choice(doubts)
            stayed = status == "retryable" and self.rarely(0.7)
            doubt = Executed(outcome=Outcome(status=status), stayed=stayed)
            return doubt if self.rarely(0.2) else HAPPENED
        if run.step == "letter":
            return drafted(to="somebody@else.example") if self.rarely() else drafted()
        value: JsonObject = {"status": "won"} if self.rarely() else {"score": 2.0}
        return found(**({"id": ""} if self.rarely() else value))

    def wait(self) -> None:
        self.house.clock.at += timedelta(minutes=self.random.choice([1, 2, 70, 300]))

    def decide(self) -> None:
        """Somebody presses on any card there ever was, of the newest runs rather."""
        drafts = [*self.house.store.rows.drafts.values()]
        if not drafts:
            return
        draft = drafts[-1] if self.rarely(0.6) else self.random.choice(drafts)
        run = self.house.store.rows.runs[draft.run_id].model_copy(update={"draft": draft})
        kind: Any = self.random.choice(DECISIONS)
        more: dict[Any, Any] = {
            Edit: {"changes": self.random.choice(CHANGES)},
            Reject: {"reason": "wrong tone", "comment": Untrusted("no")},
            Resolve: {"happened": self.rarely(0.5)},
        }
        self.ask(press(kind, run, self.who(), **more.get(kind, {})))

    def handle_work(self) -> None:
        tasks = [*self.house.store.rows.tasks.values()]
        if not tasks:
            return
        task = tasks[-1] if self.rarely(0.8) else self.random.choice(tasks)
        who = self.who() if self.rarely(0.3) else Actor.user(task.owner)
        answer = Answer(actor=who, task_id=task.id, choice="mail" if task.options else "done")
        rest: list[Any] = [
            Reassign(actor=who, task_id=task.id, to="U-DORA"),
            Snooze(actor=who, task_id=task.id, wait="1 work hour"),
        ]
        self.ask(self.random.choice([answer, answer, *rest]))

    def switch(self) -> None:
        kind: Any = self.random.choice([Pause, Resume, Resume, Resume])
        self.ask(kind(actor=ADA, scope="connector:mail"))

    def interrupt(self) -> None:
        for run in self.runs[-1:]:
            stop = CancelRun(actor=self.who(), run_id=run.id)
            seen = Signal(actor=SYSTEM, run_id=run.id, name="answered", value=3.0)
            self.ask(stop if self.rarely() else seen)
        if self.rarely(0.2):
            kind: Any = self.random.choice([StopContact, AllowContact, AllowContact])
            self.ask(kind(actor=ADA, address="jo@example.com"))

    def reload(self) -> None:
        """Somebody changes company.yml."""
        limits = LIMITS if self.rarely(0.7) else ()
        changed = {"solo": self.rarely(0.5), "limits": limits}
        self.house.directory.now = COMPANY.model_copy(update=changed)
