"""Records for tests of the rules: a company of nine, a few actions, and playbooks written in place."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.fakes.clock import MONDAY, FakeClock
from tests.fakes.ids import FakeIds
from tests.fakes.shelf import FakeDirectory, StoreShelf
from tests.fakes.store import FakeStore
from workflows.action import ActionSpec, Field, Money, Risk
from workflows.answers import Recorded
from workflows.commands import (
    Approve,
    Drafted,
    Due,
    Executed,
    OnDraft,
    Read,
    StartRun,
    StepDone,
)
from workflows.company import Company, Person
from workflows.engine import Engine
from workflows.limits import Limit
from workflows.playbook import Playbook
from workflows.run import (
    SYSTEM,
    TIMER,
    Actor,
    ApprovalRule,
    Authorship,
    Compensation,
    Draft,
    DraftState,
    Needs,
    Outcome,
    Revision,
    Run,
    RunState,
    Signature,
)
from workflows.text import Untrusted
from workflows.turn import Facts

if TYPE_CHECKING:
    from datetime import datetime

    from workflows.answers import Answer as Reply
    from workflows.ports import Calendar, JsonObject

ANA, BEN, CEM, DORA, OLGA, ADA, GIL, INA, EVE = (
    Actor.user(f"U-{name}")
    for name in ("ANA", "BEN", "CEM", "DORA", "OLGA", "ADA", "GIL", "INA", "EVE")
)

PEOPLE = (
    Person(id="U-ANA", name="Ana", roles=("sales",)),
    Person(id="U-BEN", name="Ben", roles=("sales",)),
    Person(id="U-CEM", name="Cem", roles=("finance",)),
    Person(id="U-DORA", name="Dora", roles=("finance",)),
    Person(id="U-OLGA", name="Olga"),
    Person(id="U-ADA", name="Ada", roles=("admin",)),
    Person(id="U-GIL", name="Gil", roles=("sales", "admin"), guest=True),
    Person(id="U-INA", name="Ina", roles=("sales", "admin"), active=False),
)

COMPANY = Company(
    name="Northwind",
    ws="T-NORTH",
    zone="Europe/Madrid",
    owner="U-OLGA",
    people=PEOPLE,
    groups={"closers": ("U-BEN", "U-CEM", "U-NOBODY")},
    channels={"sales": "C-SALES", "kpi": "C-KPI"},
)

MAIL = ActionSpec(
    name="mail.send",
    title="Send an e-mail",
    risk=Risk.CUSTOMER,
    fields=(
        Field(name="to", type="email"),
        Field(name="subject"),
        Field(name="body", type="long_text"),
    ),
    idempotency="lookup",
)
REFUND = ActionSpec(
    name="pay.refund",
    title="Refund",
    risk=Risk.MONEY,
    fields=(
        Field(name="invoice"),
        Field(name="amount", type="money"),
        Field(name="fee", type="money", required=False),
    ),
    idempotency="key",
)
ACTIONS = {spec.name: spec for spec in (MAIL, REFUND)}
#: The same where a letter is known to reach a customer.
REACHING = {**ACTIONS, MAIL.name: MAIL.model_copy(update={"reaches": "to"})}
#: What makes up for a letter that left.
CORRECTION = Compensation(
    action="mail.send",
    payload={"to": "jo@example.com", "subject": "Sorry", "body": "That was wrong."},
    title=Untrusted("Correct it"),
)

AUTHOR = Authorship(agent="writer", model="m-1", prompt_version="p-1", label="Written by m-1")


def playbook(*steps: dict[str, Any], **more: Any) -> Playbook:
    """Return a playbook of these steps; its text is JSON, its version the hash of that."""
    source = json.dumps(
        {
            "playbook": "follow-up",
            "title": "Follow up",
            "goal": "No quote is forgotten",
            "owner": "sales",
            "channel": "sales",
            "subject": "{{ inputs.quote | default('nothing') }}",
            "inputs": {"quote": {"default": "Q-1"}},
            "allow": ["mail.send", "pay.refund", "table.find"],
            "steps": list(steps),
            **more,
        }
    )
    return kept(source)


def kept(text: str) -> Playbook:
    """Read a playbook back from the text it was kept as."""
    version = hashlib.sha256(text.encode()).hexdigest()
    read = Playbook.model_validate_json(text)
    return read.model_copy(update={"version": version, "source": text})


def reading(name: str = "quote", **more: Any) -> dict[str, Any]:
    """Return a read step."""
    return {"read": name, "from": "table.find", "with": {"id": "{{ inputs.quote }}"}, **more}


def mailing(name: str = "letter", **more: Any) -> dict[str, Any]:
    """Return a draft step: an agent writes a mail, one of sales signs."""
    return {
        "draft": name,
        "agent": "writer",
        "action": "mail.send",
        "with": {"to": "jo@example.com"},
        "writes": ["subject", "body"],
        "title": "Write to Jo",
        "approve": {"by": "sales", "edit": ["subject", "body"]},
        **more,
    }


def refunding(name: str = "refund", **more: Any) -> dict[str, Any]:
    """Return a do step: a fixed refund of 100.00 USD, signed by one of finance."""
    return {
        "do": name,
        "action": "pay.refund",
        "with": {"invoice": "I-1", "amount": "100.00 USD"},
        "title": "Refund Jo",
        "amount": "100.00 USD",
        "approve": {"by": "finance", "edit": ["amount", "fee"]},
        **more,
    }


LETTER: JsonObject = {"subject": "Your quote", "body": "Shall we go ahead?"}


def drafted(**fields: Any) -> Drafted:
    """Return what the agent wrote."""
    return Drafted(
        fields={**LETTER, **fields}, why=Untrusted("six days"), author=AUTHOR, context="c-1"
    )


def draft(state: DraftState = DraftState.OPEN, **more: Any) -> Draft:
    """Return a draft nobody has signed, of one mail."""
    payload: JsonObject = {"to": "jo@example.com", **LETTER}
    author = Actor(kind="agent", id="writer")
    values: dict[str, Any] = {
        "id": "d-1",
        "run_id": "r-1",
        "step": "letter",
        "state": state,
        "action": "mail.send",
        "title": Untrusted("Write to Jo"),
        "risk": Risk.CUSTOMER,
        "rule": ApprovalRule(by=("sales",)),
        "needs": Needs(by=("sales",), quorum=1, words="one of sales"),
        "revisions": (Revision(n=1, payload=payload, author=author, at=MONDAY),),
        "author": AUTHOR,
        "opened_at": MONDAY,
        "expires_at": MONDAY.replace(hour=13),
    }
    return Draft(**{**values, **more})


def signature(of: Draft, who: Actor, at: datetime = MONDAY) -> Signature:
    """Return somebody's signature on the newest revision."""
    return Signature(n=of.revision, actor=who.id, payload_hash=of.current.payload_hash, at=at)


def signed(of: Draft, *who: Actor) -> Draft:
    """Return the draft with these signatures."""
    return of.model_copy(update={"signatures": tuple(signature(of, one) for one in who)})


def run(state: RunState = RunState.WAITING, **more: Any) -> Run:
    """Return a run that Ana's colleague Ada started."""
    values: dict[str, Any] = {
        "id": "r-1",
        "ws": "T-NORTH",
        "playbook": "follow-up",
        "version": "v-1",
        "step": "letter",
        "state": state,
        "subject": Untrusted("Q-1"),
        "inputs": {"quote": "Q-1"},
        "started_by": ADA,
        "trigger": "command",
        "created_at": MONDAY,
    }
    return Run(**{**values, **more})


def facts(**more: Any) -> Facts:
    """Return what a rule knows: an hour after everything began, nothing is switched off."""
    values: dict[str, Any] = {
        "at": MONDAY.replace(hour=10),
        "ids": ("id-run", "id-draft", "id-task"),
        "company": COMPANY,
        "actions": ACTIONS,
    }
    return Facts(**{**values, **more})


def limit(**changes: Any) -> Limit:
    """Return a limit of the company that lets no letter go."""
    values = {"limit": "letters", "on": "mail.send", "per": "company", "in": "1 day", "count": 0}
    return Limit.model_validate({**values, **changes})


def usd(text: str) -> Money:
    """Return an amount in dollars: `usd("12.50")`."""
    whole, _, cents = text.partition(".")
    return Money(minor=int(whole) * 100 + int(cents or 0), currency="USD")


@dataclass
class House:
    """An engine with everything around it faked, and the workers' part played by hand."""

    engine: Engine
    store: FakeStore
    clock: FakeClock
    shelf: StoreShelf
    directory: FakeDirectory

    def start(self, book: Playbook, who: Actor = ADA, **more: Any) -> Run:
        """Start a run of `book` and return it."""
        self.shelf.put(book)
        reply = self.engine.handle(StartRun(actor=who, playbook=book.playbook, **more))
        assert isinstance(reply, Recorded), reply
        assert reply.run is not None
        return reply.run

    def now(self, run: Run) -> Run:
        """Return the run as it stands in the database."""
        return self.store.run(run.id)

    def claim(self, run: Run) -> Run:
        """Claim a due run as a worker does; time goes by until it is due."""
        due = self.now(run).due_at
        assert due is not None, "the run waits for a person"
        self.clock.at = max(self.clock.at, due)
        return next(one for one in self.store.claim(self.clock.at) if one.id == run.id)

    def report(self, run: Run, result: Any) -> Reply:
        """Claim the run and report the result of its work step."""
        held = self.claim(run)
        return self.engine.handle(done(held, result))

    def wake(self, run: Run, **more: Any) -> Reply:
        """Let the run's time come."""
        return self.engine.handle(due(self.claim(run), **more))

    def drafted(self, book: Playbook, who: Actor = ADA, **fields: Any) -> Run:
        """Start a run whose first step is a draft step, and let the agent write."""
        run = self.start(book, who)
        self.report(run, drafted(**fields))
        return self.now(run)

    def left(self, run: Run, outcome: Outcome, who: Actor = ANA) -> Run:
        """Have the open draft signed, let it leave and report what came of it."""
        self.engine.handle(press(Approve, self.now(run), who))
        self.wake(run)
        self.report(run, Executed(outcome=outcome))
        return self.now(run)


def house(actions: dict[str, ActionSpec] = ACTIONS, calendar: Calendar | None = None) -> House:
    """Return a new one; nothing has happened in it."""
    store, clock, directory = FakeStore(), FakeClock(), FakeDirectory(COMPANY)
    shelf = StoreShelf(store)
    engine = Engine(
        store=store,
        clock=clock,
        ids=FakeIds(),
        directory=directory,
        actions=actions,
        calendar=calendar,
    )
    return House(engine=engine, store=store, clock=clock, shelf=shelf, directory=directory)


def press(kind: type[OnDraft], run: Run, who: Actor, **more: Any) -> OnDraft:
    """Return a press on the card of the run's draft as it is shown now; money is signed with its amount typed."""
    assert run.draft is not None
    shown: dict[str, Any] = {
        "draft_id": run.draft.id,
        "revision": run.draft.revision,
        "payload_hash": run.draft.current.payload_hash[:12],
    }
    if kind is Approve and run.draft.risk is Risk.MONEY:
        shown["amount"] = str(run.draft.amount or "")
    return kind(actor=who, **{**shown, **more})


def done(held: Run, result: Any) -> StepDone:
    """Return the report of the worker that holds the run."""
    return StepDone(actor=SYSTEM, run_id=held.id, seq=held.seq, fence=held.fence, result=result)


def due(held: Run, **more: Any) -> Due:
    """Return the wake-up by the worker that holds the run."""
    return Due(actor=TIMER, run_id=held.id, seq=held.seq, fence=held.fence, **more)


def found(**fields: Any) -> Read:
    """Return what a read step found."""
    return Read(value={"id": "Q-1", "status": "sent", **fields}, source="table.quotes/Q-1")
